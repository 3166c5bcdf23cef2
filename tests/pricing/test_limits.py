"""What can be charged at once, per currency: an order that nobody could pay is never placed."""

import pytest
from tests.pricing.test_quote import quote

from kassa import pricing
from kassa.kernel.errors import KassaError
from kassa.kernel.money import exponent
from kassa.pricing.limits import ABOUT_A_DOLLAR, MINIMUM, check, least, step
from kassa.stripe.shown import from_stripe, to_stripe
from stripe_sandbox import amounts


@pytest.mark.parametrize("currency", sorted({*MINIMUM, *ABOUT_A_DOLLAR}))
def test_the_smallest_total_that_we_take_is_one_that_stripe_takes(currency):
    amounts.check_amount(to_stripe(least(currency), currency), currency.lower())
    check(least(currency), currency)
    with pytest.raises(pricing.BelowMinimum) as refused:
        check(least(currency) - step(currency), currency)
    assert refused.value.extra == {"minimum": least(currency), "currency": currency}


@pytest.mark.parametrize(
    ("currency", "ours", "stripes"),
    [
        ("EUR", 1299, 1299), ("JPY", 1299, 1299), ("KRW", 1299, 1299), ("KWD", 1290, 1290), ("BHD", 1290, 1290),
        ("ISK", 1299, 129900), ("UGX", 1299, 129900), ("MGA", 129900, 1299), ("HUF", 129900, 129900),
        ("TWD", 129900, 129900),
    ],
)  # fmt: skip
def test_an_amount_crosses_to_stripe_and_back_unchanged(currency, ours, stripes):
    assert to_stripe(ours, currency) == stripes
    assert from_stripe(stripes, currency) == ours


@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_a_price_whose_third_decimal_is_not_zero_is_refused_before_there_is_an_order(currency):
    assert exponent(currency) == 3
    with pytest.raises(pricing.UnevenAmount):
        quote((12_345, 1), currency=currency)
    assert quote((12_340, 1), currency=currency).total % 10 == 0


@pytest.mark.parametrize(("country", "region"), [("DE", None), ("US", "NY"), ("JP", None)])
@pytest.mark.parametrize("currency", ["KWD", "MGA", "JPY", "EUR"])
def test_tax_and_shipping_are_rounded_to_what_can_be_charged(currency, country, region):
    made = quote((223_400, 3), currency=currency, country=country, region=region)

    assert made.total % step(currency) == 0
    assert made.shipping % step(currency) == 0


@pytest.mark.parametrize(("currency", "most"), [("EUR", 99_999_999), ("ISK", 999_999), ("UGX", 999_999)])
def test_the_largest_total_is_what_stripe_takes(currency, most):
    check(most, currency)
    amounts.check_amount(to_stripe(most, currency), currency.lower())
    with pytest.raises(KassaError) as refused:
        check(most + 1, currency)
    assert refused.value.code == "amount_too_large"
