"""Making a Checkout Session from the shop's parameters. Which of them go together is in `session_rules`."""

from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import random_text
from stripe_sandbox.objects import (
    session_fields,
    session_lines,
    session_rules,
    session_shipping,
    session_totals,
    sessions,
    setup_intents,
)
from stripe_sandbox.work import Work, address, merge_metadata

KEPT = (
    "allow_promotion_codes", "allowed_payment_method_types", "billing_address_collection", "cancel_url",
    "client_reference_id", "customer", "customer_email", "excluded_payment_method_types",
    "integration_identifier", "locale", "name_collection", "origin_context", "return_url", "submit_type",
    "success_url", "wallet_options",
)  # fmt: skip
BRANDING = {
    "background_color": "#f5f4ef", "border_style": "rounded", "button_color": "#0f5f50", "display_name": "",
    "font_family": "default", "icon": None, "logo": None,
}  # fmt: skip


def create(work: Work, params: Obj) -> Obj:
    """A new open Checkout Session in mode `payment` or `setup`.

    Raises:
        StripeError: 400 for parameters that do not go together, name what is not there, or are not modelled.
    """
    ui_mode = params.get("ui_mode", "hosted_page")
    session_rules.check(work, params, ui_mode)
    session = _new(work, params, ui_mode)
    _ask(session, params, ui_mode)
    _know_customer(work, session)
    if params["mode"] == "setup":
        _for_setup(work, session, params)
    else:
        _for_payment(work, session, params)
    sessions.settle(work, session)
    work.later(session["expires_at"] - work.box.clock.now(), "expire_session", session["id"])
    return session


def _new(work: Work, params: Obj, ui_mode: str) -> Obj:
    identifier = f"cs_test_{random_text(58)}"
    options = params.get("payment_method_options") or {}
    session = blank("checkout.session")
    session |= {
        "id": identifier,
        "adaptive_pricing": {"enabled": False},
        "after_expiration": _after_expiration(params.get("after_expiration")),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "client_secret": None if ui_mode == "hosted_page" else f"{identifier}_secret_{random_text(50)}",
        "created": work.now,
        "customer_creation": None
        if params.get("customer")
        else params.get("customer_creation", "if_required"),
        "discounts": [],
        "expires_at": params.get("expires_at", work.now + session_rules.LONGEST),
        "metadata": merge_metadata(None, params.get("metadata")),
        "mode": params["mode"],
        "payment_method_options": options
        | {"card": {"request_three_d_secure": "automatic"} | (options.get("card") or {})},
        "ui_mode": ui_mode,
        "_": {
            "params": {name: value for name, value in params.items() if name != "expires_at"},
            "intent": params.get("payment_intent_data") or {},
            "ordered": [],
            "lines": [],
            "discounts": [],
            "customer": None,
            "shipping_rate": None,
            "paid": False,
            "waiting": False,
            "expired": False,
        },
    }
    session |= {name: params[name] for name in KEPT if name in params}
    if ui_mode == "embedded_page":
        session["redirect_on_completion"] = params.get("redirect_on_completion", "always")
    return session


def _ask(session: Obj, params: Obj, ui_mode: str) -> None:
    """What the page asks and tells the customer."""
    phone = params.get("phone_number_collection") or {}
    texts = {name: value or None for name, value in (params.get("custom_text") or {}).items()}
    session |= {
        "consent_collection": session_fields.new_consent(params.get("consent_collection")),
        "custom_fields": session_fields.new_fields(params.get("custom_fields") or []),
        "custom_text": blank("checkout_session_custom_text") | texts,
        "phone_number_collection": {"enabled": phone.get("enabled", False)},
        "shipping_address_collection": params.get("shipping_address_collection"),
    }
    if "permissions" in params:
        session["permissions"] = {"update_shipping_details": None} | params["permissions"]
    if "branding_settings" in params:
        given = {name: value for name, value in params["branding_settings"].items() if value != ""}
        session["branding_settings"] = BRANDING | given
    if tax_id := params.get("tax_id_collection"):
        session["tax_id_collection"] = {"required": "never"} | tax_id
    if names := session.get("name_collection"):
        session["name_collection"] = {kind: {"optional": False} | one for kind, one in names.items()}
    saved = params.get("saved_payment_method_options")
    if saved or (params.get("customer") and params["mode"] == "payment"):
        session["saved_payment_method_options"] = {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": "disabled",
        } | (saved or {})


