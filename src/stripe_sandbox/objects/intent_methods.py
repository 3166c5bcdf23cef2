"""Which payment methods a PaymentIntent may use, with what options, and whether one method is fit for it."""

from typing import Any

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, refuse_unmodelled
from stripe_sandbox.objects import method_kinds, payment_methods

NOT_MODELLED = (
    "payment_method_configuration", "application_fee_amount", "transfer_data", "on_behalf_of",
    "customer_account", "amount_details",
)  # fmt: skip
# What may change which kinds of method fit.
CHOOSING = {
    "allowed_payment_method_types", "excluded_payment_method_types", "automatic_payment_methods", "currency",
    "capture_method", "setup_future_usage",
}  # fmt: skip
# Dates of debits and data of other banks; and no account has to be verified by small deposits.
_UNMODELLED_OPTIONS = ("target_date", "statement_descriptor_suffix_kana", "statement_descriptor_suffix_kanji")
_OPTIONS = "payment_intent_payment_method_options_"


def check_choice(params: Obj) -> None:
    """400 when ways of choosing payment methods are mixed that exclude each other, or not modelled."""
    refuse_unmodelled(params, NOT_MODELLED)
    if "allowed_payment_method_types" in params:
        for other in (
            "excluded_payment_method_types", "automatic_payment_methods", "payment_method_configuration"
        ):  # fmt: skip
            if other in params:
                raise exclusive("allowed_payment_method_types", other)
    given = [
        name for name in ("payment_method", "payment_method_data", "confirmation_token") if params.get(name)
    ]
    if len(given) > 1:
        raise exclusive(*given)


def choose(intent: Obj, params: Obj) -> None:
    """Write on `intent` which kinds of method it takes, after what `params` say.

    Raises:
        StripeError: 400 if none is left.
    """
    if "allowed_payment_method_types" in params:
        intent["allowed_payment_method_types"] = params["allowed_payment_method_types"]
        intent["automatic_payment_methods"] = intent["excluded_payment_method_types"] = None
    elif "automatic_payment_methods" in params:
        given = params["automatic_payment_methods"]
        redirects = given.get("allow_redirects", "always")
        intent["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": given["enabled"]}
    if "excluded_payment_method_types" in params:
        intent["excluded_payment_method_types"] = params["excluded_payment_method_types"] or None
        if intent["allowed_payment_method_types"]:
            intent["allowed_payment_method_types"] = None
            intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    allowed, automatic = intent["allowed_payment_method_types"], intent["automatic_payment_methods"]
    if automatic and not automatic["enabled"]:
        allowed = ["card"]
    found = method_kinds.offered(
        intent["currency"],
        manual=intent["capture_method"] == "manual",
        usage=intent["setup_future_usage"],
        redirects=not automatic or automatic["allow_redirects"] != "never",
        allowed=allowed,
        excluded=intent["excluded_payment_method_types"] or (),
    )
    if not found:
        by_choice = intent["allowed_payment_method_types"] is not None
        param = "allowed_payment_method_types" if by_choice else "excluded_payment_method_types"
        raise invalid("No valid payment method types for this PaymentIntent.", param)
    intent["payment_method_types"] = found


def options(given: Obj | None, old: Obj | None) -> Obj:
    """The intent's `payment_method_options` after what was sent is merged in.

    Raises:
        StripeError: 400 for an option that is not modelled.
    """
    merged: Obj = dict(old or {"card": {"network": None, "request_three_d_secure": "automatic"}})
    for kind, sent in (given or {}).items():
        if kind not in payment_methods.MODELLED:
            raise invalid(f"`payment_method_options[{kind}]` is not modelled by this sandbox.", kind)
        if sent == "":
            merged.pop(kind, None)
            continue
        shown = spec.schema(_OPTIONS + kind)["properties"]
        whole = merged.get(kind) or blank(_OPTIONS + kind)
        for name, value in sent.items():
            if name not in shown or name in _UNMODELLED_OPTIONS or value == "microdeposits":
                param = f"payment_method_options[{kind}][{name}]"
                raise invalid(f"`{param}` is not modelled by this sandbox.", param)
            if value == "":
                whole.pop(name, None)
            elif name == "financial_connections":
                whole[name] = blank(f"{_OPTIONS}{kind}_{name}") | value
            else:
                whole[name] = value
        merged[kind] = whole
    merged.setdefault("card", {"network": None, "request_three_d_secure": "automatic"})
    merged["card"].setdefault("request_three_d_secure", "automatic")
    return merged


def setting(intent: Obj, method: Obj, name: str) -> Any:
    """`capture_method` or `setup_future_usage` as it is for this method: its own option goes before the
    intent's.
    """
    return (intent["payment_method_options"].get(method["type"]) or {}).get(name) or intent[name]


def check_fits(intent: Obj, method: Obj) -> None:
    """400 when the method is of a kind the PaymentIntent does not take, or not its customer's, see
    `check_owner`.
    """
    if method["type"] not in intent["payment_method_types"]:
        raise StripeError(
            400,
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please "
            f"attach one of the following types: {', '.join(intent['payment_method_types'])}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    check_owner(intent, method)


def check_owner(intent: Obj, method: Obj) -> None:
    """400 when the method of an intent of any sort is another customer's, used up or detached."""
    if method["customer"] and not intent["customer"]:
        raise invalid(
            "The payment method you provided is attached to a customer so for security purposes you must "
            "provide the customer in the request.",
            "payment_method",
        )
    if method["customer"] and method["customer"] != intent["customer"]:
        raise invalid(
            f"The payment method {method['id']} does not belong to the Customer {intent['customer']}.",
            "payment_method",
        )
    if not method["customer"] and (method["_"].get("used") or method["_"].get("detached")):
        raise invalid(payment_methods.ALREADY_USED, "payment_method")
