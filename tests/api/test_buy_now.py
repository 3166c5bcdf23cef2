"""Buying at once over the API: stock held, a page to pay at, and an order when it was paid."""

import pytest
from tests.api.conftest import Program, count
from tests.factories import after_the_hold

from kassa import checkout
from kassa.kernel.ids import new_id

WISH = {"sku": "EMMA-PB", "quantity": 1}


async def pay(till, url: str) -> int:
    session = url.rpartition("/")[2]
    status, _ = await till.stripe.control(
        "POST", f"/checkout/sessions/{session}/pay", {"payment_method": "pm_card_visa"}
    )
    await till.settle()
    return status


async def test_a_guest_buys_and_sees_the_order_when_it_is_paid(guest: Program, till, db):
    answer = await guest.wish("/buy-now", {**WISH, "quantity": 2, "email": "ada@example.org"})

    assert answer.status_code == 201
    bought = answer.json()
    assert bought["total"] == {"amount": 2 * 1299 + 390, "currency": "EUR"}
    assert await till.stock() == (5, 2)
    assert await count(db, "orders") == 0
    assert (await guest.get(f"/buy-now/{bought['id']}")).json() == {"id": bought["id"], "state": "open"}

    assert await pay(till, bought["url"]) == 200

    shown = (await guest.get(f"/buy-now/{bought['id']}", X_Order_Token=bought["token"])).json()
    assert shown["state"] == "complete"
    order = shown["order"]
    assert (order["id"], order["state"], order["email"]) == (bought["id"], "paid", "ada@example.org")
    assert order["total"] == bought["total"]
    same = await guest.get(f"/orders/{order['id']}", X_Order_Token=bought["token"])
    assert same.json() == order


async def test_who_has_only_the_id_sees_the_order_without_the_persons(guest: Program, till):
    bought = (await guest.wish("/buy-now", WISH)).json()
    await pay(till, bought["url"])

    order = (await guest.get(f"/buy-now/{bought['id']}")).json()["order"]

    assert (order["state"], order["lines"][0]["sku"]) == ("paid", "EMMA-PB")
    assert (order["email"], order["shipping_address"], order["events"]) == ("", {}, [])
    assert (await guest.get(f"/orders/{order['id']}")).status_code == 404


async def test_a_storefront_sees_its_own_and_no_other_does(
    front: Program, other_front: Program, boss: Program, till
):
    bought = (await front.wish("/buy-now", WISH)).json()
    await pay(till, bought["url"])

    assert (await front.get(f"/buy-now/{bought['id']}")).json()["order"]["email"]
    assert [item["id"] for item in (await front.get("/orders")).json()["items"]] == [bought["id"]]
    assert (await other_front.get(f"/buy-now/{bought['id']}")).json()["code"] == "buy_now_not_found"
    assert (await boss.get(f"/buy-now/{bought['id']}")).json()["order"]["email"]


async def test_the_same_key_gives_the_same_purchase(guest: Program, till, db):
    first = await guest.wish("/buy-now", WISH, key="one")
    again = await guest.wish("/buy-now", WISH, key="one")

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(db, "buy_nows") == 1
    assert await till.stock() == (5, 1)
    other = await guest.wish("/buy-now", {**WISH, "quantity": 2}, key="one")
    assert other.json()["code"] == "idempotency_key_reused"
    assert (await guest.send("POST", "/buy-now", WISH)).json()["code"] == "idempotency_key_required"


async def test_a_process_that_died_before_it_answered_has_bought_once(guest: Program, till, db, clock):
    first = (await guest.wish("/buy-now", WISH, key="one")).json()
    async with db.transaction() as tx:
        await tx.execute("delete from idempotency_keys")

    again = (await guest.wish("/buy-now", WISH, key="one")).json()

    assert (again["id"], again["url"]) == (first["id"], first["url"])
    assert await till.stock() == (5, 1)
    await pay(till, again["url"])
    assert (await guest.get(f"/orders/{again['id']}", X_Order_Token=again["token"])).status_code == 200


async def test_an_answer_of_the_provider_that_was_lost_is_found_with_the_same_key(guest: Program, till, db):
    fault = {"match": {"path": "/v1/checkout/sessions"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", fault)
    lost = await guest.wish("/buy-now", WISH, key="one")
    assert (lost.status_code, lost.json()["code"]) == (503, "provider_unreachable")

    found = await guest.wish("/buy-now", WISH, key="one")

    assert found.status_code == 201
    assert await count(db, "buy_nows") == 1
    assert await till.stock() == (5, 1)


async def test_the_same_key_a_day_later_is_another_wish(guest: Program, till, db, clock):
    await guest.wish("/buy-now", WISH, key="one")
    clock.advance(seconds=25 * 3600)
    await checkout.expire_due(db, till.gateway, clock=clock)

    answer = await guest.wish("/buy-now", WISH, key="one")

    assert answer.status_code == 201
    assert await count(db, "buy_nows") == 2
    assert await till.stock() == (5, 1)


async def test_one_that_is_over_is_not_answered_with_a_page(guest: Program, till, db, clock):
    await guest.wish("/buy-now", WISH, key="one")
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    async with db.transaction() as tx:
        await tx.execute("delete from idempotency_keys")

    answer = await guest.wish("/buy-now", WISH, key="one")

    assert (answer.status_code, answer.json()["code"]) == (409, "buy_now_over")
    assert await till.stock() == (5, 0)


async def test_abandoned_it_shows_that_it_is_over(guest: Program, till, db, clock):
    bought = (await guest.wish("/buy-now", WISH)).json()
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await guest.get(f"/buy-now/{bought['id']}")).json() == {"id": bought["id"], "state": "expired"}
    assert await count(db, "orders") == 0


async def test_what_is_sold_out_says_what_there_is(guest: Program, till, db):
    answer = await guest.wish("/buy-now", {**WISH, "quantity": 6})

    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")
    assert answer.json()["items"] == [{"sku": "EMMA-PB", "requested": 6, "available": 5}]
    assert await count(db, "buy_nows") == 0


@pytest.mark.parametrize(("change", "code"), [
    ({"sku": "NOPE"}, "unknown_sku"),
    ({"quantity": 0}, "validation_failed"),
    ({"quantity": 100}, "validation_failed"),
    ({"email": "nobody"}, "invalid_email"),
    ({"currency": "XXX"}, "unsupported_currency"),
    ({"country": "US"}, "buy_now_not_offered"),
    ({"price": 1}, "validation_failed"),
])  # fmt: skip
async def test_what_is_wrong_is_refused_and_nothing_is_held(guest: Program, till, db, change, code):
    answer = await guest.wish("/buy-now", {**WISH, **change})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await count(db, "buy_nows") == 0
    assert await till.stock() == (5, 0)


async def test_one_that_is_not_there(guest: Program):
    for id_ in (new_id(), "nonsense"):
        assert (await guest.get(f"/buy-now/{id_}")).json()["code"] == "buy_now_not_found"
