"""Prices: one-time ones that Checkout Sessions sell, recurring ones that are kept and shown only.

Private facts: `currency_options` (amounts in other currencies) and `tiers`, both shown only when expanded.
Making a Price that may need a new Product is in `products`.
"""

import copy
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from stripe_sandbox import lists
from stripe_sandbox.amounts import MAXIMUM_DIGITS, check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, inside, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects.changes import previous
from stripe_sandbox.work import Work, merge_metadata, unset

MAX_DECIMALS = 12
MAX_LOOKUP_KEYS = 10
AMOUNTS = ("unit_amount", "unit_amount_decimal", "custom_unit_amount")


def build(work: Work, data: Obj, product: str, at: str = "") -> Obj:
    """A new saved Price of this Product; `at` is where its parameters are in the request.

    Raises:
        StripeError: 400 for no amount or several, amounts below zero, tiers without their parts.
    """
    currency = check_currency(data["currency"], inside(at, "currency"))
    recurring = _recurring(data.get("recurring"), inside(at, "recurring"))
    tiered = data.get("billing_scheme") == "tiered"
    if tiered:
        _check_tiers(data, at, recurring)
    price = blank("price")
    price |= {
        "id": new_id("price_1"),
        "active": data.get("active", True),
        "billing_scheme": "tiered" if tiered else "per_unit",
        "created": work.now,
        "currency": currency,
        "lookup_key": None,
        "metadata": merge_metadata(None, data.get("metadata")),
        "nickname": unset(data.get("nickname")),
        "product": product,
        "recurring": recurring,
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tiers_mode": data.get("tiers_mode") if tiered else None,
        "transform_quantity": _transform(data, at),
        "type": "recurring" if recurring else "one_time",
        "_": {"currency_options": {}, "tiers": _tiers(data["tiers"], at) if tiered else None},
    }
    price |= _amounts(data, currency, at, tiered=tiered)
    _set_options(price, data.get("currency_options"), at)
    if data.get("lookup_key"):
        _take_key(work, price, data["lookup_key"], transfer=data.get("transfer_lookup_key", False))
    return work.save(price)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change `active`, nickname, lookup key, currency options, metadata, or the tax behaviour once."""
    price = work.need("price", id)
    before = copy.deepcopy(price)
    behaviour = params.get("tax_behavior", price["tax_behavior"])
    if behaviour != price["tax_behavior"] and price["tax_behavior"] != "unspecified":
        raise invalid("You cannot change `tax_behavior` once it is set.", "tax_behavior")
    price["tax_behavior"] = behaviour
    for name in ("active", "nickname"):
        if name in params:
            price[name] = unset(params[name])
    if "lookup_key" in params:
        _take_key(work, price, params["lookup_key"], transfer=params.get("transfer_lookup_key", False))
    _set_options(price, params.get("currency_options"), "")
    price["metadata"] = merge_metadata(price["metadata"], params.get("metadata"))
    if changed := previous(before, price):
        work.emit("price.updated", price, changed)
    return work.save(price)


def page(work: Work, params: Obj) -> Obj:
    """One page of Prices, by any of the filters."""
    rest = dict(params)
    extra: list[lists.Filter] = []
    if "lookup_keys" in params:
        keys = rest.pop("lookup_keys")
        if len(keys) > MAX_LOOKUP_KEYS:
            raise invalid(f"You can look up at most {MAX_LOOKUP_KEYS} keys at once.", "lookup_keys")
        marks = ", ".join("?" * len(keys))
        extra.append(lists.Filter(f"json_extract(body, '$.lookup_key') IN ({marks})", tuple(keys)))
    if "currency" in rest:
        rest["currency"] = rest["currency"].lower()
    for name, value in rest.pop("recurring", {}).items():
        extra.append(lists.Filter(f"json_extract(body, '$.recurring.{name}') = ?", (value,)))
    return lists.page(work, "price", "/v1/prices", rest, tuple(extra))


def for_sale(work: Work, id: str, param: str) -> Obj:
    """The Price of this id if a Checkout Session in mode payment may sell it.

    Raises:
        StripeError: 400 if it or its product is not active, or it is recurring.
    """
    price = work.need("price", id, param)
    if not price["active"]:
        raise invalid(
            f"The price specified is inactive. This field only accepts active prices: '{id}'.", param
        )
    if not work.own("product", price["product"]).get("active"):
        raise invalid(
            f"Price `{id}` is not available to be purchased because its product is not active.",
            param,
            "product_inactive",
        )
    check_one_time(price, param)
    return price


def check_one_time(price: Obj, param: str) -> None:
    """400 unless `price` is a one-time price with an amount of its own."""
    if price["type"] == "recurring":
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode "
            "or use only one-time prices.",
            param,
        )
    if price["custom_unit_amount"]:
        raise invalid(
            "Prices with `custom_unit_amount` are not modelled in Checkout Sessions by this sandbox.", param
        )


def in_currency(price: Obj, currency: str, param: str) -> tuple[Fraction, str]:
    """The amount of one unit in `currency`, and how it relates to tax.

    Raises:
        StripeError: 400 if the price has no amount in that currency.
    """
    if currency == price["currency"]:
        shown = price
    else:
        shown = price["_"]["currency_options"].get(currency)
        if shown is None or shown["unit_amount_decimal"] is None:
            raise invalid(
                f"The price `{price['id']}` is in {price['currency']} and has no amount in {currency}.", param
            )
    behaviour = shown["tax_behavior"] or price["tax_behavior"]
    return Fraction(shown["unit_amount_decimal"]), behaviour


def currency_options(work: Work, price: Obj) -> Obj:
    """The amounts in all currencies, the price's own included, as shown when expanded."""
    stored = work.own("price", price["id"])
    own = {name: stored[name] for name in ("custom_unit_amount", "tax_behavior", "unit_amount")}
    own["unit_amount_decimal"] = stored["unit_amount_decimal"]
    shown: Obj = {stored["currency"]: own} | stored["_"]["currency_options"]
    return shown


