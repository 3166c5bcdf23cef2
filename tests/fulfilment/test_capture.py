"""Where the bank has only promised the money, it is taken when the parcel leaves, and never for nothing."""

import httpx
import pytest
from tests.api.conftest import Program, _key
from tests.factories import make_variant, place
from tests.fulfilment.parcels import line
from tests.money import Till

from kassa import api, fulfilment, web
from kassa.config import Settings
from kassa.mail import StoreMailer
from kassa.shop import Shop


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    made.gateway.capture = "manual"
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
async def boss(till, db, clock):
    """An administrator's program at a shop that takes money when it ships."""
    app = web.build(api.route_handlers)
    app.state.shop = Shop(Settings(base_url="http://shop.test"), db, till.gateway, StoreMailer(), clock)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield Program(client, await _key(db, clock, "boss", "admin"))


async def taken(till):
    """What was captured, by charge."""
    charges = await till.stripe.stripe.v1.charges.list_async({"limit": 100})
    return [charge.amount_captured for charge in charges.data if charge.captured]


async def promised(till, clock, quantity=2):
    order = await place(till.db, clock, quantity=quantity)
    assert await till.confirm(await till.pay(order)) == "requires_capture"
    await till.settle()
    assert (await till.order(order)).state == "pending"
    return order


async def test_the_money_is_taken_when_the_first_parcel_leaves_and_once(till, clock, boss):
    order = await promised(till, clock)
    assert await taken(till) == []
    one = {"lines": [{"line_id": str(line(order, "EMMA-PB")), "quantity": 1}]}

    for _ in range(2):
        answer = await boss.wish(f"/admin/orders/{order.id}/fulfilments", one)
        assert answer.status_code == 201, answer.text
    await till.settle()

    assert await taken(till) == [order.total_minor]
    assert (await till.order(order)).state == "fulfilling"
    assert await till.stock() == (3, 0)


async def test_what_cannot_be_sent_takes_no_money(till, clock, boss):
    order = await promised(till, clock)
    many = {"lines": [{"line_id": str(line(order, "EMMA-PB")), "quantity": 3}]}

    answer = await boss.wish(f"/admin/orders/{order.id}/fulfilments", many)

    assert answer.json()["code"] == "more_than_left"
    assert await taken(till) == []
    assert [one.state for one in await till.payments(order)] == ["authorized"]
    assert (await till.order(order)).state == "pending"


async def test_when_nobody_answers_nothing_is_sent_and_the_same_again_sends_it(till, clock, boss):
    order = await promised(till, clock)
    await till.stripe.control(
        "POST", "/faults", {"match": {"path": "/v1/payment_intents/*/capture"}, "fault": "lose_answer", "count": 5}
    )  # fmt: skip

    answer = await boss.wish(f"/admin/orders/{order.id}/fulfilments", {}, key="k")
    assert answer.json()["code"] == "provider_unreachable"
    async with till.db.connection() as conn:
        assert await fulfilment.of_order(conn, order.id) == []
    await till.stripe.control("DELETE", "/faults")
    answer = await boss.wish(f"/admin/orders/{order.id}/fulfilments", {}, key="k")

    assert answer.status_code == 201
    assert await taken(till) == [order.total_minor]


async def test_it_waits_in_the_list_of_what_is_to_be_shipped(till, clock, boss):
    await place(till.db, clock)
    order = await promised(till, clock)

    waiting = (await boss.get("/admin/to-ship")).json()["items"]

    assert [(one["order_id"], one["authorized"]) for one in waiting] == [(str(order.id), True)]
