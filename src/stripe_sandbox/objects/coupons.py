"""Coupons: percent or amount off.

Private facts: `applies_to` (product ids, or None for all) and `currency_options`, both shown only when
expanded; `over` (the day to redeem by has passed). `settle` derives `valid` from them.
"""

import copy

from stripe_sandbox.amounts import MAXIMUM_DIGITS, check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, invalid, missing
from stripe_sandbox.ids import random_text
from stripe_sandbox.objects import promotion_codes
from stripe_sandbox.objects.changes import previous
from stripe_sandbox.work import Work, merge_metadata, unset

MAX_NAME = 40


def settle(work: Work, coupon: Obj) -> Obj:
    """Derive `valid` from the facts, and save: the only way a coupon changes. Its codes follow."""
    used_up = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    valid = not used_up and not coupon["_"]["over"]
    turned = valid != coupon["valid"]
    coupon["valid"] = valid
    work.save(coupon)
    if turned:
        promotion_codes.settle_all(work, coupon["id"])
    return coupon


def create(work: Work, params: Obj) -> Obj:
    """A new Coupon.

    Raises:
        StripeError: 400 unless exactly one of `percent_off` and `amount_off` (with `currency`) is given, for
            an id that exists, or limits that make no sense.
    """
    _check(work, params)
    currency = check_currency(params["currency"]) if params.get("currency") else None
    coupon = blank("coupon")
    coupon |= {
        "id": params.get("id") or random_text(8),
        "amount_off": params.get("amount_off"),
        "created": work.now,
        "currency": currency if "amount_off" in params else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merge_metadata(None, params.get("metadata")),
        "name": unset(params.get("name")),
        "percent_off": params.get("percent_off"),
        "redeem_by": params.get("redeem_by"),
        "valid": True,
        "_": {"applies_to": _products(work, params), "currency_options": {}, "over": False},
    }
    _set_options(coupon, params)
    settle(work, coupon)
    if coupon["redeem_by"] is not None:
        work.later(coupon["redeem_by"] - work.box.clock.now(), "end_coupon", coupon["id"])
    work.emit("coupon.created", coupon)
    return coupon


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a Coupon's name, metadata or amounts in other currencies."""
    coupon = work.need("coupon", id)
    before = copy.deepcopy(coupon)
    _check_name(params)
    if "name" in params:
        coupon["name"] = unset(params["name"])
    _set_options(coupon, params)
    coupon["metadata"] = merge_metadata(coupon["metadata"], params.get("metadata"))
    settle(work, coupon)
    if changed := previous(before, coupon):
        work.emit("coupon.updated", coupon, changed)
    return coupon


def delete(work: Work, id: str) -> Obj:
    """Delete a Coupon: nobody can redeem it any more, its promotion codes end."""
    coupon = work.need("coupon", id)
    coupon["valid"] = False
    work.emit("coupon.deleted", coupon)
    # The facts stay for the sessions that were given this coupon before.
    work.save(coupon | {"deleted": True})
    promotion_codes.settle_all(work, id)
    return {"id": id, "object": "coupon", "deleted": True}


def end_when_due(work: Work, id: str) -> None:
    """Scheduled: the day to redeem by has come."""
    coupon = work.get("coupon", id)
    if coupon is not None and not coupon.get("deleted"):
        coupon["_"]["over"] = True
        settle(work, coupon)


def redeem(work: Work, coupon: Obj) -> None:
    """Count one redemption. A coupon deleted since counts no more."""
    if coupon.get("deleted"):
        return
    coupon["times_redeemed"] += 1
    settle(work, coupon)


def applies_to(work: Work, coupon: Obj) -> Obj | None:
    """The products it is limited to, as shown when expanded, or None."""
    products = work.own("coupon", coupon["id"])["_"]["applies_to"]
    return None if products is None else {"products": products}


def currency_options(work: Work, coupon: Obj) -> Obj | None:
    """The amounts in all currencies, as shown when expanded, or None for percents."""
    stored = work.own("coupon", coupon["id"])
    if stored["amount_off"] is None:
        return None
    own = {stored["currency"]: {"amount_off": stored["amount_off"]}}
    shown: Obj = own | stored["_"]["currency_options"]
    return shown


def _check(work: Work, params: Obj) -> None:
    known = work.get("coupon", params.get("id"))
    if known is not None and not known.get("deleted"):
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    _check_name(params)
    if "percent_off" in params and "amount_off" in params:
        raise exclusive("percent_off", "amount_off")
    if "percent_off" not in params and "amount_off" not in params:
        raise invalid(
            "You must pass either `percent_off` or `amount_off`.", "percent_off", "parameter_missing"
        )
    if "amount_off" in params:
        if not params.get("currency"):
            raise missing("currency")
        _check_amount(params["amount_off"], params["currency"].lower(), "amount_off")
    elif not 0 < params["percent_off"] <= 100:
        raise invalid("Invalid percent_off: must be greater than 0 and at most 100.", "percent_off")
    repeating = params.get("duration") == "repeating"
    if repeating and "duration_in_months" not in params:
        raise missing("duration_in_months")
    if "duration_in_months" in params and not repeating:
        raise invalid("`duration_in_months` needs `duration` to be `repeating`.", "duration_in_months")
    for name in ("duration_in_months", "max_redemptions"):
        if params.get(name, 1) < 1:
            raise invalid("This value must be greater than or equal to 1.", name, "parameter_invalid_integer")
    if params.get("redeem_by", work.now + 1) <= work.now:
        raise invalid("`redeem_by` must be in the future.", "redeem_by")


def _check_name(params: Obj) -> None:
    if len(params.get("name") or "") > MAX_NAME:
        raise invalid(f"Coupon names must be at most {MAX_NAME} characters.", "name")


def _check_amount(amount: int, currency: str, param: str) -> None:
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer")
    if amount >= 10 ** MAXIMUM_DIGITS.get(currency, 8):
        raise invalid("The amount is too large.", param, "amount_too_large")


def _products(work: Work, params: Obj) -> list[str] | None:
    if "applies_to" not in params:
        return None
    given: list[str] = params["applies_to"].get("products") or []
    if not given:
        raise missing("applies_to[products]")
    return [
        work.need("product", id, f"applies_to[products][{place}]")["id"] for place, id in enumerate(given)
    ]


def _set_options(coupon: Obj, params: Obj) -> None:
    for name, option in (params.get("currency_options") or {}).items():
        param = f"currency_options[{name}]"
        if coupon["amount_off"] is None:
            raise invalid("`currency_options` needs `amount_off`.", param)
        currency = check_currency(name, param)
        if currency == coupon["currency"]:
            raise invalid(f"`{currency}` is already the currency of this coupon.", param)
        _check_amount(option["amount_off"], currency, f"{param}[amount_off]")
        coupon["_"]["currency_options"][currency] = {"amount_off": option["amount_off"]}
