"""A request with an Idempotency-Key happens once, whatever becomes of its answer."""

import asyncio

import httpx
from tests.api.conftest import ORDER, Program, count

from kassa.kernel.errors import Unavailable
from kassa.web import queries
from kassa.web.idempotency import LEASE


async def test_the_same_key_and_body_give_the_first_answer_again(guest, db, till):
    first = await guest.wish("/orders", ORDER, key="k")
    again = await guest.wish("/orders", ORDER, key="k")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(db, "orders") == 1
    assert await till.stock() == (5, 1)


async def test_the_same_key_with_another_body_is_refused(guest, db):
    await guest.wish("/orders", ORDER, key="k")

    answer = await guest.wish("/orders", {**ORDER, "email": "b@example.org"}, key="k")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await count(db, "orders") == 1


async def test_a_missing_or_endless_key_is_refused(guest, db):
    answer = await guest.send("POST", "/orders", ORDER)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    answer = await guest.wish("/orders", ORDER, key="k" * 256)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert (await guest.wish("/orders", ORDER, key="k" * 255)).status_code == 201
    assert await count(db, "orders") == 1


async def test_two_requests_at_once_with_one_key_place_one_order(guest, db, till):
    answers = await asyncio.gather(*(guest.wish("/orders", ORDER, key="k") for _ in range(8)))

    for answer in answers:
        assert answer.status_code == 201 or answer.json()["code"] == "idempotency_in_flight"
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    assert await count(db, "orders") == 1
    assert await till.stock() == (5, 1)


