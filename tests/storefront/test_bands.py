"""Bands of prices are read as people read amounts, in every currency and language."""

import pytest

from kassa.kernel import speech
from kassa.storefront import narrowing


@pytest.mark.parametrize(
    ("language", "currency", "band", "amounts"),
    [
        ("en", "EUR", "1000-1500", ["€10", "€15"]),
        ("en", "EUR", "100000-150000", ["€1,000", "€1,500"]),
        ("de", "EUR", "100000-150000", ["1.000\xa0€", "1.500\xa0€"]),
        ("en", "EUR", "150-200", ["€1.50", "€2"]),
        ("en", "JPY", "1000-1500", ["¥1,000", "¥1,500"]),
        ("en", "KWD", "1500-2000", ["KWD\xa01.500", "KWD\xa02"]),
        ("fr", "KWD", "3000-5000", ["3\xa0KWD", "5\xa0KWD"]),
        ("en", "KWD", "0-100", ["KWD\xa00.100"]),
    ],
)
def test_a_band_has_the_decimals_that_it_needs(language, currency, band, amounts):
    with speech.speak(language):
        said = narrowing.said("price", band, currency, {})

    for amount in amounts:
        assert amount in said
