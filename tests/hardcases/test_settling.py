"""Money arrives: whoever tells it, whatever became of order, bag and shelf in the meantime."""

import asyncio

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till
from tests.webhooks.events import event, hear, keep

from kassa import cart, checkout, fulfilment, inventory, jobs, orders, payments, refunds
from kassa.kernel import db as kernel
from kassa.kernel.ids import new_id

S = orders.State
STAFF = "staff:ada@example.org"
TABLES = """
    select table_name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name
"""


async def everything(db) -> dict[str, list[str]]:
    """Every row of every table, but for the inbox, which counts deliveries."""
    async with db.connection() as conn:
        tables = [row["table_name"] for row in await conn.fetch(TABLES)]
        return {
            table: sorted(str(tuple(row.values())) for row in await conn.fetch(f'select * from "{table}"'))
            for table in tables
            if table != "stripe_events"
        }


async def basket(db, clock, quantity=2):
    async with db.transaction() as tx:
        made = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, made.id, "EMMA-PB", quantity, now=clock.now())
    return made.id


async def contents(db, cart_id):
    async with db.connection() as conn:
        return await cart.contents(conn, cart_id)


async def test_whoever_hears_of_the_money_second_changes_nothing_at_all(till, db, clock):
    order = await place(db, clock, lines=None, cart_id=await basket(db, clock))
    payment = await till.pay(order)
    await till.confirm(payment)
    await till.settle()
    before = await everything(db)

    again = event("payment_intent.succeeded", "evt_again", id=payment.intent_ref)
    await hear(till, again)
    await asyncio.gather(
        *(
            checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor=f"customer-{n}")
            for n in range(5)
        )
    )
    told = await till.gateway.intent(payment.intent_ref)
    async with db.transaction() as tx:
        await payments.insert_collected(tx, order.id, told, now=clock.now(), actor="reconciliation")
    await jobs.drain(till.worker)

    assert await everything(db) == before


async def test_an_order_is_paid_whatever_happened_to_bag_and_shelf_since(till, db, clock):
    bag = await basket(db, clock)
    order = await place(db, clock, lines=None, cart_id=bag)
    payment = await till.pay(order)
    async with db.transaction() as tx:
        await cart.remove(tx, bag, "EMMA-PB", now=clock.now())
        await inventory.adjust(tx, "EMMA-PB", -3, "sold elsewhere", actor="test", now=clock.now())
        await tx.execute("update products set status = 'draft'")
        await tx.execute("update prices set amount_minor = amount_minor * 2")

    await till.confirm(payment)
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.charged() == [order.total_minor]
    assert await till.stock() == (0, 0)
    assert await till.refunds(order) == []


async def test_what_is_put_into_the_bag_on_the_pay_page_changes_neither_order_nor_amount(till, db, clock):
    bag = await basket(db, clock)
    order = await place(db, clock, lines=None, cart_id=bag)
    payment = await till.pay(order)
    async with db.transaction() as tx:
        await cart.add(tx, bag, "EMMA-PB", 2, now=clock.now())

    same = await till.pay(order)
    await till.confirm(same)
    await till.settle()

    assert same.intent_ref == payment.intent_ref
    assert [line.quantity for line in (await till.order(order)).lines] == [2]
    assert await till.charged() == [order.total_minor]
    assert await till.stock() == (3, 0)
    assert await contents(db, bag) == [("EMMA-PB", 2)]


async def test_the_bag_is_kept_until_the_money_is_there(till, db, clock):
    bag = await basket(db, clock)
    order = await place(db, clock, lines=None, cart_id=bag)
    payment = await till.pay(order)
    await till.confirm(payment, "pm_card_visa_chargeDeclined")
    await till.settle()
    assert await contents(db, bag) == [("EMMA-PB", 2)]

    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    assert (await till.order(order)).state is S.FAILED
    assert await contents(db, bag) == [("EMMA-PB", 2)]
    again = await place(db, clock, lines=None, cart_id=bag)
    await till.confirm(await till.pay(again))
    await till.settle()
    assert (await till.order(again)).state is S.PAID
    assert await contents(db, bag) == []


