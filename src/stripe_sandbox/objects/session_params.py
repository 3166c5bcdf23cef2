"""Making a Checkout Session: its parameters checked, its lines priced."""

from stripe_sandbox.amounts import check_amount, check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, invalid, missing, refuse_unmodelled
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects import payment_methods, products, sessions
from stripe_sandbox.work import Work, merge_metadata

MAX_LINES = 100
SHORTEST, LONGEST = 30 * 60, 24 * 3600
NOT_MODELLED = (
    "automatic_tax", "discounts", "shipping_options", "optional_items", "invoice_creation", "custom_fields",
    "subscription_data", "setup_intent_data",
)  # fmt: skip
KEPT = (
    "allow_promotion_codes", "billing_address_collection", "client_reference_id", "locale", "submit_type",
    "origin_context", "integration_identifier",
)  # fmt: skip
BRANDING = {
    "background_color": "#ffffff", "border_style": "rounded", "button_color": "#2f4bd0", "display_name": "",
    "font_family": "default", "icon": None, "logo": None,
}  # fmt: skip


def create(work: Work, params: Obj) -> Obj:
    """A new open Checkout Session in mode `payment`."""
    ui_mode = params.get("ui_mode", "hosted_page")
    _check(work, params, ui_mode)
    items = [_line(work, index, line) for index, line in enumerate(params["line_items"])]
    currency = items[0]["currency"]
    if any(item["currency"] != currency for item in items):
        raise invalid("All line items must have the same currency.", "line_items")
    total = sum(item["amount_total"] for item in items)
    if total:
        check_amount(total, currency, "line_items")
    session = blank("checkout.session")
    identifier = f"cs_test_{random_text(58)}"
    session |= {
        "id": identifier,
        "adaptive_pricing": {"enabled": False},
        "after_expiration": _after_expiration(params.get("after_expiration")),
        "amount_subtotal": sum(item["amount_subtotal"] for item in items),
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_secret": None if ui_mode == "hosted_page" else f"{identifier}_secret_{random_text(50)}",
        "created": work.now,
        "currency": currency,
        "custom_text": blank("checkout_session_custom_text") | _texts(params.get("custom_text")),
        "customer": params.get("customer"),
        "customer_creation": None
        if params.get("customer")
        else params.get("customer_creation", "if_required"),
        "customer_email": params.get("customer_email"),
        "expires_at": params.get("expires_at", work.now + LONGEST),
        "metadata": merge_metadata(None, params.get("metadata")),
        "mode": params["mode"],
        "payment_method_collection": params.get("payment_method_collection", "if_required"),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": _offered(params),
        "phone_number_collection": {
            "enabled": (params.get("phone_number_collection") or {}).get("enabled", False)
        },
        "success_url": params.get("success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": ui_mode,
        "_": {
            "lines": items,
            "intent": params.get("payment_intent_data") or {},
            "paid": False,
            "expired": False,
        },
    }
    session |= {name: params[name] for name in KEPT if name in params}
    _optional_parts(session, params, ui_mode)
    sessions.settle(work, session)
    work.later(session["expires_at"] - work.box.clock.now(), "expire_session", identifier)
    return session


def _check(work: Work, params: Obj, ui_mode: str) -> None:
    if "mode" not in params:
        raise missing("mode")
    if params["mode"] != "payment":
        raise invalid(
            f"Checkout Sessions in `{params['mode']}` mode are not modelled by this sandbox yet.", "mode"
        )
    refuse_unmodelled(params, NOT_MODELLED)
    if not params.get("line_items"):
        raise missing("line_items")
    if len(params["line_items"]) > MAX_LINES:
        raise invalid(f"A Checkout Session can have at most {MAX_LINES} line items.", "line_items")
    if ui_mode == "hosted_page":
        if not params.get("success_url"):
            raise missing("success_url")
        if "return_url" in params:
            raise invalid("`return_url` cannot be used when `ui_mode` is `hosted_page`.", "return_url")
    else:
        for name in ("success_url", "cancel_url"):
            if name in params:
                raise invalid(f"`{name}` cannot be used when `ui_mode` is `{ui_mode}`.", name)
        if not params.get("return_url") and params.get("redirect_on_completion") != "never":
            raise missing("return_url")
    for name in ("success_url", "cancel_url", "return_url"):
        if params.get(name) and not params[name].startswith(("http://", "https://")):
            raise invalid("Not a valid URL", name, "url_invalid")
    if params.get("customer"):
        if params.get("customer_email"):
            raise exclusive("customer", "customer_email")
        work.need("customer", params["customer"], "customer")
    if "expires_at" in params:
        _check_expiry(work, params["expires_at"])


def _check_expiry(work: Work, expires_at: int) -> None:
    # A minute's grace: the caller's clock is not ours.
    if expires_at > work.now + LONGEST + 60:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            "expires_at",
        )
    if expires_at < work.now + SHORTEST - 60:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            "expires_at",
        )


