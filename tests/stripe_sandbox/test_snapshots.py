"""`GET` and `PUT /_sandbox/state`: the whole state as a fixture."""

import copy
from typing import Any

import pytest
from tests.stripe_sandbox.harness import World

from stripe_sandbox.store import FORMAT


async def state(world: World) -> Any:
    status, document = await world.control("GET", "/state")
    assert status == 200
    return document


async def filled() -> World:
    """A sandbox where something of everything has happened."""
    world = World()
    await world.paid(amount=1234, metadata={"order": "7"})
    await world.session()
    await world.raw("POST", "/v1/customers", "email=a%40b.test", idempotency_key="k1")
    await world.control("POST", "/faults", {"fault": "delay", "match": {"path": "/v1/refunds"}})
    await world.box.deliver_due()
    await world.control("POST", "/clock", {"advance_seconds": 100})
    return world


async def test_a_state_that_was_restored_is_the_same_state(world: World):
    source = await filled()
    document = await state(source)
    await world.stripe.v1.customers.create_async({"email": "gone@b.test"})

    status, _ = await world.control("PUT", "/state", document)

    assert status == 200
    assert await state(world) == document
    assert (await world.stripe.v1.customers.list_async({"email": "gone@b.test"})).data == []
    source.close()


async def test_life_goes_on_after_a_restore(world: World):
    source = await filled()
    open_session = (await source.stripe.v1.checkout.sessions.list_async()).data[0]
    await world.control("PUT", "/state", await state(source))
    await world.control("DELETE", "/faults")

    status, _ = await world.control(
        "POST",
        f"/checkout/sessions/{open_session.id}/pay",
        {"payment_method": "pm_card_visa", "email": "a@b.test"},
    )
    session = await world.stripe.v1.checkout.sessions.retrieve_async(open_session.id)
    intent = (await world.stripe.v1.payment_intents.list_async({"limit": 2})).data[1]
    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    _, headers, _ = await world.raw("POST", "/v1/customers", "email=a%40b.test", idempotency_key="k1")

    assert (status, session.payment_status, refund.amount) == (200, "paid", 1234)
    assert headers["idempotent-replayed"] == "true"
    assert "checkout.session.completed" in await world.types()
    source.close()


async def test_what_was_planned_happens_after_a_restore(world: World):
    source = World()
    source.now = world.now  # a second may have begun between the two
    session = await source.session()
    await world.control("PUT", "/state", await state(source))

    await world.pass_time(86401)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    source.close()


async def test_the_configured_endpoint_stays_and_is_not_in_the_document(world: World):
    source = World(webhook=("http://elsewhere.test/wh", "whsec_elsewhere"))
    document = await state(source)
    before = [one.url for one in (await world.stripe.v1.webhook_endpoints.list_async()).data]

    await world.control("PUT", "/state", document)

    assert "whsec_elsewhere" not in str(document)
    assert [one.url for one in (await world.stripe.v1.webhook_endpoints.list_async()).data] == before
    source.close()


async def test_ids_are_drawn_from_the_snapshots_seed(world: World):
    await world.control("POST", "/reset", {"seed": 5})
    await world.stripe.v1.customers.create_async({})
    document = await state(world)
    first = (await world.stripe.v1.customers.create_async({})).id

    await world.control("PUT", "/state", document)

    assert (await world.stripe.v1.customers.create_async({})).id == first


def spoiled(document: Any, how: str) -> Any:
    broken = copy.deepcopy(document)
    if how == "newer":
        broken["version"] = FORMAT + 1
    elif how == "older":
        broken["version"] = FORMAT - 1
    elif how == "field missing":
        del broken["schedule"]
    elif how == "unknown field":
        broken["planet"] = "mars"
    elif how == "unknown kind":
        broken["objects"][0]["object"] = "planet"
    elif how == "twice":
        broken["objects"].append(broken["objects"][0])
    elif how == "event gone":
        broken["objects"] = [one for one in broken["objects"] if one["object"] != "event"]
    elif how == "configuration":
        broken["objects"][0]["id"] = "we_1SandboxConfigured"
    elif how == "unknown act":
        broken["schedule"][0]["kind"] = "explode"
    elif how == "bad fault":
        broken["faults"][0]["fault"]["count"] = -1
    elif how == "backwards":
        broken["clock_offset"] = -5
    return broken


@pytest.mark.parametrize(
    "how",
    [
        "newer", "older", "field missing", "unknown field", "unknown kind", "twice", "event gone", "configuration",
        "unknown act", "bad fault", "backwards",
    ],
)  # fmt: skip
async def test_a_document_that_is_not_whole_changes_nothing(how: str):
    world = await filled()
    before = await state(world)

    status, answer = await world.control("PUT", "/state", spoiled(before, how))

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert await state(world) == before
    world.close()


@pytest.mark.parametrize("body", [None, 7, [], {}, {"version": "one"}, "x"])
async def test_what_is_no_document_is_a_400(world: World, body: object):
    status, answer = await world.control("PUT", "/state", body)

    assert status == 400
    assert "snapshot" in answer["error"]["message"]