async def lead_to(till, db, clock, order, state, *, sold_out=False):
    """Bring a fresh order into `state` by the verbs of the house."""
    if state in (S.PAID, S.FULFILLING, S.FULFILLED, S.REFUNDED):
        await till.confirm(await till.pay(order))
        await till.settle()
    if state is S.CANCELED:
        await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")
    if state is S.FAILED:
        await till.confirm(await till.pay(order), "pm_card_visa_chargeDeclined")
        await till.settle()
        after_the_hold(clock)
        await checkout.expire_due(db, till.gateway, clock=clock)
    async with db.transaction() as tx:
        if state in (S.FULFILLING, S.FULFILLED):
            parcel = await fulfilment.ship(tx, order.id, actor=STAFF, now=clock.now())
        if state is S.FULFILLED:
            await fulfilment.deliver(tx, parcel.id, actor=STAFF, now=clock.now())
        if state is S.REFUNDED:
            await refunds.request(
                tx, order.id, amount=None, lines=None, reason="torn", actor=STAFF, now=clock.now()
            )
        if sold_out:
            await inventory.adjust(tx, "EMMA-PB", -5, "sold elsewhere", actor="test", now=clock.now())
    await till.settle()
    assert (await till.order(order)).state is state


@pytest.mark.parametrize(
    ("state", "sold_out", "ends", "kept"),
    [
        (S.PENDING, False, S.PAID, 1),
        (S.PAID, False, S.PAID, 1),
        (S.FULFILLING, False, S.FULFILLING, 1),
        (S.FULFILLED, False, S.FULFILLED, 1),
        (S.REFUNDED, False, S.REFUNDED, 0),
        (S.CANCELED, False, S.PAID, 1),
        (S.CANCELED, True, S.CANCELED, 0),
        (S.FAILED, False, S.PAID, 1),
        (S.FAILED, True, S.FAILED, 0),
    ],
)
async def test_money_finds_its_place_whatever_became_of_the_order(
    till, db, clock, state, sold_out, ends, kept
):
    order = await place(db, clock)
    await lead_to(till, db, clock, order, state, sold_out=sold_out)

    await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": order.total_minor, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
            "metadata": {"kassa_order": str(order.id)},
        }
    )  # fmt: skip
    await till.settle()

    assert (await till.order(order)).state is ends
    assert sum(await till.charged()) == kept * order.total_minor


def test_every_state_of_an_order_has_a_case_of_late_money():
    (mark,) = test_money_finds_its_place_whatever_became_of_the_order.pytestmark
    assert {state for state, *_ in mark.args[1]} == set(orders.State)


async def test_an_event_that_is_faster_than_its_order_waits_for_it(till, db, clock):
    order_id = new_id()
    intent = await till.stripe.stripe.v1.payment_intents.create_async(
        {
            "amount": 1689, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "http://shop.test/", "automatic_payment_methods": {"enabled": True},
            "metadata": {"kassa_order": str(order_id)},
        }
    )  # fmt: skip
    await till.settle()
    async with db.connection() as conn:
        waiting = await conn.fetchval(
            "select state from stripe_events where object_id = $1 and type = 'payment_intent.succeeded'",
            intent.id,
        )
    assert waiting == "received"

    order = await place(db, clock, order_id=order_id)
    for _ in range(3):
        clock.advance(minutes=10)
        await till.settle()

    assert order.total_minor == 1689
    assert (await till.order(order)).state is S.PAID
    assert await till.charged() == [1689]


