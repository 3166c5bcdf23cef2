"""Payouts: money from the balance to the bank. A manual one takes what it is told, an automatic one everything
that is available.

`pending` → `in_transit` → `paid` by the clock; `canceled` while pending, `failed` when the bank returns it. Its
money leaves the balance when it is made. Private fact of a balance transaction: `payout`, the automatic payout
that paid it out: the net amounts of all of them are its amount.
"""

import msgspec

from stripe_sandbox import lists
from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, refuse_unmodelled
from stripe_sandbox.ids import new_id
from stripe_sandbox.lists import Filter
from stripe_sandbox.objects import balance
from stripe_sandbox.work import Work, merge_metadata, unset

DAY = 86400
# The one bank account of the sandbox. Payouts to any other are refused.
BANK_ACCOUNT = "ba_1SandboxBankAccount0000"
LEAVES_AFTER = 12 * 3600.0
ARRIVES_AFTER_DAYS = 2

FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": "The bank account has restrictions on either the type, or the number, of payouts.",
    "could_not_process": "The bank could not process this payout.",
    "declined": "The bank has declined this payout.",
    "invalid_account_number": "The routing number seems correct, but the account number is invalid.",
    "no_account": "The bank account details on file are probably incorrect; no bank account could be located.",
}
_RANGE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def create(work: Work, params: Obj) -> Obj:
    """A manual payout of `amount`.

    Raises:
        StripeError: 400 `balance_insufficient` when less than that is available.
    """
    refuse_unmodelled(params, ("payout_method",))
    if params.get("method") == "instant":
        raise invalid(
            "Instant payouts are not modelled by this sandbox.", "method", "instant_payouts_unsupported"
        )
    if params.get("destination") not in (None, BANK_ACCOUNT):
        raise invalid(
            f"No such external account: '{params['destination']}'", "destination", "resource_missing"
        )
    if params.get("source_type") not in (None, "card"):
        raise invalid("All money of this sandbox is of source type `card`.", "source_type")
    currency, amount = check_currency(params["currency"]), params["amount"]
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", "amount", "parameter_invalid_integer")
    if amount > balance.available(work, currency):
        raise _insufficient()
    payout = _build(work, amount, currency)
    payout |= {
        "description": unset(params.get("description")),
        "metadata": merge_metadata(None, params.get("metadata")),
        "statement_descriptor": unset(params.get("statement_descriptor")),
    }
    return _send(work, payout)


def pay_out(work: Work, currency: str) -> Obj:
    """The automatic payout of everything that is available in `currency`, with the transactions it consists of.

    Raises:
        StripeError: 400 `balance_insufficient` when nothing is available.
    """
    work.flush()
    rows = work.box.store.rows(
        "SELECT body FROM objects WHERE type = 'balance_transaction' AND json_extract(body, '$.currency') = ?"
        " AND json_extract(body, '$.available_on') <= ? AND json_extract(body, '$._.payout') IS NULL",
        (currency, work.now),
    )
    lines: list[Obj] = [msgspec.json.decode(row[0]) for row in rows]
    amount = sum(line["net"] for line in lines)
    if amount < 1:
        raise _insufficient()
    payout = _build(work, amount, currency) | {"automatic": True, "reconciliation_status": "completed"}
    _send(work, payout)
    for line in (*lines, work.own("balance_transaction", payout["balance_transaction"])):
        work.save(line | {"_": {"payout": payout["id"]}})
    work.emit("payout.reconciliation_completed", payout)
    return payout


def page(work: Work, params: Obj) -> Obj:
    """`GET /v1/payouts`, by `status`, `destination`, `created` and `arrival_date`."""
    rest = {name: value for name, value in params.items() if name != "arrival_date"}
    given = params.get("arrival_date", {})
    bounds = given if isinstance(given, dict) else {"gte": given, "lte": given}
    extra = tuple(
        Filter(f"json_extract(body, '$.arrival_date') {_RANGE[name]} ?", (value,))
        for name, value in bounds.items()
    )
    return lists.page(work, "payout", "/v1/payouts", rest, extra)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a payout's metadata."""
    payout = work.need("payout", id)
    before = payout["metadata"]
    payout["metadata"] = merge_metadata(before, params.get("metadata"))
    if payout["metadata"] != before:
        work.emit("payout.updated", payout, {"metadata": before})
    return work.save(payout)


