"""What the ledger says is at the provider is what the provider's own books say, to the minor unit."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import checkout, inventory, ledger, orders, refunds
from kassa.ledger import Account as A


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock, on_hand=100)
    yield made
    made.stripe.close()


async def paid(till, db, clock, card="pm_card_visa", currency="EUR"):
    order = await place(db, clock, currency=currency)
    assert await till.confirm(await till.pay(order), card) == "succeeded"
    await settled(till, clock)
    return order


async def settled(till, clock):
    """Let everything happen that is on its way, at the provider too."""
    for _ in range(4):
        await till.settle()
        clock.advance(seconds=90)
    await till.settle()


async def give_back(till, db, clock, order, amount=None):
    async with db.transaction() as tx:
        await refunds.request(
            tx, order.id, amount=amount, reason="wanted", actor="staff:ada", now=clock.now()
        )
    await settled(till, clock)


async def provider(db, currency="EUR"):
    async with db.connection() as conn:
        balances = await ledger.balances(conn)
    for one in {of for of, _ in balances}:
        assert sum(amount for (of, _), amount in balances.items() if of == one) == 0
    return balances.get((currency, A.PROVIDER), 0)


async def at_stripe(till, currency="EUR"):
    balance = await till.stripe.stripe.v1.balance.retrieve_async()
    return sum(
        part.amount for part in [*balance.available, *balance.pending] if part.currency == currency.lower()
    )


async def test_payments_in_two_currencies_less_their_fees(till, db, clock):
    for currency in ("EUR", "USD", "EUR"):
        await paid(till, db, clock, currency=currency)

    for currency in ("EUR", "USD"):
        assert await provider(db, currency) == await at_stripe(till, currency) > 0


async def test_refunds_in_part_and_in_full(till, db, clock):
    first, second = await paid(till, db, clock), await paid(till, db, clock)
    await give_back(till, db, clock, first, 500)
    await give_back(till, db, clock, first)
    await give_back(till, db, clock, second, 1)

    assert await provider(db) == await at_stripe(till)


async def test_a_refund_that_comes_back_later(till, db, clock):
    order = await paid(till, db, clock, card="pm_card_refundFail")
    before = await provider(db)
    await give_back(till, db, clock, order, 700)
    for _ in range(4):
        clock.advance(hours=12)
        await settled(till, clock)

    assert [refund.state for refund in await till.refunds(order)] == ["failed"]
    assert await provider(db) == await at_stripe(till) == before


async def test_surplus_that_went_back_by_itself(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    till.deaf = True
    await till.confirm(payment)
    async with db.transaction() as tx:
        await orders.apply(tx, order.id, orders.Event.EXPIRED, now=clock.now(), actor="clock")
        await inventory.adjust(tx, "EMMA-PB", -100, "lost", actor="test", now=clock.now())
    till.deaf = False
    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
    await settled(till, clock)

    assert [refund.state for refund in await till.refunds(order)] == ["succeeded"]
    assert await provider(db) == await at_stripe(till) < 0
    async with db.connection() as conn:
        balances = await ledger.balances(conn)
    assert balances["EUR", A.RECEIVABLE] == 0
    assert balances["EUR", A.FEES] == -balances["EUR", A.PROVIDER]


@pytest.mark.parametrize("ending", ["lost", "won"])
async def test_disputes(till, db, clock, ending):
    order = await paid(till, db, clock)
    before = await provider(db)
    [charge] = (await till.stripe.stripe.v1.charges.list_async({"limit": 1})).data
    _, dispute = await till.stripe.control("POST", "/disputes", {"charge": charge.id})
    await settled(till, clock)
    taken = before - await provider(db)
    assert before - taken == await at_stripe(till)
    assert taken > order.total_minor

    await till.stripe.control("POST", f"/disputes/{dispute['id']}/close", {"status": ending})
    await settled(till, clock)

    assert await provider(db) == await at_stripe(till) == (before if ending == "won" else before - taken)
