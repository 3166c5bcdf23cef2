"""Confirming a PaymentIntent: is a challenge needed, does the bank say yes, and what follows.

One attempt is one Charge. A decline is a 402 that keeps what it changed.
"""

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Behaviour
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid, missing, unexpected_state
from stripe_sandbox.objects import charges, payment_intents, payment_methods, sessions
from stripe_sandbox.work import Work, public, shipping, unset

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
FAILED_CHALLENGE = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again."
)
NEEDS_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
    "these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you "
    "don't "
    "want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)


def confirm_by_id(work: Work, id: str, params: Obj) -> Obj:
    """`POST /v1/payment_intents/{id}/confirm`."""
    intent = work.need("payment_intent", id)
    if work.by_page and not params.get("client_secret"):
        raise missing("client_secret")
    check_secret(intent, params)
    if intent["_"]["session"]:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it was created by a Checkout Session.",
            public(intent),
        )
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(
            f"You cannot confirm this PaymentIntent because it has already {_ended(intent)}."
            if intent["status"] in ("succeeded", "canceled")
            else f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            public(intent),
        )
    payment_intents.check_method_choice(params)
    if (
        "payment_method_data" not in params
        and not params.get("payment_method")
        and not intent["payment_method"]
    ):
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either "
            "update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly "
            "with a "
            "payment method or ConfirmationToken.",
            public(intent),
        )
    check(work, intent, params)
    for name in ("receipt_email", "setup_future_usage", "capture_method"):
        if name in params:
            intent[name] = unset(params[name])
    if "shipping" in params:
        intent["shipping"] = shipping(params["shipping"])
    if "payment_method_options" in params:
        intent["payment_method_options"] = payment_intents.options(
            params["payment_method_options"], intent["payment_method_options"]
        )
    payment_intents.change_method(work, intent, params)
    return confirm(work, intent, params)


def check_secret(intent: Obj, params: Obj) -> None:
    """400 if a `client_secret` was sent that is not this intent's."""
    secret = params.get("client_secret")
    if secret is not None and secret != intent["client_secret"]:
        raise invalid(
            "The client_secret provided does not match the client_secret associated with this PaymentIntent.",
            "client_secret",
            "payment_intent_invalid_parameter",
        )


def check(work: Work, intent: Obj, params: Obj) -> None:
    """400 when a server confirms methods that may redirect without saying where the customer returns to."""
    automatic = intent["automatic_payment_methods"]
    may_redirect = bool(automatic and automatic["enabled"] and automatic.get("allow_redirects") != "never")
    has_url = params.get("return_url") or intent["_"]["return_url"]
    if may_redirect and not has_url and not params.get("off_session") and not work.by_page:
        raise invalid(NEEDS_RETURN_URL, "return_url")


def check_owner(intent: Obj, method: Obj) -> None:
    """400 when the method is another customer's, or was used up or detached."""
    if method["customer"] and not intent["customer"]:
        raise invalid(
            "The payment method you provided is attached to a customer so for security purposes you must "
            "provide the "
            "customer in the request.",
            "payment_method",
        )
    if method["customer"] and method["customer"] != intent["customer"]:
        raise invalid(
            f"The payment method {method['id']} does not belong to the Customer {intent['customer']}.",
            "payment_method",
        )
    if not method["customer"] and (method["_"].get("used") or method["_"].get("detached")):
        raise invalid(payment_methods.ALREADY_USED, "payment_method")


def confirm(work: Work, intent: Obj, params: Obj) -> Obj:
    """Try to pay `intent` with the method it holds.

    Raises:
        StripeError: 402 after a decline; the failed charge and the intent's error stay.
    """
    if not intent["payment_method"]:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", public(intent)
        )
    facts = intent["_"]
    method = work.own("payment_method", intent["payment_method"])
    check_owner(intent, method)
    intent["last_payment_error"] = None
    facts["action"] = None
    facts["return_url"] = params.get("return_url") or facts["return_url"]
    does = payment_methods.behaviour(method)
    if facts["authenticated"] == method["id"]:
        return charge(work, intent, method, secured="challenge")
    off_session = bool(params.get("off_session"))
    asked = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
    if not challenges(does, off_session=off_session, asked=asked):
        secured = "frictionless" if does.authentication == "frictionless" else None
        return charge(work, intent, method, secured=secured)
    if off_session or params.get("error_on_requires_action"):
        return decline(work, intent, method, ("authentication_required", "authentication_required"), None)
    _ask(work, intent, method, by_script=bool(params.get("use_stripe_sdk")))
    work.emit("payment_intent.requires_action", intent)
    return intent