def cancel(work: Work, id: str, params: Obj) -> Obj:
    """Call back a manual payout that has not left yet; its money is available again."""
    payout = work.need("payout", id)
    if payout["automatic"] or payout["original_payout"]:
        raise invalid("Only payouts that were requested manually can be canceled.")
    if payout["status"] != "pending":
        raise invalid(f"Payouts can be canceled while they are pending; this one is {payout['status']}.")
    payout["status"] = "canceled"
    payout["failure_balance_transaction"] = balance.enter_payout_return(work, payout, "payout_cancel")
    work.emit("payout.canceled", payout)
    return work.save(payout)


def reverse(work: Work, id: str, params: Obj) -> Obj:
    """Fetch a paid payout back from the bank: a payout of the opposite amount."""
    payout = work.need("payout", id)
    if payout["status"] != "paid" or payout["reversed_by"] or payout["original_payout"]:
        raise invalid("Only a paid payout can be reversed, and only once. A pending one can be canceled.")
    back = _build(work, -payout["amount"], payout["currency"])
    back |= {"original_payout": id, "metadata": merge_metadata(None, params.get("metadata"))}
    payout["reversed_by"] = back["id"]
    work.save(payout)
    work.emit("payout.updated", payout, {"reversed_by": None})
    return _send(work, back)


def leave(work: Work, id: str) -> None:
    """Scheduled: the payout is handed to the bank."""
    payout = work.get("payout", id)
    if payout is not None and payout["status"] == "pending":
        payout["status"] = "in_transit"
        work.save(payout)
        work.emit("payout.updated", payout, {"status": "pending"})


def arrive(work: Work, id: str) -> None:
    """Scheduled: the money is in the bank account."""
    payout = work.get("payout", id)
    if payout is not None and payout["status"] == "in_transit":
        payout["status"] = "paid"
        payout["trace_id"] = {"status": "supported", "value": payout["id"][-15:].upper()}
        work.save(payout)
        work.emit("payout.paid", payout)


def fail(work: Work, id: str, code: str) -> Obj:
    """The bank returns a payout, even a paid one; its money is available again."""
    payout = work.need("payout", id)
    if payout["status"] not in ("pending", "in_transit", "paid") or payout["original_payout"]:
        raise invalid(f"Payout {id} is {payout['status']} and cannot fail any more.")
    payout |= {"status": "failed", "failure_code": code, "failure_message": FAILURES[code]}
    payout["trace_id"] = {"status": "unsupported", "value": None}
    payout["failure_balance_transaction"] = balance.enter_payout_return(work, payout, "payout_failure")
    work.emit("payout.failed", payout)
    return work.save(payout)


def _build(work: Work, amount: int, currency: str) -> Obj:
    payout = blank("payout")
    return payout | {
        "id": new_id("po_1"),
        "amount": amount,
        "arrival_date": work.now - work.now % DAY + ARRIVES_AFTER_DAYS * DAY,
        "created": work.now,
        "currency": currency,
        "destination": BANK_ACCOUNT,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "not_applicable",
        "source_type": "card",
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }


def _send(work: Work, payout: Obj) -> Obj:
    payout["balance_transaction"] = balance.enter_payout(work, payout)
    work.save(payout)
    work.later(LEAVES_AFTER, "send_payout", payout["id"])
    work.later(payout["arrival_date"] - work.now, "pay_payout", payout["id"])
    work.emit("payout.created", payout)
    return payout


def _insufficient() -> StripeError:
    return StripeError(
        400,
        "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. "
        "You can use the /v1/balance endpoint to view your Stripe balance.",
        code="balance_insufficient",
        param="amount",
    )
