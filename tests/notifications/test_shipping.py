"""Whoever waits for a parcel gets one mail about it, and it says what is in it."""

import asyncio

from tests.fulfilment.parcels import do, line, paid
from tests.notifications.test_receipt import SETTINGS, only_mail

from kassa import fulfilment, notifications
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database


async def parcel_told(db: Database) -> dict:
    """What fulfilment told of the parcel."""
    async with db.connection() as conn:
        return await conn.fetchval("select args from jobs where name = 'send_shipping_mail'")


async def test_the_mail_says_what_is_in_the_parcel_and_where_it_is(db: Database, clock: FrozenClock) -> None:
    order = await paid(db, clock)
    await do(
        db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 2}, carrier="UPS", tracking_number="1Z 9"
    )

    told = await parcel_told(db)
    await asyncio.gather(*(
        notifications.build_shipping_mail(db, told, clock=clock, settings=SETTINGS) for _ in range(4)
    ))  # fmt: skip

    mail = await only_mail(db)
    assert mail.kind == f"shipped:{told['fulfilment_id']}"
    assert mail.subject.startswith("On its way: order K-1")
    assert "2 x Title of EMMA" in mail.text_body
    assert "2 × Title of EMMA" in mail.html_body
    for body in (mail.text_body, mail.html_body):
        for fact in (
            "Your parcel is on its way.", "Sent with UPS", "1Z 9", "tracknum=1Z%209", "The rest of your order",
            "Ada Lovelace", "10115 Berlin", f"https://shop.example.org/orders/{order.id}?key=",
        ):  # fmt: skip
            assert fact in body
        assert "PERSUASION" not in body
    assert "\n\n\n" not in mail.text_body


async def test_a_parcel_without_a_number_leads_to_the_order(db: Database, clock: FrozenClock) -> None:
    order = await paid(db, clock)
    await do(db, clock, fulfilment.ship, order.id)

    await notifications.build_shipping_mail(db, await parcel_told(db), clock=clock, settings=SETTINGS)

    mail = await only_mail(db)
    for body in (mail.text_body, mail.html_body):
        assert "Sent with" not in body
        assert "Follow" not in body
        assert "The rest of your order" not in body
    assert "\n\n\n" not in mail.text_body


async def test_each_parcel_has_a_mail_of_its_own(db: Database, clock: FrozenClock) -> None:
    order = await paid(db, clock)
    for _ in range(2):
        await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 1})
    async with db.connection() as conn:
        told = [
            row["args"] for row in await conn.fetch("select args from jobs where name = 'send_shipping_mail'")
        ]

    for parcel in told * 2:
        await notifications.build_shipping_mail(db, parcel, clock=clock, settings=SETTINGS)

    async with db.connection() as conn:
        assert len(await notifications.of_order(conn, order.id)) == 2
