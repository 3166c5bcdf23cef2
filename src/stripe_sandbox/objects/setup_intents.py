"""SetupIntents: create, update, cancel. Confirming is in `setup_confirmation`.

Private facts: `action` (what the customer must still do, or null), `pending` (the method the bank is still
looking at, or null), `done`, `canceled`, `confirmed` (how often), `session` (the Checkout Session it belongs
to), `return_url`, `mandate_data` (how the customer agreed). The public status is derived from them in `settle`.
"""

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, missing, refuse_unmodelled
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects import (
    confirmation_tokens,
    intent_methods,
    method_kinds,
    payment_methods,
    setup_attempts,
    setup_confirmation,
)
from stripe_sandbox.work import Work, merge_metadata, public, unset

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
NOT_MODELLED = (
    "attach_to_self", "customer_account", "flow_directions", "on_behalf_of", "payment_method_configuration",
    "single_use",
)  # fmt: skip
CONFIRM_ONLY = ("confirmation_token", "mandate_data", "return_url")
_CHOICE = ("allowed_payment_method_types", "excluded_payment_method_types")
_AUTOMATIC: Obj = {"allow_redirects": "always", "enabled": True}
_OPTIONS = "setup_intent_payment_method_options"


def create(work: Work, params: Obj) -> Obj:
    """A new SetupIntent; with `confirm` it is confirmed at once."""
    if not params.get("confirm"):
        for name in CONFIRM_ONLY:
            if params.get(name):
                raise invalid(f"You can only pass `{name}` when `confirm` is true.", name)
    check_choice(params)
    params = confirmation_tokens.apply(work, params)
    intent = build(work, params)
    confirmation_tokens.link(work, params, intent)
    change_method(work, intent, params)
    settle(work, intent)
    if params.get("confirm"):
        setup_confirmation.check(work, intent, params)
    work.emit("setup_intent.created", intent)
    return setup_confirmation.confirm(work, intent, params) if params.get("confirm") else intent


def build(work: Work, params: Obj) -> Obj:
    """A SetupIntent with the facts of `params`, not yet saved or announced."""
    customer = unset(params.get("customer"))
    if customer:
        work.need("customer", customer, "customer")
    identifier = new_id("seti_1")
    intent = blank("setup_intent") | {
        "id": identifier,
        "client_secret": f"{identifier}_secret_{random_text(31)}",
        "automatic_payment_methods": dict(_AUTOMATIC),
        "created": work.now,
        "customer": customer,
        "description": unset(params.get("description")),
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_method_options": options(params.get("payment_method_options"), None),
        "usage": params.get("usage", "off_session"),
        "_": {
            "action": None,
            "pending": None,
            "done": False,
            "canceled": False,
            "confirmed": 0,
            "session": None,
            "return_url": None,
            "mandate_data": None,
        },
    }
    _choose_methods(intent, params)
    return intent


def settle(work: Work, intent: Obj) -> Obj:
    """Derive the status from the facts, and save: the only way a SetupIntent changes."""
    intent["status"] = _status(intent)
    if intent["status"] != "requires_action":
        intent["next_action"] = None
    return work.save(intent)


def _status(intent: Obj) -> str:
    facts = intent["_"]
    if facts["canceled"]:
        return "canceled"
    if facts["done"]:
        return "succeeded"
    if facts["pending"]:
        return "processing"
    if facts["action"]:
        return "requires_action"
    return "requires_confirmation" if intent["payment_method"] else "requires_payment_method"


def retrieve(work: Work, id: str, params: Obj) -> Obj:
    """One SetupIntent; a page must know its `client_secret`."""
    intent = work.need("setup_intent", id)
    check_secret(work, intent, params)
    return intent


