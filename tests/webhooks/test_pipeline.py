"""From "it is on disk" to "it was heeded": in order per object, again after a pause, and never silently lost."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from tests.factories import make_variant, place
from tests.money import Till
from tests.webhooks.events import SECRET, event, keep, kept, signed

from kassa import inbox, jobs, webhooks
from kassa.stripe import BadSignature, Unreachable
from kassa.webhooks.heed import MAX_ATTEMPTS


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def claim(db, clock, limit=10):
    async with db.transaction() as tx:
        now = clock.now()
        taken = await inbox.claim(tx, now=now, lease=now + timedelta(seconds=60), limit=limit)
    return sorted(each.id for each in taken)


async def test_of_one_object_the_next_event_waits_until_the_first_is_settled(till, db, clock):
    for number in (1, 2):
        await keep(till, event("payment_intent.processing", f"evt_a{number}", id="pi_a"))
        await keep(till, event("payment_intent.processing", f"evt_b{number}", id="pi_b"))
        clock.advance(seconds=1)

    assert await claim(db, clock) == ["evt_a1", "evt_b1"]
    assert await claim(db, clock) == []
    async with db.transaction() as tx:
        await inbox.settle(tx, [("evt_a1", "handled", "done", None)], now=clock.now())
    assert await claim(db, clock) == ["evt_a2"]


async def test_workers_at_once_never_hold_two_events_of_one_object(till, db, clock):
    for number in range(12):
        await keep(till, event("payment_intent.processing", f"evt_{number:02}", id=f"pi_{number % 3}"))
        clock.advance(seconds=1)

    taken = await asyncio.gather(*(claim(db, clock, limit=2) for _ in range(8)))

    assert sorted(id_ for each in taken for id_ in each) == ["evt_00", "evt_01", "evt_02"]


async def test_an_event_whose_worker_died_is_taken_again_when_its_lease_is_over(till, db, clock):
    await keep(till, event())
    assert await claim(db, clock) == ["evt_1"]
    clock.advance(seconds=59)
    assert await claim(db, clock) == []
    clock.advance(seconds=2)
    assert await claim(db, clock) == ["evt_1"]


async def test_what_fails_is_tried_again_after_pauses_that_grow_and_then_is_a_case(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    ask = till.gateway.intent
    tried = []

    async def unreachable(_):
        tried.append(clock.now())
        raise Unreachable("Stripe did not answer.")

    till.gateway.intent = unreachable
    await keep(till, event("payment_intent.canceled", "evt_hard", id=payment.intent_ref))
    for _ in range(13 * 60):
        await webhooks.heed_waiting(db, till.gateway, clock=clock)
        clock.advance(minutes=1)
    till.gateway.intent = ask

    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert len(tried) == MAX_ATTEMPTS
    assert pauses[0] <= timedelta(minutes=1)
    assert pauses[-1] >= timedelta(minutes=30)
    (row,) = [row for row in await kept(till) if row["id"] == "evt_hard"]
    assert (row["state"], "Stripe did not answer" in row["verdict"]) == ("dead", True)
    async with db.connection() as conn:
        cases = await conn.fetch("select kind, cause from cases where kind = 'event_not_heeded'")
    assert [(case["kind"], case["cause"]) for case in cases] == [("event_not_heeded", "evt_hard")]


async def test_a_dead_event_is_heeded_when_it_is_replayed(till, db, clock):
    order = await place(db, clock)
    till.deaf = True
    payment = await till.pay(order)
    await till.confirm(payment)
    await keep(till, event("payment_intent.processing", "evt_dead", id=payment.intent_ref))
    async with db.transaction() as tx:
        await inbox.settle(tx, [("evt_dead", "dead", "a fault of ours", None)], now=clock.now())
        await inbox.replay(tx, "evt_dead", now=clock.now())

    await jobs.drain(till.worker)

    (row,) = [row for row in await kept(till) if row["id"] == "evt_dead"]
    assert (row["state"], row["replays"], row["order_id"]) == ("handled", 1, order.id)
    assert (await till.order(order)).state == "paid"


async def test_an_event_that_can_not_be_read_is_kept_and_becomes_a_case_not_a_crash(till, db, clock):
    broken = event("payment_intent.succeeded", "evt_broken", id="pi_x", metadata="not a mapping")
    await keep(till, broken)
    for _ in range(MAX_ATTEMPTS + 2):
        await webhooks.heed_waiting(db, till.gateway, clock=clock)
        clock.advance(hours=2)

    assert [(row["state"], row["body"]) for row in await kept(till)] == [("dead", broken)]


async def test_one_event_that_fails_holds_up_no_other_objects(till, db, clock):
    order = await place(db, clock)
    await keep(till, event("payment_intent.succeeded", "evt_0", id="pi_x", metadata="broken"))
    await till.confirm(await till.pay(order))

    await till.settle()

    assert (await till.order(order)).state == "paid"
    assert [row["state"] for row in await kept(till) if row["id"] == "evt_0"] == ["received"]


async def test_while_a_secret_is_rolled_the_old_and_the_new_one_both_hold(till, db, clock):
    async def told(event_id, secret, known):
        body = event(event_id=event_id)
        header = signed(body, secret=secret)["stripe-signature"]
        await webhooks.keep(db, body, header, known, now=clock.now())

    both = ("whsec_new", "whsec_old")
    await told("evt_0", "whsec_old", both)
    await told("evt_1", "whsec_new", both)
    with pytest.raises(BadSignature):
        await told("evt_2", "whsec_older", both)
    with pytest.raises(BadSignature):
        await told("evt_3", "whsec_old", ("whsec_new",))

    assert [row["id"] for row in await kept(till)] == ["evt_0", "evt_1"]


async def test_a_body_changed_by_one_byte_is_refused_before_anything_is_read(till, db, clock):
    body = event()
    header = signed(body)["stripe-signature"]
    for place_ in (0, len(body) // 2, len(body) - 1):
        changed = body[:place_] + bytes([body[place_] ^ 1]) + body[place_ + 1 :]
        with pytest.raises(BadSignature):
            await webhooks.keep(db, changed, header, (SECRET,), now=clock.now())

    assert await kept(till) == []


@pytest.mark.parametrize("order_of", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
async def test_in_whatever_order_events_come_and_however_often_the_end_is_the_same(till, db, clock, order_of):
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment, "pm_card_visa_chargeDeclined")
    await till.confirm(payment)
    types = (
        "payment_intent.payment_failed", "payment_intent.succeeded", "payment_intent.created", "charge.failed",
    )  # fmt: skip
    till.deaf = True
    for which in order_of * 2:
        await keep(till, event(types[which], f"evt_{which}", id=payment.intent_ref))
        clock.advance(seconds=1)
        await jobs.drain(till.worker)

    assert (await till.order(order)).state == "paid"
    assert (await till.journal(order)).count("order.payment_succeeded") == 1
    assert await till.stock() == (4, 0)
    assert {row["deliveries"] for row in await kept(till)} == {2}
