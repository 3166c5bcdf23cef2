"""ConfirmationTokens: what the customer chose on the page, carried to the server that confirms with it.

A token is good for one confirmation within twelve hours; the intent it was used for stays on it. Private
facts: `method` (the payment method's id), `used`, and `options` (the `payment_method_options` sent).
"""

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import payment_methods
from stripe_sandbox.work import Work, address, unset

LASTS_SECONDS = 12 * 3600

_PREVIEW = "confirmation_token_payment_method_preview"


def create(work: Work, params: Obj) -> Obj:
    """A new ConfirmationToken from `payment_method_data` or an existing `payment_method`.

    Raises:
        StripeError: 400 for both or neither of them; 402 for a card that cannot be right.
    """
    if params.get("payment_method") and "payment_method_data" in params:
        raise exclusive("payment_method", "payment_method_data")
    if params.get("payment_method"):
        method = payment_methods.use(work, params["payment_method"], "payment_method")
    elif "payment_method_data" in params:
        method = payment_methods.create(work, params["payment_method_data"])
    else:
        raise missing("payment_method_data")
    token = blank("confirmation_token") | {
        "id": new_id("ctoken_1"),
        "created": work.now,
        "expires_at": work.now + LASTS_SECONDS,
        "mandate_data": _mandate_data(params.get("mandate_data")),
        "payment_method_options": {"card": {"cvc_token": None}} if method["type"] == "card" else None,
        "payment_method_preview": _preview(method),
        "return_url": params.get("return_url"),
        "setup_future_usage": params.get("setup_future_usage"),
        "shipping": _shipping(params.get("shipping")),
        "use_stripe_sdk": True,
        "_": {
            "method": method["id"],
            "options": params.get("payment_method_options"),
            "mandate_data": params.get("mandate_data"),
            "used": False,
        },
    }
    return work.save(token)


def apply(work: Work, params: Obj) -> Obj:
    """`params` of a confirmation with what its `confirmation_token` holds: payment method, return address,
    `setup_future_usage`, shipping, mandate and options. What the call says itself takes precedence.

    The token is used up with it; `link` then says for which intent. Without a token, `params` as they are.

    Raises:
        StripeError: 400 for a token that is unknown, used or older than twelve hours.
    """
    if "confirmation_token" not in params:
        return params
    token = work.need("confirmation_token", params["confirmation_token"], "confirmation_token")
    facts = token["_"]
    if facts["used"]:
        raise _refused(f"The ConfirmationToken {token['id']} was used already.", "token_already_used")
    if token["expires_at"] <= work.now:
        raise _refused(f"The ConfirmationToken {token['id']} has expired.", None)
    facts["used"] = True
    work.save(token)
    carried = {
        "mandate_data": facts["mandate_data"],
        "payment_method": facts["method"],
        "payment_method_options": facts["options"],
        "return_url": token["return_url"],
        "setup_future_usage": token["setup_future_usage"],
        "shipping": token["shipping"],
        "use_stripe_sdk": token["use_stripe_sdk"],
    }
    return {name: value for name, value in carried.items() if value is not None} | params


def link(work: Work, params: Obj, intent: Obj) -> None:
    """Write on the `confirmation_token` of `params`, if there is one, which intent it was used for."""
    token = work.get("confirmation_token", params.get("confirmation_token"))
    if token is not None:
        token[intent["object"]] = intent["id"]
        work.save(token)


def _preview(method: Obj) -> Obj:
    kind = method["type"]
    preview = blank(_PREVIEW) | {
        "allow_redisplay": method.get("allow_redisplay", "unspecified"),
        "billing_details": method["billing_details"],
        "customer": method["customer"],
        "type": kind,
    }
    known = spec.schema(_PREVIEW)["properties"]
    if kind in known and kind in method:
        fields = spec.resolve(known[kind])["properties"]
        preview[kind] = {name: value for name, value in method[kind].items() if name in fields}
    return preview


def _mandate_data(given: Obj | None) -> Obj | None:
    if not given:
        return None
    acceptance = given["customer_acceptance"]
    online = acceptance.get("online")
    shown = {name: online.get(name) for name in ("ip_address", "user_agent")} if online else None
    return {"customer_acceptance": {"online": shown, "type": acceptance["type"]}}


def _shipping(given: Obj | None) -> Obj | None:
    if not given:
        return None
    return {
        "address": address(given["address"]),
        "name": given["name"],
        "phone": unset(given.get("phone")),
    }


def _refused(message: str, code: str | None) -> StripeError:
    return StripeError(400, message, code=code, param="confirmation_token")
