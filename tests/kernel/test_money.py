"""Money is an integer and a currency, and no split ever loses a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.kernel import money
from kassa.kernel.errors import Invalid
from kassa.kernel.money import CurrencyMismatch, Money, UnknownCurrency


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_a_split_loses_nothing_and_is_fair_to_one_minor_unit(amount, weights):
    shares = money.split(amount, weights)

    assert sum(shares) == amount
    whole = sum(weights) or len(weights)
    for share, weight in zip(shares, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(share * whole - amount * weight) < whole


def test_nothing_can_be_shared_among_nobody_but_something_cannot():
    assert money.split(0, []) == []
    with pytest.raises(ValueError, match="nobody"):
        money.split(1, [])


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("TWD", 2), ("RSD", 2), ("UGX", 0)],
)
def test_the_minor_unit_is_the_one_of_iso_4217(currency, exponent):
    assert money.exponent(currency) == exponent


def test_an_invented_currency_is_refused():
    with pytest.raises(UnknownCurrency):
        money.exponent("XQQ")


def test_amounts_of_different_currencies_do_not_add_up():
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.90", "EUR", 1290), (" 7 ", "USD", 700), ("500", "JPY", 500), ("1.5", "KWD", 1500)],
)
def test_a_price_in_a_file_becomes_minor_units(text, currency, minor):
    assert money.parse_decimal(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "-1", "1.234", "NaN", "Infinity", "1e99", "١٢,٥", "12,90"])
def test_what_is_no_price_is_refused_and_not_rounded(text):
    with pytest.raises(Invalid):
        money.parse_decimal(text, "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        (1299, "EUR", "en", "€12.99"),
        (1299, "EUR", "de", "12,99\xa0€"),
        (500, "JPY", "ja", "￥500"),
        (500, "JPY", "en", "¥500"),
        (1500, "KWD", "en", "KWD\xa01.500"),
        (1500, "KWD", "de", "1,500\xa0KWD"),
        (1500, "KWD", "ja", "KWD\xa01.500"),
        (1200, "RSD", "en", "RSD\xa012.00"),
    ],
)
def test_an_amount_is_shown_with_the_decimals_its_currency_has(amount, currency, locale, shown):
    assert money.show(amount, currency, locale) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "shown"),
    [
        (100000, "EUR", "de", "1.000\xa0€"),
        (100050, "EUR", "de", "1.000,50\xa0€"),
        (1000, "EUR", "en", "€10"),
        (1000, "KWD", "en", "KWD\xa01"),
        (1500, "KWD", "fr", "1,500\xa0KWD"),
        (1000, "JPY", "en", "¥1,000"),
    ],
)
def test_a_whole_amount_can_be_shown_briefly(amount, currency, locale, shown):
    assert money.show_briefly(amount, currency, locale) == shown


@given(st.integers(0, 10**10), st.integers(0, 10**4))
def test_a_fraction_is_rounded_half_away_from_zero(amount, rate):
    result = money.fraction(amount, rate, 10_000)

    assert abs(result * 10_000 - amount * rate) <= 5_000
    if (amount * rate) % 10_000 == 5_000:
        assert result * 10_000 > amount * rate
