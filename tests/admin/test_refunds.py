"""Giving money back from the order's page."""

import re

import pytest
from tests.notifications.orders import make_order, make_refund

from kassa import inventory, orders, refunds
from kassa.kernel.errors import Unavailable
from kassa.orders import Event

PAID = (Event.PAYMENT_SUCCEEDED,)


@pytest.fixture
async def made(db, clock):
    """A paid order of two copies over 29.70 EUR."""
    return await make_order(db, clock, events=PAID)


async def give_back(operator, made, **fields):
    await operator.open(f"/admin/orders/{made.order_id}")
    drawn = re.search(r'name="refund_id" value="([^"]+)"', operator.page)
    form = {"refund_id": drawn.group(1)} if drawn else {}
    answer = await operator.send(f"/admin/orders/{made.order_id}/refunds", **{**form, **fields})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/orders/{made.order_id}#refunds")
    page = await operator.open(f"/admin/orders/{made.order_id}")
    return page.text


async def written(db, made):
    async with db.connection() as conn:
        return [(r.amount_minor, r.reason, r.actor) for r in await refunds.of_order(conn, made.order_id)]


async def test_an_amount_goes_back_with_its_reason(operator, db, made):
    page = await give_back(operator, made, amount="4,50", reason="A bent corner")

    assert "€4.50 go back" in page
    assert "€25.20 left" in page
    assert "A bent corner" in page
    assert await written(db, made) == [(450, "A bent corner", "staff:owner@example.org")]


async def test_a_line_goes_back_and_to_the_shelf(operator, db, made):
    async with db.connection() as conn:
        (line,) = (await orders.get(conn, made.order_id)).lines
        variant = await conn.fetchval("select sku from variants where id = $1", line.variant_id)

    page = await give_back(operator, made, **{f"quantity:{line.id}": "1", f"restock:{line.id}": "on"})

    assert "1 × Pride and Prejudice — Paperback, back on the shelf" in page
    assert [amount for amount, *_ in await written(db, made)] == [1290]
    async with db.connection() as conn:
        assert (await inventory.stock(conn, variant)).on_hand == 1


async def test_everything_goes_back_at_once_and_the_form_is_gone(operator, db, made):
    page = await give_back(operator, made, step="all")

    assert "All that was paid for this order has gone back, or is on its way." in page
    assert 'name="refund_id"' not in page
    assert [amount for amount, *_ in await written(db, made)] == [2970]


async def test_a_form_sent_twice_gives_back_once(operator, db, made):
    await operator.open(f"/admin/orders/{made.order_id}")
    drawn = re.search(r'name="refund_id" value="([^"]+)"', operator.page).group(1)

    for _ in range(2):
        await operator.send(f"/admin/orders/{made.order_id}/refunds", refund_id=drawn, amount="5.00")

    assert [amount for amount, *_ in await written(db, made)] == [500]


async def test_nobody_is_told_that_nothing_was_refunded_when_nobody_knows(operator, db, made, monkeypatch):
    await operator.open(f"/admin/orders/{made.order_id}")
    form = {
        "refund_id": re.search(r'name="refund_id" value="([^"]+)"', operator.page).group(1),
        "amount": "5.00",
    }

    async def silence(*_: object, **__: object) -> None:
        raise Unavailable("The database is not to be reached.", code="database_unavailable")

    with monkeypatch.context() as cut:
        cut.setattr(refunds, "request", silence)
        answer = await operator.send(f"/admin/orders/{made.order_id}/refunds", **form)

    assert answer.status_code == 503
    assert "Nothing was refunded" not in (await operator.open(f"/admin/orders/{made.order_id}")).text
    await operator.send(f"/admin/orders/{made.order_id}/refunds", **form)
    assert [amount for amount, *_ in await written(db, made)] == [500]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "Choose lines, or write an amount."),
        ({"amount": "29.71"}, "More than is left"),
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "1.234"}, "more decimals"),
        ({"amount": "-3"}, "is not an amount"),
        ({"amount": "lots"}, "is not a number"),
        ({"amount": "1", "reason": "x" * 501}, "at most 500 characters"),
    ],
)
async def test_what_can_not_be_given_back_is_said(operator, db, made, fields, why):
    page = await give_back(operator, made, **fields)

    assert "Nothing was refunded." in page
    assert why in page
    assert await written(db, made) == []


async def test_an_order_nobody_paid_says_why_there_is_no_form(operator, db, clock):
    made = await make_order(db, clock)

    page = (await operator.open(f"/admin/orders/{made.order_id}")).text

    assert "Nothing was paid for this order" in page
    assert 'name="refund_id"' not in page


async def test_a_form_from_elsewhere_gives_nothing_back(operator, db, made):
    answer = await operator.client.post(f"/admin/orders/{made.order_id}/refunds", data={"step": "all"})

    assert answer.status_code == 403
    assert await written(db, made) == []


async def test_surplus_that_did_not_arrive_is_sent_another_time(operator, db, clock):
    made = await make_order(db, clock, events=(Event.EXPIRED,))
    await make_refund(db, made, clock, state="failed")
    page = (await operator.open(f"/admin/orders/{made.order_id}")).text
    assert "Send the surplus of €29.70 back again" in page

    for _ in range(2):
        await operator.send(f"/admin/payments/{made.payment_id}/surplus")

    async with db.connection() as conn:
        states = [(r.kind, str(r.state)) for r in await refunds.of_order(conn, made.order_id)]
    assert states == [("surplus", "failed"), ("surplus", "requested")]
    assert (
        "back again" not in (await operator.open(f"/admin/orders/{made.order_id}")).text.split("Refunds")[-1]
    )