def _know_customer(work: Work, session: Obj) -> None:
    """Fill in what is known of the customer from the start."""
    customer = work.get("customer", session["customer"])
    if customer is None and not session["customer_email"]:
        return
    details = blank("checkout_session_customer_details")
    details |= {"email": session["customer_email"], "tax_exempt": "none", "tax_ids": []}
    if customer is not None:
        for name in ("email", "name", "phone"):
            details[name] = customer.get(name)
        details["address"] = address(customer["address"]) if customer.get("address") else None
        details["tax_exempt"] = customer.get("tax_exempt") or "none"
    session["customer_details"] = details


def _for_payment(work: Work, session: Obj, params: Obj) -> None:
    facts = session["_"]
    facts["ordered"] = session_lines.read_all(work, params["line_items"])
    currency = facts["ordered"][0]["price"]["currency"]
    if params.get("currency"):
        currency = check_currency(params["currency"])
    elif any(line["price"]["currency"] != currency for line in facts["ordered"]):
        raise invalid("All line items must have the same currency.", "line_items")
    automatic = params.get("automatic_tax") or {}
    if (automatic.get("liability") or {}).get("type") == "account":
        raise invalid("Connected accounts are not modelled by this sandbox.", "automatic_tax[liability]")
    if automatic.get("enabled"):
        session["automatic_tax"] = {
            "enabled": True,
            "liability": {"type": "self"},
            "provider": "stripe",
            "status": None,
        }
    if "optional_items" in params:
        session["optional_items"] = session_lines.read_optional(work, params["optional_items"], currency)
    session |= {
        "currency": currency,
        "payment_method_collection": params.get("payment_method_collection", "if_required"),
        "payment_method_types": session_rules.offered(params, currency),
    }
    session["invoice_creation"] = {
        "enabled": False,
        "invoice_data": blank("checkout_session_invoice_creation_invoice_data") | {"metadata": {}},
    }
    session_shipping.offer(work, session, params.get("shipping_options") or [])
    session_totals.take_discounts(work, session, params.get("discounts") or [])
    session_totals.reprice(work, session)
    _check_tax_location(session, params)
    if session["amount_total"] == 0 and session["payment_method_collection"] == "always":
        raise invalid(
            "Collecting a payment method for an order that costs nothing is not modelled by this sandbox.",
            "payment_method_collection",
        )


def _check_tax_location(session: Obj, params: Obj) -> None:
    """A customer on file is taxed where they are on file, unless the page may write that down."""
    may = params.get("customer_update") or {}
    unknown = session["automatic_tax"]["status"] == "requires_location_inputs"
    if session["customer"] and unknown and "auto" not in (may.get("address"), may.get("shipping")):
        raise invalid(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid "
            "address to the Customer or set `customer_update[address]` or `customer_update[shipping]` to "
            "`auto` to save the address entered in Checkout to the Customer.",
            "automatic_tax",
            "customer_tax_location_invalid",
        )


def _for_setup(work: Work, session: Obj, params: Obj) -> None:
    currency = check_currency(params["currency"]) if params.get("currency") else None
    told = dict(params.get("setup_intent_data") or {})
    for name in ("allowed_payment_method_types", "excluded_payment_method_types"):
        if name in params:
            told[name] = params[name]
    told["payment_method_options"] = {
        kind: {"request_three_d_secure": options["request_three_d_secure"]}
        for kind, options in (params.get("payment_method_options") or {}).items()
        if "request_three_d_secure" in options
    }
    intent = setup_intents.create(work, told | {"customer": params.get("customer") or ""})
    intent["_"]["session"] = session["id"]
    session |= {
        "currency": currency,
        "payment_method_collection": "always",
        "payment_method_types": intent["payment_method_types"],
        "setup_intent": work.save(intent)["id"],
    }


def _after_expiration(given: Obj | None) -> Obj | None:
    recovery = (given or {}).get("recovery")
    if not recovery:
        return None
    return {
        "recovery": {
            "allow_promotion_codes": recovery.get("allow_promotion_codes", False),
            "enabled": recovery["enabled"],
            "expires_at": None,
            "url": None,
        }
    }
