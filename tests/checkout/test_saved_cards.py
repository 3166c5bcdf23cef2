"""Cards that Stripe remembers for a customer: saved on purpose, paid with, forgotten; never anybody else's."""

from uuid import UUID

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import checkout
from kassa.kernel.ids import new_id


@pytest.fixture
async def till(db, clock):
    """A Stripe, and stock."""
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def customer(db, clock, email="ada@example.org") -> UUID:
    """Somebody with an account."""
    id_ = new_id()
    async with db.transaction() as tx:
        await tx.execute(
            "insert into customers (id, email, name, verified_at, created_at) values ($1, $2, 'Ada', $3, $3)",
            id_,
            email,
            clock.now(),
        )
    return id_


async def saved_card(till, ref, card="pm_card_visa"):
    """What ticking the box in the Payment Element does."""
    method = await till.stripe.stripe.v1.payment_methods.attach_async(card, {"customer": ref})
    await till.stripe.stripe.v1.payment_methods.update_async(method.id, {"allow_redisplay": "always"})
    return method.id


async def test_the_order_of_a_customer_carries_their_name_at_stripe_made_once(db, clock, till):
    who = await customer(db, clock)
    first, second = [await place(db, clock, customer_id=who) for _ in range(2)]

    attempts = [await till.pay(order) for order in (first, second)]

    assert attempts[0].customer_ref
    assert attempts[0].customer_ref == attempts[1].customer_ref
    intent = await till.stripe.stripe.v1.payment_intents.retrieve_async(attempts[0].intent_ref)
    assert intent.customer == attempts[0].customer_ref
    people = await till.stripe.stripe.v1.customers.list_async({})
    assert [(one.id, one.email, one.metadata["kassa_customer"]) for one in people.data] == [
        (attempts[0].customer_ref, "ada@example.org", str(who))
    ]


async def test_a_guest_is_nobody_to_stripe(db, clock, till):
    attempt = await till.pay(await place(db, clock))

    assert attempt.customer_ref is None
    assert (await till.stripe.stripe.v1.customers.list_async({})).data == []


async def test_a_saved_card_pays_and_is_still_there_for_the_next_order(db, clock, till):
    who = await customer(db, clock)
    attempt = await till.pay(await place(db, clock, customer_id=who))
    method = await saved_card(till, attempt.customer_ref)

    assert await till.confirm(attempt, method) == "succeeded"
    await till.settle()
    again = await till.pay(await place(db, clock, customer_id=who))

    assert await till.confirm(again, method) == "succeeded"
    [shown] = await till.gateway.customers.methods(attempt.customer_ref)
    assert (shown.id, shown.type, shown.brand, shown.last4) == (method, "card", "visa", "4242")


async def test_a_page_is_given_a_session_that_shows_saves_and_forgets(db, clock, till):
    who = await customer(db, clock)
    attempt = await till.pay(await place(db, clock, customer_id=who))
    method = await saved_card(till, attempt.customer_ref)

    secret = await till.gateway.customers.session(attempt.customer_ref)

    path = f"/v1/elements/customer_session?client_secret={secret}"
    status, _, body = await till.stripe.raw("GET", path, authorization="Bearer pk_test_page")
    assert status == 200
    assert [one["id"] for one in body["payment_methods"]] == [method]
    assert body["features"]["payment_method_save_usage"] == "on_session"


async def test_a_card_is_forgotten_by_its_owner_and_by_nobody_else(db, clock, till):
    ada, ben = await customer(db, clock), await customer(db, clock, "ben@example.org")
    refs = [(await till.pay(await place(db, clock, customer_id=who))).customer_ref for who in (ada, ben)]
    method = await saved_card(till, refs[0])

    assert not await till.gateway.customers.forget_method(refs[1], method)
    assert [one.id for one in await till.gateway.customers.methods(refs[0])] == [method]
    assert await till.gateway.customers.forget_method(refs[0], method)
    assert not await till.gateway.customers.forget_method(refs[0], method)
    assert await till.gateway.customers.methods(refs[0]) == []


async def test_a_customer_is_deleted_at_stripe_as_often_as_one_likes(db, clock, till):
    who = await customer(db, clock)
    ref = (await till.pay(await place(db, clock, customer_id=who))).customer_ref
    await saved_card(till, ref)

    for _ in range(2):
        await till.gateway.customers.delete(ref)

    assert await till.gateway.customers.methods(ref) == []


async def test_a_customer_whom_stripe_forgot_pays_without_saved_cards(db, clock, till):
    who = await customer(db, clock)
    ref = (await till.pay(await place(db, clock, customer_id=who))).customer_ref
    await till.gateway.customers.delete(ref)
    order = await place(db, clock, customer_id=who)

    attempt = await till.pay(order)

    assert attempt.customer_ref is None
    assert [one.state for one in await till.payments(order)] == ["failed", "open"]
    assert await till.confirm(attempt) == "succeeded"
    await till.settle()
    assert (await till.order(order)).state == "paid"


async def test_stripes_own_page_knows_the_customer_too(db, clock, till):
    who = await customer(db, clock)
    order = await place(db, clock, customer_id=who)
    attempt, _ = await checkout.pay(db, till.gateway, order.id, "hosted", clock=clock, saved_cards=True)

    session = await till.stripe.stripe.v1.checkout.sessions.retrieve_async(attempt.session_ref)

    assert session.customer == attempt.customer_ref
    assert await till.hosted(attempt) == 200


async def test_stripes_own_page_shows_nobody_else_the_customers_cards(db, clock, till):
    order = await place(db, clock, customer_id=await customer(db, clock))
    hers, _ = await checkout.pay(db, till.gateway, order.id, "hosted", clock=clock, saved_cards=True)

    attempt, created = await checkout.pay(db, till.gateway, order.id, "hosted", clock=clock)

    assert created
    assert attempt.url != hers.url
    session = await till.stripe.stripe.v1.checkout.sessions.retrieve_async(attempt.session_ref)
    assert session.customer is None
    assert await till.hosted(hers) != 200
    again, _ = await checkout.pay(db, till.gateway, order.id, "hosted", clock=clock)
    assert again.id == attempt.id
    assert await till.hosted(attempt) == 200
    await till.settle()
    assert (await till.order(order)).state == "paid"
