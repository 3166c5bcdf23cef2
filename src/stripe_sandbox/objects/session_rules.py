"""Which parameters of a new Checkout Session go together: by mode, by `ui_mode`, and at all."""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import exclusive, invalid, missing, refuse_unmodelled
from stripe_sandbox.objects import method_kinds
from stripe_sandbox.work import Work

SHORTEST, LONGEST = 30 * 60, 24 * 3600
MAX_SHIPPING_OPTIONS = 5
MAX_DISCOUNTS = 1
NOT_MODELLED = (
    "adaptive_pricing", "customer_account", "invoice_creation", "managed_payments",
    "payment_method_configuration", "subscription_data",
)  # fmt: skip
INTENT_NOT_MODELLED = ("application_fee_amount", "on_behalf_of", "transfer_data")
# Of `payment_method_options`, what has an effect here.
OPTIONS = ("capture_method", "request_three_d_secure", "setup_future_usage")
ONLY_FOR_PAYMENT = (
    "allow_promotion_codes", "automatic_tax", "discounts", "line_items", "optional_items",
    "payment_intent_data", "payment_method_collection", "saved_payment_method_options",
    "shipping_address_collection", "shipping_options", "submit_type", "tax_id_collection",
)  # fmt: skip
NOT_FOR_ELEMENTS = (
    "after_expiration", "branding_settings", "custom_fields", "custom_text", "optional_items",
    "origin_context", "submit_type",
)  # fmt: skip
URLS = ("success_url", "cancel_url", "return_url")


def check(work: Work, params: Obj, ui_mode: str) -> None:
    """400 for parameters that are missing, exclude each other, or are not modelled."""
    if "mode" not in params:
        raise missing("mode")
    if params["mode"] == "subscription":
        raise invalid(
            "Checkout Sessions in `subscription` mode are not modelled by this sandbox yet.", "mode"
        )
    refuse_unmodelled(params, NOT_MODELLED)
    _check_mode(params)
    _check_ui_mode(params, ui_mode)
    _check_urls(params, ui_mode)
    _check_customer(work, params)
    _check_choices(params)
    if "expires_at" in params:
        _check_expiry(work, params["expires_at"])


def check_email(email: str, param: str) -> None:
    """400 for what cannot be an e-mail address; an empty one says nothing."""
    before, at, after = email.rpartition("@")
    if email and not (before and at and "." in after and " " not in email):
        raise invalid(f"Invalid email address: {email[:200]}", param, "email_invalid")


def usage_of(params: Obj) -> str | None:
    """What the payment method will be used for later, by the parameters of a session."""
    found: str | None = (params.get("payment_intent_data") or {}).get("setup_future_usage")
    return found


def offered(params: Obj, currency: str | None) -> list[str]:
    """The payment methods a session offers, in their order; 400 if none is left."""
    hidden = {"link"} if _link_hidden(params) else set()
    found = method_kinds.offered(
        currency if params["mode"] == "payment" else None,
        manual=(params.get("payment_intent_data") or {}).get("capture_method") == "manual",
        usage="off_session" if params["mode"] == "setup" else usage_of(params),
        redirects=params.get("redirect_on_completion") != "never",
        allowed=params.get("allowed_payment_method_types"),
        excluded=hidden.union(params.get("excluded_payment_method_types") or ()),
    )
    if not found:
        excluded = "excluded_payment_method_types" in params
        name = "excluded_payment_method_types" if excluded else "allowed_payment_method_types"
        raise invalid("No valid payment method types for this Checkout Session.", name)
    return found


def _link_hidden(params: Obj) -> bool:
    return ((params.get("wallet_options") or {}).get("link") or {}).get("display") == "never"


def _check_mode(params: Obj) -> None:
    if params["mode"] == "setup":
        for name in ONLY_FOR_PAYMENT:
            if name in params:
                raise invalid(f"You can not pass `{name}` in `setup` mode.", name)
    else:
        if "setup_intent_data" in params:
            raise invalid("You can not pass `setup_intent_data` in `payment` mode.", "setup_intent_data")
        if not params.get("line_items"):
            raise missing("line_items")
    for owner in ("payment_intent_data", "setup_intent_data"):
        for name in INTENT_NOT_MODELLED:
            if name in (params.get(owner) or {}):
                raise invalid(f"`{name}` is not modelled by this sandbox yet.", f"{owner}[{name}]")
    for kind, options in (params.get("payment_method_options") or {}).items():
        for name, value in options.items():
            if name not in OPTIONS and value not in ("never", ""):
                at = f"payment_method_options[{kind}][{name}]"
                raise invalid(f"`{name}` of `{kind}` is not modelled by this sandbox yet.", at)


