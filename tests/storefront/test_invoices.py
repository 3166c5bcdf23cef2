"""Who gets to see an invoice: its customer, its browser, whoever has its link; nobody else."""

import io
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from tests.storefront.members import join
from tests.storefront.test_account_orders import bought

from kassa import notifications
from kassa.accounts import throttle
from kassa.shop import Shop
from kassa.storefront import pace


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


def words(answer: Any) -> str:
    """What the sheet says."""
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


async def test_a_customer_finds_it_in_the_account(browser, shop, till):
    await join(browser, shop)
    order_id = await bought(browser, till)

    page = (await browser.get("/account/orders")).text
    answer = await browser.get(f"/account/orders/{order_id}/invoice.pdf")

    assert f'href="/account/orders/{order_id}/invoice.pdf"' in page
    assert "R-" in words(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert (await browser.get(f"/account/orders/{order_id}/invoice.pdf")).content == answer.content


async def test_a_guest_finds_it_by_the_signed_link(browser, stranger, shop, till):
    order_id = await bought(browser, till)
    key = notifications.order_link(shop.settings, order_id).partition("?")[2]

    assert (await stranger.get(f"/orders/{order_id}/invoice.pdf")).status_code == 404
    page = (await stranger.get(f"/orders/{order_id}?{key}")).text

    assert f'href="/orders/{order_id}/invoice.pdf"' in page
    assert "Title of EMMA-PB" in words(await stranger.get(f"/orders/{order_id}/invoice.pdf"))


async def test_there_is_none_of_what_was_not_paid(browser, till):
    await browser.add()
    order_id = await browser.order()

    assert (await browser.get(f"/orders/{order_id}/invoice.pdf")).status_code == 404
    assert "invoice.pdf" not in (await browser.get(f"/orders/{order_id}")).text


async def test_papers_are_found_by_their_number_and_only_with_their_order(browser, stranger, shop, till):
    order_id = await bought(browser, till)
    await browser.get(f"/orders/{order_id}/invoice.pdf")
    async with shop.db.connection() as conn:
        number = await conn.fetchval("select content->>'number' from invoices")

    assert (await browser.get(f"/orders/{order_id}/papers/{number}.pdf")).status_code == 200
    assert (await browser.get(f"/orders/{order_id}/papers/R-1999-00001.pdf")).status_code == 404
    assert (await stranger.get(f"/orders/{order_id}/papers/{number}.pdf")).status_code == 404


async def test_nobody_has_papers_drawn_without_end(browser, shop, till, clock, monkeypatch):
    monkeypatch.setattr(pace, "PAPERS", throttle.Limit("papers", 2, timedelta(hours=1)))
    order_id = await bought(browser, till)

    seen = [(await browser.get(f"/orders/{order_id}/invoice.pdf")).status_code for _ in range(3)]
    clock.advance(seconds=3601)

    assert seen == [200, 200, 429]
    assert (await browser.get(f"/orders/{order_id}/invoice.pdf")).status_code == 200
