"""Promotion codes: what customers type to get a coupon.

Private facts: `wanted` (what the shop last said about `active`), `over` (its last day has passed) and
`currency_options` (the minimum in other currencies, shown only when expanded). `settle` derives `active`.
"""

import copy
import re

from stripe_sandbox import lists
from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid, missing, refuse_unmodelled
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.objects.changes import previous
from stripe_sandbox.work import Work, merge_metadata

_CODE = re.compile(r"[A-Za-z0-9-]{1,500}")


def settle(work: Work, code: Obj) -> Obj:
    """Derive `active` from the facts and the coupon, and save: the only way a promotion code changes."""
    facts = code["_"]
    coupon = work.own("coupon", code["promotion"]["coupon"])
    used_up = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
    code["active"] = facts["wanted"] and coupon["valid"] and not facts["over"] and not used_up
    return work.save(code)


def settle_all(work: Work, coupon: str) -> None:
    """The coupon's validity changed: bring its codes up to date."""
    rows = work.box.store.rows(
        "SELECT id FROM objects WHERE type = 'promotion_code'"
        " AND json_extract(body, '$.promotion.coupon') = ?",
        (coupon,),
    )
    for row in rows:
        settle(work, work.own("promotion_code", row[0]))


def create(work: Work, params: Obj) -> Obj:
    """A new promotion code for the coupon in `promotion`; without `code` one is made up.

    Raises:
        StripeError: 400 for an unknown or ended coupon, a code that is active already (whatever its case) for
            the same customer, or limits beyond the coupon's.
    """
    refuse_unmodelled(params, ("customer_account",))
    promotion = params["promotion"]
    if not promotion.get("coupon"):
        raise missing("promotion[coupon]")
    coupon = work.need("coupon", promotion["coupon"], "promotion[coupon]")
    if not coupon["valid"]:
        raise invalid(f"Coupon `{coupon['id']}` can no longer be redeemed.", "promotion[coupon]")
    if params.get("customer"):
        work.need("customer", params["customer"], "customer")
    _check_limits(work, params, coupon)
    code = blank("promotion_code")
    code |= {
        "id": new_id("promo_1"),
        "code": _code(params),
        "created": work.now,
        "customer": params.get("customer") or None,
        "expires_at": params.get("expires_at"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": merge_metadata(None, params.get("metadata")),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": _restrictions(params.get("restrictions") or {}),
        "_": {"wanted": params.get("active", True), "over": False, "currency_options": {}},
    }
    _set_options(code, params.get("restrictions") or {})
    if code["_"]["wanted"]:
        _check_unique(work, code)
    settle(work, code)
    if code["expires_at"] is not None:
        work.later(code["expires_at"] - work.box.clock.now(), "end_promotion_code", code["id"])
    work.emit("promotion_code.created", code)
    return code


def update(work: Work, id: str, params: Obj) -> Obj:
    """Switch a promotion code on or off, or change its metadata or minimum amounts in other currencies."""
    code = work.need("promotion_code", id)
    before = copy.deepcopy(code)
    _set_options(code, params.get("restrictions") or {})
    code["metadata"] = merge_metadata(code["metadata"], params.get("metadata"))
    if "active" in params:
        code["_"]["wanted"] = params["active"]
    settle(work, code)
    if params.get("active"):
        if not code["active"]:
            raise invalid(
                "This promotion code cannot be active: it or its coupon can no longer be redeemed.", "active"
            )
        _check_unique(work, code)
    if changed := previous(before, code):
        work.emit("promotion_code.updated", code, changed)
    return code


def page(work: Work, params: Obj) -> Obj:
    """One page of promotion codes, by any of the filters; `code` in any case."""
    rest = dict(params)
    refuse_unmodelled(rest, ("customer_account",))
    extra: list[lists.Filter] = []
    if "code" in rest:
        extra.append(lists.Filter("lower(json_extract(body, '$.code')) = ?", (rest.pop("code").lower(),)))
    if "coupon" in rest:
        extra.append(lists.Filter("json_extract(body, '$.promotion.coupon') = ?", (rest.pop("coupon"),)))
    return lists.page(work, "promotion_code", "/v1/promotion_codes", rest, tuple(extra))


def find(work: Work, code: str, customer: str | None) -> Obj | None:
    """The active promotion code that this customer (None for a guest) typed, whatever its case; their own
    before everybody's.
    """
    rows = work.box.store.rows(
        "SELECT id FROM objects WHERE type = 'promotion_code' AND lower(json_extract(body, '$.code')) = ?"
        " AND json_extract(body, '$.active') = 1 AND (customer IS NULL OR customer = ?)"
        " ORDER BY customer IS NULL",
        (code.strip().lower(), customer),
    )
    return work.own("promotion_code", rows[0][0]) if rows else None


def end_when_due(work: Work, id: str) -> None:
    """Scheduled: `expires_at` has come."""
    code = work.get("promotion_code", id)
    if code is not None:
        code["_"]["over"] = True
        settle(work, code)


def redeem(work: Work, code: Obj) -> None:
    """Count one redemption."""
    code["times_redeemed"] += 1
    settle(work, code)


def minimum(code: Obj, currency: str) -> int | None:
    """The least amount it is good for in `currency`, or None if it says nothing about that currency."""
    limits = code["restrictions"]
    if limits["minimum_amount_currency"] == currency:
        amount: int | None = limits["minimum_amount"]
        return amount
    other: Obj = code["_"]["currency_options"].get(currency) or {}
    return other.get("minimum_amount")


def currency_options(work: Work, restrictions: Obj, code: Obj) -> Obj | None:
    """The minimum in all currencies, as shown when expanded, or None."""
    currency = restrictions["minimum_amount_currency"]
    if currency is None:
        return None
    own = {currency: {"minimum_amount": restrictions["minimum_amount"]}}
    shown: Obj = own | work.own("promotion_code", code["id"])["_"]["currency_options"]
    return shown


def _code(params: Obj) -> str:
    if "code" not in params:
        return random_text(8).upper()
    code: str = params["code"]
    if not _CODE.fullmatch(code):
        raise invalid(
            "Promotion codes consist of letters (a-z, A-Z), digits and dashes, at most 500 of them.", "code"
        )
    return code


def _check_unique(work: Work, code: Obj) -> None:
    row = work.box.store.row(
        "SELECT id FROM objects WHERE type = 'promotion_code' AND lower(json_extract(body, '$.code')) = ?"
        " AND json_extract(body, '$.active') = 1 AND customer IS ? AND id <> ?",
        (code["code"].lower(), code["customer"], code["id"]),
    )
    if row is not None:
        raise invalid(
            f"An active promotion code with `code: {code['code']}` already exists.",
            "code",
            "resource_already_exists",
        )


def _check_limits(work: Work, params: Obj, coupon: Obj) -> None:
    expires_at, most = params.get("expires_at"), params.get("max_redemptions")
    if expires_at is not None and expires_at <= work.now:
        raise invalid("`expires_at` must be in the future.", "expires_at")
    if expires_at is not None and coupon["redeem_by"] is not None and expires_at > coupon["redeem_by"]:
        raise invalid("`expires_at` cannot be after the coupon's `redeem_by`.", "expires_at")
    if most is not None and most < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", "max_redemptions", "parameter_invalid_integer"
        )
    if most is not None and coupon["max_redemptions"] is not None and most > coupon["max_redemptions"]:
        raise invalid("`max_redemptions` cannot be more than the coupon's.", "max_redemptions")


