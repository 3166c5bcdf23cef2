"""Asking to be told when an edition is back: the form, the letter's links, and what strangers learn."""

import re

import httpx
import pytest
from tests.factories import make_variant
from tests.storefront.members import ADA, join

from kassa import alerts, inventory, jobs, notifications
from kassa import app as composed


@pytest.fixture
async def sold_out(till, db, clock):
    """WALDEN-HB, of which there is none."""
    await make_variant(db, clock, "WALDEN-HB", on_hand=0)


async def ask(browser, email="eve@example.org", sku="WALDEN-HB"):
    return await browser.post("/alerts", slug="walden-hb", sku=sku, email=email)


async def letters(app):
    shop = app.state.shop
    await jobs.drain(composed.build_worker(shop, proving=False))
    async with shop.db.connection() as conn:
        found = (await notifications.mailbox(conn, limit=100)).items
        return [await notifications.mail(conn, one.id) for one in found if one.kind.startswith("alert:")]


async def links(app):
    (letter,) = await letters(app)
    return re.findall(r"http://shop\.test(/alerts/\S+)", letter.text_body)


async def states(db):
    async with db.connection() as conn:
        return [
            (row["email"], row["state"])
            for row in await conn.fetch("select email, state from alerts order by email")
        ]


async def test_a_book_with_a_sold_out_edition_offers_it_and_others_do_not(browser, sold_out):
    assert 'data-testid="alert"' in (await browser.get("/products/walden-hb")).text
    assert 'data-testid="alert"' not in (await browser.get("/products/emma-pb")).text


async def test_a_stranger_proves_the_address_by_pressing_a_button_in_the_link(
    browser, stranger, sold_out, app, db
):
    answer = await ask(browser)
    assert "We have sent a letter to eve@example.org." in answer.text
    confirm, _ = await links(app)

    page = await stranger.get(confirm)  # a program that follows links proves nothing
    assert "Yes, tell me" in page.text
    assert await states(db) == [("eve@example.org", "asked")]
    await stranger.post(confirm)

    assert await states(db) == [("eve@example.org", "waiting")]


async def test_what_is_answered_is_the_same_whoever_waits_already(browser, stranger, sold_out, app, db):
    first = (await ask(browser)).text
    confirm, _ = await links(app)
    await browser.post(confirm)

    again = (await ask(stranger)).text

    said = re.compile(r'<p class="standfirst" role="status">.*?</p>')
    assert said.search(again)[0] == said.search(first)[0]
    assert len(await letters(app)) == 1


async def test_a_customers_own_address_needs_no_other_proof_but_others_do(browser, sold_out, app, db):
    await join(browser, app.state.shop)

    await ask(browser, ADA)
    await ask(browser, "eve@example.org")

    assert await states(db) == [(ADA, "waiting"), ("eve@example.org", "asked")]
    assert f'value="{ADA}"' in (await browser.get("/products/walden-hb")).text


async def test_the_other_link_forgets_the_address(browser, stranger, sold_out, app, db):
    await ask(browser)
    _, stop = await links(app)

    assert "No more letters" in (await stranger.get(stop)).text
    assert await states(db) == [("eve@example.org", "asked")]
    for _ in range(2):
        assert (await stranger.post(stop)).status_code < 400

    assert await states(db) == []


async def test_one_press_in_a_mail_program_forgets_it_too(browser, sold_out, app, db):
    await ask(browser)
    _, stop = await links(app)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as program:
        answer = await program.post(stop, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code < 300
    assert "set-cookie" not in answer.headers
    assert await states(db) == []


async def test_a_wrong_key_opens_nothing(browser, sold_out, app, db):
    await ask(browser)
    confirm, stop = await links(app)
    key = stop.partition("?key=")[2]

    for address in (confirm[:-2], confirm.partition("?")[0], f"{confirm.partition('?')[0]}?key={key}"):
        assert (await browser.get(address)).status_code == 404
        assert (await browser.post(address)).status_code == 404

    assert await states(db) == [("eve@example.org", "asked")]


async def test_no_address_is_said_and_kept_to_be_mended(browser, sold_out, db):
    answer = await ask(browser, "eve at example")

    assert answer.status_code == 422
    assert 'value="eve at example"' in answer.text
    assert await states(db) == []


async def test_what_came_back_meanwhile_can_be_bought(browser, sold_out, db):
    answer = await browser.post("/alerts", slug="emma-pb", sku="EMMA-PB", email="eve@example.org")

    assert "It is here again." in answer.text
    assert await states(db) == []


async def test_an_edition_that_is_none_is_not_found(browser, sold_out):
    assert (await ask(browser, sku="NO-SUCH")).status_code == 404


async def test_whoever_asks_too_often_waits(browser, sold_out, db):
    for n in range(20):
        assert (await ask(browser, f"reader{n}@example.org")).status_code == 200

    answer = await ask(browser, "one-too-many@example.org")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert len(await states(db)) == 20


async def test_when_it_is_back_the_letter_leads_to_the_book(browser, sold_out, app, db, clock):
    await join(browser, app.state.shop)
    await ask(browser, ADA)
    async with db.transaction() as tx:
        await inventory.adjust(tx, "WALDEN-HB", 1, "delivery", actor="test", now=clock.now())

    assert await alerts.tell_due(db, clock=clock) == 1

    (letter,) = await letters(app)
    assert letter.recipient == ADA
    assert "http://shop.test/products/walden-hb?sku=WALDEN-HB" in letter.text_body
