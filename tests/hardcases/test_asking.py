"""How Stripe is asked: what is on disk before, what goes along, and what an unclear answer means."""

import pytest
from tests.factories import make_variant, place
from tests.hardcases.conftest import asked

from kassa import orders, refunds
from kassa.stripe import Unreachable
from kassa.stripe.transport import Transport

S = orders.State
FLOWS = ("element", "hosted")
OBJECTS = ("/v1/payment_intents", "/v1/checkout/sessions")


@pytest.mark.parametrize("flow", FLOWS)
async def test_when_stripe_is_asked_order_and_attempt_are_there_for_everybody_to_see(till, db, clock, flow):
    order = await place(db, clock)
    name = {"element": "create_intent", "hosted": "create_session"}[flow]
    create, seen = getattr(till.gateway, name), []

    async def watched(**given):
        attempts = [(p.state, p.provider_ref, f"payment:{p.id}") for p in await till.payments(order)]
        seen.append(((await till.order(order)).state, attempts, given["key"]))
        return await create(**given)

    setattr(till.gateway, name, watched)
    payment = await till.pay(order, flow)

    key = f"payment:{payment.id}"
    assert seen == [(S.PENDING, [("open", None, key)], key)]


@pytest.mark.parametrize("flow", FLOWS)
async def test_what_can_be_paid_names_its_order_and_nothing_is_charged_before_the_customer_says_so(
    till, db, clock, flow
):
    order = await place(db, clock)
    payment = await till.pay(order, flow)
    stripe = till.stripe.stripe.v1
    if flow == "element":
        made = await stripe.payment_intents.retrieve_async(payment.intent_ref)
        assert made.status == "requires_payment_method"
    else:
        made = await stripe.checkout.sessions.retrieve_async(payment.session_ref)
        assert (made.status, made.payment_status) == ("open", "unpaid")
    names = {"kassa_order": str(order.id), "kassa_payment": str(payment.id)}
    assert names.items() <= made.metadata.to_dict().items()
    assert await till.charged() == []

    await (till.confirm(payment) if flow == "element" else till.hosted(payment))
    await till.settle()

    paid = await stripe.payment_intents.retrieve_async((await till.payments(order))[0].intent_ref)
    assert names.items() <= paid.metadata.to_dict().items()


async def test_every_request_that_changes_something_has_a_key_that_belongs_to_it_alone(till, db, clock):
    order = await place(db, clock)
    element = await till.pay(order)
    await till.confirm(element, "pm_card_visa_chargeDeclined")
    hosted = await till.pay(order, "hosted")
    await till.hosted(hosted)
    await till.settle()
    async with db.transaction() as tx:
        refund = await refunds.request(
            tx,
            order.id,
            amount=500,
            lines=None,
            reason="torn",
            actor="staff:ada@example.org",
            now=clock.now(),
        )
    await till.settle()

    calls = asked(till)

    paths = {call.key: {other.path for other in calls if other.key == call.key} for call in calls}
    assert None not in paths
    assert all(len(found) == 1 for found in paths.values())
    made = {call.key: call.path for call in calls if call.path in (*OBJECTS, "/v1/refunds")}
    assert made == {
        f"payment:{element.id}": "/v1/payment_intents",
        f"payment:{hosted.id}": "/v1/checkout/sessions",
        f"refund:{refund.id}": "/v1/refunds",
    }


@pytest.mark.parametrize("flow", FLOWS)
async def test_what_is_asked_again_is_asked_in_the_same_words_whatever_changed_meanwhile(
    till, db, clock, flow
):
    order = await place(db, clock)
    fault = {"match": {"method": "POST", "path": "/v1/*"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", fault)
    with pytest.raises(Unreachable):
        await till.pay(order, flow)
    clock.advance(minutes=5)
    till.gateway.capture = "manual"
    await make_variant(db, clock, price=9900)

    payment = await till.pay(order, flow)

    told = [call.body for call in asked(till) if call.key == f"payment:{payment.id}"]
    assert len(told) >= 4
    assert len(set(told)) == 1
    assert payment.state == "open"


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "idempotency_key_in_use"), (429, "lock_timeout"), (429, "rate_limit"), (503, None)],
)
async def test_a_provider_that_is_busy_is_no_failure_and_the_same_again_finds_out(
    till, db, clock, status, code
):
    order = await place(db, clock)
    fault = {"match": {"method": "POST", "path": "/v1/payment_intents"}, "fault": "status", "count": 50}
    await till.stripe.control("POST", "/faults", fault | {"status": status, "code": code})

    with pytest.raises(Unreachable):
        await till.pay(order)

    assert [(p.state, p.last_error) for p in await till.payments(order)] == [("open", None)]
    assert await till.journal(order) == ["order.placed"]
    await till.stripe.control("DELETE", "/faults")
    again = await till.pay(order)
    assert await till.confirm(again) == "succeeded"
    await till.settle()
    assert await till.charged() == [order.total_minor]
    assert [p.state for p in await till.payments(order)] == ["succeeded"]


async def test_nobody_speaks_to_stripe_while_rows_are_locked(db):
    transport = Transport()

    async with db.transaction():
        with pytest.raises(AssertionError, match="inside a database transaction"):
            await transport.request_async("get", "http://127.0.0.1:9/v1/charges", {})
