"""Webhooks: signed, retried, resent, and gone wrong on request."""

import asyncio

import pytest
import stripe
from tests.stripe_sandbox.harness import SECRET, URL, World

from stripe_sandbox import deliveries
from stripe_sandbox.deliveries import RETRY_SECONDS


async def test_a_failed_delivery_is_tried_again_with_the_same_body_until_the_retries_are_used_up(
    world: World,
):
    posts: list[bytes] = []

    async def refuse(url, headers, body):
        stripe.WebhookSignature.verify_header(
            body.decode(), headers["Stripe-Signature"], SECRET, tolerance=60
        )
        posts.append(body)
        return 500

    other = World(post=refuse)
    await other.stripe.v1.customers.create_async({})
    for wait in (0, *RETRY_SECONDS, 100_000):
        await other.pass_time(wait)

    assert len(posts) == 1 + len(RETRY_SECONDS)
    assert len(set(posts)) == 1
    assert (await other.stripe.v1.events.list_async({"delivery_success": False})).data != []
    other.close()


async def test_a_shop_that_comes_back_gets_what_it_missed(world: World):
    down = True
    got: list[bytes] = []

    async def flaky(url, headers, body):
        if down:
            raise ConnectionRefusedError(url)
        got.append(body)
        return 200

    other = World(post=flaky)
    await other.stripe.v1.customers.create_async({})
    await other.box.deliver_due()
    down = False
    await other.pass_time(RETRY_SECONDS[0])

    assert len(got) == 1
    other.close()


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 500, 503])
async def test_only_a_2xx_is_an_answer(world: World, status):
    world.answer_webhooks_with = status
    await world.stripe.v1.customers.create_async({})
    await world.box.deliver_due()

    event = (await world.stripe.v1.events.list_async()).data[0]
    [delivery] = world.box.deliveries.of_event(event.id)

    assert (event.pending_webhooks, delivery["state"], delivery["status"]) == (1, "pending", status)


async def test_a_receiver_that_takes_too_long_is_asked_again(world: World, monkeypatch):
    async def sleep(url, headers, body):
        await asyncio.sleep(60)
        return 200

    monkeypatch.setattr(deliveries, "TIMEOUT_SECONDS", 0.01)
    other = World(post=sleep)
    await other.stripe.v1.customers.create_async({})
    await other.box.deliver_due()

    [delivery] = other.box.deliveries.latest(10)
    assert (delivery["state"], delivery["status"], delivery["error"]) == ("pending", None, "timed out")
    other.close()


async def test_every_attempt_of_a_delivery_is_kept_until_its_event_is_forgotten(world: World):
    world.answer_webhooks_with = 503
    await world.stripe.v1.customers.create_async({})
    await world.box.deliver_due()
    world.answer_webhooks_with = 200
    await world.pass_time(RETRY_SECONDS[0])

    [delivery] = world.box.deliveries.latest(10)
    tries = world.box.deliveries.attempts(delivery["id"])
    await world.pass_time(31 * 86400)

    assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
    assert [one["status"] for one in tries] == [503, 200]
    assert [one["at"] - world.now for one in tries] == [0, RETRY_SECONDS[0]]
    assert world.box.deliveries.latest(10) == []
    assert world.box.deliveries.attempts(delivery["id"]) == []


