"""`/_sandbox`: what can be seen of what happened, at any width, by everybody, with and without scripts."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import stripe
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(stage: Stage) -> Any:
    """A payment with a story: paid, partly refunded, refused to refund more, disputed; and a fault that waits."""
    customer = await stage.world.stripe.v1.customers.create_async({"email": "ada@shop.test", "name": "Ada"})
    paid = await stage.world.paid(amount=4200, customer=customer.id, metadata={"order": "ord-6735"})
    refunds = stage.world.stripe.v1.refunds
    await refunds.create_async({"payment_intent": paid.id, "amount": 1200})
    with pytest.raises(stripe.InvalidRequestError):
        await refunds.create_async({"payment_intent": paid.id, "amount": 9900})
    await stage.world.control("POST", "/disputes", {"charge": paid.latest_charge})
    await stage.world.box.deliver_due()
    return paid


async def test_an_empty_sandbox_says_so(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox")

    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await expect(page.get_by_text("No payment yet.")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
async def test_what_happened_can_be_seen(stage: Stage, open_page: OpenPage, width: int) -> None:
    paid = await told(stage)
    made = await stage.world.session()
    await stage.world.box.deliver_due()
    page = await open_page(viewport={"width": width, "height": 900}, java_script_enabled=False)

    await page.goto(f"{stage.sandbox_url}/_sandbox")

    payment = page.locator("#payments tr").filter(has_text=paid.id)
    await expect(payment).to_contain_text("$42.00")
    await expect(payment).to_contain_text("succeeded")
    await expect(page.locator("#sessions")).to_contain_text(made.id)
    await expect(page.locator("#requests")).to_contain_text("/v1/checkout/sessions")
    await expect(page.locator("#events")).to_contain_text("charge.dispute.created")
    await expect(page.locator("#events")).to_contain_text("delivered")


async def test_a_list_shows_fifty_and_leads_to_the_older_ones(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    first = await stage.intent()
    for _ in range(50):
        await stage.intent()
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox/payments")
    await expect(page.locator("tbody tr")).to_have_count(50)
    await page.get_by_role("link", name="Older").click()

    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody tr")).to_contain_text(first.id)


async def test_one_payment_is_one_story(stage: Stage, open_page: OpenPage) -> None:
    paid = await told(stage)
    page = await open_page(java_script_enabled=False)

    await page.goto(f"{stage.sandbox_url}/_sandbox/payments/{paid.id}")

    chapters = page.locator("#story > ol > li:not(.planned)")
    await expect(chapters).to_have_count(4)
    await expect(chapters.nth(0)).to_contain_text("POST /v1/payment_intents 200")
    await expect(chapters.nth(0)).to_contain_text("payment_intent.succeeded")
    await expect(chapters.nth(1)).to_contain_text("refund.created")
    await expect(chapters.nth(2)).to_contain_text("greater than unrefunded amount")
    await expect(chapters.nth(3)).to_contain_text("charge.dispute.created")
    for kind in ("charge", "refund", "dispute"):
        await expect(page.locator("#related .kind", has_text=kind)).to_have_count(1)


async def test_an_id_leads_to_its_page(stage: Stage, open_page: OpenPage) -> None:
    paid = await told(stage)
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox/payments/{paid.id}")
    await page.locator("#json").get_by_role("link", name=paid.latest_charge).click()

    await expect(page).to_have_url(f"{stage.sandbox_url}/_sandbox/charges/{paid.latest_charge}")
    await expect(page.locator("#json")).to_contain_text('"balance_transaction"')


async def test_a_request_is_shown_with_both_bodies_and_its_events(stage: Stage, open_page: OpenPage) -> None:
    sent = "amount=1000&currency=usd&metadata[note]=%3Cb%3E"
    for _ in range(2):
        _, headers, _ = await stage.world.raw("POST", "/v1/payment_intents", sent, idempotency_key="a-key")
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox/requests/{headers['request-id']}")

    await expect(page.locator("main")).to_contain_text("metadata[note] = <b>")
    await expect(page.locator("main")).to_contain_text('"client_secret"')
    await expect(page.locator(".facts")).to_contain_text("a-key replayed")
    await page.goto(f"{stage.sandbox_url}/_sandbox/requests/{headers['original-request']}")
    await expect(page.get_by_role("link", name="payment_intent.created")).to_be_visible()


async def test_the_log_of_requests_is_sifted(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    for _ in range(2):
        await stage.world.raw("POST", "/v1/customers", "name=Ada", idempotency_key="twice")
    await stage.world.raw("POST", "/v1/refunds", "amount=none")
    page = await open_page(java_script_enabled=False)
    rows = page.locator("#list tbody tr")

    for box, seen in (("refused only", "/v1/refunds"), ("replayed only", "replayed")):
        await page.goto(f"{stage.sandbox_url}/_sandbox/requests")
        await expect(rows).to_have_count(3)
        await page.get_by_label(box).check()
        await page.get_by_role("button", name="Show").click()
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text(seen)

    await rows.get_by_role("link").click()
    await page.get_by_role("link", name="twice").click()
    await expect(rows).to_have_count(2)


async def test_an_event_is_shown_with_every_attempt_to_deliver_it(stage: Stage, open_page: OpenPage) -> None:
    stage.world.answer_webhooks_with = 503
    await stage.world.stripe.v1.customers.create_async({"email": "late@shop.test"})
    await stage.world.box.deliver_due()
    stage.world.answer_webhooks_with = 200
    await stage.world.pass_time(2)
    event = (await stage.world.stripe.v1.events.list_async({"limit": 1})).data[0]
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox/events/{event.id}")

    await expect(page.locator(".attempts li")).to_have_count(2)
    await expect(page.locator(".attempts li").first).to_contain_text("503")
    await expect(page.locator("main")).to_contain_text("late@shop.test")


@pytest.mark.parametrize("wanted", ["ada@shop.test", "ORD-6735", "42.00", "ada"])
async def test_a_search_finds_what_one_remembers(stage: Stage, open_page: OpenPage, wanted: str) -> None:
    paid = await told(stage)
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox")
    await page.keyboard.press("/")
    await page.keyboard.type(wanted)
    await page.keyboard.press("Enter")

    expected = paid.customer if wanted.startswith("ada") else paid.id
    await expect(page.get_by_role("link", name=expected).first).to_be_visible()


@pytest.mark.parametrize("wanted", ["amount", "%", "no such thing", "", "'; DROP TABLE objects; --"])
async def test_a_search_finds_values_and_not_the_names_of_fields(
    stage: Stage, open_page: OpenPage, wanted: str
) -> None:
    await told(stage)
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox")
    await page.get_by_role("searchbox").fill(wanted)
    await page.get_by_role("searchbox").press("Enter")

    await expect(page.get_by_text("Nothing found.")).to_be_visible()


async def test_a_search_for_an_id_goes_there(stage: Stage, open_page: OpenPage) -> None:
    paid = await told(stage)
    page = await open_page()

    await page.goto(f"{stage.sandbox_url}/_sandbox/search?q={paid.latest_charge}")

    await expect(page).to_have_url(f"{stage.sandbox_url}/_sandbox/charges/{paid.latest_charge}")


async def test_a_page_keeps_itself_up_to_date(stage: Stage, open_page: OpenPage) -> None:
    intent = await stage.intent()
    page = await open_page()
    await page.goto(f"{stage.sandbox_url}/_sandbox/payments/{intent.id}")

    await stage.world.stripe.v1.payment_intents.cancel_async(intent.id)

    await expect(page.locator("#state")).to_contain_text("canceled")
    await expect(page.locator("#story")).to_contain_text("payment_intent.canceled")


async def test_what_is_being_filled_in_is_left_alone(stage: Stage, open_page: OpenPage) -> None:
    paid = await told(stage)
    page = await open_page()
    await page.goto(f"{stage.sandbox_url}/_sandbox/payments/{paid.id}")
    await page.get_by_label("Amount, minor units").fill("77")

    await stage.world.stripe.v1.payment_intents.update_async(paid.id, {"description": "changed"})

    await expect(page.locator("#json")).to_contain_text("changed")
    await expect(page.get_by_label("Amount, minor units")).to_have_value("77")


PAGES = [
    "", "/payments", "/payments/{pi}", "/charges/{ch}", "/customers/{cus}", "/sessions/{cs}", "/disputes", "/balance",
    "/events", "/webhooks", "/requests", "/requests/{req}", "/events/{evt}", "/search?q=ada", "/tools",
    "/payments/pi_none1234",
]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")]
)
async def test_every_page_is_for_everybody(
    stage: Stage, open_page: OpenPage, width: int, scheme: str
) -> None:
    paid = await told(stage)
    await stage.world.control("POST", "/faults", {"fault": "delay", "match": {"path": "/v1/nothing"}})
    ids = {
        "pi": paid.id, "ch": paid.latest_charge, "cus": paid.customer, "cs": (await stage.world.session()).id,
        "req": stage.world.box.requests.page(limit=1)[0]["id"],
        "evt": (await stage.world.stripe.v1.events.list_async({"limit": 1})).data[0].id,
    }  # fmt: skip
    page = await open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)

    for path in PAGES:
        await page.goto(f"{stage.sandbox_url}/_sandbox{path.format(**ids)}")
        found = await Axe().run(page)
        assert [one["id"] for one in found.response["violations"]] == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


async def test_no_link_leads_nowhere(stage: Stage, open_page: OpenPage) -> None:
    await stage.world.control("POST", "/reset")
    await told(stage)
    with pytest.raises(stripe.CardError):
        await stage.world.paid(method="pm_card_visa_chargeDeclined")
    page, seen, ahead = await open_page(), set[str](), ["/_sandbox"]

    while ahead:
        path = ahead.pop()
        seen.add(path)
        answer = await page.request.get(f"{stage.sandbox_url}{path}")
        assert answer.status == 200, path
        found = {unescape(link) for link in re.findall(r'href="(/_sandbox[^"#]*)', await answer.text())}
        ahead += found - seen - set(ahead)

    assert len(seen) > 60


async def test_what_was_written_into_a_shop_is_only_text_here(stage: Stage, open_page: OpenPage) -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
    customer = await stage.world.stripe.v1.customers.create_async(
        {"name": evil, "description": evil, "metadata": {"a": evil}}, {"idempotency_key": evil}
    )
    made = stage.world.box.requests.page(limit=1)[0]["id"]
    event = (await stage.world.stripe.v1.events.list_async({"limit": 1})).data[0]
    page = await open_page()

    for path in (
        f"/customers/{customer.id}", "/customers", "/search?q=onerror", f"/search?q={quote(evil)}",
        f"/events/{event.id}", f"/requests/{made}",
    ):  # fmt: skip
        await page.goto(f"{stage.sandbox_url}/_sandbox{path}")
        await expect(page.locator("main")).to_contain_text("<img src=x")
        assert await page.locator("main img, main script").count() == 0, path


async def test_a_page_of_the_dashboard_may_do_nothing_it_need_not(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()

    headers = (await page.request.get(f"{stage.sandbox_url}/_sandbox/tools")).headers

    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert all(
        part in policy
        for part in ("default-src 'none'", "form-action 'self';", "frame-ancestors 'none'", "base-uri 'none'")
    )
    assert (headers["x-frame-options"], headers["cache-control"]) == ("DENY", "no-store")


@pytest.mark.parametrize("path", ["", "/requests", "/tools", "/changes", "/state"])
async def test_no_other_website_may_read_it(stage: Stage, open_page: OpenPage, path: str) -> None:
    page = await open_page()

    answer = await page.request.get(f"{stage.sandbox_url}/_sandbox{path}", headers={"Origin": stage.shop_url})

    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_a_list_keeps_itself_up_to_date(stage: Stage, open_page: OpenPage) -> None:
    pages = {name: await open_page() for name in ("payments", "requests", "events", "webhooks")}
    for name, page in pages.items():
        await page.goto(f"{stage.sandbox_url}/_sandbox/{name}")

    intent = await stage.intent(amount=987_654)
    await stage.world.box.deliver_due()

    await expect(pages["payments"].locator("main")).to_contain_text("€9,876.54")
    await expect(pages["requests"].locator("tbody tr").first).to_contain_text("/v1/payment_intents")
    await expect(pages["events"].locator("tbody tr").first).to_contain_text(intent.id)
    newest = pages["webhooks"].locator("#deliveries .deliveries > li").first
    await expect(newest).to_contain_text("delivered payment_intent.created")


async def test_the_present_place_is_seen_on_a_telephone(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 360, "height": 740})

    await page.goto(f"{stage.sandbox_url}/_sandbox/webhooks")

    await expect(page.get_by_role("link", name="Webhooks").first).to_be_in_viewport(ratio=1)
