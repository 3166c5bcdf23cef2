"""What an operator writes down about shipping is what parcels are priced by."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kassa.kernel.address import Address
from kassa.kernel.money import Money
from kassa.pricing import zones
from kassa.pricing.zones import Band, Calendar, PickupPoint, Way, Zone

SHOP = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")


def way(code="post", **more):
    values = {"label": "By post", "bands": (Band(prices={"EUR": 500}),), "min_days": 2, "max_days": 3}
    return Way(code=code, **{**values, **more})


async def test_a_shop_begins_with_the_zones_of_before(db):
    async with db.connection() as conn:
        found = await zones.table(conn)

    assert tuple(found.zones) == zones.ZONES
    assert found.calendar == Calendar()


async def test_a_zone_is_exactly_as_given_afterwards(db):
    swiss = Zone(code="swiss", name=" Switzerland ", countries=frozenset({"CH", "LI"}), ways=(way(),))
    async with db.transaction() as tx:
        assert await zones.put_zone(tx, swiss)
        assert not await zones.put_zone(tx, replace(swiss, countries=frozenset({"CH"})))

    async with db.connection() as conn:
        kept = await zones.zone(conn, "swiss")

    assert kept == replace(swiss, name="Switzerland", countries=frozenset({"CH"}))


async def test_a_pickup_keeps_its_address_and_its_opening_words(db):
    here = way("shop", pickup=PickupPoint(SHOP, "Mon–Fri 10–18\r\nSat 10–14 "), min_days=0, max_days=1)
    async with db.transaction() as tx:
        await zones.change_zone(tx, "home", lambda zone: replace(zone, ways=(*zone.ways, here)))

    async with db.connection() as conn:
        kept = (await zones.zone(conn, "home")).ways[-1]

    assert kept.pickup == PickupPoint(SHOP, "Mon–Fri 10–18\nSat 10–14")


async def test_a_country_is_in_one_zone_only(db):
    wish = Zone(code="north", name="North", countries=frozenset({"DK", "NO", "SE"}), ways=(way(),))
    before = await _all(db)

    with pytest.raises(zones.CountryTaken) as refused:
        async with db.transaction() as tx:
            await zones.put_zone(tx, wish)

    assert refused.value.extra == {"zone": "eu", "countries": ["DK", "SE"]}
    assert await _all(db) == before


async def test_one_zone_only_is_the_rest_of_the_world(db):
    with pytest.raises(zones.CountryTaken):
        async with db.transaction() as tx:
            await zones.put_zone(tx, Zone(code="other", name="Other", rest=True, ways=(way(),)))


async def test_countries_of_a_zone_that_is_gone_belong_to_the_rest_of_the_world(db):
    async with db.transaction() as tx:
        await zones.remove_zone(tx, "eu")

    async with db.connection() as conn:
        assert zones.zone_of(await zones.zones(conn), "FR").code == "world"
    with pytest.raises(zones.ZoneNotFound):
        async with db.transaction() as tx:
            await zones.remove_zone(tx, "eu")


async def test_two_operators_who_change_different_ways_do_not_undo_each_other(db):
    async def rename(code, label):
        async with db.transaction() as tx:
            await zones.change_zone(
                tx,
                "home",
                lambda zone: replace(
                    zone,
                    ways=tuple(replace(one, label=label) if one.code == code else one for one in zone.ways),
                ),
            )

    await asyncio.gather(rename("standard", "Slow"), rename("express", "Fast"))

    async with db.connection() as conn:
        assert {one.label for one in (await zones.zone(conn, "home")).ways} == {"Slow", "Fast"}


async def test_what_was_changed_by_hand_is_seen_at_once(db):
    assert (await _all(db))[0].name == "Germany"

    async with db.transaction() as tx:
        await tx.execute("update shipping_zones set name = 'At home' where code = 'home'")

    assert (await _all(db))[0].name == "At home"


async def test_the_calendar_says_when_it_arrives(db):
    rest = Calendar(
        "Europe/Berlin", 14, frozenset(range(6)), frozenset({date(2026, 12, 25), date(2026, 12, 26)})
    )
    async with db.transaction() as tx:
        await zones.put_calendar(tx, rest)

    async with db.connection() as conn:
        assert await zones.calendar(conn) == rest
        found = await zones.table(conn, now=datetime(2026, 12, 23, 13, tzinfo=UTC))

    # 14:00 in Berlin on Wednesday: it leaves on Thursday the 24th; Friday and Saturday are holidays, Sunday is Sunday.
    express = found.ways(zones.Parcel(300, Money(1190, "EUR")), "DE", None)[1]
    assert (express.first, express.last) == (date(2026, 12, 28), date(2026, 12, 29))


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (Zone(code="No Way", name="x"), "code"),
        (Zone(code="x", name="  "), "name"),
        (Zone(code="x", name="x", countries=frozenset({"ZZ"})), "countries"),
        (Zone(code="x", name="x", rest=True, countries=frozenset({"CH"})), "countries"),
        (Zone(code="x", name="x", ways=(way(), way())), "ways"),
        (Zone(code="x", name="x", ways=(way("none"),)), "ways[0].code"),
        (Zone(code="x", name="x", ways=(way(label=""),)), "ways[0].label"),
        (Zone(code="x", name="x", ways=(way(bands=()),)), "ways[0].bands"),
        (Zone(code="x", name="x", ways=(way(bands=(Band(prices={}),)),)), "ways[0].bands[0].prices"),
        (Zone(code="x", name="x", ways=(way(bands=(Band(prices={"EUR": -1}),)),)), "ways[0].bands[0].prices.EUR"),
        (Zone(code="x", name="x", ways=(way(bands=(Band(prices={"XYZ": 1}),)),)), "ways[0].bands[0].prices.XYZ"),
        (Zone(code="x", name="x", ways=(way(bands=(Band(prices={"KWD": 1}),)),)), "ways[0].bands[0].prices.KWD"),
        (Zone(code="x", name="x", ways=(way(free_from={"KWD": 5}),)), "ways[0].free_from.KWD"),
        (Zone(code="x", name="x", ways=(way(every=500),)), "ways[0].every"),
        (Zone(code="x", name="x", ways=(way(min_days=4),)), "ways[0].max_days"),
        (Zone(code="x", name="x", ways=(way(max_days=400),)), "ways[0].max_days"),
        (
            Zone(code="x", name="x", ways=(way(bands=(Band(prices={"EUR": 1}, grams=5),)),)),
            "ways[0].bands[0].grams",
        ),
        (
            Zone(
                code="x",
                name="x",
                ways=(way(by="weight", bands=(Band(prices={"EUR": 1}), Band(prices={"EUR": 2}, grams=5))),),
            ),
            "ways[0].bands[0]",
        ),
        (
            Zone(
                code="x",
                name="x",
                ways=(
                    way(by="weight", bands=(Band(prices={"EUR": 1}, grams=5), Band(prices={"EUR": 2}, grams=5))),
                ),
            ),
            "ways[0].bands[1].grams",
        ),
        (
            Zone(
                code="x",
                name="x",
                ways=(
                    way(
                        by="price",
                        bands=(
                            Band(prices={"EUR": 1}, goods={"EUR": 500}),
                            Band(prices={"EUR": 2}, goods={"USD": 900}),
                        ),
                    ),
                ),
            ),
            "ways[0].bands[1].goods.EUR",
        ),
        (Zone(code="x", name="x" * 101), "name"),
    ],
)  # fmt: skip
async def test_a_zone_by_which_nothing_could_be_priced_is_refused(db, wish, path):
    before = await _all(db)

    with pytest.raises(zones.InvalidZone) as refused:
        async with db.transaction() as tx:
            await zones.put_zone(tx, wish)

    assert path in [fault for fault, _ in refused.value.errors]
    assert await _all(db) == before


@pytest.mark.parametrize(
    "wish",
    [
        Calendar(days=frozenset()),
        Calendar(days=frozenset({7})),
        Calendar(cutoff=24),
        Calendar(zone="Mars/Olympus"),
    ],
)
async def test_a_calendar_by_which_nothing_could_leave_is_refused(db, wish):
    with pytest.raises(zones.InvalidCalendar):
        async with db.transaction() as tx:
            await zones.put_calendar(tx, wish)

    async with db.connection() as conn:
        assert await zones.calendar(conn) == Calendar()


async def _all(db):
    async with db.connection() as conn:
        return await zones.zones(conn)
