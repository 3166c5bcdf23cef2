"""Faults on demand and by a seed: what they do, that they wait, and that they are used up."""

from contextlib import suppress
from pathlib import Path

import pytest
import stripe
from tests.stripe_sandbox.harness import World

from stripe_sandbox.declines import DECLINE_CODES
from stripe_sandbox.faults import Fault, RandomFaults

OWN_CODES = {"expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip", "processing_error"}
INTENT = "amount=1000&currency=usd"


async def statuses(world: World, times: int) -> list[int]:
    """The statuses of so many equal requests; a dropped connection is 0."""
    found = []
    for _ in range(times):
        try:
            found.append((await world.raw("POST", "/v1/customers"))[0])
        except ConnectionError:
            found.append(0)
    return found


async def waiting(world: World) -> dict[str, list[dict[str, object]]]:
    return (await world.control("GET", "/faults"))[1]  # type: ignore[no-any-return]


@pytest.mark.parametrize("code", DECLINE_CODES)
async def test_the_next_payment_is_declined_with_any_code(world: World, code: str):
    await world.control("POST", "/faults", {"fault": "decline", "code": code})

    with pytest.raises(stripe.CardError) as refused:
        await world.paid()

    expected = (code, None) if code in OWN_CODES else ("card_declined", code)
    if code == "authentication_required":
        expected = (code, code)
    error = refused.value.json_body["error"]
    assert (error["code"], error.get("decline_code")) == expected
    intent = await world.stripe.v1.payment_intents.retrieve_async(error["payment_intent"]["id"])
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", expected[0])
    assert (await world.paid()).status == "succeeded"


async def test_a_session_is_declined_too_and_stays_open(world: World):
    session = await world.session()
    await world.control("POST", "/faults", {"fault": "decline", "code": "lost_card"})

    status, body = await world.control(
        "POST", f"/checkout/sessions/{session.id}/pay", {"payment_method": "pm_card_visa"}
    )

    assert (status, body["error"]["decline_code"]) == (402, "lost_card")
    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == "open"


@pytest.mark.parametrize(
    "body",
    [
        {"fault": "decline", "code": "bad_weather"},
        {"fault": "decline", "match": {"path": "/v1"}},
        {"fault": "status", "match": {"operation": "postNothing"}},
        {"fault": "status", "status": 200},
        {"fault": "delay", "seconds": -1},
        {"fault": "delay", "count": 0},
        {"fault": "nonsense"},
        {"fault": "delay", "planet": "mars"},
        [],
    ],
)
async def test_a_fault_that_makes_no_sense_is_a_400(world: World, body: object):
    status, answer = await world.control("POST", "/faults", body)

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert (await waiting(world))["requests"] == []


async def test_a_fault_meets_one_operation_only(world: World):
    await world.control(
        "POST", "/faults", {"fault": "status", "status": 503, "match": {"operation": "postRefunds"}}
    )

    assert (await world.raw("POST", "/v1/payment_intents", INTENT))[0] == 200
    assert (await world.raw("POST", "/v1/refunds", "payment_intent=pi_none"))[0] == 503
    assert (await world.raw("POST", "/v1/refunds", "payment_intent=pi_none"))[0] == 400


@pytest.mark.parametrize(
    ("path", "hit"), [("/v1/payment_intents", True), ("/v1/*_intents", True), ("/v1/refunds", False)]
)
async def test_a_path_is_a_beginning_or_a_pattern(world: World, path: str, hit: bool):
    await world.control("POST", "/faults", {"fault": "status", "match": {"path": path, "method": "post"}})

    assert (await world.raw("GET", "/v1/payment_intents"))[0] == 200
    assert (await world.raw("POST", "/v1/payment_intents", INTENT))[0] == (500 if hit else 200)


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"code": "rate_limit"}, 429, "rate_limit"),
        ({"code": "lock_timeout"}, 429, "lock_timeout"),
        ({"status": 409}, 409, "idempotency_key_in_use"),
        ({"status": 500}, 500, None),
        ({"status": 503}, 503, None),
    ],
)
async def test_a_status_fault_answers_instead_of_executing(world: World, order, status, code):
    await world.control("POST", "/faults", {"fault": "status"} | order)

    answered = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")
    again = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert (answered[0], answered[2]["error"].get("code")) == (status, code)
    assert answered[1].get("stripe-should-retry") == ("true" if code == "lock_timeout" else None)
    assert (again[0], "idempotent-replayed" in again[1]) == (200, False)  # nothing was remembered


async def test_the_sdk_does_not_retry_a_rate_limit_but_a_lock_timeout(world: World):
    await world.control("POST", "/faults", {"fault": "status", "code": "lock_timeout"})
    assert (await world.paid()).status == "succeeded"

    await world.control("POST", "/faults", {"fault": "status", "code": "rate_limit"})
    with pytest.raises(stripe.RateLimitError):
        await world.paid()


