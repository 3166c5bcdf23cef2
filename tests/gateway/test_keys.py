"""A key that was used before: the same wish is waited for, another wish is our bug and is never taken for one."""

import pytest
from structlog.testing import capture_logs
from tests.factories import make_variant, place
from tests.money import Till

from kassa import refunds
from kassa.stripe import Rejected, Unreachable

WISH = {
    "amount": 1299,
    "currency": "EUR",
    "description": "Order K-1",
    "email": "ada@example.org",
    "metadata": {},
}


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def test_a_wish_that_the_provider_is_still_at_is_not_known_and_is_asked_for_again(till):
    till.stripe.box.answers.begin("payment:1")
    with pytest.raises(Unreachable):
        await till.gateway.create_intent(key="payment:1", **WISH)
    till.stripe.box.answers.end("payment:1")

    first = await till.gateway.create_intent(key="payment:1", **WISH)
    again = await till.gateway.create_intent(key="payment:1", **WISH)

    assert first.id == again.id


async def test_another_wish_under_the_same_key_is_refused_and_the_log_is_loud(till):
    first = await till.gateway.create_intent(key="payment:1", **WISH)

    with capture_logs() as logs, pytest.raises(Rejected):
        await till.gateway.create_intent(key="payment:1", **{**WISH, "amount": 1})

    assert [(one["log_level"], one["event"]) for one in logs] == [
        ("error", "idempotency key used for another wish")
    ]
    assert (await till.gateway.intent(first.id)).amount == 1299
    assert len(await till.gateway.intents()) == 1


async def test_a_refund_refused_because_its_key_was_used_is_looked_for_before_it_is_called_failed(
    till, db, clock
):
    order = await place(db, clock)
    assert await till.confirm(await till.pay(order)) == "succeeded"
    await till.settle()
    (payment,) = await till.payments(order)
    async with db.transaction() as tx:
        refund = await refunds.request(
            tx, order.id, amount=500, reason="", actor="staff:ada", now=clock.now()
        )
    wish = {
        "intent_id": payment.intent_ref, "amount": 499, "currency": "EUR",
        "metadata": {"kassa_refund": str(refund.id)},
    }  # fmt: skip
    made = await till.gateway.create_refund(key=f"refund:{refund.id}", **wish)

    with capture_logs() as logs:
        await refunds.submit(db, till.gateway, refund.id, clock=clock)

    (told,) = await till.refunds(order)
    assert (told.state, told.provider_ref) == ("succeeded", made.id)
    assert "idempotency key used for another wish" in [one["event"] for one in logs]
    till.broken_by_hand = (
        True  # the amount is another one: that is the bug, and reconciliation makes it a case
    )
