"""Two members of staff answer the bank at the same moment: it is answered once."""

import asyncio

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import disputes, orders
from kassa.disputes import evidence


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
async def dispute(till, db, clock):
    """One that waits for an answer, with the answer staged."""
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    (payment,) = await till.payments(order)
    await till.stripe.control("POST", "/disputes", {"charge": payment.charge_ref})
    await till.settle()
    async with db.transaction() as tx:
        (found,) = await disputes.of_order(tx, order.id)
        texts = {"uncategorized_text": "They signed for it."}
        await disputes.stage(tx, found.id, texts, actor="staff:ada@example.org", now=clock.now())
    return found


async def submitted(till, dispute, times):
    """How many of so many submissions at once were taken."""
    outcomes = await asyncio.gather(
        *(
            disputes.submit(till.db, till.gateway, dispute.id, clock=till.clock, actor=f"staff:{n}")
            for n in range(times)
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(error, disputes.NotAnswerable) for error in refused)
    return times - len(refused)


async def test_six_submissions_at_once_are_one(till, db, dispute):
    assert await submitted(till, dispute, 6) == 1

    await till.settle()
    async with db.connection() as conn:
        told = [
            event.actor
            for event in await orders.events(conn, dispute.order_id)
            if event.type == "dispute.submitted"
        ]
    assert len(told) == 1
    found = await till.stripe.stripe.v1.disputes.retrieve_async(dispute.provider_ref)
    assert found.evidence_details.submission_count == 1


async def test_control_without_the_lock_it_is_submitted_twice(till, dispute, monkeypatch):
    till.broken_by_hand = True
    looked, mark = asyncio.Barrier(2), evidence.queries.mark_submitted

    async def think_and_mark(tx, dispute_id, at):
        await looked.wait()
        await mark(tx, dispute_id, at)

    monkeypatch.setattr(orders, "lock", orders.get)
    monkeypatch.setattr(evidence.queries, "mark_submitted", think_and_mark)

    assert await submitted(till, dispute, 2) == 2