async def test_a_500_after_execution_did_happen_and_is_replayed(world: World):
    await world.control("POST", "/faults", {"fault": "status", "status": 500, "after": True})

    first = await world.raw("POST", "/v1/customers", idempotency_key="k1")
    again = await world.raw("POST", "/v1/customers", idempotency_key="k1")

    assert (first[0], again[0], again[2]) == (500, 500, first[2])
    assert again[1]["idempotent-replayed"] == "true"
    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_the_balance_transaction_comes_as_late_as_ordered(world: World):
    await world.control("POST", "/faults", {"fault": "late_charge_updated", "seconds": 1800})
    intent = await world.paid()

    await world.pass_time(1700)
    early = await world.stripe.v1.charges.retrieve_async(intent.latest_charge)
    await world.pass_time(200)
    late = await world.stripe.v1.charges.retrieve_async(intent.latest_charge)

    assert (early.balance_transaction, late.balance_transaction[:4]) == (None, "txn_")


async def test_waiting_faults_are_listed_and_taken_back(world: World):
    await world.control("POST", "/faults", {"fault": "delay", "seconds": 2, "count": 3})
    _, drop = await world.control("POST", "/webhook-faults", {"fault": "drop", "types": ["charge.*"]})

    listed = await waiting(world)
    assert [(one["fault"], one["seconds"], one["count"]) for one in listed["requests"]] == [("delay", 2, 3)]
    assert [one["types"] for one in listed["webhooks"]] == [["charge.*"]]

    assert (await world.control("DELETE", f"/faults/{drop['id']}"))[0] == 200
    assert (await world.control("DELETE", f"/faults/{drop['id']}"))[0] == 404
    assert (await waiting(world))["webhooks"] == []
    assert len((await waiting(world))["requests"]) == 1
    await world.control("DELETE", "/faults")
    assert not any((await waiting(world)).values())


async def test_a_count_is_used_up_one_by_one(world: World):
    await world.control("POST", "/faults", {"fault": "status", "status": 500, "count": 2})

    assert await statuses(world, 3) == [500, 500, 200]


async def test_a_fault_survives_a_restart(tmp_path: Path):
    first = World(store_path=tmp_path / "store.sqlite3")
    await first.control("POST", "/faults", {"fault": "status", "status": 502, "count": 2})
    assert (await first.raw("GET", "/v1/customers"))[0] == 502
    first.close()

    second = World(store_path=tmp_path / "store.sqlite3")

    assert [(await second.raw("GET", "/v1/customers"))[0] for _ in range(2)] == [502, 200]
    second.close()


async def test_a_fault_of_what_was_rolled_back_waits_again(world: World):
    world.box.faults.order(Fault("decline", code="lost_card"))

    with suppress(ZeroDivisionError), world.box.work():
        assert world.box.faults.next_decline() == ("card_declined", "lost_card")
        raise ZeroDivisionError

    assert world.box.faults.next_decline() == ("card_declined", "lost_card")
    assert world.box.faults.next_decline() is None


async def test_faults_are_bounded(world: World):
    for _ in range(1000):
        world.box.faults.order(Fault("delay"))

    status, body = await world.control("POST", "/faults", {"fault": "delay"})

    assert status == 400
    assert "At most 1000" in body["error"]["message"]


async def test_the_same_seed_gives_the_same_misfortunes():
    async def run(seed: int) -> list[int]:
        world = World()
        kinds = ["lose_request", "lose_answer", "status"]
        await world.control("POST", "/faults/random", {"seed": seed, "rate": 0.4, "kinds": kinds})
        found = await statuses(world, 40)
        world.close()
        return found

    first = await run(7)

    assert await run(7) == first
    assert await run(8) != first
    assert 5 < sum(status != 200 for status in first) < 35


async def test_random_faults_meet_only_what_they_are_for(world: World):
    await world.control(
        "POST",
        "/faults/random",
        {"seed": 1, "rate": 1, "kinds": ["status"], "match": {"path": "/v1/refunds"}},
    )

    assert await statuses(world, 10) == [200] * 10
    assert (await world.raw("POST", "/v1/refunds"))[0] in (409, 429, 500, 503)


async def test_random_declines_come_by_payment(world: World):
    world.box.faults.order(RandomFaults(seed=1, rate=1.0, kinds=["decline"]))

    for _ in range(3):
        with pytest.raises(stripe.CardError):
            await world.paid()
    assert (await waiting(world))["random"][0]["charged"] == 3


async def test_the_same_seed_gives_the_same_misfortunes_to_webhooks():
    async def run() -> list[str]:
        world = World()
        kinds = ["drop", "duplicate"]
        await world.control("POST", "/webhook-faults/random", {"seed": 5, "rate": 0.5, "kinds": kinds})
        for _ in range(12):
            await world.stripe.v1.customers.create_async({})
        states = [str(one["state"]) for one in world.box.deliveries.latest(100)]
        world.close()
        return states

    first = await run()

    assert await run() == first
    assert set(first) == {"pending", "dropped"}
    assert len(first) > 12


@pytest.mark.parametrize("rate", [-0.1, 1.1])
async def test_a_rate_is_a_share(world: World, rate: float):
    assert (await world.control("POST", "/faults/random", {"seed": 1, "rate": rate}))[0] == 400