def _restrictions(given: Obj) -> Obj:
    amount, currency = given.get("minimum_amount"), given.get("minimum_amount_currency")
    if amount is not None and not currency:
        raise missing("restrictions[minimum_amount_currency]")
    if currency and amount is None:
        raise missing("restrictions[minimum_amount]")
    if amount is not None and amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.",
            "restrictions[minimum_amount]",
            "parameter_invalid_integer",
        )
    return {
        "first_time_transaction": given.get("first_time_transaction", False),
        "minimum_amount": amount,
        "minimum_amount_currency": check_currency(currency, "restrictions[minimum_amount_currency]")
        if currency
        else None,
    }


def _set_options(code: Obj, given: Obj) -> None:
    for name, option in (given.get("currency_options") or {}).items():
        param = f"restrictions[currency_options][{name}]"
        currency = check_currency(name, param)
        if code["restrictions"]["minimum_amount"] is None:
            raise invalid("`currency_options` needs `minimum_amount`.", param)
        if currency == code["restrictions"]["minimum_amount_currency"]:
            raise invalid(f"`{currency}` is already the currency of the minimum amount.", param)
        if "minimum_amount" not in option:
            raise missing(f"{param}[minimum_amount]")
        code["_"]["currency_options"][currency] = {"minimum_amount": option["minimum_amount"]}
