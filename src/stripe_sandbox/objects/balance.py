"""BalanceTransactions and the balance they add up to.

A transaction is *pending* until `available_on`, then *available*: its status is read off the clock. Private
fact: `payout`, the automatic payout that paid it out.
"""

from dataclasses import dataclass

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id
from stripe_sandbox.lists import Filter
from stripe_sandbox.work import Work

AVAILABLE_AFTER = 2 * 86400
# Minor units of whatever currency: 15.00 USD.
DISPUTE_FEE = 1500


@dataclass(frozen=True, slots=True)
class Fee:
    """What a payment costs: `permille` of its amount and `fixed` minor units, at most `cap`."""

    permille: int = 29
    fixed: int = 30
    cap: int | None = None


_CARD_FEE = Fee()
_FEES = {
    "ideal": Fee(0, 80),
    "klarna": Fee(60, 30),
    "sepa_debit": Fee(8, 30, 600),
    "us_bank_account": Fee(8, 0, 500),
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a line of the books says beside its amount. `fee` is negative when one is given back."""

    type: str
    category: str
    fee: int = 0
    wait: int = 0
    description: str | None = None
    fee_words: str = "Stripe processing fees"


def fee_of(amount: int, kind: str = "card") -> int:
    """The fee of a payment of `amount` by this kind of method, in minor units; parts round half up."""
    fee = _FEES.get(kind, _CARD_FEE)
    whole = (amount * fee.permille + 500) // 1000 + fee.fixed
    return whole if fee.cap is None else min(whole, fee.cap)


def enter_charge(work: Work, charge: Obj, *, at_once: bool) -> str:
    """Book a captured charge; returns the transaction's id."""
    kind = charge["payment_method_details"]["type"]
    amount = charge["amount_captured"]
    entry = _Entry(
        "charge" if kind == "card" else "payment",
        "charge",
        fee_of(amount, kind),
        0 if at_once else AVAILABLE_AFTER,
        charge["description"],
    )
    return _book(work, charge, amount, entry)


def enter_refund(work: Work, refund: Obj) -> str:
    """Book money going back; returns the transaction's id."""
    card = refund["destination_details"]["type"] == "card"
    words = f"REFUND FOR {'CHARGE' if card else 'PAYMENT'}"
    entry = _Entry("refund" if card else "payment_refund", "refund", description=words)
    return _book(work, refund, -refund["amount"], entry)


def enter_refund_failure(work: Work, refund: Obj) -> str:
    """Book money that came back because a refund failed; returns the transaction's id."""
    entry = _Entry("refund_failure", "refund_failure", description="REFUND FAILURE")
    return _book(work, refund, refund["amount"], entry)


def enter_dispute(work: Work, dispute: Obj) -> Obj:
    """Book what a chargeback takes, and its fee; returns the whole transaction."""
    words = f"Chargeback withdrawal for {dispute['charge']}"
    entry = _Entry("adjustment", "dispute", DISPUTE_FEE, 0, words, "Dispute fee")
    return _enter(work, dispute, -dispute["amount"], entry)


def enter_dispute_reversal(work: Work, dispute: Obj) -> Obj:
    """Book what a won dispute gives back, its fee too; returns the whole transaction."""
    words = f"Chargeback reversal for {dispute['charge']}"
    entry = _Entry("adjustment", "dispute_reversal", -DISPUTE_FEE, 0, words, "Dispute fee refund")
    return _enter(work, dispute, dispute["amount"], entry)


def enter_payout(work: Work, payout: Obj) -> str:
    """Book money on its way to the bank; returns the transaction's id."""
    entry = _Entry("payout", "payout", description="STRIPE PAYOUT")
    return _book(work, payout, -payout["amount"], entry)


def enter_payout_return(work: Work, payout: Obj, type: str) -> str:
    """Book money that did not reach the bank (`payout_failure`, `payout_cancel`); returns the id."""
    words = "STRIPE PAYOUT CANCELED" if type == "payout_cancel" else "STRIPE PAYOUT FAILED"
    entry = _Entry(type, "payout_reversal", description=words)
    return _book(work, payout, payout["amount"], entry)


def refresh(transaction: Obj, now: int) -> Obj:
    """The transaction with the status it has at `now`."""
    transaction["status"] = "available" if transaction["available_on"] <= now else "pending"
    return transaction


def page(work: Work, params: Obj) -> Obj:
    """`GET /v1/balance_transactions`; `payout` finds what an automatic payout paid out, and itself."""
    rest = {name: value for name, value in params.items() if name != "payout"}
    extra: tuple[Filter, ...] = ()
    if "payout" in params:
        payout = work.need("payout", params["payout"], "payout")["id"]
        sql = "(json_extract(body, '$._.payout') = ? OR json_extract(body, '$.source') = ?)"
        extra = (Filter(sql, (payout, payout)),)
    found = lists.page(work, "balance_transaction", "/v1/balance_transactions", rest, extra)
    for transaction in found["data"]:
        refresh(transaction, work.now)
    return found


def retrieve_balance(work: Work) -> Obj:
    """`GET /v1/balance`: what is available and what is pending, per currency."""
    sums = _sums(work)
    found = {
        name: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted((amounts or {"usd": 0}).items())
        ]
        for name, amounts in sums.items()
    }
    return blank("balance") | found


def available(work: Work, currency: str) -> int:
    """What can be paid out in `currency` now, in minor units."""
    work.flush()
    return _sums(work)["available"].get(currency, 0)


def covers(work: Work, refund: Obj) -> bool:
    """Whether the account still holds the money of a refund.

    Fees do not count: by itself, what was taken is always enough for what goes back, so that only payouts
    can leave too little.
    """
    row = work.box.store.row("SELECT 1 FROM objects WHERE type = 'payout' LIMIT 1")
    if row is None:
        return True
    work.flush()
    total = work.box.store.row(
        "SELECT sum(json_extract(body, '$.amount')) FROM objects"
        " WHERE type = 'balance_transaction' AND json_extract(body, '$.currency') = ?",
        (refund["currency"],),
    )[0]
    return bool((total or 0) >= refund["amount"])


def _sums(work: Work) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for currency, ready, total in work.box.store.rows(
        "SELECT json_extract(body, '$.currency'), json_extract(body, '$.available_on') <= ?,"
        " sum(json_extract(body, '$.net')) FROM objects WHERE type = 'balance_transaction' GROUP BY 1, 2",
        (work.now,),
    ):
        sums["available" if ready else "pending"][currency] = total
        sums["pending" if ready else "available"].setdefault(currency, 0)
    return sums


def _book(work: Work, source: Obj, amount: int, entry: _Entry) -> str:
    identifier: str = _enter(work, source, amount, entry)["id"]
    return identifier


def _enter(work: Work, source: Obj, amount: int, entry: _Entry) -> Obj:
    transaction = blank("balance_transaction")
    details = {
        "amount": entry.fee,
        "application": None,
        "currency": source["currency"],
        "description": entry.fee_words,
        "type": "stripe_fee",
    }
    transaction |= {
        "id": new_id("txn_3"),
        "amount": amount,
        "available_on": work.now + entry.wait,
        "balance_type": "payments",
        "created": work.now,
        "currency": source["currency"],
        "description": entry.description,
        "fee": entry.fee,
        "fee_details": [details] if entry.fee else [],
        "net": amount - entry.fee,
        "reporting_category": entry.category,
        "source": source["id"],
        "type": entry.type,
    }
    return work.save(refresh(transaction, work.now))
