"""Charges without a PaymentIntent, as they were made before there were any: from a token, taken or held."""

from stripe_sandbox import cards
from stripe_sandbox.amounts import check_amount, check_currency, format_amount
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, missing, no_such, refuse_unmodelled
from stripe_sandbox.objects import attempts, charges, next_actions, payment_intents, payment_methods
from stripe_sandbox.work import Work, merge_metadata, shipping, unset

NOT_MODELLED = (
    "application_fee", "application_fee_amount", "destination", "on_behalf_of", "transfer_data",
)  # fmt: skip


def create(work: Work, params: Obj) -> Obj:
    """`POST /v1/charges`: charge a card token (`tok_visa`) at once; with `capture=false` only hold the amount.

    Raises:
        StripeError: 400 for what is missing or not modelled; 402 after a decline, and the failed charge stays.
    """
    refuse_unmodelled(params, NOT_MODELLED)
    for name in ("amount", "currency", "source"):
        if name not in params:
            raise missing(name)
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    if params.get("customer"):
        work.need("customer", params["customer"], "customer")
    if cards.by_name(params["source"]) is None:
        raise no_such("token", params["source"], "source", in_path=False)
    method = payment_methods.use(work, params["source"], "source")
    order = _order(params, currency)
    does = payment_methods.behaviour(method)
    if does.authentication == "fails" or next_actions.challenges(does, off_session=True):
        return _decline(work, order, method, ("card_declined", "authentication_required"))
    if why := does.decline or work.box.faults.next_decline():
        return _decline(work, order, method, why)
    charge = charges.create(work, order, method)
    if charge["captured"]:
        charges.book(work, charge)
        charges.follow(work, charge)
    else:
        work.later(payment_intents.HOLD_SECONDS, "expire_charge", charge["id"])
    work.emit("charge.succeeded", charge)
    return charge


def capture(work: Work, id: str, params: Obj) -> Obj:
    """`POST /v1/charges/{id}/capture`: take what a charge holds, whole or in part.

    Raises:
        StripeError: 400 when it holds nothing (`charge_already_captured`, `charge_expired_for_capture`) or less.
    """
    refuse_unmodelled(params, NOT_MODELLED)
    charge = work.need("charge", id)
    if charge["captured"]:
        raise StripeError(400, f"Charge {id} has already been captured.", code="charge_already_captured")
    if not charge["paid"] or charge["_"]["released"]:
        code = "charge_expired_for_capture" if charge["paid"] else None
        raise StripeError(400, f"Charge {id} holds nothing that could be captured.", code=code)
    if "receipt_email" in params:
        charge["receipt_email"] = unset(params["receipt_email"])
    if charge["payment_intent"]:
        own = ("statement_descriptor", "statement_descriptor_suffix")
        given = {name: params[name] for name in own if name in params}
        if "amount" in params:
            given["amount_to_capture"] = params["amount"]
        payment_intents.capture(work, charge["payment_intent"], given)
        return charge
    amount: int = ({"amount": charge["amount"]} | params)["amount"]
    if not 1 <= amount <= charge["amount"]:
        held = format_amount(charge["amount"], charge["currency"])
        raise invalid(f"Between 1 and {held} of this charge can be captured.", "amount")
    charges.capture(work, charge, amount)
    charges.book(work, charge)
    return charge


def expire_hold(work: Work, id: str) -> None:
    """Scheduled: seven days without capture end an authorisation."""
    charge = work.get("charge", id)
    if charge is not None and not charge["captured"] and not charge["_"]["released"]:
        charges.release(work, charge, expired=True)


def _order(params: Obj, currency: str) -> Obj:
    """What is to be paid, in the form of a PaymentIntent that nobody sees."""
    order = blank("payment_intent") | {
        "id": None,
        "amount": params["amount"],
        "capture_method": "automatic" if params.get("capture", True) else "manual",
        "currency": currency,
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_method_options": {},
        "shipping": shipping(params.get("shipping")),
    }
    for name in (
        "customer", "description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix",
        "transfer_group",
    ):  # fmt: skip
        order[name] = unset(params.get(name))
    return order


def _decline(work: Work, order: Obj, method: Obj, why: tuple[str, str | None]) -> Obj:
    failed = charges.create(work, order, method, decline=why)
    work.emit("charge.failed", failed)
    code, decline_code = why
    raise StripeError(
        402,
        cards.message(code, decline_code),
        type="card_error",
        code=code,
        decline_code=decline_code,
        charge=failed["id"],
        advice_code=failed["outcome"]["advice_code"],
        param=attempts.WRONG.get(code),
        keep=True,
    )
