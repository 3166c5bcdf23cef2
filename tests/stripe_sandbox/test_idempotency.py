"""Idempotency keys: the first answer, again and again, and nothing happens twice."""

import asyncio

import pytest
import stripe
from tests.stripe_sandbox.harness import BASE, World

from stripe_sandbox.objects import customers
from stripe_sandbox.operations import HANDLERS

INTENT = "amount=1000&currency=usd"


async def count(world: World) -> int:
    return len((await world.stripe.v1.payment_intents.list_async({"limit": 100})).data)


async def test_the_same_key_gets_the_first_answer_and_nothing_happens(world: World):
    _, first, body = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")
    await world.stripe.v1.payment_intents.cancel_async(body["id"])
    events = await world.types()

    status, again, replay = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert (status, replay) == (200, body)  # the stored answer, not the object's present state
    assert (again["idempotent-replayed"], again["original-request"]) == ("true", first["request-id"])
    assert "idempotent-replayed" not in first
    assert await world.types() == events
    assert await count(world) == 1


async def test_the_order_of_parameters_does_not_matter(world: World):
    await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    _, headers, _ = await world.raw(
        "POST", "/v1/payment_intents", "currency=usd&amount=1000", idempotency_key="k1"
    )

    assert headers["idempotent-replayed"] == "true"


async def test_a_stored_decline_is_replayed_as_a_decline(world: World):
    body = f"{INTENT}&confirm=true&payment_method=pm_card_visa_chargeDeclined&return_url=https%3A%2F%2Fa.test"
    first = await world.raw("POST", "/v1/payment_intents", body, idempotency_key="k1")
    again = await world.raw("POST", "/v1/payment_intents", body, idempotency_key="k1")

    assert (first[0], again[0], again[2]) == (402, 402, first[2])
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_other_parameters_or_another_path_are_an_idempotency_error(world: World):
    options = {"idempotency_key": "k1"}
    create = world.stripe.v1.payment_intents.create_async
    intent = await create({"amount": 1000, "currency": "usd"}, options)

    for call in (
        create({"amount": 1001, "currency": "usd"}, options),
        world.stripe.v1.payment_intents.cancel_async(intent.id, {}, options),
    ):
        with pytest.raises(stripe.IdempotencyError) as refused:
            await call
        assert refused.value.http_status == 400
    assert (
        await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    ).status == "requires_payment_method"


async def test_failed_validation_is_not_remembered(world: World):
    bad = await world.raw("POST", "/v1/payment_intents", "amount=1&currency=usd", idempotency_key="k1")
    good = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert (bad[0], good[0]) == (400, 200)


async def test_a_refusal_during_execution_is_remembered(world: World):
    intent = await world.paid()
    path = f"/v1/payment_intents/{intent.id}/cancel"

    first = await world.raw("POST", path, idempotency_key="k1")
    again = await world.raw("POST", path, idempotency_key="k1")

    assert (first[0], again[0]) == (400, 400)
    assert again[1]["idempotent-replayed"] == "true"


