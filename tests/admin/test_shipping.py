"""The desk's pages of shipping: what is typed is kept or said to be wrong, and nothing typed is lost."""

from datetime import date

import pytest

from kassa.kernel.address import Address
from kassa.pricing import zones
from kassa.pricing.zones import Band, Calendar, PickupPoint

WAY = {
    "label": "By post", "by": "weight", "min_days": "2", "max_days": "5", "band:0:grams": "500",
    "band:0:price:EUR": "3,90", "band:0:price:*": "4", "band:2:price:EUR": "6.5", "free:EUR": "50",
}  # fmt: skip
PICKUP = {
    "label": "At the shop", "by": "flat", "min_days": "0", "max_days": "1", "band:0:price:*": "0", "pickup": "on",
    "pickup_name": "Kassa Books", "pickup_line1": "Lange Gasse 1", "pickup_city": "Köln", "pickup_postal_code": "50667",
    "pickup_country": "DE", "opening": "Mon–Fri 10–18",
}  # fmt: skip
HOME = "/admin/shipping/zones/home"


async def zone(db, code="home"):
    async with db.connection() as conn:
        return await zones.zone(conn, code)


async def way(db, code):
    return next(one for one in (await zone(db)).ways if one.code == code)


async def test_the_overview_says_where_parcels_go_and_what_that_costs(operator):
    page = (await operator.open("/admin/shipping")).text

    for said in (
        "European Union",
        "3.90 in any currency, for every 5,000 g",
        "2–4 days",
        "Every country that is in no",
    ):
        assert said in page


async def test_a_way_is_made_with_bands_and_read_again(operator, db):
    await operator.open(f"{HOME}/new-way")
    made = await operator.send(f"{HOME}/new-way", **WAY)

    assert (made.status_code, made.headers["location"]) == (303, "/admin/shipping#home")
    kept = await way(db, "by-post")
    assert kept.bands == (Band(prices={"EUR": 390, "*": 400}, grams=500), Band(prices={"EUR": 650}))
    assert (kept.free_from, kept.min_days, kept.max_days) == ({"EUR": 5_000}, 2, 5)
    page = (await operator.open(f"{HOME}/ways/by-post")).text
    assert 'name="band:1:price:EUR" value="6.50"' in page
    again = {**WAY, "label": "By mail", "band:0:price:EUR": "4.00"}
    await operator.send(f"{HOME}/ways/by-post", **again)
    assert (await way(db, "by-post")).label == "By mail"


async def test_a_way_is_fetched_at_an_address(operator, db):
    await operator.open(f"{HOME}/new-way")
    await operator.send(f"{HOME}/new-way", **PICKUP)

    at = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")
    assert (await way(db, "at-the-shop")).pickup == PickupPoint(at, "Mon–Fri 10–18")
    assert (
        "Fetched at Kassa Books, Lange Gasse 1, 50667 Köln" in (await operator.open("/admin/shipping")).text
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": ""}, "label"),
        ({"min_days": "six"}, "min_days"),
        ({"min_days": "6"}, "max_days"),
        ({"band:0:price:EUR": "1.234"}, "band:0:price:EUR"),
        ({"band:0:price:EUR": "many"}, "band:0:price:EUR"),
        ({"band:0:grams": "-1"}, "band:0:grams"),
        ({"band:0:grams": ""}, "band:0:grams"),
        ({"band:2:grams": "400"}, "band:2:grams"),
        ({"band:2:price:EUR": "", "band:2:grams": "900"}, "band:2:price:EUR"),
        ({"free:EUR": "x"}, "free:EUR"),
        ({"pickup": "on", "pickup_country": "DE", "pickup_city": "Köln", "pickup_name": "x"}, "pickup_line1"),
        ({"label": "Standard"}, "label"),
    ],
)
async def test_a_way_that_makes_no_sense_is_shown_again_as_it_was_typed(operator, db, change, field):
    before = await zone(db)
    await operator.open(f"{HOME}/new-way")

    refused = await operator.send(f"{HOME}/new-way", **{**WAY, **change})

    assert refused.status_code == 422
    assert f'id="fault-{field}"' in refused.text or f'href="#{field}"' in refused.text
    for name, text in {**WAY, **change}.items():
        if name.startswith(("band", "label")) and text:
            assert f'name="{name}" value="{text}"' in refused.text
    assert await zone(db) == before


