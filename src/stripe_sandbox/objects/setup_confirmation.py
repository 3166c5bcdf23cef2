"""Confirming a SetupIntent: does the customer agree, does the bank, and what follows.

One confirmation is one SetupAttempt. A refusal is a 402 that keeps what it changed.
"""

from stripe_sandbox import cards
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.objects import (
    attempts,
    confirmation,
    confirmation_tokens,
    intent_methods,
    mandates,
    method_kinds,
    next_actions,
    payment_methods,
    sessions,
    setup_attempts,
    setup_intents,
)
from stripe_sandbox.work import Work, public

FAILED_CHALLENGE = (
    "The latest attempt to set up the payment method has failed because authentication failed. Provide "
    "payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again."
)
NEEDS_RETURN_URL = (
    "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
    "these payment methods might redirect your customer off of your page, you must provide a `return_url`. "
    "If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
    "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
    "Payment Intents."
)
MISSING_METHOD = (
    "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with "
    "a payment method and then confirm it again."
)
GENERIC = ("card_declined", "generic_decline")


def confirm_by_id(work: Work, id: str, params: Obj) -> Obj:
    """`POST /v1/setup_intents/{id}/confirm`."""
    intent = work.need("setup_intent", id)
    setup_intents.check_secret(work, intent, params)
    if intent["_"]["session"]:
        raise setup_intents.unexpected_state(
            "You cannot confirm this SetupIntent because it was created by a Checkout Session.", intent
        )
    if intent["status"] not in setup_intents.CANCELABLE:
        raise setup_intents.unexpected_state(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.", intent
        )
    setup_intents.check_choice(params)
    params = confirmation_tokens.apply(work, params)
    if "payment_method_data" not in params and not (params.get("payment_method") or intent["payment_method"]):
        raise setup_intents.unexpected_state(MISSING_METHOD, intent)
    check(work, intent, params)
    if "payment_method_options" in params:
        intent["payment_method_options"] = setup_intents.options(
            params["payment_method_options"], intent["payment_method_options"]
        )
    setup_intents.change_method(work, intent, params)
    confirmation_tokens.link(work, params, intent)
    intent["_"]["confirmed"] += 1
    if intent["_"]["confirmed"] > confirmation.MAX_CONFIRMATIONS:
        return setup_intents.close(work, intent, None)
    return confirm(work, intent, params)


def check(work: Work, intent: Obj, params: Obj) -> None:
    """400 when a server confirms methods that may redirect without saying where the customer returns to."""
    automatic = intent["automatic_payment_methods"]
    may_redirect = bool(automatic and automatic["enabled"] and automatic["allow_redirects"] != "never")
    has_url = params.get("return_url") or intent["_"]["return_url"]
    if may_redirect and not has_url and not work.by_page:
        raise invalid(NEEDS_RETURN_URL, "return_url")


def confirm(work: Work, intent: Obj, params: Obj) -> Obj:
    """Try to set up the method that the intent holds.

    Raises:
        StripeError: 402 after a refusal; the failed attempt and the intent's error stay.
    """
    if not intent["payment_method"]:
        raise setup_intents.unexpected_state(MISSING_METHOD, intent)
    facts = intent["_"]
    method = work.own("payment_method", intent["payment_method"])
    intent_methods.check_owner(intent, method)
    setup_attempts.abandon(work, intent)
    setup_attempts.begin(work, intent, method)
    intent["last_setup_error"] = None
    facts |= {
        "action": None,
        "mandate_data": params.get("mandate_data") or facts["mandate_data"],
        "return_url": params.get("return_url") or facts["return_url"],
    }
    does = payment_methods.behaviour(method)
    asked = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
    if does.authentication == "fails":
        return refuse(work, intent, method, does.decline or GENERIC)
    if not next_actions.challenges(does, off_session=False, asked=asked):
        if does.authentication == "frictionless":
            setup_attempts.secure(work, intent, "frictionless")
        return _ask_bank(work, intent, method)
    facts["action"] = {"method": method["id"]}
    intent["next_action"] = next_actions.next_action(
        work, intent, does, return_url=facts["return_url"], by_script=bool(params.get("use_stripe_sdk"))
    )
    setup_attempts.move(work, intent, "requires_action")
    setup_intents.settle(work, intent)
    work.emit("setup_intent.requires_action", intent)
    return intent