def tiers(work: Work, price: Obj) -> list[Obj] | None:
    """The tiers of a tiered price, as shown when expanded, or None."""
    found: list[Obj] | None = work.own("price", price["id"])["_"]["tiers"]
    return found


def _amounts(data: Obj, currency: str, at: str, *, tiered: bool) -> Obj:
    """`unit_amount`, `unit_amount_decimal` and `custom_unit_amount`; exactly one is given, none for tiers."""
    custom = data.get("custom_unit_amount") or {}
    given = [name for name in AMOUNTS if name in data and (name != "custom_unit_amount" or custom["enabled"])]
    if len(given) > 1:
        raise exclusive(*(inside(at, name) for name in given))
    if tiered and given:
        raise exclusive(inside(at, given[0]), inside(at, "tiers"))
    none: Obj = {"custom_unit_amount": None, "unit_amount": None, "unit_amount_decimal": None}
    if tiered:
        return none
    if not given:
        raise missing(inside(at, "unit_amount"))
    if given == ["custom_unit_amount"]:
        limits = {name: custom.get(name) for name in ("maximum", "minimum", "preset")}
        return none | {"custom_unit_amount": limits}
    value = _decimal(str(data[given[0]]), inside(at, given[0]))
    if value >= 10 ** MAXIMUM_DIGITS.get(currency, 8):
        raise invalid("The amount is too large.", inside(at, given[0]), "amount_too_large")
    whole = int(value) if value == value.to_integral_value() else None
    return none | {"unit_amount": whole, "unit_amount_decimal": _text(value)}


