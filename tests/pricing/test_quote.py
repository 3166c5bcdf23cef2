"""What a cart costs: nothing is lost, every rounding is the one that is written down."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa import pricing
from kassa.catalog import SaleVariant
from kassa.kernel.ids import new_id

RULES = pricing.Rules(day=date(2026, 11, 21))


def variant(price: int, *, weight: int = 300, tax_class: str = "books", ships: bool = True) -> SaleVariant:
    return SaleVariant(
        new_id(),
        f"SKU-{price}",
        "A book",
        "a-book",
        "A book",
        price,
        weight,
        tax_class,
        ships,
        True,
        10,
        None,
        {},
    )


def quote(
    *lines: tuple[int, int], currency: str = "EUR", country: str = "DE", **more: object
) -> pricing.Quote:
    wanted = [pricing.QuoteLine(variant(price), quantity) for price, quantity in lines]
    return pricing.quote(wanted, currency, rules=RULES, country=country, **more)  # type: ignore[arg-type]


places = st.sampled_from([("DE", None), ("FR", None), ("IE", None), ("US", "NY"), ("US", "OR"), ("JP", None)])


@given(
    st.lists(st.tuples(st.integers(100, 50_000), st.integers(1, 9)), min_size=1, max_size=8),
    places,
    st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
)
def test_every_total_is_the_sum_of_its_parts(lines, place, currency):
    country, region = place
    lines = [(price * 10, quantity) for price, quantity in lines]  # dinars end in 0
    made = quote(*lines, currency=currency, country=country, region=region)

    assert made.subtotal == sum(line.total for line in made.lines) == sum(p * q for p, q in lines)
    assert made.total == made.subtotal + made.shipping + (0 if made.tax_included else made.tax)
    assert made.tax == sum(line.tax for line in made.tax_lines)
    assert made.tax >= sum(line.tax for line in made.lines) >= 0


@pytest.mark.parametrize(
    ("price", "quantity", "country", "region", "tax", "total"),
    [
        (1299, 2, "DE", None, 170 + 26, 2598 + 390),  # 2598 × 7/107 = 169.96; 390 × 7/107 = 25.51
        (1000, 1, "US", "NY", 40 + 52, 1000 + 1290 + 92),  # 1290 × 4 % = 51.6
        (1000, 1, "IE", None, 0, 1000 + 790),
        (1000, 1, "JP", None, 0, 1000 + 1290),
    ],
)
def test_worked_examples(price, quantity, country, region, tax, total):
    made = quote((price, quantity), country=country, region=region)

    assert (made.tax, made.total) == (tax, total)


def test_shipping_is_in_the_minor_unit_of_the_currency():
    assert quote((5000, 1), currency="JPY").shipping == 4
    assert quote((5000, 1), currency="KWD").shipping == 3900


def test_what_is_not_sent_costs_no_shipping():
    lines = [pricing.QuoteLine(variant(1000, ships=False), 1)]

    assert pricing.quote(lines, "EUR", rules=RULES, country="DE").shipping == 0


def test_the_way_of_shipping_can_be_chosen_but_not_invented():
    assert quote((1000, 1), shipping_method="express").shipping == 990
    with pytest.raises(pricing.UnknownShippingMethod):
        quote((1000, 1), shipping_method="by-owl")


def test_less_than_can_be_charged_and_more_than_can_be_charged_are_refused():
    tiny = [pricing.QuoteLine(variant(10, ships=False), 1)]
    with pytest.raises(pricing.BelowMinimum):
        pricing.quote(tiny, "EUR", rules=RULES, country="DE")
    with pytest.raises(pricing.AmountTooLarge):
        quote((99_999_999, 2))


def test_a_gift_card_in_the_bag_does_not_make_sending_the_book_untaxed():
    card = variant(5000, tax_class="voucher", ships=False)
    both = [pricing.QuoteLine(variant(1000), 1), pricing.QuoteLine(card, 1)]

    alone = pricing.quote(both[:1], "EUR", rules=RULES, country="DE")
    beside = pricing.quote(both, "EUR", rules=RULES, country="DE", shipping_method=alone.shipping_method)

    assert alone.shipping_tax > 0
    assert (beside.shipping, beside.shipping_tax) == (alone.shipping, alone.shipping_tax)
