"""Returns at the desk: answered with words, received with units."""

import pytest
from tests.fulfilment.parcels import do
from tests.notifications.orders import make_order

from kassa import fulfilment, orders, refunds, returns
from kassa.kernel.ids import new_id
from kassa.orders import Event

PAID = (Event.PAYMENT_SUCCEEDED,)


@pytest.fixture
async def asked(db, clock):
    """A return of both copies of an order that was sent."""
    made = await make_order(db, clock, events=PAID)
    await do(db, clock, fulfilment.ship, made.order_id)
    async with db.transaction() as tx:
        order = await orders.get(tx, made.order_id)
        return await returns.ask(
            tx, order.id, {order.lines[0].id: 2}, return_id=new_id(), reason="damaged", comment="<b>Bent.</b>",
            actor="customer", now=clock.now(),
        )  # fmt: skip


async def answer(operator, asked, step, **fields):
    await operator.open("/admin/returns")
    sent = await operator.send(f"/admin/returns/{asked.id}/{step}", **fields)
    assert (sent.status_code, sent.headers["location"]) == (303, "/admin/returns")
    return (await operator.open("/admin/returns")).text


async def stands(db, asked):
    async with db.connection() as conn:
        return await returns.get(conn, asked.id)


async def mails(db):
    async with db.connection() as conn:
        return [
            row["args"]["state"]
            for row in await conn.fetch("select args from jobs where name = 'send_return_mail'")
        ]


async def test_the_queue_shows_what_waits_as_text(operator, asked):
    page = (await operator.open("/admin/returns")).text

    assert "Wants an answer" in page
    assert "&lt;b&gt;Bent.&lt;/b&gt;" in page
    assert 'aria-label="1 waiting"' in page
    assert (await operator.open("/admin/returns?state=nonsense")).status_code == 400


async def test_an_agreement_is_told_with_its_words(operator, db, asked):
    page = await answer(operator, asked, "acceptance", answer="To us.")

    assert "Agreed. The customer is told" in page
    assert ((await stands(db, asked)).state, (await stands(db, asked)).answer) == ("accepted", "To us.")
    assert await mails(db) == ["accepted"]


async def test_a_refusal_needs_words(operator, db, asked):
    assert "Nothing changed." in await answer(operator, asked, "refusal", answer=" ")
    assert (await stands(db, asked)).state == "asked"

    assert "Refused." in await answer(operator, asked, "refusal", answer="It was read in the bath.")
    assert (await stands(db, asked)).state == "refused"
    assert await mails(db) == ["refused"]


async def test_what_has_come_is_paid_back_by_units(operator, db, asked):
    units = {f"quantity:{asked.lines[0].line_id}": "1", f"restock:{asked.lines[0].line_id}": "on"}

    page = await answer(operator, asked, "receipt", **units)

    assert "Received. The money goes back" in page
    got = await stands(db, asked)
    assert (got.state, got.lines[0].quantity) == ("received", 1)
    async with db.connection() as conn:
        (refund,) = await refunds.of_order(conn, asked.order_id)
    assert (refund.id, refund.amount_minor, refund.actor) == (got.refund_id, 1290, "staff:owner@example.org")


@pytest.mark.parametrize("units", ["3", "x", "", "-1"])
async def test_what_can_not_have_come_changes_nothing(operator, db, asked, units):
    page = await answer(operator, asked, "receipt", **{f"quantity:{asked.lines[0].line_id}": units})

    assert "Nothing changed." in page
    assert (await stands(db, asked)).state == "asked"
    async with db.connection() as conn:
        assert await refunds.of_order(conn, asked.order_id) == []


async def test_without_a_login_nothing_is_shown_or_done(browser, db, asked):
    assert (await browser.open("/admin/returns")).status_code in (302, 303)
    assert (await browser.send(f"/admin/returns/{asked.id}/acceptance", answer="")).status_code in (
        302,
        303,
        403,
    )
    assert (await stands(db, asked)).state == "asked"


async def test_the_orders_page_tells_of_it(operator, db, asked):
    await answer(operator, asked, "acceptance", answer="")

    page = (await operator.open(f"/admin/orders/{asked.order_id}")).text

    assert "Something of it is on its way back." in page
    assert "Customer wants to send something back" in page
    assert "Return agreed to" in page
