"""Events: snapshots of what happened, who caused it, and finding them again."""

import pytest
import stripe
from tests.stripe_sandbox.harness import URL, World


async def test_an_event_is_a_frozen_snapshot(world: World):
    intent = await world.paid(metadata={"a": "old"})
    await world.stripe.v1.payment_intents.update_async(intent.id, {"metadata": {"a": "new"}})

    listed = await world.stripe.v1.events.list_async({"type": "payment_intent.succeeded"})

    assert listed.data[0].data.object["metadata"]["a"] == "old"
    assert listed.data[0].request.id.startswith("req_")
    assert listed.data[0].request.idempotency_key


async def test_events_are_found_by_type_and_delivery(world: World):
    await world.paid()
    events = world.stripe.v1.events
    undelivered = await events.list_async({"delivery_success": False})
    assert [one.pending_webhooks for one in undelivered.data] == [1, 1, 1]

    await world.box.deliver_due()

    assert (await events.list_async({"delivery_success": False})).data == []
    delivered = await events.list_async({"types": ["charge.succeeded", "payment_intent.created"]})
    assert [one.type for one in delivered.data] == ["charge.succeeded", "payment_intent.created"]
    assert (await events.retrieve_async(delivered.data[0].id)).pending_webhooks == 0


async def test_events_age_out_after_thirty_days(world: World):
    await world.paid()

    await world.pass_time(31 * 86400)

    assert (await world.stripe.v1.events.list_async({"type": "charge.succeeded"})).data == []
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_an_event_names_the_request_that_caused_it(world: World):
    await world.stripe.v1.customers.create_async({}, {"idempotency_key": "mine"})

    event = (await world.stripe.v1.events.list_async()).data[0]

    assert (event.type, event.request.idempotency_key) == ("customer.created", "mine")
    assert event.request.id.startswith("req_")
    assert event.api_version == stripe.api_version


async def test_what_happens_by_itself_has_no_request(world: World):
    await world.paid()
    await world.pass_time(2)

    event = (await world.stripe.v1.events.list_async({"type": "charge.updated"})).data[0]

    assert (event.request.id, event.request.idempotency_key) == (None, None)


async def test_an_update_carries_the_old_values(world: World):
    await world.paid()
    await world.pass_time(2)

    event = (await world.stripe.v1.events.list_async({"type": "charge.updated"})).data[0]

    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}
    assert event.data.object["balance_transaction"].startswith("txn_")


async def test_events_are_found_by_family_and_time(world: World):
    await world.paid()
    await world.pass_time(100)
    newest = await world.stripe.v1.customers.create_async({})
    events = world.stripe.v1.events

    family = await events.list_async({"type": "payment_intent.*"})
    since = await events.list_async({"created": {"gte": newest.created}})

    assert [one.type for one in family.data] == ["payment_intent.succeeded", "payment_intent.created"]
    assert [one.type for one in since.data] == ["customer.created"]


async def test_reading_backwards_from_the_last_event_seen_is_chronological(world: World):
    first = await world.stripe.v1.customers.create_async({})
    seen = (await world.stripe.v1.events.list_async()).data[0].id
    made = [(await world.stripe.v1.customers.create_async({})).id for _ in range(5)]

    pages = [await world.stripe.v1.events.list_async({"ending_before": seen, "limit": 2})]
    while pages[-1].has_more:
        params = {"ending_before": pages[-1].data[0].id, "limit": 2}
        pages.append(await world.stripe.v1.events.list_async(params))

    read = [event.data.object["id"] for page in pages for event in reversed(page.data)]
    assert read == made
    assert first.id not in read


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"type": "charge.succeeded", "types": ["charge.failed"]}, "type"),
        ({"types": [f"charge.{number}" for number in range(21)]}, "types"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "evt_none"}, "starting_after"),
    ],
)
async def test_a_search_for_events_must_make_sense(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.events.list_async(params)

    assert (refused.value.http_status, refused.value.param) == (400, param)


async def test_an_event_that_is_none_is_a_404(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.events.retrieve_async("evt_none")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_the_delivered_copy_says_how_many_endpoints_were_to_be_told(world: World):
    await world.stripe.v1.webhook_endpoints.create_async({"url": URL, "enabled_events": ["charge.succeeded"]})
    await world.stripe.v1.customers.create_async({})

    await world.box.deliver_due()

    assert [event["pending_webhooks"] for event in world.received] == [1]
    event = (await world.stripe.v1.events.list_async()).data[0]
    assert event.pending_webhooks == 0


async def test_an_endpoint_that_does_not_answer_is_still_counted(world: World):
    world.answer_webhooks_with = 500
    await world.stripe.v1.customers.create_async({})
    await world.pass_time(100_000)
    events = world.stripe.v1.events

    [failed] = (await events.list_async({"delivery_success": False})).data

    assert failed.pending_webhooks == 1
    assert (await events.list_async({"delivery_success": True})).data == []


async def test_an_event_nobody_waits_for_counts_as_delivered(world: World):
    endpoint = (await world.stripe.v1.webhook_endpoints.list_async()).data[0]
    await world.stripe.v1.webhook_endpoints.delete_async(endpoint.id)
    await world.stripe.v1.customers.create_async({})
    events = world.stripe.v1.events

    assert (await events.list_async({"delivery_success": False})).data == []
    assert [one.pending_webhooks for one in (await events.list_async({"delivery_success": True})).data] == [0]
