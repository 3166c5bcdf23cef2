"""One attempt to pay a PaymentIntent: the bank says yes, no, or later. Each attempt is one Charge.

A no is a 402 that keeps what it changed.
"""

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Delay, Secured
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError
from stripe_sandbox.objects import (
    charges,
    intent_methods,
    mandates,
    payment_intents,
    payment_methods,
    refund_course,
    sessions,
)
from stripe_sandbox.work import Work, public

FAILED_CHALLENGE = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again."
)
IDEAL_ACCOUNT = "NL39RABO0300065264"
# Which part of a card a decline is about.
WRONG = {"incorrect_cvc": "cvc", "expired_card": "exp_month"}
# What a bank says when a debit is returned.
RETURNED = {
    "account_closed": "The customer's bank account has been closed.",
    "debit_not_authorized": "The customer has notified their bank that this payment was unauthorized.",
    "incorrect_account_holder_name": "The name of the account holder is incorrect.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "no_account": "The customer's bank account could not be located.",
}


def pay(work: Work, intent: Obj, method: Obj, *, secured: Secured | None) -> Obj:
    """Ask the bank for the money.

    Raises:
        StripeError: 402 after a decline; the failed charge and the intent's error stay.
    """
    does = payment_methods.behaviour(method)
    why = does.decline or work.box.faults.next_decline()
    if why:
        return decline(work, intent, method, why, secured)
    taken = charges.create(work, intent, method, secured=secured, pending=does.delay is not None)
    intent["latest_charge"] = taken["id"]
    if does.delay is not None:
        return _wait(work, intent, method, taken, does.delay)
    return _succeed(work, intent, method, taken)


def decline(
    work: Work, intent: Obj, method: Obj, why: tuple[str, str | None], secured: Secured | None
) -> Obj:
    """Record a refused attempt and raise its 402."""
    failed = charges.create(work, intent, method, decline=why, secured=secured)
    code, decline_code = why
    error = StripeError(
        402,
        cards.message(code, decline_code),
        type="card_error",
        code=code,
        decline_code=decline_code,
        charge=failed["id"],
        advice_code=failed["outcome"]["advice_code"],
        network_decline_code=failed["outcome"]["network_decline_code"],
        param=WRONG.get(code),
        payment_method=public(method),
        keep=True,
    )
    intent["latest_charge"] = failed["id"]
    _reopen(work, intent, error.error)
    work.emit("charge.failed", failed)
    work.emit("payment_intent.payment_failed", intent)
    error.error["payment_intent"] = public(intent)
    raise error


def fail_challenge(work: Work, intent: Obj, method: Obj) -> Obj:
    """The customer did not pass a challenge or did not agree: no charge is made, another method may pay."""
    code = "payment_intent_authentication_failure"
    error = StripeError(402, FAILED_CHALLENGE, code=code, payment_method=public(method))
    _reopen(work, intent, error.error)
    work.emit("payment_intent.payment_failed", intent)
    return intent


def end_delayed(work: Work, id: str) -> None:
    """Scheduled: the bank's answer to a debit, the Charge `id`, has arrived."""
    taken = work.get("charge", id)
    if taken is None or taken["status"] != "pending":
        return
    intent = work.own("payment_intent", taken["payment_intent"])
    method = work.own("payment_method", taken["payment_method"])
    intent["_"]["pending"] = None
    delay = payment_methods.behaviour(method).delay
    failure = delay.failure if delay else None
    if failure is None:
        charges.succeed(work, taken)
        _succeed(work, intent, method, taken)
        refund_course.charge_decided(work, taken)
        return
    charges.fail(work, taken, failure, RETURNED[failure])
    code = "payment_intent_payment_attempt_failed" if method["type"] == "sepa_debit" else failure
    error = StripeError(402, RETURNED[failure], code=code, charge=taken["id"], payment_method=public(method))
    _reopen(work, intent, error.error)
    work.emit("charge.failed", taken)
    work.emit("payment_intent.payment_failed", intent)
    sessions.follow(work, intent)
    refund_course.charge_decided(work, taken)


def _wait(work: Work, intent: Obj, method: Obj, taken: Obj, delay: Delay) -> Obj:
    intent["_"]["pending"] = taken["id"]
    payment_intents.settle(work, intent)
    work.emit("payment_intent.processing", intent)
    work.emit("charge.pending", taken)
    if delay.seconds is not None:
        work.later(delay.seconds, "end_delayed", taken["id"])
    sessions.follow(work, intent)
    return intent


def _succeed(work: Work, intent: Obj, method: Obj, taken: Obj) -> Obj:
    facts = intent["_"]
    facts["authorized"] = taken["id"]
    facts["captured"] = taken["_"]["captured"]
    if facts["captured"] is not None and intent["capture_method"] == "automatic":
        charges.book(work, taken)
    payment_intents.settle(work, intent)
    work.emit("charge.succeeded", taken)
    _keep_method(work, intent, method, taken)
    if facts["captured"] is None:
        work.emit("payment_intent.amount_capturable_updated", intent)
        work.later(payment_intents.HOLD_SECONDS, "expire_hold", intent["id"])
    else:
        work.emit("payment_intent.succeeded", intent)
        charges.follow(work, taken)
    sessions.follow(work, intent)
    return intent


def _reopen(work: Work, intent: Obj, error: Obj) -> None:
    intent["payment_method"] = None
    intent["last_payment_error"] = {name: value for name, value in error.items() if name != "payment_intent"}
    payment_intents.settle(work, intent)


def _keep_method(work: Work, intent: Obj, method: Obj, taken: Obj) -> None:
    """Attach a method that is to be used again; one that is not, and is nobody's, is used up."""
    usage = intent_methods.setting(intent, method, "setup_future_usage")
    wanted = usage in ("on_session", "off_session")
    kept = wanted and intent["customer"]
    if kept and payment_methods.behaviour(method).reusable:
        method["_"]["set_up"] = method["_"].get("set_up") or usage == "off_session"
        work.save(method)
        payment_methods.attach_to(work, method, intent["customer"])
        return
    if kept:
        _keep_account(work, intent, method, taken)
    if not method["customer"]:
        method["_"] |= {"used": True, "wanted": wanted}
        work.save(method)


def _keep_account(work: Work, intent: Obj, method: Obj, taken: Obj) -> None:
    """iDEAL is for one payment; what is kept of it is the bank account it was paid from, as a SEPA debit."""
    told = {"billing_details": method["billing_details"], "sepa_debit": {"iban": IDEAL_ACCOUNT}}
    account = payment_methods.create(work, {"type": "sepa_debit"} | told)
    mandate = mandates.create(work, account, intent["_"]["mandate_data"])
    part = taken["payment_method_details"][method["type"]]
    part["generated_sepa_debit"] = account["id"]
    part["generated_sepa_debit_mandate"] = mandate["id"] if mandate else None
    charges.settle(work, taken)
    payment_methods.attach_to(work, account, intent["customer"])
