"""PaymentIntents: create, update, cancel, capture. Confirming is in `confirmation`, paying in `attempts`.

Private facts: `authorized` (the good charge's id), `captured` (minor units taken, or null), `pending` (the
charge a bank has not answered yet), `action` (what the customer must still do, or null), `authenticated` (the
method whose challenge was passed), `confirmed` (how often), `session` (the Checkout Session it belongs to),
`return_url`, `mandate_data` (how the customer agreed to a debit). The public status is derived from them in
`settle`, so it cannot contradict them.
"""

from stripe_sandbox.amounts import check_amount, check_currency, format_amount
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, refuse_unmodelled, unexpected_state
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects import (
    charges,
    confirmation,
    confirmation_tokens,
    intent_methods,
    payment_methods,
    sessions,
)
from stripe_sandbox.work import Work, merge_metadata, public, shipping, unset

HOLD_SECONDS = 7 * 86400
CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
UPDATABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CONFIRM_ONLY = (
    "off_session", "return_url", "error_on_requires_action", "mandate", "mandate_data", "confirmation_token",
)  # fmt: skip


def create(work: Work, params: Obj) -> Obj:
    """A new PaymentIntent; with `confirm` it is confirmed at once."""
    if not params.get("confirm"):
        for name in CONFIRM_ONLY:
            if params.get(name):
                raise invalid(f"You can only pass `{name}` when `confirm` is true.", name)
    intent_methods.check_choice(params)
    params = confirmation_tokens.apply(work, params)
    currency = check_currency(params["currency"])
    intent = build(work, params, currency)
    check_amount(params["amount"], currency, kinds=intent["payment_method_types"])
    change_method(work, intent, params)
    settle(work, intent)
    if params.get("confirm"):
        confirmation.check(work, intent, params)
    work.emit("payment_intent.created", intent)
    if not params.get("confirm"):
        return intent
    confirmation_tokens.link(work, params, intent)
    return confirmation.confirm(work, intent, params)


def build(work: Work, params: Obj, currency: str) -> Obj:
    """A PaymentIntent with the facts of `params`, not yet saved or announced."""
    intent = blank("payment_intent")
    identifier = new_id("pi_3")
    customer = unset(params.get("customer"))
    if customer:
        work.need("customer", customer, "customer")
    intent |= {
        "id": identifier,
        "amount": params["amount"],
        "amount_details": {"tip": {}},
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{random_text(25)}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": work.now,
        "currency": currency,
        "customer": customer,
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_method_options": intent_methods.options(params.get("payment_method_options"), None),
        "setup_future_usage": unset(params.get("setup_future_usage")),
        "shipping": shipping(params.get("shipping")),
        "_": {
            "authorized": None,
            "captured": None,
            "pending": None,
            "action": None,
            "authenticated": None,
            "confirmed": 0,
            "session": None,
            "mandate_data": None,
            "return_url": None,
        },
    }
    for name in ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix"):
        intent[name] = unset(params.get(name))
    intent["transfer_group"] = params.get("transfer_group")
    _describe(work, intent, params)
    intent_methods.choose(intent, params)
    return intent


def settle(work: Work, intent: Obj) -> Obj:
    """Derive status and amounts from the facts, and save: the only way an intent changes."""
    facts = intent["_"]
    intent["status"] = _status(intent)
    holding = intent["status"] == "requires_capture"
    intent["amount_received"] = facts["captured"] or 0
    intent["amount_capturable"] = intent["amount"] if holding else 0
    if intent["status"] != "requires_action":
        intent["next_action"] = None
    return work.save(intent)