async def test_the_beginning_of_what_a_receiver_answered_is_kept():
    async def speak(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 2000\r\n\r\n" + b"no " * 666 + b"no")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world = World(post=None, webhook=(f"http://127.0.0.1:{port}/", SECRET))
    await world.stripe.v1.customers.create_async({})
    await world.box.deliver_due()

    [delivery] = world.box.deliveries.latest(10)
    [attempt] = world.box.deliveries.attempts(delivery["id"])

    assert (attempt["status"], len(attempt["answer"]), attempt["answer"][:5]) == (500, 500, "no no")
    await world.box.close()
    server.close()
    await server.wait_closed()


async def test_one_endpoint_can_be_told_again_and_retries_go_on(world: World):
    urls: list[str] = []
    down = True

    async def note(url, headers, body):
        urls.append(url)
        return 500 if down else 200

    other = World(post=note)
    made = await other.stripe.v1.webhook_endpoints.create_async(
        {"url": "https://other.test/wh", "enabled_events": ["*"]}
    )
    await other.stripe.v1.customers.create_async({})
    await other.box.deliver_due()
    event = (await other.stripe.v1.events.list_async()).data[0]
    down = False
    urls.clear()

    status, _ = await other.control("POST", f"/events/{event.id}/resend", {"endpoint": made.id})
    await other.box.deliver_due()
    assert (status, urls) == (200, [made.url])
    assert (await other.stripe.v1.events.retrieve_async(event.id)).pending_webhooks == 1

    await other.pass_time(RETRY_SECONDS[0])
    assert sorted(urls) == sorted([made.url, made.url, URL])
    assert (await other.stripe.v1.events.retrieve_async(event.id)).pending_webhooks == 0
    other.close()


async def test_a_resend_reaches_those_who_listen(world: World):
    await world.stripe.v1.webhook_endpoints.create_async(
        {"url": "https://other.test/wh", "enabled_events": ["charge.failed"]}
    )
    await world.stripe.v1.customers.create_async({})
    event = (await world.stripe.v1.events.list_async()).data[0]

    await world.control("POST", f"/events/{event.id}/resend")

    assert len({one["endpoint"] for one in world.box.deliveries.of_event(event.id)}) == 1
    assert await world.types() == ["customer.created", "customer.created"]


async def test_a_resend_to_nobody_is_refused(world: World):
    await world.stripe.v1.customers.create_async({})
    event = (await world.stripe.v1.events.list_async()).data[0]

    status, answer = await world.control("POST", f"/events/{event.id}/resend", {"endpoint": "we_none"})

    assert (status, answer["error"]["param"]) == (400, "endpoint")
    assert len(world.box.deliveries.of_event(event.id)) == 1


async def test_a_receiver_that_hangs_leaves_room_for_others():
    released = asyncio.Event()
    reached: list[str] = []

    async def hang(url, headers, body):
        if "slow" in url:
            await released.wait()
        reached.append(url)
        return 200

    world = World(deliver=True, clock=None, post=hang, webhook=("http://slow.test/", SECRET))
    async with world.app.lifespan():
        for _ in range(60):
            await world.stripe.v1.customers.create_async({})
        await world.stripe.v1.webhook_endpoints.create_async(
            {"url": "http://quick.test/", "enabled_events": ["*"]}
        )
        await asyncio.sleep(0.3)
        await world.stripe.v1.customers.create_async({})
        for _ in range(100):
            if reached:
                break
            await asyncio.sleep(0.02)
        first = list(reached)
        released.set()

    assert first == ["http://quick.test/"]


async def test_a_dropped_webhook_never_comes_but_can_be_resent(world: World):
    await world.control("POST", "/webhook-faults", {"fault": "drop", "types": ["payment_intent.succeeded"]})
    await world.paid()
    await world.pass_time(100_000)
    assert "payment_intent.succeeded" not in await world.types()
    event = (await world.stripe.v1.events.list_async({"type": "payment_intent.succeeded"})).data[0]

    status, _ = await world.control("POST", f"/events/{event.id}/resend")

    assert status == 200
    assert (await world.types())[-1] == "payment_intent.succeeded"
    assert world.received[-1]["id"] == event.id


async def test_a_duplicated_webhook_comes_twice_with_one_id(world: World):
    await world.control("POST", "/webhook-faults", {"fault": "duplicate", "types": ["charge.*"]})
    await world.paid()

    types = await world.types()

    assert types.count("charge.succeeded") == 2
    assert len({event["id"] for event in world.received}) == 3


async def test_reordered_webhooks_come_last_and_backwards(world: World):
    await world.control("POST", "/webhook-faults", {"fault": "reorder", "count": 2})
    await world.paid()

    assert await world.types() == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]


async def test_a_delayed_webhook_waits_for_the_clock(world: World):
    await world.control("POST", "/webhook-faults", {"fault": "delay", "seconds": 60})
    await world.stripe.v1.customers.create_async({})
    assert await world.types() == []

    await world.pass_time(61)

    assert await world.types() == ["customer.created"]


@pytest.mark.parametrize("fault", ["bad_signature", "stale"])
async def test_a_badly_signed_webhook_is_signed_well_at_its_retry(fault):
    seen: list[bool] = []

    async def verify(url, headers, body):
        try:
            stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], SECRET, 300)
        except stripe.SignatureVerificationError:
            seen.append(False)
            return 400
        seen.append(True)
        return 200

    other = World(post=verify)
    await other.control("POST", "/webhook-faults", {"fault": fault})
    await other.stripe.v1.customers.create_async({})
    await other.pass_time(0)
    await other.pass_time(RETRY_SECONDS[0])

    assert seen == [False, True]
    other.close()


