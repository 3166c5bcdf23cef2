"""Stripe's events over the API: as they came, what they changed, and once more."""

import json

from tests.api.conftest import Program, count
from tests.factories import place
from tests.webhooks.events import event, hear, keep, kept

from kassa import jobs
from kassa.kernel.ids import new_id


async def test_events_are_listed_newest_first_and_paged(boss: Program, till, clock):
    for number in (1, 2, 3):
        await keep(till, event(event_id=f"evt_{number}"))
        clock.advance(seconds=1)

    first = (await boss.get("/admin/webhook-events?limit=2")).json()
    second = (await boss.get(f"/admin/webhook-events?limit=2&after={first['next']}")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == ["evt_3", "evt_2", "evt_1"]
    assert second["next"] is None
    assert first["items"][0]["state"] == "received"


async def test_events_are_filtered_by_state_type_and_by_what_they_are_about(boss: Program, till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await till.settle()
    await hear(till, event("no.such.type", "evt_odd"))

    async def found(query: str) -> set[str]:
        items = (await boss.get(f"/admin/webhook-events?{query}")).json()["items"]
        return {item["type"] for item in items}

    assert "payment_intent.succeeded" in await found("state=handled")
    assert await found("state=dead") == set()
    assert "no.such.type" in await found("state=ignored")
    assert await found("type=no.such.type") == {"no.such.type"}
    assert await found("type=payment_intent.") == {"payment_intent.created", "payment_intent.succeeded"}
    assert await found(f"q={payment.intent_ref}") == {"payment_intent.created", "payment_intent.succeeded"}
    assert "payment_intent.succeeded" in await found(f"q={order.id}")


async def test_an_event_shows_its_body_to_the_byte_and_what_it_changed(boss: Program, till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    (row,) = [row for row in await kept(till) if row["type"] == "payment_intent.succeeded"]

    shown = (await boss.get(f"/admin/webhook-events/{row['id']}")).json()

    assert shown["body"].encode() == row["body"]
    assert json.loads(shown["body"])["id"] == row["id"]
    assert (shown["state"], shown["order_id"]) == ("handled", str(order.id))
    assert [change["type"] for change in shown["changes"]] == ["order.payment_succeeded"]


async def test_a_replayed_event_is_heeded_again_and_changes_nothing_twice(boss: Program, till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    (row,) = [row for row in await kept(till) if row["type"] == "payment_intent.succeeded"]
    journal = await till.journal(order)

    answer = await boss.send("POST", f"/admin/webhook-events/{row['id']}/replay", {})
    waiting = answer.json()
    await jobs.drain(till.worker)
    after = (await boss.get(f"/admin/webhook-events/{row['id']}")).json()

    assert (answer.status_code, waiting["state"], waiting["replays"]) == (200, "received", 1)
    assert (after["state"], after["replays"], after["attempts"]) == ("handled", 1, 1)
    assert await till.journal(order) == journal
    assert await till.stock() == (4, 0)
    assert await till.charged() == [order.total_minor]


async def test_an_event_that_waits_is_not_replayed(boss: Program, till):
    await keep(till, event())

    answer = await boss.send("POST", "/admin/webhook-events/evt_1/replay", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_event_waiting")
    assert [row["replays"] for row in await kept(till)] == [0]


async def test_an_event_that_never_came_is_not_found(boss: Program, db):
    for method, path in (("GET", "evt_nope"), ("POST", "evt_nope/replay")):
        answer = await boss.send(method, f"/admin/webhook-events/{path}", {})
        assert (answer.status_code, answer.json()["code"]) == (404, "webhook_event_not_found")
    assert await count(db, "stripe_events") == 0


async def test_only_an_administrator_sees_events(guest: Program, front: Program, till):
    await keep(till, event())
    for caller in (guest, front):
        for method, path in (("GET", ""), ("GET", "/evt_1"), ("POST", "/evt_1/replay")):
            answer = await caller.send(method, f"/admin/webhook-events{path}", {})
            assert answer.status_code in (401, 403)
    assert [row["replays"] for row in await kept(till)] == [0]


async def test_a_bad_filter_is_refused_by_name(boss: Program):
    for query in ("state=lost", "limit=0", "after=nonsense", f"type={'x' * 300}"):
        answer = await boss.get(f"/admin/webhook-events?{query}")
        assert answer.status_code in (400, 422), query
    assert (await boss.get(f"/admin/webhook-events?q={new_id()}")).json()["items"] == []
