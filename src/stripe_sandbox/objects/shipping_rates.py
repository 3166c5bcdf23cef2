"""Shipping rates: what delivery costs, chosen by the customer in a Checkout Session.

Private facts: `currency_options` (amounts in other currencies, shown only when expanded).
"""

from fractions import Fraction

from stripe_sandbox import lists
from stripe_sandbox.amounts import MAXIMUM_DIGITS, check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import inside, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects.taxation import check_tax_code
from stripe_sandbox.work import Work, merge_metadata

MAX_NAME = 100
# Days, roughly, to tell whether a delivery estimate is the right way round.
_DAYS = {"hour": Fraction(1, 24), "day": 1, "business_day": 1, "week": 7, "month": 30}


def create(work: Work, params: Obj, at: str = "") -> Obj:
    """A new ShippingRate; `at` is where its parameters are in the request (a session's `shipping_rate_data`).

    Raises:
        StripeError: 400 for no fixed amount, an amount below zero, or an estimate whose end is before its
            start.
    """
    fixed = params.get("fixed_amount")
    if fixed is None:
        raise missing(inside(at, "fixed_amount"))
    if len(params["display_name"]) > MAX_NAME:
        raise invalid(f"The display name must be at most {MAX_NAME} characters.", inside(at, "display_name"))
    currency = check_currency(fixed["currency"], inside(at, "fixed_amount[currency]"))
    rate = blank("shipping_rate")
    rate |= {
        "id": new_id("shr_1"),
        "active": True,
        "created": work.now,
        "delivery_estimate": _estimate(params.get("delivery_estimate"), inside(at, "delivery_estimate")),
        "display_name": params["display_name"],
        "fixed_amount": {
            "amount": _amount(fixed["amount"], currency, inside(at, "fixed_amount[amount]")),
            "currency": currency,
        },
        "metadata": merge_metadata(None, params.get("metadata")),
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tax_code": check_tax_code(params["tax_code"], inside(at, "tax_code"))
        if params.get("tax_code")
        else None,
        "_": {"currency_options": {}},
    }
    _set_options(rate, fixed, at)
    return work.save(rate)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change `active`, metadata, amounts in other currencies, or the tax behaviour once."""
    rate = work.need("shipping_rate", id)
    behaviour = params.get("tax_behavior", rate["tax_behavior"])
    if behaviour != rate["tax_behavior"] and rate["tax_behavior"] != "unspecified":
        raise invalid("You cannot change `tax_behavior` once it is set.", "tax_behavior")
    rate["tax_behavior"] = behaviour
    rate["active"] = params.get("active", rate["active"])
    _set_options(rate, params.get("fixed_amount") or {}, "")
    rate["metadata"] = merge_metadata(rate["metadata"], params.get("metadata"))
    return work.save(rate)


def page(work: Work, params: Obj) -> Obj:
    """One page of ShippingRates; by `active`, `currency`, `created`."""
    rest = dict(params)
    extra: tuple[lists.Filter, ...] = ()
    if "currency" in rest:
        currency = rest.pop("currency").lower()
        extra = (lists.Filter("json_extract(body, '$.fixed_amount.currency') = ?", (currency,)),)
    return lists.page(work, "shipping_rate", "/v1/shipping_rates", rest, extra)


def for_sale(work: Work, id: str, param: str) -> Obj:
    """The ShippingRate of this id if a session may offer it; 400 if it is not active."""
    rate = work.need("shipping_rate", id, param)
    if not rate["active"]:
        raise invalid(f"The shipping rate `{id}` is not active.", param)
    return rate


def in_currency(rate: Obj, currency: str, param: str) -> tuple[int, str]:
    """Its amount in `currency`, and how that relates to tax; 400 if it has none."""
    fixed = rate["fixed_amount"]
    if fixed["currency"] == currency:
        return fixed["amount"], rate["tax_behavior"]
    other = rate["_"]["currency_options"].get(currency)
    if other is None:
        raise invalid(
            f"The shipping rate `{rate['id']}` is in {fixed['currency']} and has no amount in {currency}.",
            param,
        )
    return other["amount"], other["tax_behavior"]


def currency_options(work: Work, fixed: Obj, rate: Obj) -> Obj:
    """The amounts in all currencies, as shown when expanded."""
    own = {fixed["currency"]: {"amount": fixed["amount"], "tax_behavior": rate["tax_behavior"]}}
    shown: Obj = own | work.own("shipping_rate", rate["id"])["_"]["currency_options"]
    return shown


def _estimate(given: Obj | None, param: str) -> Obj | None:
    if not given:
        return None
    for name, bound in given.items():
        if bound["value"] < 1:
            raise invalid(
                "This value must be greater than or equal to 1.",
                f"{param}[{name}][value]",
                "parameter_invalid_integer",
            )
    least, most = given.get("minimum"), given.get("maximum")
    if least and most and least["value"] * _DAYS[least["unit"]] > most["value"] * _DAYS[most["unit"]]:
        raise invalid("The minimum of a delivery estimate cannot be more than its maximum.", param)
    return {"maximum": most, "minimum": least}


def _set_options(rate: Obj, fixed: Obj, at: str) -> None:
    for name, option in (fixed.get("currency_options") or {}).items():
        param = inside(at, f"fixed_amount[currency_options][{name}]")
        currency = check_currency(name, param)
        if currency == rate["fixed_amount"]["currency"]:
            raise invalid(f"`{currency}` is already the currency of this shipping rate.", param)
        known = rate["_"]["currency_options"].get(currency, {})
        amount = option.get("amount", known.get("amount"))
        if amount is None:
            raise missing(f"{param}[amount]")
        rate["_"]["currency_options"][currency] = {
            "amount": _amount(amount, currency, f"{param}[amount]"),
            "tax_behavior": option.get("tax_behavior", known.get("tax_behavior", rate["tax_behavior"])),
        }


def _amount(amount: int, currency: str, param: str) -> int:
    if amount < 0:
        raise invalid("This value must be greater than or equal to 0.", param, "parameter_invalid_integer")
    if amount >= 10 ** MAXIMUM_DIGITS.get(currency, 8):
        raise invalid("The amount is too large.", param, "amount_too_large")
    return amount
