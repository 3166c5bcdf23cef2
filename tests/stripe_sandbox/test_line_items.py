"""What the lines of a Checkout Session cost, whatever they are; and that the sums agree."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stripe_sandbox.harness import World

from stripe_sandbox.errors import StripeError
from stripe_sandbox.objects import coupons, discounts, products, shipping_rates, tax_rates
from stripe_sandbox.objects.line_items import Priced, price_lines
from stripe_sandbox.objects.taxation import TaxRule, half_up, spread, take
from stripe_sandbox.work import Work

GERMANY = TaxRule({"country": "DE"})
BOOKS = "txcd_35010000"
ANY_PLACE = st.sampled_from(
    [
        None,
        GERMANY,
        TaxRule({"country": "US", "state": "CA"}),
        TaxRule({"country": "CA", "state": "QC"}),
        TaxRule({"country": "FR"}, ({"type": "eu_vat", "value": "FRAB123456789"},)),
        TaxRule({"country": "BR"}),
    ]
)
LINES = st.lists(
    st.tuples(
        st.decimals(0, 5000, places=3),
        st.integers(1, 50),
        st.sampled_from(["inclusive", "exclusive", "unspecified"]),
        st.lists(st.tuples(st.decimals(0, 40, places=2), st.booleans()), max_size=3),
    ),
    min_size=1,
    max_size=6,
)
COUPON = st.one_of(
    st.none(),
    st.integers(1, 300_000).map(lambda amount: {"amount_off": amount, "currency": "eur"}),
    st.decimals("0.01", 100, places=2).map(lambda percent: {"percent_off": float(percent)}),
)


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    """One sandbox for all examples: each is a transaction that leaves nothing behind."""
    world = World()
    yield world
    world.close()


@pytest.fixture
def work(made: World) -> Iterator[Work]:
    """A unit of work."""
    with made.box.work() as unit:
        yield unit


def book(work: Work, amount: Any = 1000, **more: Any) -> Any:
    """A book's price in EUR."""
    details = {"name": "Emma", "tax_code": BOOKS}
    data = {"currency": "eur", "unit_amount_decimal": str(amount), "product_data": details} | more
    return products.create_price(work, data)


def off(work: Work, **params: Any) -> Any:
    """A Discount by a new coupon."""
    coupon = coupons.create(work, params)
    return discounts.of(work, {"coupon": coupon["id"]}, "discounts[0]")


def one(work: Work, price: Any, quantity: int = 1, **options: Any) -> Priced:
    """A single priced line."""
    return price_lines(work, [{"price": price, "quantity": quantity}], currency="eur", **options)


@settings(max_examples=120, deadline=None)
@given(LINES, COUPON, ANY_PLACE, st.one_of(st.none(), st.integers(0, 2000)))
def test_the_totals_are_the_sums_of_the_lines_whatever_is_sold(made, lines, coupon, place, shipping):
    with made.box.work() as work:
        drafts = []
        for amount, quantity, behaviour, rates in lines:
            price = book(work, amount, tax_behavior=behaviour)
            drafts.append({"price": price, "quantity": quantity, "tax_rates": made_rates(work, rates)})
        reductions = [] if coupon is None else [off(work, **coupon)]
        rate = None if shipping is None else post(work, shipping)

        priced = price_lines(work, drafts, currency="eur", discounts=reductions, shipping=rate, tax=place)

    for line in priced.lines:
        on_top = sum(tax["amount"] for tax in line["taxes"] if not tax["rate"]["inclusive"])
        assert line["amount_total"] == line["amount_subtotal"] - line["amount_discount"] + on_top
        assert line["amount_tax"] == sum(tax["amount"] for tax in line["taxes"])
        assert line["amount_discount"] == sum(part["amount"] for part in line["discounts"])
        assert 0 <= line["amount_discount"] <= line["amount_subtotal"]
        assert min(line["amount_subtotal"], line["amount_total"], line["amount_tax"]) >= 0
    cost = priced.shipping_cost or {"amount_subtotal": 0, "amount_tax": 0, "amount_total": 0}
    details = priced.total_details
    assert priced.amount_subtotal == total(priced, "amount_subtotal")
    assert priced.amount_total == total(priced, "amount_total") + cost["amount_total"]
    assert details["amount_discount"] == total(priced, "amount_discount")
    assert details["amount_tax"] == total(priced, "amount_tax") + cost["amount_tax"]
    assert details["amount_shipping"] == cost["amount_subtotal"]
    parts = details["breakdown"]
    assert sum(part["amount"] for part in parts["discounts"]) == details["amount_discount"]
    assert sum(part["amount"] for part in parts["taxes"]) == details["amount_tax"]


