"""Where something can be bought at once: in the countries in which the same total is right."""

from datetime import date

import pytest
from tests.pricing.test_quote import variant

from kassa import pricing
from kassa.checkout import terms
from kassa.kernel.address import Address
from kassa.pricing.zones import Band, PickupPoint, Table, Way, Zone

HERE = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")


def way(price, code="post", **more):
    return Way(code=code, label=code, bands=(Band(prices={"EUR": price}),), min_days=1, max_days=2, **more)


def rules(**zones):
    table = [
        Zone(code=code.lower(), name=code, countries=frozenset({code}), ways=ways)
        for code, ways in zones.items()
    ]
    return pricing.Rules(day=date(2026, 11, 21), shipping=Table(table))


def test_only_countries_of_the_same_way_at_the_same_price_are_offered():
    found = terms.agree(
        variant(2000), 1, "EUR", "DE",
        rules(DE=(way(390),), AT=(way(390),), FR=(way(790),), ES=(way(390, "van"),), NL=(way(390), way(100, "slow"))),
    )  # fmt: skip

    assert found.ship_to == ("DE", "AT", "NL")


def test_what_is_only_fetched_is_not_sold_at_once():
    only = rules(DE=(way(0, "shop", pickup=PickupPoint(HERE)),))

    assert terms.agree(variant(2000), 1, "EUR", "DE", only) is None


def test_nothing_is_sold_at_once_to_where_nothing_is_sent():
    with pytest.raises(pricing.NotShippedThere):
        terms.agree(variant(2000), 1, "EUR", "NO", rules(DE=(way(390),)))
