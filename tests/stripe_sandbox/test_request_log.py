"""The request log: everything is in it, nothing secret is, and it is bounded."""

from typing import Any

import pytest
from tests.stripe_sandbox.harness import World

from stripe_sandbox.request_log import KEPT, MAX_BODY, redact

INTENT = "amount=1000&currency=usd"


def latest(world: World) -> Any:
    log = world.box.requests
    return log.find(log.page(limit=1)[0]["id"])


async def test_a_call_is_kept_with_both_bodies(world: World):
    _, headers, _ = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    call = latest(world)

    assert (call["id"], call["method"], call["path"]) == (
        headers["request-id"],
        "POST",
        "/v1/payment_intents",
    )
    assert (call["status"], call["idempotency_key"], call["replayed"]) == (200, "k1", 0)
    assert call["sent"] == INTENT.encode()
    assert b'"amount":1000' in call["answered"]
    assert call["milliseconds"] > 0


async def test_a_replay_is_marked(world: World):
    for _ in range(2):
        await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k1")

    assert latest(world)["replayed"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/v1/customers?limit=1", "", {"authorization": "Bearer nonsense"}, 401),
        ("POST", "/v1/payment_intents", "amount=ten", {}, 400),
        ("GET", "/v1/nothing", "", {}, 404),
        ("PUT", "/v1/customers", "", {}, 404),
    ],
)
async def test_refused_calls_are_kept_with_what_was_said(world: World, method, path, body, headers, status):
    await world.raw(method, path, body, **headers)

    call = latest(world)

    assert (call["method"], call["path"], call["status"]) == (method, path, status)
    assert call["said"]


@pytest.mark.parametrize(
    ("fault", "status"), [("lose_request", None), ("lose_answer", None), ("status", 500)]
)
async def test_faulted_calls_are_kept_with_their_fault(world: World, fault: str, status: int | None):
    await world.control("POST", "/faults", {"fault": fault})

    try:
        await world.raw("POST", "/v1/payment_intents", INTENT)
    except ConnectionError:
        assert status is None

    assert (latest(world)["fault"], latest(world)["status"]) == (fault, status)


async def test_card_numbers_cvcs_and_keys_are_not_written_down(world: World):
    body = "type=card&card[number]=4000 0000 0000 9995&card[cvc]=987&card[exp_month]=12&card[exp_year]=2040"
    await world.raw(
        "POST", "/v1/payment_methods", body.replace(" ", "%20"), authorization="Bearer sk_test_very_secret"
    )
    call = latest(world)

    assert call["status"] == 200
    assert b"9995" in call["sent"]
    assert b"987" not in call["sent"]
    assert b"4000" not in call["sent"]
    assert call["caller"] == "sk_test_…cret"


@pytest.mark.parametrize(
    ("body", "redacted"),
    [
        (b"card[number]=4242424242424242&x=1", b"card[number]=[card]4242&x=1"),
        (b"card%5Bcvc%5D=123&x=1", b"card%5Bcvc%5D=[removed]&x=1"),
        (b'{"number":"4242 4242 4242 4242","cvc":"123"}', b'{"number":"[card]4242","cvc":"[removed]"}'),
        (b"metadata[order]=1234567890123456", b"metadata[order]=1234567890123456"),
        (b"secret=whsec_abcdef", b"secret=whsec_[masked]"),
    ],
)
def test_only_what_is_secret_is_taken_out(body: bytes, redacted: bytes):
    assert redact(body) == redacted


async def test_a_new_endpoints_secret_is_masked(world: World):
    made = await world.stripe.v1.webhook_endpoints.create_async(
        {"url": "https://a.test", "enabled_events": ["*"]}
    )

    assert made.secret.encode() not in latest(world)["answered"]


async def test_the_log_keeps_only_the_latest_calls_and_the_beginnings_of_long_ones(world: World):
    for _ in range(KEPT + 100):
        await world.raw("GET", "/v1/nothing")
    await world.raw("POST", "/v1/payment_intents", "x" * (MAX_BODY * 2))

    assert len(world.box.requests.page(limit=10_000)) == KEPT
    assert len(latest(world)["sent"]) == MAX_BODY


async def test_a_reset_forgets_the_log(world: World):
    await world.raw("GET", "/v1/customers")

    await world.control("POST", "/reset")

    assert world.box.requests.page() == []