@settings(deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_what_is_spread_adds_up_and_stays_within_its_shares(amount, weights):
    amount = min(amount, sum(weights))

    parts = spread(amount, weights)

    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@settings(deadline=None)
@given(st.integers(0, 10**9), st.lists(st.tuples(st.integers(0, 60).map(str), st.booleans()), max_size=5))
def test_included_tax_and_what_it_is_taken_of_make_the_amount(amount, rates):
    taken = take(amount, rates)

    inside = sum(one.amount for one, (_, inclusive) in zip(taken, rates, strict=True) if inclusive)
    assert all(one.taxable == amount - inside for one in taken)
    assert all(one.amount >= 0 for one in taken)


def test_a_fixed_discount_is_spread_by_largest_remainder(work: Work):
    lines = [{"price": book(work, amount), "quantity": 1} for amount in (1000, 1000, 1000)]

    priced = price_lines(work, lines, currency="eur", discounts=[off(work, amount_off=100, currency="eur")])

    assert [line["amount_discount"] for line in priced.lines] == [34, 33, 33]
    assert priced.amount_total == 2900


def test_a_discount_is_never_more_than_what_it_applies_to(work: Work):
    priced = one(work, book(work, 1000), discounts=[off(work, amount_off=5000, currency="eur")])

    assert (priced.amount_subtotal, priced.amount_total) == (1000, 0)
    assert priced.total_details["amount_discount"] == 1000


def test_a_percentage_is_rounded_half_up_over_all_lines(work: Work):
    lines = [{"price": book(work, 5), "quantity": 1} for _ in range(3)]

    priced = price_lines(work, lines, currency="eur", discounts=[off(work, percent_off=10)])

    assert [line["amount_discount"] for line in priced.lines] == [1, 1, 0]


def test_a_coupon_for_some_products_leaves_the_others_alone(work: Work):
    cheap, dear = book(work, 1000), book(work, 3000)
    discount = off(work, percent_off=50, applies_to={"products": [dear["product"]]})
    lines = [{"price": cheap, "quantity": 1}, {"price": dear, "quantity": 1}]

    priced = price_lines(work, lines, currency="eur", discounts=[discount])

    assert [line["amount_discount"] for line in priced.lines] == [0, 1500]
    assert priced.lines[0]["discounts"] == []


def test_a_deleted_coupon_still_counts_where_it_was_given(work: Work):
    discount = off(work, percent_off=50)
    coupons.delete(work, discount["source"]["coupon"])

    priced = one(work, book(work, 1000), discounts=[discount])

    assert priced.amount_total == 500


def test_tax_is_taken_of_what_remains_after_the_discount(work: Work):
    discount = off(work, percent_off=50)

    priced = one(work, book(work, 2140, tax_behavior="inclusive"), discounts=[discount], tax=GERMANY)

    line = priced.lines[0]
    assert (line["amount_total"], line["amount_tax"]) == (1070, 70)
    assert line["taxes"][0]["taxable_amount"] == 1000
    assert line["taxes"][0]["taxability_reason"] == "reduced_rated"
    assert line["taxes"][0]["rate"]["percentage"] == 7


def test_tax_on_top_makes_the_total_larger(work: Work):
    priced = one(work, book(work, 1000, tax_behavior="exclusive"), 3, tax=GERMANY)

    assert (priced.amount_subtotal, priced.amount_total) == (3000, 3210)
    assert priced.total_details["amount_tax"] == 210


@pytest.mark.parametrize(("currency", "total"), [("eur", 1000), ("usd", 1070)])
def test_a_price_that_does_not_say_includes_tax_where_that_is_usual(work: Work, currency, total):
    price = book(work, 1000, currency=currency)

    priced = price_lines(work, [{"price": price, "quantity": 1}], currency=currency, tax=GERMANY)

    assert priced.amount_total == total


def test_tax_rates_of_a_line_need_no_address(work: Work):
    rates = made_rates(work, [("19", False), ("5.5", True)])

    priced = price_lines(
        work, [{"price": book(work, 1055), "quantity": 1, "tax_rates": rates}], currency="eur"
    )

    assert [tax["amount"] for tax in priced.lines[0]["taxes"]] == [190, 55]
    assert priced.amount_total == 1055 + 190


def test_shipping_is_taxed_and_added(work: Work):
    rate = post(work, 595, tax_behavior="inclusive")

    priced = one(work, book(work, 1070, tax_behavior="inclusive"), shipping=rate, tax=GERMANY)

    assert priced.shipping_cost is not None
    assert priced.shipping_cost["amount_tax"] == 95
    assert priced.total_details["amount_shipping"] == 595
    assert priced.total_details["amount_tax"] == 70 + 95
    assert priced.amount_total == 1070 + 595
    assert len(priced.total_details["breakdown"]["taxes"]) == 2


def test_amounts_in_another_currency_are_those_that_were_named(work: Work):
    price = book(work, 1000, currency_options={"usd": {"unit_amount": 1200, "tax_behavior": "inclusive"}})
    rate = post(work, 500, currency_options={"usd": {"amount": 600}})
    discount = off(work, amount_off=100, currency="eur", currency_options={"usd": {"amount_off": 150}})

    priced = price_lines(
        work, [{"price": price, "quantity": 2}], currency="usd", discounts=[discount], shipping=rate
    )

    assert priced.lines[0]["currency"] == "usd"
    assert priced.amount_total == 2400 - 150 + 600


def test_what_has_no_amount_in_a_currency_is_refused(work: Work):
    with pytest.raises(StripeError) as refused:
        price_lines(work, [{"price": book(work), "quantity": 1}], currency="usd")

    assert refused.value.error["param"] == "line_items[0][price]"


def test_an_amount_that_customers_choose_is_not_taken_for_one(work: Work):
    price = book(work, currency_options={"usd": {"custom_unit_amount": {"enabled": True}}})

    with pytest.raises(StripeError) as refused:
        price_lines(work, [{"price": price, "quantity": 1}], currency="usd")

    assert refused.value.error["param"] == "line_items[0][price]"


def test_fractions_of_a_cent_are_rounded_once_per_line(work: Work):
    priced = one(work, book(work, "0.5"), 3)

    assert priced.amount_total == 2


@pytest.mark.parametrize(("round", "total"), [("up", 2000), ("down", 1000)])
def test_a_price_per_dozen_counts_dozens(work: Work, round, total):
    price = book(work, 1000, transform_quantity={"divide_by": 12, "round": round})

    priced = one(work, price, 13)

    assert (priced.amount_total, priced.lines[0]["quantity"]) == (total, 13)


def test_a_recurring_price_is_not_sold_once(work: Work):
    price = book(work, 1000, recurring={"interval": "month"})

    with pytest.raises(StripeError) as refused:
        one(work, price)

    assert refused.value.error["param"] == "line_items[0][price]"


def test_the_same_lines_cost_the_same_again(work: Work):
    discount = off(work, amount_off=100, currency="eur")
    lines = [{"id": f"li_{n}", "price": book(work, 999), "quantity": n} for n in (1, 2, 3)]

    first = price_lines(work, lines, currency="eur", discounts=[discount], tax=GERMANY)
    second = price_lines(work, lines, currency="eur", discounts=[discount], tax=GERMANY)

    assert first == second


@pytest.mark.parametrize(("text", "whole"), [("1/2", 1), ("149/100", 1), ("3/2", 2), ("49/100", 0)])
def test_half_of_a_cent_goes_up(text, whole):
    assert half_up(Fraction(text)) == whole


def made_rates(work: Work, rates: list[Any]) -> list[str]:
    """Ids of new tax rates."""
    return [
        tax_rates.create(work, {"display_name": "VAT", "percentage": float(percent), "inclusive": inclusive})[
            "id"
        ]
        for percent, inclusive in rates
    ]


def post(work: Work, amount: int, currency_options: Any = None, **params: Any) -> Any:
    """A shipping rate in EUR."""
    fixed = {"amount": amount, "currency": "eur", "currency_options": currency_options or {}}
    return shipping_rates.create(work, {"display_name": "Post", "fixed_amount": fixed} | params)


def total(priced: Priced, name: str) -> int:
    """The sum of one field over all lines."""
    return sum(line[name] for line in priced.lines)