def _status(intent: Obj) -> str:
    facts = intent["_"]
    if intent["canceled_at"] is not None:
        return "canceled"
    if facts["captured"] is not None:
        return "succeeded"
    if facts["authorized"]:
        return "requires_capture"
    if facts["pending"]:
        return "processing"
    if facts["action"]:
        return "requires_action"
    return "requires_confirmation" if intent["payment_method"] else "requires_payment_method"


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change an intent that is not finished; metadata and description also afterwards."""
    intent = work.need("payment_intent", id)
    always = {"metadata", "description", "receipt_email", "shipping"}
    if intent["status"] not in UPDATABLE and set(params) - always:
        param = sorted(set(params) - always)[0]
        raise unexpected_state(
            f"This PaymentIntent's {param} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {param} of a PaymentIntent with one of the following "
            "statuses: requires_payment_method, requires_confirmation, requires_action.",
            public(intent),
        )
    intent_methods.check_choice(params)
    if params.get("customer"):
        work.need("customer", params["customer"], "customer")
    if "currency" in params:
        intent["currency"] = check_currency(params["currency"])
    for name in (
        "customer", "description", "receipt_email", "setup_future_usage", "statement_descriptor",
        "statement_descriptor_suffix", "capture_method", "transfer_group",
    ):  # fmt: skip
        if name in params:
            intent[name] = unset(params[name])
    if "shipping" in params:
        intent["shipping"] = shipping(params["shipping"])
    intent["metadata"] = merge_metadata(intent["metadata"], params.get("metadata"))
    choose_anew(work, intent, params)
    if "amount" in params or "currency" in params:
        intent["amount"] = (intent | params)["amount"]
        check_amount(intent["amount"], intent["currency"], kinds=intent["payment_method_types"])
    change_method(work, intent, params)
    intent["last_payment_error"] = None
    return settle(work, intent)


def choose_anew(work: Work, intent: Obj, params: Obj) -> None:
    """Take from an update or a confirmation what decides how the intent may be paid."""
    _describe(work, intent, params)
    if "payment_method_options" in params:
        intent["payment_method_options"] = intent_methods.options(
            params["payment_method_options"], intent["payment_method_options"]
        )
    if intent_methods.CHOOSING & set(params) and not intent["_"]["session"]:
        intent_methods.choose(intent, params)


def cancel(work: Work, id: str, params: Obj) -> Obj:
    """Cancel an unfinished intent; a hold is released."""
    intent = work.need("payment_intent", id)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a "
            "PaymentIntent with one of the following statuses may be canceled: requires_payment_method, "
            "requires_capture, requires_confirmation, requires_action, processing.",
            public(intent),
        )
    if intent["_"]["session"] and intent["status"] != "requires_capture":
        raise unexpected_state(
            "You cannot cancel this PaymentIntent because it was created by a Checkout Session. Expire the "
            "Session instead.",
            public(intent),
        )
    return close(work, intent, params.get("cancellation_reason"))


def close(work: Work, intent: Obj, reason: str | None) -> Obj:
    """Make an unfinished intent canceled and let its hold go, if it has one."""
    held = intent["_"]["authorized"]
    intent |= {"canceled_at": work.now, "cancellation_reason": reason}
    intent["_"]["action"] = None
    settle(work, intent)
    work.emit("payment_intent.canceled", intent)
    if held:
        charges.release(work, work.own("charge", held), expired=reason == "automatic")
    return intent


def expire_hold(work: Work, id: str) -> None:
    """Scheduled: seven days without capture end an authorisation."""
    intent = work.get("payment_intent", id)
    if intent is not None and intent["status"] == "requires_capture":
        close(work, intent, "automatic")


def capture(work: Work, id: str, params: Obj) -> Obj:
    """Take an authorised amount, whole or in part; the rest is released."""
    intent = work.need("payment_intent", id)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a "
            "PaymentIntent with one of the following statuses may be captured: requires_capture.",
            public(intent),
        )
    capturable, currency = intent["amount_capturable"], intent["currency"]
    amount: int = ({"amount_to_capture": capturable} | params)["amount_to_capture"]
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", "amount_to_capture", "parameter_invalid_integer"
        )
    if amount > capturable:
        raise StripeError(
            400,
            f"The requested capture amount ({format_amount(amount, currency)}) is greater than the amount "
            f"you can capture for this charge ({format_amount(capturable, currency)}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    if params.get("final_capture") is False:
        raise invalid("Several captures of one payment are not modelled by this sandbox.", "final_capture")
    refuse_unmodelled(params, intent_methods.NOT_MODELLED)
    intent["metadata"] = merge_metadata(intent["metadata"], params.get("metadata"))
    _describe(work, intent, params)
    charge = work.own("charge", intent["_"]["authorized"])
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        if name in params:
            intent[name] = charge[name] = unset(params[name])
    intent["_"]["captured"] = amount
    settle(work, intent)
    charges.capture(work, charge, amount)
    work.emit("payment_intent.succeeded", intent)
    sessions.follow(work, intent)
    return intent


def change_method(work: Work, intent: Obj, params: Obj) -> None:
    """Put the payment method that the parameters name or describe on the intent."""
    if "confirmation_token" in params and not params.get("payment_method"):
        params = confirmation_tokens.apply(work, params)
    if "payment_method_data" in params:
        method = payment_methods.create(work, params["payment_method_data"])
    elif params.get("payment_method"):
        method = payment_methods.use(work, params["payment_method"], "payment_method")
    else:
        if params.get("payment_method") == "":
            intent["payment_method"] = intent["_"]["action"] = None
        return
    intent_methods.check_fits(intent, method)
    intent["payment_method"] = method["id"]
    intent["_"]["action"] = intent["_"]["authenticated"] = None


def _describe(work: Work, intent: Obj, params: Obj) -> None:
    """References of the shop's own, and the tax calculation that the amount comes from."""
    if "payment_details" in params:
        given = params["payment_details"] or {}
        names = ("customer_reference", "order_reference")
        intent["payment_details"] = {name: unset(given.get(name)) for name in names}
    tax = ((params.get("hooks") or {}).get("inputs") or {}).get("tax")
    if tax is None:
        return
    calculation = (tax or {}).get("calculation")
    if calculation:
        work.need("tax.calculation", calculation, "hooks[inputs][tax][calculation]")
        intent["hooks"] = {"inputs": {"tax": {"calculation": calculation}}}
    else:
        intent.pop("hooks", None)
