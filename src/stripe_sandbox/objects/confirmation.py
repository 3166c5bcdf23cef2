"""Confirming a PaymentIntent: may it be confirmed, must the customer do something first, and then `attempts`."""

from stripe_sandbox.behaviour import Secured
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid, missing, unexpected_state
from stripe_sandbox.objects import (
    attempts,
    confirmation_tokens,
    intent_methods,
    next_actions,
    payment_intents,
    payment_methods,
)
from stripe_sandbox.work import Work, public, shipping, unset

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
# Stripe's limit varies; one more confirmation cancels the intent.
MAX_CONFIRMATIONS = 100
NEEDS_RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
    "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
    "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
    "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment "
    "Intents."
)
NEEDS_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
    "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment "
    "method or ConfirmationToken."
)


def confirm_by_id(work: Work, id: str, params: Obj) -> Obj:
    """`POST /v1/payment_intents/{id}/confirm`.

    Raises:
        StripeError: 400 when the intent cannot be confirmed now or so; 402 after a decline.
    """
    intent = work.need("payment_intent", id)
    _check_caller(work, intent, params)
    _check_state(intent)
    intent_methods.check_choice(params)
    named = {"payment_method", "payment_method_data", "confirmation_token"} & set(params)
    if not intent["payment_method"] and not any(params[name] for name in named):
        raise unexpected_state(NEEDS_METHOD, public(intent))
    if params.get("amount_to_confirm", intent["amount"]) != intent["amount"]:
        raise invalid("The amount to confirm is not the amount of this PaymentIntent.", "amount_to_confirm")
    params = confirmation_tokens.apply(work, params)
    check(work, intent, params)
    confirmation_tokens.link(work, params, intent)
    intent["_"]["confirmed"] += 1
    if intent["_"]["confirmed"] > MAX_CONFIRMATIONS:
        return payment_intents.close(work, intent, None)
    for name in ("receipt_email", "setup_future_usage", "capture_method"):
        if name in params:
            intent[name] = unset(params[name])
    if "shipping" in params:
        intent["shipping"] = shipping(params["shipping"])
    payment_intents.choose_anew(work, intent, params)
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


def confirm(work: Work, intent: Obj, params: Obj) -> Obj:
    """Try to pay `intent` with the method it holds.

    Raises:
        StripeError: 402 after a decline; the failed charge and the intent's error stay.
    """
    if not intent["payment_method"]:
        raise unexpected_state(NEEDS_METHOD, public(intent))
    facts = intent["_"]
    method = work.own("payment_method", intent["payment_method"])
    intent_methods.check_fits(intent, method)
    if params.get("mandate"):
        work.need("mandate", params["mandate"], "mandate")
    intent["last_payment_error"] = None
    facts["action"] = None
    for name in ("return_url", "mandate_data"):
        facts[name] = params.get(name) or facts[name]
    if facts["authenticated"] == method["id"]:
        return attempts.pay(work, intent, method, secured=_passed(method))
    does = payment_methods.behaviour(method)
    asked = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
    off_session = bool(params.get("off_session"))
    if not next_actions.challenges(does, off_session=off_session, asked=asked):
        secured = _unasked(does.authentication, asked=asked and method["type"] == "card")
        if does.authentication == "fails":
            return attempts.decline(work, intent, method, ("card_declined", "generic_decline"), secured)
        return attempts.pay(work, intent, method, secured=secured)
    if off_session or params.get("error_on_requires_action"):
        reason = "authentication_required" if off_session else "authentication_not_handled"
        return attempts.decline(work, intent, method, ("authentication_required", reason), None)
    if does.redirects and not facts["return_url"]:
        raise invalid(
            f"A `return_url` must be provided to confirm a payment with {method['type']}.", "return_url"
        )
    intent["next_action"] = next_actions.next_action(
        work,
        intent,
        does,
        return_url=facts["return_url"],
        by_script=bool(params.get("use_stripe_sdk")),
    )
    facts["action"] = {"method": method["id"]}
    payment_intents.settle(work, intent)
    work.emit("payment_intent.requires_action", intent)
    return intent


def authenticate(work: Work, id: str, outcome: str) -> Obj:
    """The customer passes (`succeed`) or fails (`fail`) what an intent in requires_action asks of them."""
    intent = work.need("payment_intent", id)
    if intent["status"] != "requires_action":
        raise unexpected_state(
            f"This PaymentIntent has a status of {intent['status']}: there is nothing to authenticate.",
            public(intent),
        )
    method = work.own("payment_method", intent["_"]["action"]["method"])
    intent["_"]["action"] = None
    if outcome == "fail":
        return attempts.fail_challenge(work, intent, method)
    if intent["confirmation_method"] == "manual":
        intent["_"]["authenticated"] = method["id"]
        return payment_intents.settle(work, intent)
    return attempts.pay(work, intent, method, secured=_passed(method))


def _check_caller(work: Work, intent: Obj, params: Obj) -> None:
    if work.by_page and not params.get("client_secret"):
        raise missing("client_secret")
    check_secret(intent, params)
    if work.by_page and intent["confirmation_method"] == "manual":
        raise StripeError(
            400,
            "This PaymentIntent cannot be confirmed using your publishable key because its "
            "`confirmation_method` is set to `manual`. Please use your secret key instead.",
            code="payment_intent_invalid_parameter",
        )
    if intent["_"]["session"]:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it was created by a Checkout Session.",
            public(intent),
        )


def _check_state(intent: Obj) -> None:
    status = intent["status"]
    if status in CONFIRMABLE:
        return
    endings = {
        "succeeded": "it has already succeeded after being previously confirmed",
        "canceled": "it has already been canceled",
    }
    why = endings.get(status, f"it has a status of {status}")
    raise unexpected_state(f"You cannot confirm this PaymentIntent because {why}.", public(intent))


def _passed(method: Obj) -> Secured | None:
    return "challenge" if method["type"] == "card" else None


def _unasked(authentication: str, *, asked: bool) -> Secured | None:
    """The result of 3-D Secure without a challenge; None if it did not take place."""
    if authentication == "frictionless":
        return "frictionless"
    if authentication == "fails" or (authentication == "fails_if_asked" and asked):
        return "error"
    return "attempted" if asked and authentication == "never" else None
