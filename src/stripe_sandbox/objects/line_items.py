"""What the lines of a Checkout Session cost: discounts, tax and shipping, in whole minor units.

Invariants, for whatever is put in: no amount is below zero; the session's totals are the sums of its lines
and its shipping; `amount_total` of a line is `amount_subtotal - amount_discount` plus the tax that its price
does not include.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import discounts as discount_rules
from stripe_sandbox.objects import prices, shipping_rates, tax_rates
from stripe_sandbox.objects.tax_table import GOODS, SHIPPING
from stripe_sandbox.objects.taxation import TaxRule, half_up, is_inclusive, spread, take, taxable
from stripe_sandbox.work import Work, public


@dataclass(frozen=True, slots=True)
class Priced:
    """Priced lines and the sums that a Checkout Session shows."""

    lines: list[Obj]
    amount_subtotal: int
    amount_total: int
    total_details: Obj
    shipping_cost: Obj | None


@dataclass(slots=True)
class _Line:
    """One line while it is being priced. `reductions` has one amount per discount."""

    given: Obj
    price: Obj
    product: Obj
    subtotal: int
    inclusive: bool
    reductions: list[int]

    @property
    def left(self) -> int:
        return self.subtotal - sum(self.reductions)


def price_lines(
    work: Work,
    lines: Sequence[Obj],
    *,
    currency: str,
    discounts: Sequence[Obj] = (),
    shipping: Obj | None = None,
    tax: TaxRule | None = None,
) -> Priced:
    """Price the lines of a session.

    Each of `lines` is ``{price, quantity}``, and where there is something to say ``id``, ``tax_rates`` (ids),
    ``adjustable_quantity``, ``metadata``, ``description``; `price` is a Price object. `discounts` are
    Discounts (`discounts.of`), applied one after the other; their coupons are taken as they are, valid or not
    (`discounts.check` judges). `shipping` is a ShippingRate. With `tax` all is taxed by the customer's
    address, without it each line by its own tax rates. The lines come back as complete `item` objects with
    their `discounts` and `taxes`; `total_details` has its `breakdown`. The same input gives the same amounts.

    Raises:
        StripeError: 400 if a price, a coupon or the shipping rate has no amount in `currency`, or a price is
            recurring.
        ValueError: `tax` has an address that does not say where the customer is (`TaxRule.known`).
    """
    drafts = [_draft(work, line, currency, f"line_items[{index}]") for index, line in enumerate(lines)]
    for discount in discounts:
        _reduce(work, drafts, discount, currency)
    items = [_item(work, draft, currency, discounts, tax) for draft in drafts]
    cost = None if shipping is None else _shipping_cost(work, shipping, currency, tax)
    shipped = cost or {"amount_subtotal": 0, "amount_tax": 0, "amount_total": 0, "taxes": []}
    details = {
        "amount_discount": _sum(items, "amount_discount"),
        "amount_shipping": shipped["amount_subtotal"],
        "amount_tax": _sum(items, "amount_tax") + shipped["amount_tax"],
        "breakdown": {
            "discounts": _total_discounts(items, discounts),
            "taxes": _total_taxes([tax for item in [*items, shipped] for tax in item["taxes"]]),
        },
    }
    total = _sum(items, "amount_total") + shipped["amount_total"]
    return Priced(items, _sum(items, "amount_subtotal"), total, details, cost)


def _draft(work: Work, line: Obj, currency: str, at: str) -> _Line:
    price = line["price"] if "_" in line["price"] else work.own("price", line["price"]["id"])
    prices.check_one_time(price, f"{at}[price]")
    unit, behaviour = prices.in_currency(price, currency, f"{at}[price]")
    amount = half_up(unit * _units(price, line["quantity"]))
    product = work.own("product", price["product"])
    return _Line(line, line["price"], product, amount, is_inclusive(behaviour, currency), [])


def _units(price: Obj, quantity: int) -> int:
    transform = price["transform_quantity"]
    if transform is None:
        return quantity
    by: int = transform["divide_by"]
    return -(-quantity // by) if transform["round"] == "up" else quantity // by


def _reduce(work: Work, drafts: list[_Line], discount: Obj, currency: str) -> None:
    coupon = discount_rules.coupon_of(work, discount)
    products = coupon["_"]["applies_to"]
    left = [draft.left if products is None or draft.product["id"] in products else 0 for draft in drafts]
    if coupon["percent_off"] is not None:
        off = half_up(sum(left) * Fraction(str(coupon["percent_off"])) / 100)
    else:
        off = discount_rules.amount_off(coupon, currency, "discounts")
    for draft, share in zip(drafts, spread(min(off, sum(left)), left), strict=True):
        draft.reductions.append(share)


def _item(work: Work, draft: _Line, currency: str, discounts: Sequence[Obj], tax: TaxRule | None) -> Obj:
    if tax is not None:
        code = draft.product.get("tax_code") or (draft.product.get("tax_details") or {}).get("tax_code")
        taxes, extra = _by_address(work, draft.left, tax, code or GOODS, inclusive=draft.inclusive)
    else:
        taxes, extra = _by_rates(work, draft.left, draft.given.get("tax_rates") or [])
    return blank("item") | {
        "id": draft.given.get("id") or new_id("li_1"),
        "adjustable_quantity": draft.given.get("adjustable_quantity"),
        "amount_discount": sum(draft.reductions),
        "amount_subtotal": draft.subtotal,
        "amount_tax": sum(one["amount"] for one in taxes),
        "amount_total": draft.left + extra,
        "currency": currency,
        "description": draft.given.get("description") or draft.product.get("name"),
        "discounts": [
            {"amount": amount, "discount": discount}
            for amount, discount in zip(draft.reductions, discounts, strict=True)
            if amount
        ],
        "metadata": draft.given.get("metadata") or {},
        "price": public(draft.price),
        "quantity": draft.given["quantity"],
        "taxes": taxes,
    }


def _by_address(
    work: Work, amount: int, rule: TaxRule, code: str, *, inclusive: bool
) -> tuple[list[Obj], int]:
    """The taxes on `amount`, and how much of them comes on top."""
    found = rule.rates(code)
    taken = take(amount, [(rate.percent, inclusive) for rate in found])
    taxes = [
        {
            "amount": one.amount,
            "rate": public(tax_rates.of_place(work, rate, inclusive=inclusive)),
            "taxability_reason": rate.reason,
            "taxable_amount": taxable(rate.reason, one.taxable),
        }
        for rate, one in zip(found, taken, strict=True)
    ]
    return taxes, 0 if inclusive else sum(one.amount for one in taken)


def _by_rates(work: Work, amount: int, ids: list[str]) -> tuple[list[Obj], int]:
    found = [work.own("tax_rate", id) for id in ids]
    taken = take(amount, [(str(rate["percentage"]), rate["inclusive"]) for rate in found])
    taxes = [
        {
            "amount": one.amount,
            "rate": public(rate),
            "taxability_reason": None,
            "taxable_amount": one.taxable,
        }
        for rate, one in zip(found, taken, strict=True)
    ]
    extra = sum(one.amount for rate, one in zip(found, taken, strict=True) if not rate["inclusive"])
    return taxes, extra


def _shipping_cost(work: Work, rate: Obj, currency: str, tax: TaxRule | None) -> Obj:
    amount, behaviour = shipping_rates.in_currency(rate, currency, "shipping_options")
    taxes: list[Obj] = []
    extra = 0
    if tax is not None:
        inclusive = is_inclusive(behaviour, currency)
        taxes, extra = _by_address(work, amount, tax, rate["tax_code"] or SHIPPING, inclusive=inclusive)
    return {
        "amount_subtotal": amount,
        "amount_tax": sum(one["amount"] for one in taxes),
        "amount_total": amount + extra,
        "shipping_rate": rate["id"],
        "taxes": taxes,
    }


def _total_discounts(items: list[Obj], discounts: Sequence[Obj]) -> list[Obj]:
    shares = [one for item in items for one in item["discounts"]]
    return [
        {
            "amount": sum(one["amount"] for one in shares if one["discount"]["id"] == discount["id"]),
            "discount": discount,
        }
        for discount in discounts
    ]


def _total_taxes(taxes: list[Obj]) -> list[Obj]:
    sums: dict[tuple[str, str | None], Obj] = {}
    for one in taxes:
        known = sums.setdefault(
            (one["rate"]["id"], one["taxability_reason"]), one | {"amount": 0, "taxable_amount": 0}
        )
        known["amount"] += one["amount"]
        known["taxable_amount"] += one["taxable_amount"]
    return list(sums.values())


def _sum(items: list[Obj], name: str) -> int:
    return sum(item[name] for item in items)
