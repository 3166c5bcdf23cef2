"""How a total came about: every step is said, every sum is right, and nothing that was rounded is hidden."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa import pricing
from kassa.catalog import SaleVariant
from kassa.kernel.ids import new_id
from kassa.kernel.speech import speak
from kassa.pricing.discounts import Discount, Kind
from kassa.pricing.explain import exactly, explain
from kassa.pricing.taxes import table


def book(price: int, tax_class: str = "books") -> SaleVariant:
    return SaleVariant(
        new_id(), f"SKU-{price}", "A book", "a-book", "A book", price, 300, tax_class, True, True, 10, None, {}
    )  # fmt: skip


def quoted(
    lines: list[tuple[SaleVariant, int]],
    *discounts: Discount,
    rule: pricing.Rounding = pricing.Rounding.LINE,
    currency: str = "EUR",
    country: str = "DE",
    region: str | None = None,
    vat_id: str = "",
) -> pricing.Quote:
    rules = pricing.Rules(day=date(2026, 11, 21), taxes=table(rounding=rule), discounts=discounts)
    wanted = [pricing.QuoteLine(variant, quantity) for variant, quantity in lines]
    return pricing.quote(wanted, currency, rules=rules, country=country, region=region, vat_id=vat_id)


offers = st.lists(
    st.one_of(
        st.builds(
            lambda value: Discount(id=new_id(), kind=Kind.PERCENT, title="Spring", value=value),
            st.integers(1, 9_000),
        ),
        st.builds(
            lambda value: Discount(id=new_id(), kind=Kind.FIXED, title="Thanks", value=value * 10),
            st.integers(1, 90),
        ),
        st.builds(lambda: Discount(id=new_id(), kind=Kind.FREE_SHIPPING, title="On us")),
    ),
    max_size=3,
)
places = st.sampled_from(
    [
        ("DE", None, ""),
        ("FR", None, ""),
        ("FR", None, "FR40303265045"),
        ("IE", None, ""),
        ("US", "NY", ""),
        ("JP", None, ""),
    ]
)


@given(
    st.lists(
        st.tuples(st.integers(100, 50_000), st.integers(1, 9), st.sampled_from(["books", "standard"])),
        min_size=1,
        max_size=8,
    ),
    offers,
    places,
    st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
    st.sampled_from(list(pricing.Rounding)),
)
def test_every_quote_can_be_told_in_steps_that_add_up(lines, discounts, place, currency, rule):
    country, region, vat_id = place
    made = quoted(
        [(book(price * 10, kind), quantity) for price, quantity, kind in lines], *discounts, rule=rule,
        currency=currency, country=country, region=region, vat_id=vat_id,
    )  # fmt: skip
    told = explain(made)

    assert told.agrees
    assert sum(step.amount for step in told.totals[:-1]) == made.total == told.totals[-1].amount
    for account in (*told.lines, told.shipping):
        assert sum(step.amount for step in account.steps) == account.total
        for step in (*account.steps, *filter(None, [account.tax])):
            off = abs(Fraction(step.leftover))
            assert off < 2 * (10 if currency == "KWD" else 1), "no step hides more than what rounding does"
            assert bool(step.note) >= bool(off), "and what was rounded is said"


def test_a_quote_that_was_altered_is_found_out():
    made = quoted([(book(1299), 2)])
    assert explain(made, total=made.total).agrees
    assert not explain(made, total=made.total + 1).agrees
    (line,) = made.lines
    altered = type(line)(**{**{f: getattr(line, f) for f in line.__slots__}, "total": line.total + 1})
    assert not explain(
        type(made)(**{**{f: getattr(made, f) for f in made.__slots__}, "lines": (altered,)})
    ).agrees


def test_three_books_share_a_discount_and_the_cent_left_over_is_found():
    thanks = Discount(id=new_id(), kind=Kind.FIXED, title="Thanks", value=100)
    told = explain(quoted([(book(1000), 1), (book(1000), 1), (book(1000), 1)], thanks))

    shares = [line.steps[1] for line in told.lines]
    assert [step.amount for step in shares] == [-34, -33, -33]
    assert [step.exact for step in shares] == ["-100/3"] * 3
    assert shares[0].note == "its share of €1.00 is exactly 0.333333…; what was left over went here"
    assert shares[1].note == "its share of €1.00 is exactly 0.333333…, rounded down"


def test_tax_that_is_in_the_price_says_what_it_was_before_rounding():
    told = explain(quoted([(book(1299), 2)]))
    (line,) = told.lines
    assert line.tax is not None
    assert (line.tax.label, line.tax.amount, line.tax.exact) == (
        "VAT 7\N{NO-BREAK SPACE}% (DE)",
        170,
        "18186/107",
    )
    assert line.tax.note == "exactly 1.699626…, rounded up"
    assert told.taxes[0].note.startswith("on €27.")


def test_a_line_that_changes_for_the_sum_says_so():
    made = quoted([(book(1299 + n), 1) for n in range(9)], rule=pricing.Rounding.SUM_BY_NET)
    moved = [step for line in explain(made).lines for step in line.steps if step.kind == "rounding"]
    assert sum(step.amount for step in moved) == made.rounding
    assert all(step.note == "so that the tax on the sum is right" for step in moved)


@pytest.mark.parametrize(
    ("value", "currency", "language", "text"),
    [
        (Fraction(100, 3), "EUR", "en", "0.333333…"),
        (Fraction(-100, 3), "EUR", "de", "0,333333…"),
        (Fraction(1234567, 2), "EUR", "de", "6.172,835"),
        (Fraction(25, 2), "JPY", "en", "12.5"),
        (Fraction(10, 1), "JPY", "en", "10"),
        (Fraction(10, 3), "KWD", "en", "0.0033333…"),
    ],
)
def test_an_exact_amount_is_written_as_people_write_numbers(value, currency, language, text):
    with speak(language):
        assert exactly(value, currency) == text