async def test_the_fields_of_another_kind_are_shown_without_keeping_anything(operator, db):
    before = await zone(db)
    await operator.open(f"{HOME}/new-way")

    shown = await operator.send(f"{HOME}/new-way", label="Half", by="price", intent="update")

    assert shown.status_code == 200
    assert 'name="band:0:goods:EUR"' in shown.text
    assert 'value="Half"' in shown.text
    assert 'role="alert"' not in shown.text
    assert await zone(db) == before


async def test_a_zone_is_made_changed_and_removed(operator, db):
    await operator.open("/admin/shipping/new")
    made = await operator.send(
        "/admin/shipping/new", name="Ísland & Norge", **{"country:IS": "on", "country:NO": "on"}
    )
    assert made.headers["location"] == "/admin/shipping#island-norge"
    await operator.send("/admin/shipping/zones/island-norge", name="North", **{"country:IS": "on"})

    kept = await zone(db, "island-norge")
    assert (kept.name, kept.countries) == ("North", frozenset({"IS"}))
    await operator.send("/admin/shipping/zones/island-norge/removal")
    with pytest.raises(zones.ZoneNotFound):
        await zone(db, "island-norge")


async def test_ways_of_a_zone_stay_when_its_countries_change(operator, db):
    ways = (await zone(db, "eu")).ways
    await operator.open("/admin/shipping/zones/eu")
    await operator.send("/admin/shipping/zones/eu", name="France", **{"country:FR": "on"})

    assert (await zone(db, "eu")).ways == ways


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "Home"},
        {"name": "North", "country:DK": "on"},
        {"name": "North", "country:ZZ": "on"},
    ],
)
async def test_a_zone_that_makes_no_sense_is_refused(operator, db, typed):
    async with db.connection() as conn:
        before = await zones.zones(conn)
    await operator.open("/admin/shipping/new")

    refused = await operator.send("/admin/shipping/new", **typed)

    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    async with db.connection() as conn:
        assert await zones.zones(conn) == before


async def test_a_way_is_removed_and_what_is_not_there_is_not_found(operator, db):
    await operator.open(f"{HOME}/ways/express")
    assert (await operator.send(f"{HOME}/ways/express/removal")).status_code == 303

    assert [one.code for one in (await zone(db)).ways] == ["standard"]
    assert (await operator.send(f"{HOME}/ways/express/removal")).status_code == 404
    assert (await operator.open("/admin/shipping/zones/nowhere")).status_code == 404
    assert (await operator.open(f"{HOME}/ways/by-owl")).status_code == 404


async def test_the_working_days_are_kept_or_said_to_be_wrong(operator, db):
    days = {"day:0": "on", "day:5": "on", "cutoff": "14", "zone": "Europe/Berlin"}
    await operator.open("/admin/shipping")
    await operator.send("/admin/shipping/calendar", holidays="2026-12-25\r\n2026-12-26", **days)
    wish = Calendar(
        "Europe/Berlin", 14, frozenset({0, 5}), frozenset({date(2026, 12, 25), date(2026, 12, 26)})
    )
    async with db.connection() as conn:
        assert await zones.calendar(conn) == wish

    for typed in ({**days, "holidays": "Christmas"}, {**days, "zone": "Mars"}, {"zone": "UTC"}):
        refused = await operator.send("/admin/shipping/calendar", **typed)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    async with db.connection() as conn:
        assert await zones.calendar(conn) == wish


async def test_a_form_without_its_token_changes_nothing(operator, db):
    before = await zone(db)

    for path in (
        f"{HOME}/removal",
        f"{HOME}/ways/express/removal",
        f"{HOME}/new-way",
        "/admin/shipping/calendar",
    ):
        assert (await operator.client.post(path, data={"csrf_token": "x", **WAY})).status_code == 403
    assert await zone(db) == before
