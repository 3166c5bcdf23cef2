"""Stripe's events in the desk: what came, what became of it, and once more."""

import pytest
from tests.admin.conftest import Browser
from tests.factories import make_variant, place
from tests.money import Till
from tests.webhooks.events import event, hear, keep, kept

from kassa import jobs, orders


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()


async def test_what_came_is_listed_with_what_became_of_it(operator: Browser, till, db, clock):
    assert "Stripe has told us nothing yet" in (await operator.open("/admin/webhook-events")).text
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    await hear(till, event("no.such.type", "evt_odd"))

    listed = (await operator.open("/admin/webhook-events")).text

    for fact in ("payment_intent.succeeded", "unknown type", "Handled", orders.shown_number(order.number)):
        assert fact in listed
    assert "evt_odd" not in (await operator.open("/admin/webhook-events?state=handled")).text
    assert "No event is like this" in (await operator.open("/admin/webhook-events?state=dead")).text
    assert "no.such.type" in (await operator.open("/admin/webhook-events?q=evt_odd")).text
    assert (await operator.open("/admin/webhook-events?state=lost")).status_code == 400


async def test_an_event_shows_its_body_and_what_it_changed(operator: Browser, till, db, clock):
    order = await place(db, clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    (row,) = [row for row in await kept(till) if row["type"] == "payment_intent.succeeded"]

    page = (await operator.open(f"/admin/webhook-events/{row['id']}")).text

    for fact in (f"/admin/orders/{order.id}", "Payment succeeded", row["verdict"], "&#34;livemode&#34;"):
        assert fact in page


async def test_an_event_is_heeded_again_at_a_click(operator: Browser, till):
    await hear(till, event("no.such.type", "evt_odd", note="<script>alert(1)</script>"))
    page = (await operator.open("/admin/webhook-events/evt_odd")).text
    assert "&lt;script&gt;" in page

    answer = await operator.send("/admin/webhook-events/evt_odd/replay")

    assert answer.status_code == 303
    assert [(row["state"], row["replays"]) for row in await kept(till)] == [("received", 1)]
    assert "Heed it again" not in (await operator.open("/admin/webhook-events/evt_odd")).text
    await jobs.drain(till.worker)
    assert [row["state"] for row in await kept(till)] == ["ignored"]


async def test_a_replay_needs_the_token_of_its_page(operator: Browser, till):
    await hear(till, event("no.such.type", "evt_odd"))

    answer = await operator.client.post("/admin/webhook-events/evt_odd/replay", data={"csrf_token": "x"})

    assert answer.status_code == 403
    assert [row["replays"] for row in await kept(till)] == [0]


async def test_nobody_else_sees_them(browser: Browser, till):
    await keep(till, event())

    for address in ("/admin/webhook-events", "/admin/webhook-events/evt_1"):
        assert (await browser.open(address)).status_code == 303