def authenticate(work: Work, id: str, outcome: str) -> Obj:
    """The customer passes (`succeed`) or fails (`fail`) the challenge of an intent in requires_action."""
    intent = work.need("payment_intent", id)
    if intent["status"] != "requires_action":
        raise unexpected_state(
            f"This PaymentIntent has a status of {intent['status']}: there is nothing to authenticate.",
            public(intent),
        )
    method = work.own("payment_method", intent["_"]["action"]["method"])
    intent["_"]["action"] = None
    if outcome == "fail":
        _fail_challenge(work, intent, method)
        return intent
    if intent["confirmation_method"] == "manual":
        intent["_"]["authenticated"] = method["id"]
        return payment_intents.settle(work, intent)
    return charge(work, intent, method, secured="challenge")


def charge(work: Work, intent: Obj, method: Obj, *, secured: str | None) -> Obj:
    """Make the charge: the bank says yes, or `decline` raises."""
    does = payment_methods.behaviour(method)
    if does.decline:
        return decline(work, intent, method, does.decline, secured)
    taken = charges.create(work, intent, method, decline=None, secured=secured)
    facts = intent["_"]
    facts["authorized"] = intent["latest_charge"] = taken["id"]
    facts["captured"] = None if intent["capture_method"] == "manual" else intent["amount"]
    if intent["capture_method"] == "automatic":
        charges.book(work, taken)
    payment_intents.settle(work, intent)
    work.emit("charge.succeeded", taken)
    _keep_method(work, intent, method)
    if facts["captured"] is None:
        work.emit("payment_intent.amount_capturable_updated", intent)
        work.later(payment_intents.HOLD_SECONDS, "expire_hold", intent["id"])
    else:
        work.emit("payment_intent.succeeded", intent)
    sessions.paid(work, intent)
    if intent["capture_method"] == "automatic_async":
        work.later(charges.SETTLE_SECONDS, "settle_charge", taken["id"])
    return intent


def decline(work: Work, intent: Obj, method: Obj, why: tuple[str, str | None], secured: str | None) -> Obj:
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
        param="cvc" if code == "incorrect_cvc" else None,
        payment_method=public(method),
        keep=True,
    )
    intent["latest_charge"] = failed["id"]
    intent["payment_method"] = None
    intent["last_payment_error"] = {
        name: value for name, value in error.error.items() if name != "payment_intent"
    }
    payment_intents.settle(work, intent)
    work.emit("charge.failed", failed)
    work.emit("payment_intent.payment_failed", intent)
    error.error["payment_intent"] = public(intent)
    raise error


def _fail_challenge(work: Work, intent: Obj, method: Obj) -> None:
    code = "payment_intent_authentication_failure"
    error = StripeError(402, FAILED_CHALLENGE, code=code, payment_method=public(method))
    intent["last_payment_error"] = error.error
    intent["payment_method"] = None
    payment_intents.settle(work, intent)
    work.emit("payment_intent.payment_failed", intent)


def challenges(does: Behaviour, *, off_session: bool, asked: bool = False) -> bool:
    """Whether the customer must do something before `does` goes through: a challenge, or a page to agree on.

    `asked`: the merchant wants a challenge (`request_three_d_secure`).
    """
    if does.redirects or does.authentication == "always":
        return True
    if does.authentication == "on_session":
        return not off_session
    return does.authentication == "optional" and asked


def _ask(work: Work, intent: Obj, method: Obj, *, by_script: bool) -> None:
    url = f"{work.base_url}/_pages/3ds/{intent['id']}?client_secret={intent['client_secret']}"
    intent["_"]["action"] = {"method": method["id"]}
    if by_script:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url, "source": intent["id"]},
        }
    else:
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": intent["_"]["return_url"], "url": f"{url}&redirect=1"},
        }
    payment_intents.settle(work, intent)


def _keep_method(work: Work, intent: Obj, method: Obj) -> None:
    if intent["setup_future_usage"] and intent["customer"]:
        method["_"]["set_up"] = method["_"].get("set_up") or intent["setup_future_usage"] == "off_session"
        work.save(method)
        payment_methods.attach_to(work, method, intent["customer"])
    elif not method["customer"]:
        method["_"]["used"] = True
        work.save(method)


def _ended(intent: Obj) -> str:
    return (
        "succeeded after being previously confirmed" if intent["status"] == "succeeded" else "been canceled"
    )