def authenticate(work: Work, id: str, outcome: str) -> Obj:
    """The customer passes (`succeed`) or fails (`fail`) the challenge of an intent in requires_action."""
    intent = work.need("setup_intent", id)
    if intent["status"] != "requires_action":
        raise setup_intents.unexpected_state(
            f"This SetupIntent has a status of {intent['status']}: there is nothing to authenticate.", intent
        )
    method = work.own("payment_method", intent["_"]["action"]["method"])
    intent["_"]["action"] = None
    if outcome == "fail":
        error = StripeError(
            402,
            FAILED_CHALLENGE,
            code="setup_intent_authentication_failure",
            payment_method=public(method),
        )
        _fail(work, intent, error.error)
        return intent
    setup_attempts.secure(work, intent, "challenge")
    return _ask_bank(work, intent, method)


def refuse(work: Work, intent: Obj, method: Obj, why: tuple[str, str | None]) -> Obj:
    """Record a refused attempt and raise its 402."""
    code, decline_code = why
    error = StripeError(
        402,
        cards.message(code, decline_code),
        type="card_error",
        code=code,
        decline_code=decline_code,
        param="cvc" if code == "incorrect_cvc" else None,
        payment_method=public(method),
        keep=True,
    )
    _fail(work, intent, error.error)
    error.error["setup_intent"] = public(intent)
    raise error


def end_pending(work: Work, id: str) -> None:
    """Scheduled: the bank has looked at the account of an intent in processing."""
    intent = work.get("setup_intent", id)
    if intent is None or not intent["_"]["pending"]:
        return
    method = work.own("payment_method", intent["_"]["pending"])
    intent["_"]["pending"] = None
    delay = payment_methods.behaviour(method).delay
    if delay is None or delay.failure is None:
        _succeed(work, intent, method)
        return
    error = StripeError(
        402,
        "The bank account could not be set up for payments.",
        code="setup_attempt_failed",
        payment_method=public(method),
    )
    _fail(work, intent, error.error)
    sessions.follow(work, intent)


def _ask_bank(work: Work, intent: Obj, method: Obj) -> Obj:
    """The customer did all they must. Banks that take their time over a debit do so over a set-up."""
    does = payment_methods.behaviour(method)
    if does.decline and not does.attachable:
        return refuse(work, intent, method, does.decline)
    if does.delay is None or (does.delay.seconds or method_kinds.SLOW_SECONDS) <= method_kinds.QUICK_SECONDS:
        return _succeed(work, intent, method)
    intent["_"]["pending"] = method["id"]
    setup_attempts.move(work, intent, "processing")
    setup_intents.settle(work, intent)
    if does.delay.seconds is not None:
        work.later(does.delay.seconds, "end_setup", intent["id"])
    sessions.follow(work, intent)
    return intent


def _succeed(work: Work, intent: Obj, method: Obj) -> Obj:
    kept = method if payment_methods.behaviour(method).reusable else _account_behind(work, method)
    if intent["usage"] == "off_session":
        kept["_"]["set_up"] = True
        work.save(kept)
    if intent["customer"]:
        payment_methods.attach_to(work, kept, intent["customer"])
    mandate = mandates.create(work, kept, intent["_"]["mandate_data"])
    intent["mandate"] = mandate["id"] if mandate else None
    if kept is not method:
        setup_attempts.generate(work, intent, kept)
    intent["_"]["done"] = True
    setup_attempts.move(work, intent, "succeeded")
    setup_intents.settle(work, intent)
    work.emit("setup_intent.succeeded", intent)
    sessions.follow(work, intent)
    return intent


def _account_behind(work: Work, method: Obj) -> Obj:
    """iDEAL serves once; what is kept of it is the bank account behind it, as a SEPA debit."""
    method["_"]["used"] = True
    work.save(method)
    told = {"billing_details": method["billing_details"], "sepa_debit": {"iban": attempts.IDEAL_ACCOUNT}}
    return payment_methods.create(work, {"type": "sepa_debit"} | told)


def _fail(work: Work, intent: Obj, error: Obj) -> None:
    kept = {name: value for name, value in error.items() if name != "setup_intent"}
    intent |= {"last_setup_error": kept, "payment_method": None}
    setup_attempts.move(work, intent, "failed", error=kept)
    setup_intents.settle(work, intent)
    work.emit("setup_intent.setup_failed", intent)