async def test_faults_match_method_and_path_and_are_used_up(world: World):
    create = {
        "fault": "status",
        "status": 503,
        "match": {"method": "POST", "path": "/v1/customers*"},
        "count": 1,
    }
    assert (await world.control("POST", "/faults", create))[0] == 201

    assert (await world.raw("GET", "/v1/customers"))[0] == 200
    status, _, body = await world.raw("POST", "/v1/customers")
    assert (status, body["error"]["type"]) == (503, "api_error")
    assert (await world.raw("POST", "/v1/customers"))[0] == 200
    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_rate_limits_are_not_retried_and_lock_timeouts_are(world: World):
    await world.control("POST", "/faults", {"fault": "status", "status": 429, "code": "rate_limit"})
    with pytest.raises(stripe.RateLimitError):
        await world.stripe.v1.customers.create_async({})

    await world.control("POST", "/faults", {"fault": "status", "code": "lock_timeout"})
    assert (await world.stripe.v1.customers.create_async({})).id

    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_a_500_after_execution_is_remembered_by_the_key(world: World):
    await world.control("POST", "/faults", {"fault": "status", "status": 500, "after": True})

    first = await world.raw("POST", "/v1/customers", idempotency_key="k")
    again = await world.raw("POST", "/v1/customers", idempotency_key="k")

    assert (first[0], again[0], again[1]["idempotent-replayed"]) == (500, 500, "true")
    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_faults_can_be_taken_back(world: World):
    await world.control("POST", "/faults", {"fault": "lose_request", "count": 100})
    await world.control("DELETE", "/faults")

    assert (await world.raw("GET", "/v1/customers"))[0] == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"fault": "explode"}), ("/faults", {}), ("/faults", {"fault": "status", "status": 200}),
        ("/faults", {"fault": "delay", "seconds": -1}), ("/clock", {"advance_seconds": -5}),
        ("/clock", {"advance_seconds": "soon"}), ("/webhook-faults", {"fault": "drop", "count": 0}),
        ("/payment_intents/pi_1/authenticate", {"outcome": "maybe"}), ("/checkout/sessions/cs_1/pay", {}),
    ],
)  # fmt: skip
async def test_a_control_call_that_makes_no_sense_is_a_400(world: World, path, body):
    status, answer = await world.control("POST", path, body)

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/payment_intents/pi_1/authenticate", {"outcome": "fail"}),
        ("/checkout/sessions/cs_1/pay", {"payment_method": "pm_card_visa"}),
        ("/events/evt_1/resend", None),
    ],
)
async def test_a_control_call_about_nothing_is_a_404(world: World, path, body):
    assert (await world.control("POST", path, body))[0] == 404


async def test_reset_forgets_everything_but_the_configured_endpoint(world: World):
    await world.paid()
    await world.control("POST", "/clock", {"advance_seconds": 1000})
    await world.control("POST", "/faults", {"fault": "lose_request"})

    assert (await world.control("POST", "/reset"))[0] == 200

    assert (await world.stripe.v1.payment_intents.list_async()).data == []
    assert (await world.stripe.v1.events.list_async()).data == []
    assert [one.url for one in (await world.stripe.v1.webhook_endpoints.list_async()).data] == [URL]
    assert (await world.control("GET", "/clock"))[1]["now"] == world.now
    await world.paid()
    assert (await world.types())[0] == "payment_intent.created"


async def test_the_clock_stops_at_everything_that_is_due(world: World):
    await world.paid()
    session = await world.session()

    await world.pass_time(5 * 86400)

    settled = (await world.stripe.v1.balance_transactions.list_async()).data[0]
    assert settled.created == int(world.now) + 1
    expired = next(one for one in world.received if one["type"] == "checkout.session.expired")
    assert expired["created"] == session.expires_at


async def test_the_background_courier_delivers_by_itself():
    world = World(deliver=True, clock=None)
    async with world.app.lifespan():
        await world.stripe.v1.customers.create_async({})
        for _ in range(100):
            if world.received:
                break
            await asyncio.sleep(0.02)

    assert [event["type"] for event in world.received] == ["customer.created"]
