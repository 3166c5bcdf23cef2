"""Converting and charming: exact rates in, prices that can be charged out."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.kernel.money import exponent
from kassa.pricing.currencies import Charm, Rate, Rates, charms, convert
from kassa.pricing.limits import step

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "HUF", "MGA", "ISK", "BHD"])
WORTH = st.fractions(min_value=Fraction(1, 10_000), max_value=10_000)
AMOUNT = st.integers(0, 10_000_000)


def rates(*said: tuple[str, str, str]) -> Rates:
    return Rates([Rate(base, currency, Fraction(rate), MONDAY) for base, currency, rate in said])


def test_a_rate_is_per_major_unit_whatever_the_decimals():
    known = rates(("EUR", "JPY", "160.50"), ("EUR", "KWD", "0.3561"))

    assert convert(1299, "EUR", "JPY", known) == 2085  # 12.99 × 160.50 = 2084.895
    assert convert(1299, "EUR", "KWD", known) == 4630  # 12.99 × 0.3561 = 4.625739, in tens of fils
    assert convert(2085, "JPY", "EUR", known) == 1299
    assert convert(4630, "KWD", "EUR", known) == 1300


def test_a_pair_that_nobody_said_goes_through_a_third_currency():
    known = rates(("EUR", "USD", "1.25"), ("EUR", "JPY", "160"))

    assert known.between("USD", "JPY").rate == 128
    assert convert(1000, "USD", "JPY", known) == 1280
    assert known.between("USD", "KWD") is None
    assert convert(1000, "USD", "KWD", known) is None


def test_the_newest_way_counts_and_of_those_the_most_direct():
    direct = Rate("USD", "JPY", Fraction(100), MONDAY)
    through = [Rate("EUR", "USD", Fraction(1), TUESDAY), Rate("EUR", "JPY", Fraction(150), TUESDAY)]

    assert Rates([direct, *through]).between("USD", "JPY").rate == 150
    older = [Rate(one.base, one.currency, one.rate, MONDAY) for one in through]
    assert Rates([direct, *older]).between("USD", "JPY").rate == 100
    assert Rates([through[0], older[1]]).between("USD", "JPY").day == MONDAY


def test_a_margin_is_put_on_top():
    assert convert(1000, "EUR", "USD", rates(("EUR", "USD", "1.10")), margin=250) == 1128  # 11.275


@pytest.mark.parametrize(("way", "fils"), [("nearest", 4630), ("up", 4630), ("down", 4620)])
def test_what_must_not_grow_is_rounded_down(way, fils):
    assert convert(1299, "EUR", "KWD", rates(("EUR", "KWD", "0.3561")), way=way) == fils


def test_an_amount_in_its_own_currency_stays():
    assert convert(1299, "EUR", "EUR", Rates()) == 1299


@pytest.mark.parametrize(
    ("charm", "worth", "price"),
    [
        (Charm(100, 1), 1299, 1299),
        (Charm(100, 1), 1340, 1299),
        (Charm(100, 1), 1350, 1399),
        (Charm(100, 5), 1340, 1295),
        (Charm(100), 1350, 1400),
        (Charm(100, 1), 3, 99),
        (Charm(500), 1, 500),
        (Charm(100, 20), 2085, 2080),
        (Charm(1000, 10), 4626, 4990),
        (Charm(250), 4626, 4750),
        (Charm(10), 0, 0),
    ],
)
def test_a_charm_takes_the_nearest_price_of_its_kind(charm, worth, price):
    assert charm.price(Fraction(worth)) == price


@given(AMOUNT, AMOUNT, WORTH, CURRENCIES, CURRENCIES, st.integers(-5000, 10_000))
def test_what_costs_more_never_becomes_cheaper_and_all_can_be_charged(
    one, other, worth, source, target, margin
):
    known = rates((source, target, str(worth)))
    low, high = sorted((one, other))

    converted = [convert(amount, source, target, known, margin=margin) for amount in (low, high)]

    if source != target:
        assert all(amount % step(target) == 0 for amount in converted)
    assert converted[0] <= converted[1]
    assert all((amount > 0) == (given > 0) for amount, given in zip(converted, (low, high), strict=True))


@given(AMOUNT, AMOUNT, WORTH, CURRENCIES, st.data())
def test_a_charm_price_is_monotone_can_be_charged_and_is_never_nothing(one, other, worth, currency, data):
    charm = data.draw(st.sampled_from(charms(currency)))
    low, high = sorted((one * worth, other * worth))

    prices = [charm.price(exact) for exact in (low, high)]

    assert prices[0] <= prices[1]
    assert all(price % step(currency) == 0 for price in prices)
    assert all((price > 0) == (exact > 0) for price, exact in zip(prices, (low, high), strict=True))
    assert all(
        abs(price - exact) * 2 <= charm.size for price, exact in zip(prices, (low, high), strict=True)
        if exact >= charm.size
    )  # fmt: skip


@given(CURRENCIES)
def test_everything_that_is_offered_fits_the_currency(currency):
    assert all(charm.fits(currency) and charm.size - charm.below > 0 for charm in charms(currency))
    assert charms(currency)[0] == Charm(step(currency))


@given(AMOUNT, WORTH, CURRENCIES, CURRENCIES)
def test_there_and_back_loses_no_more_than_the_rounding(amount, worth, source, target):
    if source == target:
        return
    known = rates((source, target, str(worth)))
    there = convert(amount, source, target, known)
    back = convert(there, target, source, known)
    per_step = step(target) / (worth * Fraction(10) ** (exponent(target) - exponent(source)))

    assert amount == 0 or abs(back - amount) <= per_step + step(source)
