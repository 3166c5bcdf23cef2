"""Mails in a browser: every kind by day and by night, and the way out of a letter."""

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Shop

KINDS = (
    "placed",
    "receipt",
    "payment_failed",
    "abandoned",
    "gift_cards",
    "shipped",
    "refund",
    "alert",
    "account:sign_in",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mails_fit_a_telephone_and_a_desk_and_are_read_by_everybody(
    shop: Shop, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    with httpx.Client(base_url=shop.base) as client:
        for kind in KINDS:
            for language in ("de", "ja", "ar-XB"):
                wish = {"kind": kind, "language": language, "scheme": scheme}
                page.set_content(client.get("/_dev/mail/kinds/html", params=wish).text)
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, (kind, language)
                if language != "ja":
                    faults = [one["id"] for one in Axe().run(page).response["violations"]]
                    assert not faults, (kind, language, faults)
    context.close()


def test_the_pages_to_look_at_mails(shop: Shop, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shop.base}/_dev/mail/kinds")
    seen(page, "mail-kinds", whole=False)
    page.get_by_role("link", name="receipt, dark, in de", exact=True).click()
    expect(page.locator("iframe.letter")).to_be_visible()
    seen(page, "mail-kind", whole=False)
    context.close()


def test_the_way_out_of_a_letter_needs_no_script(shop: Shop, browser: Browser) -> None:
    with httpx.Client(base_url=shop.base) as client:
        wish = {"kind": "abandoned", "language": "en", "scheme": "light"}
        letter = client.get("/_dev/mail/kinds/html", params=wish).text
    stop = re.search(rf'href="{shop.base}(/reminders/[^"]+)"', letter)
    assert stop
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(shop.base + stop[1])
    expect(page.get_by_role("heading", name="No more reminders?")).to_be_visible()
    context.close()
    context = browser.new_context()
    page = context.new_page()
    page.goto(shop.base + stop[1])
    seen(page, "no-more-reminders")
    context.close()
