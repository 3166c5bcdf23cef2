"""A till with stock: five of EMMA-PB at 12.99."""

import pytest
from tests.factories import make_variant
from tests.money import Till

from kassa import inventory


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


@pytest.fixture
def manual(till):
    """A till of a shop that collects when the goods are sent."""
    till.gateway.capture = "manual"
    return till


async def hold_of(till, order) -> inventory.Hold:
    """The order's hold."""
    async with till.db.connection() as conn:
        return await inventory.hold(conn, order.id)


async def cases(till, kind: str) -> list[str]:
    """The causes of the open cases of a kind."""
    async with till.db.connection() as conn:
        rows = await conn.fetch("select cause from cases where kind = $1 and state = 'open'", kind)
    return [row["cause"] for row in rows]


async def change(till, payment, **fields: object) -> None:
    """Somebody with the secret key changes the PaymentIntent behind our back."""
    await till.stripe.stripe.v1.payment_intents.update_async(payment.intent_ref, fields)