def _line(work: Work, index: int, given: Obj) -> Obj:
    at = f"line_items[{index}]"
    if "price" in given and "price_data" in given:
        raise exclusive(f"{at}[price]", f"{at}[price_data]")
    if "price" in given:
        price = work.need("price", given["price"], f"{at}[price]")
    elif "price_data" in given:
        price = products.inline_price(work, given["price_data"], f"{at}[price_data]")
    else:
        raise missing(f"{at}[price_data]")
    quantity = given.get("quantity")
    if quantity is None:
        raise missing(f"{at}[quantity]")
    if quantity < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", f"{at}[quantity]", "parameter_invalid_integer"
        )
    amount = quantity * price["unit_amount"]
    item = blank("item")
    item |= {
        "id": new_id("li_1"),
        "adjustable_quantity": _adjustable(given.get("adjustable_quantity")),
        "amount_subtotal": amount,
        "amount_total": amount,
        "currency": check_currency(price["currency"]),
        "description": work.own("product", price["product"])["name"],
        "metadata": merge_metadata(None, given.get("metadata")),
        "price": {name: value for name, value in price.items() if name != "_"},
        "quantity": quantity,
    }
    return item


def _optional_parts(session: Obj, params: Obj, ui_mode: str) -> None:
    if "excluded_payment_method_types" in params:
        session["excluded_payment_method_types"] = params["excluded_payment_method_types"]
    if "allowed_payment_method_types" in params:
        session["allowed_payment_method_types"] = params["allowed_payment_method_types"]
    if ui_mode != "hosted_page":
        session["redirect_on_completion"] = params.get("redirect_on_completion", "always")
        if "return_url" in params:
            session["return_url"] = params["return_url"]
    if "shipping_address_collection" in params:
        session["shipping_address_collection"] = params["shipping_address_collection"]
    if "branding_settings" in params:
        session["branding_settings"] = BRANDING | params["branding_settings"]
    if session["customer_email"]:
        details = blank("checkout_session_customer_details")
        session["customer_details"] = details | {"email": session["customer_email"], "tax_exempt": "none"}


def _after_expiration(given: Obj | None) -> Obj | None:
    recovery = (given or {}).get("recovery")
    if not recovery:
        return None
    if recovery.get("enabled"):
        raise invalid(
            "Recovery of expired sessions is not modelled by this sandbox yet.", "after_expiration[recovery]"
        )
    return {"recovery": {"allow_promotion_codes": False, "enabled": False, "expires_at": None, "url": None}}


def _offered(params: Obj) -> list[str]:
    allowed = params.get("allowed_payment_method_types", payment_methods.MODELLED)
    excluded = params.get("excluded_payment_method_types") or []
    offered = [kind for kind in payment_methods.MODELLED if kind in allowed and kind not in excluded]
    if not offered:
        raise invalid(
            "No valid payment method types for this Checkout Session.", "allowed_payment_method_types"
        )
    return offered


def _adjustable(given: Obj | None) -> Obj | None:
    if not given:
        return None
    return {"enabled": given["enabled"], "maximum": given.get("maximum"), "minimum": given.get("minimum")}


def _texts(given: Obj | None) -> Obj:
    return {name: value for name, value in (given or {}).items() if isinstance(value, dict)}
