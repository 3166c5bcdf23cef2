"""Parcels, as programs send them."""

import asyncio

import pytest


@pytest.fixture
async def order(boss, till):
    """A paid order of three books."""
    from kassa import orders
    from kassa.kernel.ids import parse_id

    made = await boss.order(lines=[{"sku": "EMMA-PB", "quantity": 3}])
    async with till.db.connection() as conn:
        found = await orders.get(conn, parse_id(made["id"]))
    assert await till.confirm(await till.pay(found)) == "succeeded"
    await till.settle()
    return (await boss.get(f"/orders/{made['id']}")).json()


async def shown(boss, order):
    return (await boss.get(f"/admin/orders/{order['id']}")).json()


async def test_an_order_is_shipped_and_delivered(boss, order):
    answer = await boss.wish(
        f"/admin/orders/{order['id']}/fulfilments", {"carrier": "DHL", "tracking_number": "0034"}
    )

    assert answer.status_code == 201
    parcel = answer.json()
    assert parcel["state"] == "shipped"
    assert parcel["tracking_url"].endswith("tracking-id=0034")
    assert parcel["lines"] == [
        {"line_id": order["lines"][0]["id"], "sku": "EMMA-PB", "title": order["lines"][0]["title"], "quantity": 3}
    ]  # fmt: skip
    now = await shown(boss, order)
    assert now["state"] == "fulfilling"
    assert now["fulfilments"] == [parcel]

    answer = await boss.wish(f"/admin/fulfilments/{parcel['id']}/delivery", {})

    assert answer.status_code == 200
    assert answer.json()["state"] == "delivered"
    assert (await shown(boss, order))["state"] == "fulfilled"


async def test_a_part_is_shipped_and_more_than_is_left_is_refused(boss, order):
    line = order["lines"][0]["id"]
    path = f"/admin/orders/{order['id']}/fulfilments"
    assert (await boss.wish(path, {"lines": [{"line_id": line, "quantity": 2}]})).status_code == 201

    refused = await boss.wish(path, {"lines": [{"line_id": line, "quantity": 2}]})

    assert refused.status_code == 409
    assert refused.json()["code"] == "more_than_left"
    assert refused.json()["items"] == [{"line_id": line, "requested": 2, "left": 1}]
    assert len((await shown(boss, order))["fulfilments"]) == 1
    assert (await boss.wish(path, {})).json()["lines"][0]["quantity"] == 1
    assert (await boss.wish(path, {})).json()["code"] == "nothing_to_ship"


async def test_one_key_is_one_parcel_however_often_and_at_once(boss, order):
    path = f"/admin/orders/{order['id']}/fulfilments"
    body = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}

    answers = await asyncio.gather(*(boss.wish(path, body, key="one") for _ in range(8)))
    again = await boss.wish(path, body, key="one")

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"idempotency_in_flight"}
    assert again.headers["idempotent-replayed"] == "true"
    assert [one["id"] for one in (await shown(boss, order))["fulfilments"]] == [again.json()["id"]]


async def test_a_picked_parcel_is_corrected_canceled_or_handed_over(boss, order):
    path = f"/admin/orders/{order['id']}/fulfilments"
    first = (await boss.wish(path, {"state": "picked"})).json()
    assert first["shipped_at"] is None

    canceled = await boss.wish(f"/admin/fulfilments/{first['id']}/cancellation", {})
    assert canceled.json()["state"] == "canceled"
    refused = await boss.wish(f"/admin/fulfilments/{first['id']}/shipment", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_fulfilment_step")

    second = (await boss.wish(path, {"state": "picked"})).json()
    tracking = {"carrier": "UPS", "tracking_number": "1Z9"}
    sent = (await boss.wish(f"/admin/fulfilments/{second['id']}/shipment", tracking)).json()
    assert (sent["state"], sent["carrier"]) == ("shipped", "UPS")
    changed = await boss.send("POST", f"/admin/fulfilments/{second['id']}/tracking", {"carrier": "GLS"})
    assert (changed.json()["carrier"], changed.json()["tracking_number"]) == ("GLS", "")
    assert (await boss.get(f"/admin/fulfilments/{second['id']}")).json() == changed.json()


async def test_what_waits_is_listed_until_it_is_sent(boss, order):
    waiting = (await boss.get("/admin/to-ship")).json()
    assert [(one["order_id"], one["units"], one["picked"]) for one in waiting["items"]] == [
        (order["id"], 3, 0)
    ]

    await boss.wish(f"/admin/orders/{order['id']}/fulfilments", {})

    assert (await boss.get("/admin/to-ship")).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/admin/orders/nothing/fulfilments", {}, 404, "order_not_found"),
        ("/admin/orders/{order}/fulfilments", {"lines": [{"line_id": "x", "quantity": 1}]}, 422, "unknown_line"),
        ("/admin/orders/{order}/fulfilments", {"lines": []}, 422, "validation_failed"),
        ("/admin/orders/{order}/fulfilments", {"amount": 1}, 422, "validation_failed"),
        ("/admin/orders/{order}/fulfilments", {"tracking_number": "1\x07"}, 422, "invalid_tracking"),
        ("/admin/fulfilments/nothing/delivery", {}, 404, "fulfilment_not_found"),
        ("/admin/fulfilments/{order}/cancellation", {}, 404, "fulfilment_not_found"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_and_nothing_is_sent(boss, order, path, body, status, code):
    answer = await boss.wish(path.format(order=order["id"]), body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await shown(boss, order))["fulfilments"] == []


async def test_an_order_without_money_is_not_shipped(boss):
    order = await boss.order()

    answer = await boss.wish(f"/admin/orders/{order['id']}/fulfilments", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")


async def test_only_the_administrator_ships(front, guest, order):
    path = f"/admin/orders/{order['id']}/fulfilments"
    assert (await front.wish(path, {})).status_code == 403
    assert (await guest.wish(path, {})).status_code == 401
