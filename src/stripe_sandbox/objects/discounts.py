"""Discounts: a coupon, perhaps through a promotion code, given to one Checkout Session.

A Discount is part of its session and has no address of its own in the API.
"""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import coupons, promotion_codes
from stripe_sandbox.work import Work


def of(work: Work, given: Obj, param: str, *, session: str | None = None, customer: str | None = None) -> Obj:
    """The Discount for one entry of a session's `discounts`: a coupon or a promotion code by its id.

    It is judged by `check`, not here.

    Raises:
        StripeError: 400 for both, none, or one that does not exist.
    """
    code_id, coupon_id = given.get("promotion_code"), given.get("coupon")
    if code_id and coupon_id:
        raise exclusive(f"{param}[coupon]", f"{param}[promotion_code]")
    if code_id:
        code = work.need("promotion_code", code_id, f"{param}[promotion_code]")
        return _discount(work, code["promotion"]["coupon"], code_id, session, customer)
    if not coupon_id:
        raise missing(f"{param}[coupon]")
    work.need("coupon", coupon_id, f"{param}[coupon]")
    return _discount(work, coupon_id, None, session, customer)


def typed(
    work: Work, text: str, param: str, *, session: str | None = None, customer: str | None = None
) -> Obj:
    """The Discount for a promotion code as a customer typed it; 400 if there is no such active code."""
    code = promotion_codes.find(work, text, customer)
    if code is None:
        raise invalid("This promotion code is invalid.", param, "resource_missing")
    return _discount(work, code["promotion"]["coupon"], code["id"], session, customer)


def check(work: Work, discount: Obj, amount: int, currency: str, customer: str | None, param: str) -> None:
    """Judge whether this discount may be given now, for lines of `amount` minor units before discounts.

    Raises:
        StripeError: 400; `coupon_expired` where the coupon is over or used up, else without code: the
            promotion code is not active, is another customer's, wants a larger amount or a first purchase, or
            the coupon has no amount in `currency`.
    """
    coupon = coupon_of(work, discount)
    param = f"{param}[{'promotion_code' if discount['promotion_code'] else 'coupon'}]"
    if not coupon["valid"]:
        raise invalid(f"Coupon expired: {coupon['id']}", param, "coupon_expired")
    if coupon["percent_off"] is None:
        amount_off(coupon, currency, param)
    if discount["promotion_code"]:
        code = work.own("promotion_code", discount["promotion_code"])
        if not code["active"]:
            raise invalid("This promotion code is not active.", param)
        _check_restrictions(work, code, amount, currency, customer, param)


def redeem(work: Work, discount: Obj) -> None:
    """Count the redemption of a discount whose session was completed."""
    coupons.redeem(work, coupon_of(work, discount))
    if discount["promotion_code"]:
        promotion_codes.redeem(work, work.own("promotion_code", discount["promotion_code"]))


def coupon_of(work: Work, discount: Obj) -> Obj:
    """The coupon of a Discount, also if it was deleted since."""
    return work.own("coupon", discount["source"]["coupon"])


def amount_off(coupon: Obj, currency: str, param: str) -> int:
    """What a coupon takes off in `currency`; 400 if it has no amount in it."""
    if coupon["currency"] == currency:
        amount: int = coupon["amount_off"]
        return amount
    other: Obj | None = coupon["_"]["currency_options"].get(currency)
    if other is None:
        raise invalid(
            f"The coupon `{coupon['id']}` is in {coupon['currency']} and has no amount in {currency}.", param
        )
    found: int = other["amount_off"]
    return found


def _discount(work: Work, coupon: str, code: str | None, session: str | None, customer: str | None) -> Obj:
    return blank("discount") | {
        "id": new_id("di_1"),
        "checkout_session": session,
        "customer": customer,
        "promotion_code": code,
        "source": {"coupon": coupon, "type": "coupon"},
        "start": work.now,
    }


def _check_restrictions(
    work: Work, code: Obj, amount: int, currency: str, customer: str | None, param: str
) -> None:
    if code["customer"] and code["customer"] != customer:
        raise invalid("This promotion code can only be used by another customer.", param)
    limits = code["restrictions"]
    least = promotion_codes.minimum(code, currency)
    if limits["minimum_amount"] is not None and (least is None or amount < least):
        raise _below_minimum(param)
    if limits["first_time_transaction"] and customer and _has_paid(work, customer):
        raise invalid(
            "This promotion code cannot be redeemed because the associated customer has prior transactions.",
            param,
        )


def _below_minimum(param: str) -> StripeError:
    return invalid(
        "This promotion code cannot be redeemed because the amount is below its minimum amount.", param
    )


def _has_paid(work: Work, customer: str) -> bool:
    paid = (
        "SELECT 1 FROM objects WHERE customer = ? AND type = 'charge' AND json_extract(body, '$.paid') = 1"
        " AND json_extract(body, '$.captured') = 1"
    )
    return work.box.store.row(paid, (customer,)) is not None
