"""Price lists that make themselves: from the newest rate, never over what a person set, and found like all others."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

import pytest
from tests.factories import make_variant

from kassa import catalog, inventory, jobs, pricing
from kassa.app import build_shop, job_handlers
from kassa.config import Settings
from kassa.kernel.ids import new_id
from kassa.kernel.money import Money
from kassa.kernel.speech import speak
from kassa.pricing import currencies, discounts, zones
from kassa.pricing import service as pricing_service
from kassa.pricing.currencies import Charm, InvalidPriceList, InvalidRates, Rate

WHOLE, NEARLY = Charm(100), Charm(100, 1)


def said(rate="160", currency="JPY", day=date(2026, 11, 2), base="EUR"):
    return Rate(base, currency, Fraction(rate), day, "a test")


async def note(db, clock, *rates):
    async with db.transaction() as tx:
        return await currencies.put_rates(tx, rates, now=clock.now())


async def follow(db, clock, currency="JPY", charm=WHOLE, margin=0):
    async with db.transaction() as tx:
        await currencies.put_list(
            tx, currency, margin=margin, charm=charm, own="EUR", actor="staff:ada", now=clock.now()
        )


async def settle(db, clock):
    """Do the jobs there are, and those that they put off."""
    shop = build_shop(Settings(), db, clock=clock)
    worker = jobs.Worker(db, clock, job_handlers(shop))
    for _ in range(5):
        await jobs.drain(worker)
        clock.advance(seconds=3)


async def put(db, clock, slug, prices, sku=None, compare_at=None):
    set_on_hand = partial(inventory.set_on_hand, actor="test", now=clock.now())
    variant = catalog.VariantInput(sku=sku or slug, prices=prices, compare_at=compare_at or {}, on_hand=3)
    async with db.transaction() as tx:
        await catalog.put_product(
            tx, slug, catalog.ProductInput(title=slug.title(), variants=[variant]), set_on_hand=set_on_hand,
            now=clock.now(),
        )  # fmt: skip


async def price(db, slug, currency="JPY"):
    async with db.connection() as conn:
        variant = (await catalog.product(conn, slug, currency)).variants[0]
    return variant.price_minor


async def test_prices_follow_the_rate_the_margin_and_the_charm(db, clock):
    await put(db, clock, "emma", {"EUR": 1299}, compare_at={"EUR": 1599})
    await note(db, clock, said("160"), said("0.35", "KWD"))
    await follow(db, clock, "JPY", Charm(100, 20), margin=500)
    await follow(db, clock, "KWD", Charm(250))

    await settle(db, clock)

    assert await price(db, "emma") == 2180  # 12.99 × 160 × 1.05 = 2182.32
    assert await price(db, "emma", "KWD") == 4500  # 12.99 × 0.35 = 4.5465
    async with db.connection() as conn:
        found = (await catalog.product(conn, "emma", "JPY")).variants[0]
        assert found.compare_at_minor == 2680
        assert set(found.automatic) == {"JPY", "KWD"}
        assert found.by_hand == ({"EUR": 1299}, {"EUR": 1599})


async def test_what_a_person_set_is_never_overwritten(db, clock):
    await put(db, clock, "emma", {"EUR": 1299, "JPY": 1999})
    await note(db, clock, said())
    await follow(db, clock)
    await settle(db, clock)
    assert await price(db, "emma") == 1999

    await note(db, clock, said("200", day=date(2026, 11, 3)))
    await settle(db, clock)
    assert await price(db, "emma") == 1999

    await put(db, clock, "emma", {"EUR": 1299})
    await settle(db, clock)
    assert await price(db, "emma") == 2600


async def test_an_automatic_price_that_a_person_sets_is_his(db, clock):
    await put(db, clock, "emma", {"EUR": 1299})
    await note(db, clock, said())
    await follow(db, clock)
    await settle(db, clock)
    assert await price(db, "emma") == 2100

    await put(db, clock, "emma", {"EUR": 1299, "JPY": 1})
    await note(db, clock, said("200", day=date(2026, 11, 3)))
    await settle(db, clock)

    assert await price(db, "emma") == 1


async def test_a_new_rate_and_a_new_base_price_are_followed(db, clock):
    await put(db, clock, "emma", {"EUR": 1000})
    await note(db, clock, said("160"))
    await follow(db, clock)
    await settle(db, clock)
    assert await price(db, "emma") == 1600

    await note(db, clock, said("170", day=date(2026, 11, 3)))
    await settle(db, clock)
    assert await price(db, "emma") == 1700

    await note(db, clock, said("100", day=date(2026, 11, 1)))
    await settle(db, clock)
    assert await price(db, "emma") == 1700, "an older day changes nothing"

    await put(db, clock, "emma", {"EUR": 2000})
    assert await price(db, "emma") == 1700, "until the job has run the old one stands"
    await settle(db, clock)
    assert await price(db, "emma") == 3400

    await put(db, clock, "emma", {"USD": 2000})
    await settle(db, clock)
    assert await price(db, "emma") is None, "there is nothing to follow from"


async def test_a_csv_brings_prices_that_follow_and_takes_none_of_them_along(db, clock):
    await note(db, clock, said())
    await follow(db, clock)
    text = (
        "Handle,Title,Variant SKU,Variant Price,Price / Japan\nemma,Emma,E,12.99,\nnorth,North,N,9.99,500\n"
    )

    async def load(text):
        async with db.transaction() as tx:
            await catalog.import_csv(
                tx, text, currency="EUR", set_on_hand=partial(inventory.set_on_hand, actor="test", now=clock.now()),
                now=clock.now(),
            )  # fmt: skip

    await load(text)
    await settle(db, clock)
    assert [await price(db, slug) for slug in ("emma", "north")] == [2100, 500]

    async with db.connection() as conn:
        out = await catalog.export_csv(conn, currency="EUR")
    await load(out)
    await note(db, clock, said("200", day=date(2026, 11, 3)))
    await settle(db, clock)

    assert [await price(db, slug) for slug in ("emma", "north")] == [2600, 500]


async def test_lists_sort_and_narrow_by_automatic_prices(db, clock):
    for slug, amount in (("cheap", 500), ("middle", 1250), ("dear", 4000)):
        await put(db, clock, slug, {"EUR": amount})
    await note(db, clock, said("160"), said("0.35", "KWD"))
    await follow(db, clock)
    await follow(db, clock, "KWD", Charm(10))
    await settle(db, clock)

    async with db.connection() as conn:
        yen = await catalog.list_products(conn, currency="JPY", sort="-price")
        dinars = await catalog.list_products(conn, currency="KWD", sort="price")
        bands = dict(next(facet.values for facet in dinars.facets if facet.name == "price"))
        one = await catalog.list_products(conn, currency="KWD", facets={"price": ["3000-5000"]})

    assert [(card.slug, card.from_minor) for card in yen.items] == [
        ("dear", 6400), ("middle", 2000), ("cheap", 800),
    ]  # fmt: skip
    assert [card.from_minor for card in dinars.items] == [1750, 4380, 14000]
    assert bands == {"1500-2000": 1, "3000-5000": 1, "10000-15000": 1}
    assert [card.slug for card in one.items] == ["middle"]


@pytest.mark.parametrize(("keep", "left"), [(True, 2100), (False, None)])
async def test_prices_that_follow_no_more_stay_or_go(db, clock, keep, left):
    await put(db, clock, "emma", {"EUR": 1299})
    await put(db, clock, "north", {"EUR": 1299, "JPY": 5})
    await note(db, clock, said())
    await follow(db, clock)
    await settle(db, clock)

    async with db.transaction() as tx:
        assert await currencies.end_list(tx, "JPY", keep=keep, now=clock.now())
        assert not await currencies.end_list(tx, "JPY", keep=keep, now=clock.now())
    await settle(db, clock)

    assert await price(db, "emma") == left
    assert await price(db, "north") == 5


async def test_without_a_rate_there_is_no_price_and_no_harm(db, clock):
    await put(db, clock, "emma", {"EUR": 1299})
    await follow(db, clock)

    await settle(db, clock)

    assert await price(db, "emma") is None
    assert await price(db, "emma", "EUR") == 1299


async def test_a_shop_without_price_lists_is_not_asked_to_price(db, clock):
    await make_variant(db, clock)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from jobs where name = 'price_products'") == 0


async def test_a_catalogue_of_many_pages_is_priced_whole(db, clock, monkeypatch):
    monkeypatch.setattr("kassa.pricing.currencies.service._PAGE", 3)
    for number in range(8):
        await put(db, clock, f"book-{number}", {"EUR": 1000 + number})
    await note(db, clock, said("100"))
    await follow(db, clock, charm=Charm(1))

    await settle(db, clock)

    assert [await price(db, f"book-{number}") for number in range(8)] == [
        1000 + number for number in range(8)
    ]


async def test_the_same_rate_again_changes_nothing_and_a_correction_does(db, clock):
    assert await note(db, clock, said("160"), said("1.1", "USD")) == 2
    assert await note(db, clock, said("160"), said("1.1", "USD")) == 0
    assert await note(db, clock, said("161"), said("1.1", "USD")) == 1

    async with db.connection() as conn:
        assert (await currencies.rates(conn)).between("EUR", "JPY").rate == 161
        assert len(await currencies.history(conn, "JPY", limit=10)) == 1


async def test_the_newest_rate_of_every_pair_is_found_in_a_long_history(db, clock):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(30)]
    await note(
        db,
        clock,
        *(said(str(100 + i), code, day) for i, day in enumerate(days) for code in ("JPY", "USD", "KWD")),
    )
    await note(db, clock, said("3.3", "JPY", date(2026, 1, 5), base="KWD"))

    async with db.connection() as conn:
        known = await currencies.rates(conn)

    assert {(one.base, one.currency, one.rate) for one in known.known} == {
        ("EUR", "JPY", 129), ("EUR", "USD", 129), ("EUR", "KWD", 129), ("KWD", "JPY", Fraction("3.3")),
    }  # fmt: skip
    assert not currencies.is_stale(date(2026, 10, 26), clock.now())
    assert currencies.is_stale(date(2026, 10, 25), clock.now())


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [said(currency="XXY")],
        [said(currency="EUR")],
        [said(day=date(2026, 11, 4))],
        [said("160"), replace(said(), rate=Fraction(0))],
        [replace(said(), rate=Fraction(-1))],
    ],
)
async def test_a_wrong_rate_is_refused_and_none_is_noted(db, clock, wrong):
    with pytest.raises(InvalidRates):
        await note(db, clock, *wrong)

    async with db.connection() as conn:
        assert not (await currencies.rates(conn)).known


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "EUR"},
        {"margin": 10_001},
        {"margin": -5_001},
        {"currency": "KWD", "charm": Charm(5)},
        {"currency": "KWD", "charm": Charm(100, 5)},
        {"charm": Charm(100, 100)},
    ],
)
async def test_a_price_list_that_makes_no_sense_is_refused(db, clock, wrong):
    with pytest.raises(InvalidPriceList):
        await follow(db, clock, **wrong)

    async with db.connection() as conn:
        assert await currencies.lists(conn) == []


async def test_coverage_counts_what_is_for_sale(db, clock):
    await put(db, clock, "emma", {"EUR": 1299, "JPY": 5})
    await put(db, clock, "north", {"EUR": 1299})
    await put(db, clock, "south", {"USD": 1299})
    await note(db, clock, said())
    await follow(db, clock)
    await settle(db, clock)

    async with db.connection() as conn:
        assert await currencies.coverage(conn, "JPY") == currencies.Coverage(1, 1, 1)
        assert await currencies.samples(conn, "EUR", limit=5) == [("Emma", 1299)]


async def test_shipping_and_discounts_follow_the_rate_too(db, clock):
    offer = discounts.Discount(
        id=new_id(), kind=discounts.Kind.FIXED, title="Five off", value=500, currency="EUR", minimum=2000
    )
    parcel = zones.Parcel(300, Money(0, "JPY"))
    async with db.connection() as conn:
        before = await pricing.rules(conn, currency="JPY", now=clock.now())
        assert before.ways(parcel, "DE")[0].amount == Money(4, "JPY"), "no rate is known: at face value"
    await note(db, clock, said("160"))
    await follow(db, clock)

    async with db.connection() as conn:
        yen = await pricing.rules(conn, currency="JPY", now=clock.now())
        dollars = await pricing.rules(conn, currency="USD", now=clock.now())

    assert yen.ways(parcel, "DE")[0].amount == Money(624, "JPY")
    assert dollars.ways(replace(parcel, goods=Money(0, "USD")), "DE")[0].amount == Money(390, "USD")
    there = pricing_service.in_currency(offer, "JPY", yen.convert)
    assert (there.value, there.minimum, there.currency) == (800, 3200, "JPY")
    assert pricing_service.in_currency(offer, "USD", dollars.convert) == offer


async def test_a_title_that_says_the_amount_says_it_in_the_currency_of_the_bag(db, clock):
    await note(db, clock, said("160"))
    async with db.transaction() as tx:
        for code, title in (("FIVE", ""), ("NAMED", "Five euros for you")):
            wish = discounts.DiscountInput(kind=discounts.Kind.FIXED, title=title, value=500, currency="EUR")
            await discounts.put(tx, code, wish, now=clock.now())

    async def titles(currency, code):
        async with db.connection() as conn:
            rules = await pricing.rules(conn, currency=currency, now=clock.now(), code=code)
        return [one.title for one in rules.discounts]

    assert await titles("JPY", "FIVE") == ["¥800 off"]
    assert await titles("EUR", "FIVE") == ["€5.00 off"]
    assert await titles("GBP", "FIVE") == ["€5.00 off"]
    assert await titles("JPY", "NAMED") == ["Five euros for you"]
    with speak("de"):
        assert await titles("JPY", "FIVE") == ["800\N{NO-BREAK SPACE}¥ Rabatt"]