async def test_an_event_whose_order_is_locked_is_not_lost(dsn, db, clock, monkeypatch):
    monkeypatch.setattr(kernel, "_LOCK_TIMEOUT_MS", 50)
    hasty = await kernel.Database.connect(dsn)
    till = Till(hasty, clock)
    await make_variant(hasty, clock)
    order = await place(hasty, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    locked, enough = asyncio.Event(), asyncio.Event()

    async def keep_it():
        async with db.transaction() as tx:
            await orders.lock(tx, order.id)
            locked.set()
            await enough.wait()

    keeper = asyncio.create_task(keep_it())
    await locked.wait()
    await till.settle()
    enough.set()
    await keeper
    async with db.connection() as conn:
        waiting = await conn.fetchval("select count(*) from stripe_events where state = 'received'")
    assert waiting >= 1
    assert (await till.order(order)).state is S.PENDING
    clock.advance(minutes=1)
    await till.settle()

    assert (await till.order(order)).state is S.PAID
    assert await till.violations() == []
    till.stripe.close()
    await hasty.close()


@pytest.mark.parametrize("flow", ["element", "hosted"])
async def test_an_attempt_that_stripe_ended_is_over_and_the_customer_can_pay_by_another(
    till, db, clock, flow
):
    order = await place(db, clock)
    payment = await till.pay(order, flow)
    stripe = till.stripe.stripe.v1
    if flow == "element":
        await stripe.payment_intents.cancel_async(payment.intent_ref)
    else:
        await stripe.checkout.sessions.expire_async(payment.session_ref)
    await till.settle()

    assert [p.state for p in await till.payments(order)] == ["canceled"]
    assert (await till.order(order)).state is S.PENDING
    assert await till.stock() == (5, 1)
    again = await till.pay(order)
    assert await till.confirm(again) == "succeeded"
    await till.settle()
    assert (await till.order(order)).state is S.PAID


async def test_an_object_that_was_made_is_no_payment(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    made = event("payment_intent.created", "evt_made", id=payment.intent_ref, status="succeeded")
    before = await everything(db)

    await keep(till, made)
    await jobs.drain(till.worker)

    assert await everything(db) == before
    async with db.connection() as conn:
        assert await conn.fetchval("select state from stripe_events where id = 'evt_made'") == "ignored"


@pytest.mark.parametrize("flow", ["element", "hosted"])
async def test_giving_up_an_order_asks_first_whether_there_is_money(till, db, clock, flow):
    till.deaf = True
    order = await place(db, clock)
    payment = await till.pay(order, flow)
    await (till.confirm(payment) if flow == "element" else till.hosted(payment))

    with pytest.raises(orders.InvalidTransition):
        await checkout.cancel(db, till.gateway, order.id, clock=clock, actor="customer")

    assert (await till.order(order)).state is S.PAID
    assert await till.stock() == (4, 0)
    assert await till.charged() == [order.total_minor]


async def test_the_last_copies_are_sent_to_whoever_bought_them(till, db, clock):
    order = await place(db, clock, quantity=5)
    await till.confirm(await till.pay(order))
    await till.settle()
    assert await till.stock() == (0, 0)

    async with db.transaction() as tx:
        parcel = await fulfilment.ship(tx, order.id, actor=STAFF, now=clock.now())

    assert parcel.state == "shipped"
    assert (await till.order(order)).state is S.FULFILLING
    assert await till.stock() == (0, 0)


async def test_what_is_told_late_of_any_attempt_touches_no_paid_order(till, db, clock):
    order = await place(db, clock)
    first = await till.pay(order)
    await till.confirm(first, "pm_card_visa_chargeDeclined")
    failed = await till.gateway.intent(first.intent_ref)
    second = await till.pay(order, "hosted")
    unpaid = await till.gateway.session(second.session_ref)
    await till.hosted(second)
    await till.settle()
    journal, attempts = await till.journal(order), await till.payments(order)

    async def then(told):
        return told

    till.gateway.intent, till.gateway.session = lambda _: then(failed), lambda _: then(unpaid)
    await hear(till, event("payment_intent.payment_failed", "evt_late", id=first.intent_ref))
    await hear(
        till, event("checkout.session.expired", "evt_later", id=second.session_ref, object="checkout.session")
    )

    assert (await till.order(order)).state is S.PAID
    assert [(p.id, p.state) for p in attempts] == [(first.id, "canceled"), (second.id, "succeeded")]
    assert [(p.id, p.state) for p in await till.payments(order)] == [(p.id, p.state) for p in attempts]
    assert await till.journal(order) == journal
    assert await till.stock() == (4, 0)
