"""Events and their delivery: signed, retried, resent, and gone wrong on request."""

import asyncio

import pytest
import stripe
from tests.stripe_sandbox.harness import SECRET, URL, World

from stripe_sandbox.deliveries import RETRY_SECONDS


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
    await other.pass_time(1)

    assert len(got) == 1
    other.close()


async def test_an_endpoint_gets_only_what_it_asked_for_and_shows_its_secret_once(world: World):
    urls: list[str] = []

    async def note(url, headers, body):
        urls.append(url)
        return 200

    other = World(post=note)
    endpoints = other.stripe.v1.webhook_endpoints
    made = await endpoints.create_async(
        {"url": "https://other.test/wh", "enabled_events": ["charge.succeeded"]}
    )
    assert made.secret.startswith("whsec_")
    assert "secret" not in (await endpoints.retrieve_async(made.id)).to_dict()

    await other.paid()
    await other.box.deliver_due()
    assert urls.count("https://other.test/wh") == 1
    assert urls.count(URL) == 3

    await endpoints.update_async(made.id, {"disabled": True})
    await other.paid()
    await other.box.deliver_due()
    assert urls.count("https://other.test/wh") == 1

    assert (await endpoints.delete_async(made.id)).deleted is True
    assert [one.url for one in (await endpoints.list_async()).data] == [URL]
    other.close()


@pytest.mark.parametrize(
    "bad", [{"url": "ftp://a"}, {"url": "nonsense"}, {"enabled_events": ["no.such.event"]}]
)
async def test_an_endpoint_must_make_sense(world: World, bad):
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.webhook_endpoints.create_async(
            {"url": "https://a.test", "enabled_events": ["*"]} | bad
        )


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


async def test_a_badly_signed_webhook_is_signed_well_at_its_retry(world: World):
    seen: list[bool] = []

    async def verify(url, headers, body):
        try:
            stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], SECRET)
        except stripe.SignatureVerificationError:
            seen.append(False)
            return 400
        seen.append(True)
        return 200

    other = World(post=verify)
    await other.control("POST", "/webhook-faults", {"fault": "bad_signature"})
    await other.stripe.v1.customers.create_async({})
    await other.pass_time(0)
    await other.pass_time(1)

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