def check_secret(work: Work, intent: Obj, params: Obj) -> None:
    """400 if the `client_secret` is not this intent's, or a page sent none."""
    secret = params.get("client_secret")
    if work.by_page and not secret:
        raise missing("client_secret")
    if secret is not None and secret != intent["client_secret"]:
        raise invalid(
            "The client_secret provided does not match the client_secret associated with this SetupIntent.",
            "client_secret",
            "setup_intent_invalid_parameter",
        )


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change an intent that is not finished; metadata and description also afterwards."""
    intent = work.need("setup_intent", id)
    fixed = sorted(set(params) - {"metadata", "description"})
    if intent["status"] not in CANCELABLE and fixed:
        raise unexpected_state(
            f"This SetupIntent's {fixed[0]} could not be updated because it has a status of "
            f"{intent['status']}. You may only update it in one of the following statuses: "
            f"{', '.join(CANCELABLE)}.",
            intent,
        )
    check_choice(params)
    if unset(params.get("customer")):
        work.need("customer", params["customer"], "customer")
    for name in ("customer", "description"):
        if name in params:
            intent[name] = unset(params[name])
    intent["metadata"] = merge_metadata(intent["metadata"], params.get("metadata"))
    if "payment_method_options" in params:
        intent["payment_method_options"] = options(
            params["payment_method_options"], intent["payment_method_options"]
        )
    if set(_CHOICE) & set(params):
        _choose_methods(intent, params)
    change_method(work, intent, params)
    if fixed:
        intent["last_setup_error"] = None
    return settle(work, intent)


def cancel(work: Work, id: str, params: Obj) -> Obj:
    """Cancel an intent that is not finished."""
    intent = work.need("setup_intent", id)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}. Only a "
            f"SetupIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}.",
            intent,
        )
    if intent["_"]["session"]:
        raise unexpected_state(
            "You cannot cancel this SetupIntent because it was created by a Checkout Session. Expire the "
            "Session instead.",
            intent,
        )
    return close(work, intent, params.get("cancellation_reason"))


def close(work: Work, intent: Obj, reason: str | None) -> Obj:
    """Make an unfinished intent canceled; an attempt that waits for the customer is abandoned."""
    setup_attempts.abandon(work, intent)
    intent["cancellation_reason"] = reason
    intent["_"] |= {"canceled": True, "action": None}
    settle(work, intent)
    work.emit("setup_intent.canceled", intent)
    return intent


def confirm_for_session(work: Work, intent: Obj, params: Obj) -> Obj:
    """The customer of a Checkout Session saves a method on its page; like a confirmation by the API.

    Raises:
        StripeError: 402 for a method that is refused; 400 if none was given.
    """
    params = confirmation_tokens.apply(work, params)
    change_method(work, intent, params)
    if not intent["payment_method"]:
        raise missing("payment_method")
    confirmation_tokens.link(work, params, intent)
    return setup_confirmation.confirm(work, intent, params)


def check_choice(params: Obj) -> None:
    """400 when ways of choosing payment methods are mixed that exclude each other, or not modelled."""
    refuse_unmodelled(params, NOT_MODELLED)
    if "allowed_payment_method_types" in params:
        for other in ("excluded_payment_method_types", "automatic_payment_methods"):
            if other in params:
                raise exclusive("allowed_payment_method_types", other)
    methods = ("payment_method", "payment_method_data", "confirmation_token")
    given = [name for name in methods if params.get(name)]
    if len(given) > 1:
        raise exclusive(*given)


def change_method(work: Work, intent: Obj, params: Obj) -> None:
    """Put the payment method that the parameters name or describe on the intent."""
    if "payment_method_data" in params:
        method = payment_methods.create(work, params["payment_method_data"])
    elif params.get("payment_method"):
        method = payment_methods.use(work, params["payment_method"], "payment_method")
    else:
        if params.get("payment_method") == "":
            intent["payment_method"] = None
        return
    intent_methods.check_owner(intent, method)
    if method["type"] not in intent["payment_method_types"]:
        raise invalid(
            f"The payment method type `{method['type']}` is not allowed for this SetupIntent. It allows: "
            f"{', '.join(intent['payment_method_types'])}.",
            "payment_method",
        )
    setup_attempts.abandon(work, intent)
    intent["payment_method"] = method["id"]
    intent["_"]["action"] = None


def options(given: Obj | None, old: Obj | None) -> Obj:
    """The intent's `payment_method_options` after what was sent is merged in.

    Raises:
        StripeError: 400 for an option that is not modelled.
    """
    merged: Obj = {"card": {"network": None, "request_three_d_secure": "automatic"}} | (old or {})
    for kind, sent in (given or {}).items():
        name = f"{_OPTIONS}_{kind}"
        fields = spec.schema(name)["properties"]
        for option, value in sent.items():
            at = f"payment_method_options[{kind}][{option}]"
            if option not in fields or value == "microdeposits":
                raise invalid(f"`{at}` is not modelled by this sandbox.", at)
        merged[kind] = blank(name) | merged.get(kind, {}) | sent
    return merged


def unexpected_state(message: str, intent: Obj) -> StripeError:
    """400: the SetupIntent's status does not allow this call; the error carries the whole intent."""
    return StripeError(400, message, code="setup_intent_unexpected_state", setup_intent=public(intent))


def _choose_methods(intent: Obj, params: Obj) -> None:
    if "allowed_payment_method_types" in params:
        allowed = params["allowed_payment_method_types"] or None
        automatic = None if allowed else dict(_AUTOMATIC)
        intent |= {"allowed_payment_method_types": allowed, "automatic_payment_methods": automatic}
        intent["excluded_payment_method_types"] = None
    elif "automatic_payment_methods" in params:
        intent["automatic_payment_methods"] = _AUTOMATIC | params["automatic_payment_methods"]
    if "excluded_payment_method_types" in params:
        excluded = params["excluded_payment_method_types"] or None
        intent |= {"excluded_payment_method_types": excluded, "allowed_payment_method_types": None}
        intent["automatic_payment_methods"] = intent["automatic_payment_methods"] or dict(_AUTOMATIC)
    allowed, automatic = intent["allowed_payment_method_types"], intent["automatic_payment_methods"]
    if automatic and not automatic["enabled"]:
        allowed = ["card"]
    found = method_kinds.offered(
        None,
        redirects=not automatic or automatic["allow_redirects"] != "never",
        allowed=allowed,
        excluded=intent["excluded_payment_method_types"] or (),
    )
    if not found:
        param = (
            f"{'allowed' if 'allowed_payment_method_types' in params else 'excluded'}_payment_method_types"
        )
        raise invalid("No valid payment method types for this SetupIntent.", param)
    intent["payment_method_types"] = found
