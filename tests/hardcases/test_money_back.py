"""Money that somebody sends back elsewhere: counted once, and only against what it was for."""

from dataclasses import replace

from tests.factories import place
from tests.webhooks.events import event, hear

from kassa import ledger, orders, refunds

S = orders.State


async def paid(till, db, clock, card="pm_card_visa"):
    order = await place(db, clock)
    payment = await till.pay(order)
    assert await till.confirm(payment, card) == "succeeded"
    await till.settle()
    return order, payment


async def dashboard(till, payment, **wish):
    return await till.stripe.stripe.v1.refunds.create_async({"payment_intent": payment.intent_ref, **wish})


async def test_two_refunds_of_the_same_amount_are_two(till, db, clock):
    order, payment = await paid(till, db, clock)

    await dashboard(till, payment, amount=300)
    await dashboard(till, payment, amount=300)
    await till.settle()

    assert [(r.kind, r.amount_minor) for r in await till.refunds(order)] == [("found", 300)] * 2
    assert (await till.order(order)).refunded_minor == 600
    assert await till.charged() == [order.total_minor - 600]


async def test_whoever_sends_a_second_payment_back_by_hand_takes_nothing_from_the_order(till, db, clock):
    order, _ = await paid(till, db, clock)
    till.deaf = True
    second = await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
            "metadata": {"kassa_order": str(order.id)},
        }
    )  # fmt: skip
    made = await till.stripe.stripe.v1.refunds.create_async({"payment_intent": second.id})
    told = {"id": made.id, "object": "refund", "payment_intent": second.id}
    await hear(till, event("refund.created", "evt_fast", **told))
    async with db.connection() as conn:
        assert await conn.fetchval("select state from stripe_events where id = 'evt_fast'") == "received"

    till.deaf = False
    for _ in range(3):
        clock.advance(hours=1)
        await till.settle()

    after = await till.order(order)
    assert [r.kind for r in await till.refunds(order) if r.state == "succeeded"] == ["surplus"]
    assert (after.state, after.refunded_minor) == (S.PAID, 0)
    assert sorted(await till.charged()) == [0, order.total_minor]
    assert await till.stock() == (4, 0)


async def test_a_refund_that_is_canceled_counts_no_longer_and_the_books_say_so(till, db, clock):
    order, _ = await paid(till, db, clock, "pm_card_pendingRefund")
    async with db.transaction() as tx:
        asked = await refunds.request(
            tx,
            order.id,
            amount=500,
            lines=None,
            reason="torn",
            actor="staff:ada@example.org",
            now=clock.now(),
        )
    await refunds.submit(db, till.gateway, asked.id, clock=clock)
    (refund,) = await till.refunds(order)
    assert (refund.state, (await till.order(order)).refunded_minor) == ("pending", 500)
    look = till.gateway.refund

    async def canceled(reference):
        return replace(await look(reference), status="canceled")

    till.gateway.refund = canceled
    await refunds.sync(db, till.gateway, refund.provider_ref, clock=clock)

    assert [str(r.state) for r in await till.refunds(order)] == ["canceled"]
    assert (await till.order(order)).refunded_minor == 0
    async with db.connection() as conn:
        entries = await ledger.of_order(conn, order.id)
    assert [e.kind for e in entries if e.cause == f"refund:{refund.id}"] == ["refund", "refund_failed"]


async def test_a_dispute_that_is_faster_than_its_payment_waits_for_it(till, db, clock):
    order, _ = await paid(till, db, clock)
    till.deaf = True
    second = await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_createDispute",
            "confirm": True, "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
            "metadata": {"kassa_order": str(order.id)},
        }
    )  # fmt: skip
    clock.advance(minutes=10)
    await till.settle()
    (dispute,) = (await till.stripe.stripe.v1.disputes.list_async({})).data
    told = {"id": dispute.id, "object": "dispute", "payment_intent": second.id}
    await hear(till, event("charge.dispute.created", "evt_fast", **told))
    async with db.connection() as conn:
        assert await conn.fetchval("select state from stripe_events where id = 'evt_fast'") == "received"

    till.deaf = False
    for _ in range(3):
        clock.advance(hours=1)
        await till.settle()

    async with db.connection() as conn:
        assert await conn.fetchval("select state from stripe_events where id = 'evt_fast'") == "handled"
        assert await conn.fetchval("select count(*) from disputes where provider_ref = $1", dispute.id) == 1