def _check_ui_mode(params: Obj, ui_mode: str) -> None:
    refused: tuple[str, ...] = ()
    if ui_mode == "elements":
        refused = NOT_FOR_ELEMENTS
    elif ui_mode == "form":
        refused = ("optional_items",)
    if ui_mode != "embedded_page":
        refused += ("redirect_on_completion",)
    if ui_mode not in ("embedded_page", "elements"):
        refused += ("permissions",)
    for name in refused:
        if name in params:
            raise _not_with(name, ui_mode)
    if ui_mode == "elements" and "required" in (params.get("tax_id_collection") or {}):
        raise _not_with("tax_id_collection[required]", ui_mode)


def _check_urls(params: Obj, ui_mode: str) -> None:
    if ui_mode == "hosted_page":
        if not params.get("success_url"):
            raise missing("success_url")
        if "return_url" in params:
            raise _not_with("return_url", ui_mode)
    elif ui_mode != "form":
        for name in ("success_url", "cancel_url"):
            if name in params:
                raise _not_with(name, ui_mode)
        if not params.get("return_url") and _comes_back(params, ui_mode):
            raise missing("return_url")
    for name in URLS:
        if params.get(name) and not params[name].startswith(("http://", "https://")):
            raise invalid("Not a valid URL", name, "url_invalid")


def _comes_back(params: Obj, ui_mode: str) -> bool:
    """Whether a customer may have to be sent to a `return_url`."""
    when = params.get("redirect_on_completion", "always") if ui_mode == "embedded_page" else "if_required"
    if when != "if_required":
        return bool(when == "always")
    kinds = offered(params, None if params["mode"] == "setup" else _currency(params))
    return any(method_kinds.KINDS[kind].does.redirects for kind in kinds)


def _currency(params: Obj) -> str:
    """The currency the parameters tell; a stored price's is not looked up: then all is possible."""
    told = [line["price_data"]["currency"] for line in params["line_items"] if "price_data" in line]
    return str(params.get("currency") or (told[0] if told else "usd")).lower()


def _check_customer(work: Work, params: Obj) -> None:
    check_email(params.get("customer_email") or "", "customer_email")
    if not params.get("customer"):
        if "customer_update" in params:
            raise invalid("`customer_update` can only be used with `customer`.", "customer_update")
        return
    for other in ("customer_email", "customer_creation"):
        if params.get(other):
            raise exclusive("customer", other)
    work.need("customer", params["customer"], "customer")
    collects = (params.get("tax_id_collection") or {}).get("enabled")
    if collects and (params.get("customer_update") or {}).get("name") != "auto":
        raise invalid(
            "Tax ID collection requires updating the business name on the customer. To enable it for an "
            "existing customer, set `customer_update[name]` to `auto`.",
            "tax_id_collection",
        )


def _check_choices(params: Obj) -> None:
    if "allowed_payment_method_types" in params and "excluded_payment_method_types" in params:
        raise exclusive("allowed_payment_method_types", "excluded_payment_method_types")
    if "discounts" in params and "allow_promotion_codes" in params:
        raise exclusive("allow_promotion_codes", "discounts")
    if len(params.get("discounts") or ()) > MAX_DISCOUNTS:
        raise invalid("Only one discount can be applied to a Checkout Session.", "discounts")
    if len(params.get("shipping_options") or ()) > MAX_SHIPPING_OPTIONS:
        raise invalid(
            f"A Checkout Session can have at most {MAX_SHIPPING_OPTIONS} shipping options.",
            "shipping_options",
        )


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


def _not_with(name: str, ui_mode: str) -> Exception:
    return invalid(f"`{name}` cannot be used when `ui_mode` is `{ui_mode}`.", name)
