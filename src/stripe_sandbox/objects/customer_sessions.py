"""CustomerSessions: half an hour in which a page may see and change a customer's saved payment methods.

Two undocumented calls serve the Payment Element; both take the `client_secret` and a publishable key, and
answer `{"customer_session": …, "features": …, "payment_methods": [PaymentMethod, …]}`:

`GET  /v1/elements/customer_session?client_secret=…`  `payment_methods` are those to show, newest first, of
    every type: none when `payment_method_redisplay` is `disabled`, else at most
    `payment_method_redisplay_limit` whose `allow_redisplay` is in the session's filters. Which of them suit
    an intent is for the element to say (the intent's `payment_method_types`).
`POST /v1/elements/customer_session/detach`           with `payment_method`: the customer removes one of
    them; 400 unless `payment_method_remove` is `enabled`.

`features` is the `features` object of the session's `payment_element`. When `payment_method_save` is
`enabled` the element shows a box to tick; a ticked one makes it send
`payment_method_data[allow_redisplay]=always` and, for PaymentIntents, `setup_future_usage` =
`payment_method_save_usage`; an empty one `payment_method_data[allow_redisplay]=limited`.

A CustomerSession has no id of its own; it is kept under its secret.
"""

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, missing, no_such, refuse_unmodelled
from stripe_sandbox.ids import random_text
from stripe_sandbox.objects import payment_methods
from stripe_sandbox.work import Work, public

LASTS_SECONDS = 1800
# So long after its beginning nobody asks for a session any more; then it takes no more room.
FORGOTTEN_SECONDS = 86400
MAX_SHOWN = 10
DEFAULT_SHOWN = 3

# What each component may do unless it is told otherwise; the other components have no features.
_FEATURES: dict[str, Obj] = {
    "customer_sheet": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_remove": "disabled",
    },
    "mobile_payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_allow_redisplay_override": None,
    },
    "payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": DEFAULT_SHOWN,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    },
}
_COMPONENTS = (
    "active_entitlements", "buy_button", "customer_portal", "customer_sheet", "mobile_payment_element",
    "payment_element", "pricing_table",
)  # fmt: skip


def create(work: Work, params: Obj) -> Obj:
    """A new CustomerSession of `customer`, for the `components` that are enabled.

    Raises:
        StripeError: 400 when no component is enabled, or the customer is unknown.
    """
    refuse_unmodelled(params, ("customer_account",))
    if not params.get("customer"):
        raise missing("customer")
    customer = work.need("customer", params["customer"], "customer")
    components = {name: _component(name, params["components"].get(name)) for name in _COMPONENTS}
    if not any(one["enabled"] for one in components.values()):
        raise invalid("At least one component must be enabled.", "components")
    secret = f"cuss_secret_{random_text(48)}"
    session = blank("customer_session") | {
        "id": secret,
        "client_secret": secret,
        "components": components,
        "created": work.now,
        "customer": customer["id"],
        "expires_at": work.now + LASTS_SECONDS,
    }
    work.later(FORGOTTEN_SECONDS, "forget_customer_session", secret)
    return _shown(work.save(session))


def forget(work: Work, secret: str) -> None:
    """Scheduled: a session that ended long ago is no more."""
    work.forget(secret)


def saved_methods(work: Work, client_secret: str) -> list[Obj]:
    """The payment methods that the Payment Element may show, newest first, as the API shows them.

    Raises:
        StripeError: 400 for an unknown or expired secret, or a session without the Payment Element.
    """
    session = _open(work, client_secret)
    features = _features(session)
    if features["payment_method_redisplay"] == "disabled":
        return []
    filters = {
        "customer": session["customer"],
        "allow_redisplay": features["payment_method_allow_redisplay_filters"],
        "limit": features["payment_method_redisplay_limit"],
    }
    found: list[Obj] = lists.page(work, "payment_method", "/v1/payment_methods", filters)["data"]
    return found


def read(work: Work, params: Obj) -> Obj:
    """What the Payment Element may know of the customer: session, features, saved methods."""
    session = _open(work, params["client_secret"])
    return {
        "customer_session": _shown(session),
        "features": _features(session),
        "payment_methods": saved_methods(work, params["client_secret"]),
    }


def detach(work: Work, params: Obj) -> Obj:
    """The customer removes a saved method; answers what `read` then answers.

    Raises:
        StripeError: 400 when removing is not enabled, or the method is not among those that are shown.
    """
    secret, id = params["client_secret"], params["payment_method"]
    if _features(_open(work, secret))["payment_method_remove"] != "enabled":
        raise invalid(
            "This CustomerSession does not let the customer remove payment methods: "
            "`payment_method_remove` is disabled.",
            "payment_method",
        )
    if id not in [method["id"] for method in saved_methods(work, secret)]:
        raise no_such("PaymentMethod", id, "payment_method", in_path=False)
    payment_methods.detach(work, id, {})
    work.flush()
    return read(work, params)


def _component(name: str, given: Obj | None) -> Obj:
    enabled = bool(given and given["enabled"])
    if name not in _FEATURES:
        return {"enabled": enabled}
    if not enabled:
        return {"enabled": False, "features": None}
    sent = (given or {}).get("features", {})
    at = f"components[{name}][features]"
    limit = sent.get("payment_method_redisplay_limit", DEFAULT_SHOWN)
    if not 1 <= limit <= MAX_SHOWN:
        raise invalid(
            f"The redisplay limit must be between 1 and {MAX_SHOWN}.",
            f"{at}[payment_method_redisplay_limit]",
            "parameter_invalid_integer",
        )
    if sent.get("payment_method_save") == "enabled" and sent.get(
        "payment_method_save_allow_redisplay_override"
    ):
        raise exclusive(f"{at}[payment_method_save_allow_redisplay_override]", f"{at}[payment_method_save]")
    return {"enabled": True, "features": _FEATURES[name] | sent}


def _open(work: Work, secret: str) -> Obj:
    session = work.get("customer_session", secret)
    if session is None:
        raise no_such("customer_session", secret[:20] + "…", "client_secret", in_path=False)
    if session["expires_at"] <= work.now:
        raise StripeError(
            400,
            "This CustomerSession has expired. Create another one for this customer.",
            code="customer_session_expired",
            param="client_secret",
        )
    return session


def _features(session: Obj) -> Obj:
    element: Obj = session["components"]["payment_element"]
    if not element["enabled"]:
        raise invalid("This CustomerSession does not enable the Payment Element.", "client_secret")
    features: Obj = element["features"]
    return features


def _shown(session: Obj) -> Obj:
    return {name: value for name, value in public(session).items() if name != "id"}
