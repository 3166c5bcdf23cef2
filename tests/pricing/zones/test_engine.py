"""What a way costs: flat, by weight, by what is in the parcel; free from; in every currency."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pricing.test_quote import variant

from kassa import pricing
from kassa.kernel.address import Address
from kassa.kernel.money import Money, exponent
from kassa.pricing.limits import step
from kassa.pricing.zones import (
    ANY,
    NOTHING,
    Band,
    Parcel,
    PickupPoint,
    ShippingMethod,
    Table,
    Way,
    Zone,
    amount_in,
)
from kassa.storefront.words import still_to_free

HERE = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")
DAY = date(2026, 11, 21)


def way(*bands, code="post", **more):
    return Way(code=code, label=code.title(), bands=bands, **{"min_days": 1, "max_days": 3, **more})


def parcel(grams=500, goods=2000, currency="EUR"):
    return Parcel(grams, Money(goods, currency))


def rules(*ways, **more):
    zone = Zone(code="home", name="Home", countries=frozenset({"DE", "FR"}), ways=ways)
    return pricing.Rules(day=DAY, shipping=Table([zone]), **more)


def quote(priced_by, *, country="DE", price=2000, currency="EUR", **more):
    return pricing.quote(
        [pricing.QuoteLine(variant(price), 1)], currency, rules=priced_by, country=country, **more
    )


BY_WEIGHT = way(
    Band(prices={"EUR": 300}, grams=500),
    Band(prices={"EUR": 500}, grams=2_000),
    Band(prices={"EUR": 900}, grams=31_500),
    by="weight",
)
BY_PRICE = way(
    Band(prices={"EUR": 500}, goods={"EUR": 2_000}),
    Band(prices={"EUR": 300}, goods={"EUR": 5_000}),
    Band(prices={"EUR": 0}),
    by="price",
)


@pytest.mark.parametrize(
    ("grams", "price"),
    [(0, 300), (1, 300), (500, 300), (501, 500), (2_000, 500), (2_001, 900), (31_500, 900), (31_501, None)],
)
def test_a_band_by_weight_holds_up_to_its_limit(grams, price):
    assert BY_WEIGHT.price(parcel(grams)) == price


@pytest.mark.parametrize(("goods", "price"), [(0, 500), (2_000, 500), (2_001, 300), (5_000, 300), (5_001, 0)])
def test_a_band_by_price_holds_up_to_its_limit(goods, price):
    assert BY_PRICE.price(parcel(goods=goods)) == price


@pytest.mark.parametrize(("grams", "price"), [(0, 0), (1, 400), (5_000, 400), (5_001, 800), (20_000, 1600)])
def test_a_price_for_every_so_many_grams_is_due_for_each_begun(grams, price):
    assert way(Band(prices={"EUR": 400}), by="weight", every=5_000).price(parcel(grams)) == price


def test_a_flat_price_is_the_same_for_anything():
    flat = way(Band(prices={"EUR": 490}))

    assert {flat.price(parcel(grams, goods)) for grams in (0, 1, 99_999) for goods in (1, 10**6)} == {490}


@pytest.mark.parametrize(("goods", "price"), [(4_999, 490), (5_000, 0), (5_001, 0)])
def test_it_is_free_from_what_is_written_down_on(goods, price):
    assert way(Band(prices={"EUR": 490}), free_from={"EUR": 5_000}).price(parcel(goods=goods)) == price


@pytest.mark.parametrize(
    ("prices", "currency", "minor"),
    [
        ({"EUR": 390}, "EUR", 390),
        ({"EUR": 390}, "USD", None),
        ({ANY: 390}, "USD", 390),
        ({ANY: 390}, "JPY", 4),  # rounded up
        ({ANY: 390}, "KWD", 3_900),
        ({ANY: 391}, "KWD", 3_910),
        ({"EUR": 390, ANY: 500}, "EUR", 390),
        ({"EUR": 390, ANY: 500}, "KWD", 5_000),
        ({"JPY": 600}, "JPY", 600),
        ({"KWD": 1_250}, "KWD", 1_250),
        ({}, "EUR", None),
    ],
)
def test_an_amount_is_in_the_minor_unit_of_its_currency(prices, currency, minor):
    assert amount_in(prices, currency) == minor


def test_what_has_no_price_in_a_currency_is_converted_if_somebody_knows_how():
    def convert(minor, source, target):
        return {("EUR", "JPY"): minor * 165 // 100, ("EUR", "KWD"): minor * 34 // 10}.get((source, target))

    assert amount_in({"EUR": 390, ANY: 500}, "JPY", convert) == 643
    assert amount_in({"EUR": 391, ANY: 500}, "KWD", convert) == 1_330  # 1,329: up to what can be charged
    assert amount_in({"EUR": 390, ANY: 500}, "USD", convert) == 500
    assert amount_in({"EUR": 390}, "USD", convert) is None
    told = quote(rules(way(Band(prices={"EUR": 390})), convert=convert), currency="JPY", price=3_000)
    assert told.shipping == 643


def test_a_way_without_a_price_in_the_currency_is_not_offered():
    only = rules(way(Band(prices={"EUR": 390})), way(Band(prices={ANY: 900}), code="any"))

    assert [one.code for one in quote(only, currency="USD").methods] == ["any"]


def test_the_cheapest_way_is_chosen_and_comes_first():
    found = quote(rules(way(Band(prices={"EUR": 900}), code="fast"), way(Band(prices={"EUR": 400}))))

    assert [one.code for one in found.methods] == ["post", "fast"]
    assert (found.shipping_method, found.shipping) == ("post", 400)


def test_no_way_to_a_country_is_said_by_a_code_of_its_own():
    with pytest.raises(pricing.NotShippedThere) as refused:
        quote(rules(way(Band(prices={"EUR": 900}))), country="NO")

    assert refused.value.code == "not_shipped_there"
    assert [path for path, _ in refused.value.errors] == ["shipping_address.country"]


def test_what_is_too_heavy_for_every_way_is_not_sent():
    heavy = pricing.QuoteLine(variant(2000, weight=40_000), 1)

    with pytest.raises(pricing.NotShippedThere):
        pricing.quote([heavy], "EUR", rules=rules(BY_WEIGHT), country="DE")


def test_what_needs_no_sending_goes_nowhere_and_anywhere():
    lines = [pricing.QuoteLine(variant(2000, ships=False), 1)]

    for asked in (None, "post", NOTHING):
        found = pricing.quote(lines, "EUR", rules=rules(BY_WEIGHT), country="NO", shipping_method=asked)
        assert (found.shipping, found.shipping_method) == (0, NOTHING)


def test_a_band_looks_at_what_the_goods_cost_after_discounts():
    table = rules(BY_PRICE)

    assert quote(table, price=2_001).shipping == 300
    assert quote(table, price=2_000).shipping == 500


PICKUP = way(Band(prices={"EUR": 0}), code="shop", pickup=PickupPoint(HERE, "Mon–Fri 10–18"))


def test_nobody_fetches_it_unless_he_says_so():
    both = rules(PICKUP, way(Band(prices={"EUR": 490})))

    assert quote(both).shipping_method == "post"
    assert quote(both, shipping_method="shop").shipping == 0


def test_what_is_fetched_is_taxed_where_the_shop_is():
    both = rules(PICKUP, way(Band(prices={"EUR": 490})))

    sent = quote(both, country="FR")
    fetched = quote(both, country="FR", shipping_method="shop")

    assert [line.label for line in sent.tax_lines] == ["VAT 5.5 % (FR)"]
    assert [line.label for line in fetched.tax_lines] == ["VAT 7 % (DE)"]


def test_a_business_that_fetches_it_pays_the_tax_of_the_shop():
    both = rules(PICKUP, way(Band(prices={"EUR": 490})))

    assert quote(both, country="FR", vat_id="FR40303265045").reverse_charge
    fetched = quote(both, country="FR", vat_id="FR40303265045", shipping_method="shop")
    assert not fetched.reverse_charge
    assert fetched.total == 2_000


def test_a_pickup_keeps_its_price_where_sending_is_net():
    paid = replace(PICKUP, bands=(Band(prices={"EUR": 200}),))
    both = rules(paid, way(Band(prices={"EUR": 490})))

    offered = {
        way.code: way.amount.amount for way in quote(both, country="FR", vat_id="FR40303265045").methods
    }

    assert offered == {"post": 464, "shop": 200}


class Carrier:
    """What a carrier said when it was asked, before: it knows one parcel to one place."""

    def __init__(self, known, country, minor):
        self.known, self.country, self.minor = known, country, minor

    def ways(self, parcel, country, region, *, convert):
        if (parcel, country) != (self.known, self.country):
            return ()
        return (ShippingMethod("van", "By van", Money(self.minor, parcel.goods.currency), 1, 1),)


def test_another_provider_answers_as_the_table_does():
    asked = Carrier(Parcel(300, Money(2_000, "EUR")), "DE", 777)
    by_carrier = pricing.Rules(day=DAY, shipping=asked)

    assert (quote(by_carrier).shipping_method, quote(by_carrier).shipping) == ("van", 777)
    with pytest.raises(pricing.NotShippedThere):
        quote(by_carrier, price=2_001)  # another parcel than it was asked about


@st.composite
def bands(draw):
    limits = sorted(draw(st.sets(st.integers(1, 40_000), max_size=5)))
    prices = [draw(st.integers(0, 5_000)) for _ in range(len(limits) + 1)]
    found = [Band(prices={"EUR": price}, grams=limit) for limit, price in zip(limits, prices, strict=False)]
    return [*found, Band(prices={"EUR": prices[-1]})] if draw(st.booleans()) or not found else found


@given(made=bands(), grams=st.integers(0, 50_000))
def test_exactly_one_band_holds_every_weight_or_none_if_it_is_too_heavy(made, grams):
    price = way(*made, by="weight").price(parcel(grams))

    holding = [band for band in made if band.grams is None or grams <= band.grams]
    assert price == (holding[0].prices["EUR"] if holding else None)
    assert (price is None) == (made[-1].grams is not None and grams > made[-1].grams)


@given(
    minor=st.integers(0, 99_999), currency=st.sampled_from(["EUR", "USD", "JPY", "KWD", "MGA", "ISK", "TND"])
)
def test_an_amount_of_any_currency_can_be_charged_and_never_falls_short(minor, currency):
    found = amount_in({ANY: minor}, currency)

    assert found % step(currency) == 0
    assert found * 100 >= minor * 10 ** exponent(currency)
    assert (found - step(currency)) * 100 < minor * 10 ** exponent(currency) or found == 0


@given(
    price=st.integers(100, 20_000), free=st.integers(1, 20_000), sent=st.integers(0, 2_000),
    country=st.sampled_from(["DE", "FR"]),
)  # fmt: skip
def test_a_cart_costs_its_goods_and_its_way_and_nothing_else(price, free, sent, country):
    found = quote(
        rules(way(Band(prices={"EUR": sent}), free_from={"EUR": free})), price=price, country=country
    )

    assert found.shipping == (0 if price >= free else sent)
    assert found.total == price + found.shipping


@pytest.mark.parametrize(("price", "missing"), [(2_000, 3_000), (4_999, 1), (5_000, 0), (9_000, 0)])
def test_a_cart_says_what_is_missing_until_it_travels_for_nothing(price, missing):
    priced_by = rules(way(Band(prices={"EUR": 490}), free_from={"EUR": 5_000}))

    assert still_to_free(quote(priced_by, price=price)) == missing


def test_nothing_is_missing_where_a_way_is_never_free_or_shipping_is_given():
    never, given = (
        rules(way(Band(prices={"EUR": 490}))),
        rules(way(Band(prices={"EUR": 0}), free_from={"EUR": 5_000})),
    )

    assert still_to_free(quote(never)) == still_to_free(quote(given)) == 0