def _decimal(text: str, param: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise invalid(f"Invalid decimal: {text[:100]}", param) from None
    if not value.is_finite():
        raise invalid(f"Invalid decimal: {text[:100]}", param)
    if value < 0:
        raise invalid("This value must be greater than or equal to 0.", param, "parameter_invalid_integer")
    if -int(value.as_tuple().exponent) > MAX_DECIMALS:
        raise invalid(f"Invalid decimal: at most {MAX_DECIMALS} decimal places.", param)
    return value


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _recurring(given: Obj | None, param: str) -> Obj | None:
    if not given:
        return None
    if given.get("meter") or given.get("usage_type") == "metered":
        raise invalid("Metered prices are not modelled by this sandbox yet.", f"{param}[usage_type]")
    count = given.get("interval_count", 1)
    if count < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            f"{param}[interval_count]",
            "parameter_invalid_integer",
        )
    return blank("price_recurring") | {
        "interval": given["interval"],
        "interval_count": count,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": "licensed",
    }


def _transform(data: Obj, at: str) -> Obj | None:
    given: Obj | None = data.get("transform_quantity")
    if given and data.get("tiers"):
        raise exclusive(inside(at, "transform_quantity"), inside(at, "tiers"))
    if given and given["divide_by"] < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            inside(at, "transform_quantity[divide_by]"),
            "parameter_invalid_integer",
        )
    return given


def _check_tiers(data: Obj, at: str, recurring: Obj | None) -> None:
    for name in ("tiers", "tiers_mode"):
        if not data.get(name):
            raise missing(inside(at, name))
    if recurring is None:
        raise invalid(
            "Tiered one-time prices are not modelled by this sandbox.", inside(at, "billing_scheme")
        )


def _tiers(given: list[Obj], at: str) -> list[Obj]:
    if given[-1]["up_to"] != "inf":
        raise invalid("The last tier must have `up_to` set to `inf`.", inside(at, "tiers"))
    bounds = [tier["up_to"] for tier in given[:-1]]
    if "inf" in bounds or bounds != sorted(set(bounds)):
        raise invalid("Tiers must be in ascending order of `up_to`.", inside(at, "tiers"))
    return [_tier(tier, f"{inside(at, 'tiers')}[{place}]") for place, tier in enumerate(given)]


def _tier(given: Obj, at: str) -> Obj:
    shown: Obj = {"up_to": None if given["up_to"] == "inf" else given["up_to"]}
    for name in ("flat_amount", "unit_amount"):
        text = given.get(f"{name}_decimal", given.get(name))
        value = None if text is None else _decimal(str(text), f"{at}[{name}]")
        whole = value is not None and value == value.to_integral_value()
        shown[name] = int(value) if value is not None and whole else None
        shown[f"{name}_decimal"] = None if value is None else _text(value)
    return shown


def _set_options(price: Obj, given: Obj | str | None, at: str) -> None:
    if given == "":
        price["_"]["currency_options"] = {}
    if not isinstance(given, dict):
        return
    for name, option in given.items():
        param = inside(at, f"currency_options[{name}]")
        currency = check_currency(name, param)
        if option.get("tiers"):
            raise invalid("Tiers in `currency_options` are not modelled by this sandbox.", f"{param}[tiers]")
        if currency == price["currency"]:
            raise invalid(f"`{currency}` is already the currency of this price.", param)
        price["_"]["currency_options"][currency] = _amounts(option, currency, param, tiered=False) | {
            "tax_behavior": option.get("tax_behavior", price["tax_behavior"])
        }


def _take_key(work: Work, price: Obj, key: str, *, transfer: bool) -> None:
    key_or_none = unset(key)
    if key_or_none:
        row = work.box.store.row(
            "SELECT id FROM objects WHERE type = 'price' AND id <> ?"
            " AND json_extract(body, '$.lookup_key') = ?",
            (price["id"], key),
        )
        if row is not None:
            if not transfer:
                raise invalid(f"Another price (`{row[0]}`) already uses that lookup key.", "lookup_key")
            other = work.own("price", row[0])
            other["lookup_key"] = None
            work.emit("price.updated", work.save(other), {"lookup_key": key})
    price["lookup_key"] = key_or_none
