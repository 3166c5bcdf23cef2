"""The books of real payments: every success is posted with its cause, and the fee when the provider has booked it."""

import asyncio

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till

from kassa import checkout, inventory, ledger, orders, payments
from kassa.kernel.errors import Unavailable
from kassa.kernel.ids import new_id
from kassa.ledger import Account as A


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def books(db, order):
    """{kind: lines} of an order; each kind at most once."""
    async with db.connection() as conn:
        entries = await ledger.of_order(conn, order.id)
    assert len({entry.kind for entry in entries}) == len(entries)
    return {entry.kind: dict(entry.lines) for entry in entries}


async def paid(till, order):
    payment = await till.pay(order)
    assert await till.confirm(payment) == "succeeded"
    await till.settle()
    return (await till.payments(order))[0]


async def booked(till, clock):
    """Let the provider book what it took, and tell of it."""
    clock.advance(seconds=5)
    await till.settle()


async def lose_the_copy(db, order, clock):
    """The order ends without the provider being asked, and all copies go elsewhere."""
    async with db.transaction() as tx:
        await orders.apply(tx, order.id, orders.Event.EXPIRED, now=clock.now(), actor="clock")
        await inventory.adjust(tx, "EMMA-PB", -5, "lost", actor="test", now=clock.now())


async def test_a_paid_order_is_a_sale_and_a_payment(till, db, clock):
    order = await place(db, clock, quantity=2)
    await paid(till, order)

    goods = order.total_minor - order.tax_minor - order.shipping_minor
    assert await books(db, order) == {
        "sale": {
            A.RECEIVABLE: order.total_minor,
            A.SALES: -goods,
            A.TAX: -order.tax_minor,
            A.SHIPPING: -order.shipping_minor,
        },
        "payment": {A.PROVIDER: order.total_minor, A.RECEIVABLE: -order.total_minor},
    }


async def test_an_order_that_waits_or_ends_unpaid_posts_nothing(till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order), "pm_card_visa_chargeDeclined")
    await till.settle()
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    await till.settle()

    assert await books(db, order) == {}


async def test_the_fee_is_posted_when_the_provider_tells_that_it_booked_the_money(till, db, clock):
    order = await place(db, clock)
    await paid(till, order)
    assert "fee" not in await books(db, order)

    await booked(till, clock)

    [charge] = (await till.stripe.stripe.v1.charges.list_async({"expand": ["data.balance_transaction"]})).data
    fee = charge.balance_transaction.fee
    assert fee > 0
    assert (await books(db, order))["fee"] == {A.PROVIDER: -fee, A.FEES: fee}
    async with db.connection() as conn:
        assert (await ledger.balances(conn))["EUR", A.PROVIDER] == charge.balance_transaction.net
        payment = (await payments.of_order(conn, order.id))[0]
    assert (payment.fee_minor, payment.balance_ref) == (fee, charge.balance_transaction.id)


async def test_the_fee_is_asked_for_when_nobody_tells(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
    await booked(till, clock)
    assert set(await books(db, order)) == {"sale", "payment"}

    clock.advance(minutes=1)
    await till.settle()

    assert set(await books(db, order)) == {"sale", "payment", "fee"}


async def test_a_fee_that_is_not_known_yet_is_asked_for_again(till, db, clock):
    await till.stripe.control(
        "POST", "/faults", {"fault": "late_charge_updated", "match": {}, "seconds": 7200}
    )
    order = await place(db, clock)
    payment = await paid(till, order)
    with pytest.raises(Unavailable, match="not booked"):
        await payments.record_fee(db, till.gateway, payment.id, clock=clock)
    assert set(await books(db, order)) == {"sale", "payment"}

    for _ in range(16):
        clock.advance(hours=1)
        await till.settle()

    assert set(await books(db, order)) == {"sale", "payment", "fee"}


async def test_ten_workers_at_once_post_the_fee_once(till, db, clock):
    till.deaf = True
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
    await booked(till, clock)

    done = await asyncio.gather(
        *(payments.record_fee(db, till.gateway, payment.id, clock=clock) for _ in range(10))
    )

    assert sorted(done) == [False] * 9 + [True]
    assert len(await books(db, order)) == 3


async def test_an_attempt_that_did_not_succeed_has_no_fee(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)

    assert not await payments.record_fee(db, till.gateway, payment.id, clock=clock)
    with pytest.raises(payments.PaymentNotFound):
        await payments.record_fee(db, till.gateway, new_id(), clock=clock)

    assert await books(db, order) == {}


async def test_money_that_came_too_late_is_owed_to_the_customer_and_no_sale(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    till.deaf = True
    await till.confirm(payment)
    await lose_the_copy(db, order, clock)

    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")

    assert await books(db, order) == {
        "payment": {A.PROVIDER: order.total_minor, A.RECEIVABLE: -order.total_minor}
    }


async def test_a_payment_settled_in_another_currency_is_exchanged_in_the_books(db, clock):
    await make_variant(db, clock)
    order = await place(db, clock)
    async with db.transaction() as tx:
        known = {"at": clock.now(), "order_id": order.id}
        payment_id = new_id()
        await ledger.post_payment(tx, payment_id, received=1000, currency="USD", **known)
        await ledger.post_exchange(
            tx, f"payment:{payment_id}", given=1000, currency="USD", got=920, got_currency="EUR", **known
        )
        await ledger.post_fee(tx, payment_id, fee=57, currency="EUR", **known)

    async with db.connection() as conn:
        balances = await ledger.balances(conn)
    assert balances["USD", A.PROVIDER] == 0
    assert balances["EUR", A.PROVIDER] == 920 - 57
    for currency in ("USD", "EUR"):
        assert sum(amount for (of, _), amount in balances.items() if of == currency) == 0
