"""Webhook endpoints: what they ask for, and the secrets that sign for them."""

import hashlib
import hmac

import pytest
import stripe
from tests.stripe_sandbox.harness import SECRET, URL, World


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


async def test_a_test_event_carries_a_false_scheme_beside_the_true_one(world: World):
    headers: list[str] = []
    bodies: list[bytes] = []

    async def note(url, sent, body):
        headers.append(sent["Stripe-Signature"])
        bodies.append(body)
        return 200

    other = World(post=note)
    await other.stripe.v1.customers.create_async({})
    await other.box.deliver_due()

    [header] = headers
    assert [part.partition("=")[0] for part in header.split(",")] == ["t", "v1", "v0"]
    only_false = ",".join(part for part in header.split(",") if not part.startswith("v1"))
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(bodies[0].decode(), only_false, SECRET)
    other.close()


def schemes_that_fit(header: str, body: bytes, secret: str) -> int:
    """How many of a header's `v1` were made with `secret`."""
    parts = [part.split("=", 1) for part in header.split(",")]
    stamp = next(value for name, value in parts if name == "t")
    right = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return sum(name == "v1" and value == right for name, value in parts)


async def test_while_a_secret_is_rolled_both_sign(world: World):
    headers: list[tuple[str, bytes]] = []

    async def note(url, sent, body):
        headers.append((sent["Stripe-Signature"], body))
        return 200

    other = World(post=note, webhook=None)
    made = await other.stripe.v1.webhook_endpoints.create_async({"url": URL, "enabled_events": ["*"]})
    status, rolled = await other.control("POST", f"/webhook_endpoints/{made.id}/roll", {"expires_in": 3600})
    await other.stripe.v1.customers.create_async({})
    await other.pass_time(0)
    await other.pass_time(3601)
    await other.stripe.v1.customers.create_async({})
    await other.pass_time(0)

    assert (status, rolled["secret"].startswith("whsec_"), rolled["secret"] != made.secret) == (
        200,
        True,
        True,
    )
    during, after = headers
    assert (schemes_that_fit(*during, made.secret), schemes_that_fit(*during, rolled["secret"])) == (1, 1)
    assert (schemes_that_fit(*after, made.secret), schemes_that_fit(*after, rolled["secret"])) == (0, 1)
    assert "secret" not in (await other.stripe.v1.webhook_endpoints.retrieve_async(made.id)).to_dict()
    other.close()


async def test_a_secret_cannot_be_rolled_over_more_than_a_day(world: World):
    endpoint = (await world.stripe.v1.webhook_endpoints.list_async()).data[0]

    too_long, _ = await world.control("POST", f"/webhook_endpoints/{endpoint.id}/roll", {"expires_in": 86401})
    unknown, _ = await world.control("POST", "/webhook_endpoints/we_none/roll", {})

    assert (too_long, unknown) == (400, 404)


@pytest.mark.parametrize("how", ["disabled", "deleted"])
async def test_a_lost_endpoint_is_not_tried_again(world: World, how):
    posts: list[str] = []

    async def refuse(url, headers, body):
        posts.append(url)
        return 500

    other = World(post=refuse, webhook=None)
    endpoints = other.stripe.v1.webhook_endpoints
    made = await endpoints.create_async({"url": URL, "enabled_events": ["*"]})
    await other.stripe.v1.customers.create_async({})
    await other.box.deliver_due()

    if how == "disabled":
        await endpoints.update_async(made.id, {"disabled": True})
    else:
        await endpoints.delete_async(made.id)
    await other.pass_time(100_000)

    assert posts == [URL]
    other.close()


async def test_an_endpoint_can_be_changed_in_every_part(world: World):
    endpoints = world.stripe.v1.webhook_endpoints
    made = await endpoints.create_async(
        {
            "url": "https://a.test/wh", "enabled_events": ["*"], "description": "first",
            "metadata": {"a": "1"}, "api_version": stripe.api_version,
        }
    )  # fmt: skip

    changed = await endpoints.update_async(
        made.id,
        {"url": "https://b.test/wh", "enabled_events": ["charge.failed"], "description": "",
         "metadata": {"b": "2"}, "disabled": True},
    )  # fmt: skip

    assert (made.status, made.api_version, made.description) == ("enabled", stripe.api_version, "first")
    assert (changed.url, changed.enabled_events) == ("https://b.test/wh", ["charge.failed"])
    assert (changed.status, changed.description) == ("disabled", None)
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}
    gone = await endpoints.delete_async(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await endpoints.retrieve_async(made.id)
    assert missing.value.http_status == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"url": "ftp://a"},
        {"url": "nonsense"},
        {"enabled_events": ["no.such.event"]},
        {"enabled_events": ["*", "charge.failed"]},
        {"api_version": "2024-04-10"},
        {"connect": True},
    ],
)
async def test_an_endpoint_must_make_sense(world: World, bad):
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.webhook_endpoints.create_async(
            {"url": "https://a.test", "enabled_events": ["*"]} | bad
        )
