"""What an order says about how it travels, when it arrives and where it is fetched: on its page and in its mails."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.factories import make_variant, place

from kassa import orders
from kassa.config import Settings
from kassa.kernel.address import Address
from kassa.notifications import render
from kassa.pricing import zones
from kassa.pricing.zones import ANY, Band, Calendar, PickupPoint, Way
from kassa.storefront.travel import way_of

HERE = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")
SETTINGS = Settings(secret_key="m" * 32, base_url="http://shop.test")


@pytest.fixture
async def shop(db, clock):
    """A shop from which a book can be fetched, on a Monday."""
    await make_variant(db, clock)
    fetched = Way(
        code="shop", label="At the shop", bands=(Band(prices={ANY: 0}),), min_days=0, max_days=1,
        pickup=PickupPoint(HERE, "Mon–Fri 10–18"),
    )  # fmt: skip
    async with db.transaction() as tx:
        await zones.change_zone(tx, "home", lambda zone: replace(zone, ways=(*zone.ways, fetched)))


async def way(db, order):
    async with db.connection() as conn:
        return await way_of(conn, order, await orders.quote_of(conn, order.id))


async def after(db, clock, order, event):
    async with db.transaction() as tx:
        await orders.apply(tx, order.id, event, now=clock.now(), actor="stripe:api")
        return await orders.get(tx, order.id)


async def test_the_days_that_were_said_stay_when_the_calendar_changes(db, clock, shop):
    order = await place(db, clock)
    async with db.transaction() as tx:
        await zones.put_calendar(tx, Calendar(holidays=frozenset({date(2026, 11, 3)})))

    found = await way(db, order)

    assert (found.code, found.first, found.last) == ("standard", date(2026, 11, 4), date(2026, 11, 6))


async def test_what_is_paid_on_a_later_day_leaves_later(db, clock, shop):
    order = await place(db, clock)
    paid = await after(db, clock, order, orders.Event.PAYMENT_SUCCEEDED)
    assert (await way(db, paid)).first == date(2026, 11, 4)

    found = await way(db, replace(paid, paid_at=order.created_at + timedelta(days=4)))

    assert (found.first, found.last) == (date(2026, 11, 10), date(2026, 11, 12))


@pytest.mark.parametrize("event", [orders.Event.EXPIRED, orders.Event.CANCELED])
async def test_of_an_order_that_is_over_no_day_is_said(db, clock, shop, event):
    over = await after(db, clock, await place(db, clock), event)

    found = await way(db, over)

    assert (found.label, found.first, found.last) == ("Standard", None, None)


async def test_mails_say_where_it_is_fetched(db, clock, shop):
    order = await place(db, clock, shipping_method="shop")
    found = await way(db, order)

    sent = render.placed(order, promised=False, settings=SETTINGS, travel=found)
    parcel = {"lines": [], "more": False, "carrier": "", "tracking_number": "", "tracking_url": ""}
    ready = render.shipped(order, parcel, settings=SETTINGS, travel=found)

    for text in (sent.text, sent.html, ready.text, ready.html):
        assert "You fetch it at" in text
        assert "Lange Gasse 1" in text
        assert "Mon–Fri 10–18" in text
        assert "Goes to" not in text
    assert "Ready for you Monday 2 – Tuesday 3 November" in sent.text
    assert ready.subject.startswith("Ready for you: order")
    assert "It is ready for you." in ready.text


async def test_mails_say_when_it_arrives(db, clock, shop):
    order = await place(db, clock)

    sent = render.placed(order, promised=False, settings=SETTINGS, travel=await way(db, order))

    assert "Standard: Arrives Wednesday 4 – Friday 6 November" in sent.text
