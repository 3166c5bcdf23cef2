"""What Stripe tells us is kept exactly as it came, or refused and not kept at all."""

import httpx
import pytest
from tests.factories import make_variant, place
from tests.money import Till
from tests.webhooks.events import SECRET, event, hear, signed

from kassa import jobs
from kassa.app import build_shop, create_app
from kassa.config import Settings
from kassa.webhooks.heed import MAX_ATTEMPTS


@pytest.fixture
async def post(db, clock):
    shop = build_shop(Settings(stripe_secret_key="sk_test_x", stripe_webhook_secret=SECRET), db, clock=clock)
    app = create_app(shop.settings, shop)
    app.state.shop = shop
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://shop.test"
    ) as client:

        async def send(body: bytes, headers: dict[str, str]) -> httpx.Response:
            return await client.post("/webhooks/stripe", content=body, headers=headers)

        yield send


async def kept(db):
    async with db.connection() as conn:
        return await conn.fetch(
            "select id, body, state, verdict, deliveries, attempts from stripe_events order by id"
        )


async def test_a_signed_event_is_on_disk_with_its_raw_body(post, db):
    body = event()

    assert (await post(body, signed(body))).status_code == 200

    assert [(row["id"], row["body"], row["state"]) for row in await kept(db)] == [("evt_1", body, "received")]


async def test_the_same_event_ten_times_is_one_row_that_counts(post, db):
    body = event()

    assert [(await post(body, signed(body))).status_code for _ in range(10)] == [200] * 10

    assert [(row["id"], row["deliveries"]) for row in await kept(db)] == [("evt_1", 10)]


GOOD = event()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (GOOD, {}),
        (GOOD, {"stripe-signature": "nonsense"}),
        (GOOD, {"stripe-signature": "t=1,v1="}),
        (GOOD, signed(GOOD, secret="whsec_of_somebody_else")),
        (GOOD, signed(GOOD, age=301)),
        (GOOD[:-20], signed(GOOD)),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"{}", signed(b"{}")),
        (b"[1]", signed(b"[1]")),
        (b"null", signed(b"null")),
        (b"{", signed(b"{")),
        (event(event_id=""), signed(event(event_id=""))),
        (event(event_id="e" * 300), signed(event(event_id="e" * 300))),
    ],
)
async def test_what_is_forged_stale_truncated_or_no_event_is_refused_and_not_kept(post, db, body, headers):
    answer = await post(body, headers)

    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] in ("invalid_signature", "malformed_event")
    assert await kept(db) == []


async def test_a_body_over_a_mebibyte_is_refused(post, db):
    body = event(padding="x" * (1024 * 1024))

    assert (await post(body, signed(body))).status_code == 413
    assert await kept(db) == []


async def test_without_a_secret_there_is_no_such_address(db, clock):
    shop = build_shop(Settings(stripe_secret_key="sk_test_x"), db, clock=clock)
    app = create_app(shop.settings, shop)
    app.state.shop = shop
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://shop.test"
    ) as client:
        assert (await client.post("/webhooks/stripe", content=GOOD, headers=signed(GOOD))).status_code == 404


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def test_a_failure_told_after_the_success_changes_nothing(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    await till.confirm(payment)
    await till.settle()

    late = event("payment_intent.payment_failed", "evt_late", id=payment.intent_ref)
    await hear(till, late)

    assert (await till.order(order)).state == "paid"
    assert await till.stock() == (4, 0)
    assert [row["verdict"] for row in await kept(db) if row["id"] == "evt_late"] == [
        f"payment {payment.id}: succeeded"
    ]


async def test_a_success_that_only_the_event_claims_is_not_believed_for_another_amount(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    claim = {
        "id": payment.intent_ref,
        "status": "succeeded",
        "amount": 1,
        "amount_received": 1,
        "currency": "eur",
    }

    await hear(till, event("payment_intent.succeeded", "evt_claim", **claim))

    assert (await till.order(order)).state == "pending"
    assert await till.stock() == (5, 1)


@pytest.mark.parametrize("type_", ["charge.succeeded", "invoice.paid", "no.such.type"])
async def test_what_is_not_for_us_is_ignored_by_name(till, db, type_):
    await hear(till, event(type_))

    assert [row["state"] for row in await kept(db)] == ["ignored"]


async def test_what_is_ours_but_unknown_is_tried_again_and_then_becomes_a_case(till, db, clock):
    ours = {"kassa_payment": "01890000-0000-7000-8000-000000000000"}
    await hear(till, event("payment_intent.canceled", metadata=ours))
    assert [(row["state"], row["attempts"]) for row in await kept(db)] == [("received", 1)]

    for _ in range(MAX_ATTEMPTS + 2):
        clock.advance(hours=2)
        await jobs.drain(till.worker)

    assert [(row["state"], row["attempts"]) for row in await kept(db)] == [("dead", MAX_ATTEMPTS)]
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from cases where kind = 'unknown_payment'") == 1