async def test_a_key_still_at_work_is_409(world: World):
    await world.control("POST", "/faults", {"fault": "delay", "seconds": 0.2})
    slow = asyncio.create_task(world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1"))
    await asyncio.sleep(0.05)

    status, _, body = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert (status, body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert (await slow)[0] == 200
    assert await count(world) == 1


async def test_a_key_is_new_again_after_a_day(world: World):
    first = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")
    await world.pass_time(86401)
    second = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert first[2]["id"] != second[2]["id"]


async def test_an_overlong_key_is_refused(world: World):
    status, _, _ = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k" * 256)

    assert status == 400
    assert await count(world) == 0


async def test_a_key_has_no_effect_on_reads(world: World):
    for _ in range(2):
        _, headers, _ = await world.raw("GET", "/v1/payment_intents", idempotency_key="k1")
        assert "idempotent-replayed" not in headers


async def test_a_lost_answer_and_the_sdks_retry_make_one_object(world: World):
    await world.control("POST", "/faults", {"match": {"path": "/v1/payment_intents"}, "fault": "lose_answer"})

    intent = await world.paid()

    assert intent.status == "succeeded"
    assert await count(world) == 1
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_a_lost_request_did_not_happen(world: World):
    await world.control("POST", "/faults", {"match": {"method": "POST"}, "fault": "lose_request", "count": 3})

    with pytest.raises(stripe.APIConnectionError):
        await world.paid()

    assert await count(world) == 0
    assert (await world.paid()).status == "succeeded"


async def test_the_same_intent_confirmed_ten_times_at_once_is_charged_once(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"})
    params = {"payment_method": "pm_card_visa", "return_url": BASE}

    outcomes = await asyncio.gather(
        *(world.stripe.v1.payment_intents.confirm_async(intent.id, params) for _ in range(10)),
        return_exceptions=True,
    )

    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_a_stored_500_is_replayed_and_nothing_is_left_of_what_failed(world: World, monkeypatch):
    def explode(work, path, params):
        customers.create(work, {"email": "half@b.test"})
        raise ZeroDivisionError

    monkeypatch.setitem(HANDLERS, "postCustomers", explode)
    first = await world.raw("POST", "/v1/customers", idempotency_key="k1")
    monkeypatch.undo()
    again = await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert (first[0], first[2]["error"]["type"]) == (500, "api_error")
    assert (again[0], again[2], again[1]["idempotent-replayed"]) == (500, first[2], "true")
    assert (await world.stripe.v1.customers.list_async()).data == []
    assert await world.types() == []


async def test_a_401_is_not_remembered(world: World):
    refused = await world.raw("POST", "/v1/customers", authorization="Bearer nonsense", idempotency_key="k1")
    good = await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert (refused[0], good[0], "idempotent-replayed" in good[1]) == (401, 200, False)


async def test_a_429_is_not_remembered(world: World):
    await world.control("POST", "/faults", {"fault": "status", "code": "rate_limit"})
    refused = await world.raw("POST", "/v1/customers", idempotency_key="k1")
    good = await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert (refused[0], good[0], "idempotent-replayed" in good[1]) == (429, 200, False)


async def test_an_unknown_object_in_the_path_is_remembered(world: World):
    first = await world.raw("POST", "/v1/payment_intents/pi_none/cancel", idempotency_key="k1")
    again = await world.raw("POST", "/v1/payment_intents/pi_none/cancel", idempotency_key="k1")

    assert (first[0], again[0], again[1]["idempotent-replayed"]) == (404, 404, "true")


async def test_a_key_has_no_effect_on_deletes(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    for status in (200, 404):
        answered = await world.raw("DELETE", f"/v1/customers/{customer.id}", idempotency_key="k1")
        assert (answered[0], "idempotent-replayed" in answered[1]) == (status, False)


async def test_an_empty_key_is_no_key(world: World):
    for _ in range(2):
        status, headers, _ = await world.raw("POST", "/v1/customers", idempotency_key="")
        assert (status, "idempotent-replayed" in headers) == (200, False)


async def test_a_key_of_255_characters_is_good(world: World):
    key = "k" * 255
    await world.raw("POST", "/v1/customers", idempotency_key=key)

    assert (await world.raw("POST", "/v1/customers", idempotency_key=key))[1]["idempotent-replayed"] == "true"


async def test_a_key_is_kept_for_nearly_a_day(world: World):
    first = await world.raw("POST", "/v1/customers", idempotency_key="k1")
    await world.pass_time(86399)
    second = await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert (second[2], second[1]["idempotent-replayed"]) == (first[2], "true")


async def test_all_keys_of_the_account_share_their_idempotency_keys(world: World):
    await world.raw("POST", "/v1/customers", idempotency_key="k1")

    other = await world.raw(
        "POST", "/v1/customers", authorization="Bearer sk_test_other", idempotency_key="k1"
    )
    page = await world.raw(
        "POST", "/v1/payment_methods", "type=card", authorization="Bearer pk_test_page", idempotency_key="k1"
    )

    assert other[1]["idempotent-replayed"] == "true"
    assert (page[0], page[2]["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize("method", ["pm_card_visa", "pm_card_visa_chargeDeclined"])
async def test_a_page_that_repeats_a_servers_call_sees_no_more_than_a_page_may(world: World, method: str):
    intent = await world.stripe.v1.payment_intents.create_async(
        {"amount": 1000, "currency": "usd", "metadata": {"secret": "1"}}
    )
    path = f"/v1/payment_intents/{intent.id}/confirm"
    body = f"client_secret={intent.client_secret}&payment_method={method}&return_url=https%3A%2F%2Fa.test"
    server = await world.raw("POST", path, body, idempotency_key="k1")

    page = await world.raw("POST", path, body, idempotency_key="k1", authorization="Bearer pk_test_page")

    assert (page[0], page[1]["idempotent-replayed"]) == (server[0], "true")
    for answer, expected in ((server[2], True), (page[2], False)):
        seen = answer["error"]["payment_intent"] if "error" in answer else answer
        assert ("metadata" in seen) is expected


async def test_two_calls_at_once_with_one_key_and_different_parameters_are_told_to_wait(world: World):
    await world.control("POST", "/faults", {"fault": "delay", "seconds": 0.2})
    slow = asyncio.create_task(world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1"))
    await asyncio.sleep(0.05)

    status, _, body = await world.raw(
        "POST", "/v1/payment_intents", f"{INTENT}&description=x", idempotency_key="k1"
    )

    assert (status, body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert (await slow)[0] == 200


async def test_a_replay_makes_no_webhook(world: World):
    await world.raw("POST", "/v1/customers", idempotency_key="k1")
    before = await world.types()

    await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert await world.types() == before == ["customer.created"]
