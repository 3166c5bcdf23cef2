"""Mails about what was canceled and what is sent back: once each, in words."""

import asyncio

import pytest
from tests.fulfilment.parcels import STAFF, do
from tests.notifications.orders import make_order
from tests.notifications.test_receipt import SETTINGS, only_mail

from kassa import fulfilment, notifications, orders, returns
from kassa.kernel.ids import new_id
from kassa.orders import Event


@pytest.fixture
async def order(db, clock):
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
    async with db.connection() as conn:
        return await orders.get(conn, made.order_id)


async def told(db, name):
    async with db.connection() as conn:
        return [
            row["args"] for row in await conn.fetch("select args from jobs where name = $1 order by id", name)
        ]


async def many(build, db, args, clock):
    await asyncio.gather(*(build(db, args, clock=clock, settings=SETTINGS) for _ in range(4)))


async def test_a_cancellation_is_confirmed_once(db, clock, order):
    async with db.transaction() as tx:
        await fulfilment.call_off(tx, order.id, actor="customer", now=clock.now())
    (args,) = await told(db, "send_cancellation_mail")

    await many(notifications.build_cancellation_mail, db, args, clock)

    mail = await only_mail(db)
    assert (mail.kind, mail.recipient) == ("cancellation", order.email)
    for body in (mail.text_body, mail.html_body):
        assert "Your order is canceled." in body
        assert "29.70" in body
        assert f"/orders/{order.id}?key=" in body
    assert "\n\n\n" not in mail.text_body


@pytest.mark.parametrize(
    ("verb", "says"), [(returns.accept, "You can send it back"), (returns.refuse, "take it back")]
)
async def test_an_answer_is_told_once_with_its_words(db, clock, order, verb, says):
    await do(db, clock, fulfilment.ship, order.id)
    async with db.transaction() as tx:
        asked = await returns.ask(
            tx, order.id, {order.lines[0].id: 1}, return_id=new_id(), reason="other", comment="", actor="customer",
            now=clock.now(),
        )  # fmt: skip
        await verb(tx, asked.id, "Pack it <well>.\nThank you.", actor=STAFF, now=clock.now())
    (args,) = await told(db, "send_return_mail")

    await many(notifications.build_return_mail, db, args, clock)

    mail = await only_mail(db)
    for body in (mail.text_body, mail.html_body):
        assert says in body
        assert "Thank you." in body
    assert "Pack it <well>." in mail.text_body
    assert "Pack it &lt;well&gt;." in mail.html_body
    assert "\n\n\n" not in mail.text_body


async def test_an_agreement_that_was_taken_back_before_it_was_told_is_not_told(db, clock, order):
    await do(db, clock, fulfilment.ship, order.id)
    async with db.transaction() as tx:
        asked = await returns.ask(
            tx, order.id, {order.lines[0].id: 1}, return_id=new_id(), reason="other", comment="", actor="customer",
            now=clock.now(),
        )  # fmt: skip
        await returns.accept(tx, asked.id, "Send it.", actor=STAFF, now=clock.now())
        await returns.refuse(tx, asked.id, "It never came.", actor=STAFF, now=clock.now())

    for args in await told(db, "send_return_mail"):
        await notifications.build_return_mail(db, args, clock=clock, settings=SETTINGS)

    mail = await only_mail(db)
    assert "It never came." in mail.text_body