async def test_a_request_that_still_runs_is_in_flight_until_its_lease_is_over(guest, db, clock):
    await _crashed(guest, db)

    answer = await guest.wish("/orders", ORDER, key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert await count(db, "orders") == 1

    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert (await guest.wish("/orders", ORDER, key="k")).status_code == 201
    assert (await guest.wish("/orders", ORDER, key="k")).headers["idempotent-replayed"] == "true"


async def test_a_refused_body_leaves_its_key_free_for_the_corrected_one(guest, db):
    assert (await guest.wish("/orders", {**ORDER, "email": "no"}, key="k")).status_code == 422
    assert await count(db, "idempotency_keys") == 0

    assert (await guest.wish("/orders", ORDER, key="k")).status_code == 201


async def test_short_stock_is_an_answer_and_is_given_again(guest, till):
    body = {**ORDER, "lines": [{"sku": "EMMA-PB", "quantity": 9}]}

    first = await guest.wish("/orders", body, key="k")
    again = await guest.wish("/orders", body, key="k")

    assert first.status_code == again.status_code == 409
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert again.content == first.content


async def test_a_provider_that_does_not_answer_leaves_the_key_free(guest, till):
    order = await guest.order()
    path, token = f"/orders/{order['id']}/payments", order["token"]
    await till.stripe.control(
        "POST",
        "/faults",
        {"match": {"path": "/v1/payment_intents"}, "fault": "status", "status": 500, "count": 50},
    )

    lost = await guest.wish(path, {"flow": "element"}, key="k", X_Order_Token=token)
    await till.stripe.control("DELETE", "/faults")
    found = await guest.wish(path, {"flow": "element"}, key="k", X_Order_Token=token)

    assert lost.status_code == 503
    assert lost.headers["retry-after"]
    assert found.status_code in (200, 201)
    assert found.json()["client_secret"]


async def test_keys_are_each_callers_and_each_routes_own(guest, front, db, boss):
    assert (await guest.wish("/orders", ORDER, key="k")).status_code == 201
    assert (await front.wish("/orders", ORDER, key="k")).status_code == 201
    assert await count(db, "orders") == 2
    assert (
        await boss.wish("/admin/stock/EMMA-PB/adjustments", {"delta": 1, "reason": "found"}, key="k")
    ).is_success


async def test_an_answer_is_forgotten_after_a_day(guest, db, clock):
    first = (await guest.wish("/orders", ORDER, key="k")).json()
    clock.advance(hours=24, seconds=1)

    second = (await guest.wish("/orders", ORDER, key="k")).json()
    assert first["id"] != second["id"]

    clock.advance(hours=25)
    async with db.transaction() as tx:
        assert await queries.sweep(tx, now=clock.now()) == 1


async def test_an_adjustment_is_made_once(boss, till):
    body = {"delta": 3, "reason": "found in the cellar"}

    first = await boss.wish("/admin/stock/EMMA-PB/adjustments", body, key="k")
    again = await boss.wish("/admin/stock/EMMA-PB/adjustments", body, key="k")

    assert first.json() == again.json() == {"sku": "EMMA-PB", "on_hand": 8, "reserved": 0, "available": 8}
    assert await till.stock() == (8, 0)


async def _crashed(guest, db) -> None:
    """A first try whose process died before it did anything: its claim stays, its work does not."""
    assert (await guest.wish("/orders", ORDER, key="k")).status_code == 201
    async with db.transaction() as tx:
        await tx.execute(
            """
            update idempotency_keys
            set status = null, body = null, headers = null, locked_until = created_at + interval '60 seconds'
            """
        )


async def test_an_answer_that_could_not_be_kept_is_an_outage_and_the_wish_is_still_done_once(
    guest, monkeypatch
):
    order = await guest.order()
    path, token = f"/orders/{order['id']}/payments", {"X_Order_Token": order["token"]}

    async def gone(*args, **kwargs):
        raise Unavailable("The database is not to be reached.", code="database_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(queries, "answer", gone)
        broken.setattr(queries, "give_up", gone)
        failed = await guest.wish(path, {"flow": "element"}, key="p", **token)
    early = await guest.wish(path, {"flow": "element"}, key="p", **token)

    assert (failed.status_code, failed.json()["code"]) == (503, "database_unavailable")
    assert (early.status_code, early.json()["code"]) == (409, "idempotency_in_flight")


async def test_after_the_lease_of_a_lost_answer_the_same_attempt_is_there(guest, clock, monkeypatch):
    order = await guest.order()
    path, token = f"/orders/{order['id']}/payments", {"X_Order_Token": order["token"]}

    async def gone(*args, **kwargs):
        raise Unavailable("The database is not to be reached.", code="database_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(queries, "answer", gone)
        broken.setattr(queries, "give_up", gone)
        await guest.wish(path, {"flow": "element"}, key="p", **token)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    paid = await guest.wish(path, {"flow": "element"}, key="p", **token)
    shown = await guest.get(f"/orders/{order['id']}", **token)

    assert paid.status_code == 200
    assert [one["id"] for one in shown.json()["payments"]] == [paid.json()["id"]]


def elsewhere(app, address):
    """A guest at another address."""
    transport = httpx.ASGITransport(app, client=(address, 1))
    return Program(httpx.AsyncClient(transport=transport, base_url="http://shop.test"), {})


async def test_a_guest_elsewhere_who_guesses_key_and_body_does_not_get_the_order_and_its_token(
    guest, app, db
):
    first = await guest.wish("/orders", ORDER, key="order-1")

    answer = await elsewhere(app, "192.0.2.9").wish("/orders", ORDER, key="order-1")

    assert first.status_code == 201
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert "token" not in answer.json()
    assert await count(db, "orders") == 1


async def test_a_guest_elsewhere_who_guesses_a_purchase_does_not_get_its_token(guest, app, db):
    wish = {"sku": "EMMA-PB", "quantity": 1}
    first = (await guest.wish("/buy-now", wish, key="k")).json()
    async with db.transaction() as tx:
        await tx.execute("delete from idempotency_keys")

    other = (await elsewhere(app, "192.0.2.9").wish("/buy-now", wish, key="k")).json()

    assert other["id"] != first["id"]
    assert other["token"] != first["token"]


async def test_a_guest_whose_address_changed_finds_the_order_by_a_key_that_nobody_guesses(guest, app, db):
    key = "0b8f6a52-6f0e-4c50-9a5e-3d1f6f3f7a11"
    first = await guest.wish("/orders", ORDER, key=key)

    again = await elsewhere(app, "192.0.2.9").wish("/orders", ORDER, key=key)

    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(db, "orders") == 1


async def test_a_guest_with_another_orders_token_gets_no_stored_answer(guest, db):
    first = await guest.wish("/orders", ORDER, key="k")

    other = await guest.wish("/orders", ORDER, key="k", X_Order_Token="of another order")

    assert first.json()["id"] != other.json()["id"]
    assert await count(db, "orders") == 2
