"""Cards that Stripe remembers: shown in words, deleted for good, nobody else's; and when Stripe is away."""

from typing import Any
from uuid import UUID

import pytest
from tests.storefront.members import join

from kassa import accounts
from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def with_card(shop: Shop, till: Any, email: str = "ada@example.org", card: str = "pm_card_visa") -> str:
    """Have Stripe remember a card for somebody with an account; its id."""
    async with shop.db.transaction() as tx:
        found: UUID = await tx.fetchval("select id from customers where email = $1", email)
        ref = await tx.fetchval("select stripe_ref from customers where id = $1", found)
    if ref is None:
        ref = await shop.gateway.customers.create(key=str(found), email=email, name="", metadata={})
        async with shop.db.transaction() as tx:
            await accounts.set_stripe_ref(tx, found, ref)
    made = await till.stripe.stripe.v1.payment_methods.attach_async(card, {"customer": ref})
    return str(made["id"])


async def test_without_a_saved_card_the_page_says_how_to_have_one(browser, shop):
    await join(browser, shop)

    assert "No card is saved." in (await browser.get("/account/cards")).text


async def test_a_card_is_told_in_words_and_deleted_for_good(browser, shop, till):
    await join(browser, shop)
    card = await with_card(shop, till)

    page = (await browser.get("/account/cards")).text
    answer = await browser.post("/account/cards/delete", card=card)

    assert "Visa ending in 4242" in page
    assert "Good until the end of" in page
    assert answer.headers["location"] == "/account/cards?said=deleted"
    assert "No card is saved." in (await browser.get("/account/cards")).text
    assert (await browser.post("/account/cards/delete", card=card)).status_code == 404


async def test_somebody_elses_card_is_not_there(browser, stranger, shop, till):
    await join(browser, shop)
    await with_card(shop, till)
    await join(stranger, shop, "eve@example.org")
    theirs = await with_card(shop, till, "eve@example.org")

    assert (await browser.post("/account/cards/delete", card=theirs)).status_code == 404
    assert "ending in" in (await stranger.get("/account/cards")).text


async def test_while_stripe_is_away_the_page_says_so_and_nothing_is_deleted(browser, shop, till):
    await join(browser, shop)
    card = await with_card(shop, till)
    lost = {"match": {"path": "/v1/*"}, "fault": "lose_request", "count": 50}
    await till.stripe.control("POST", "/faults", lost)

    shown = await browser.get("/account/cards")
    deleted = await browser.post("/account/cards/delete", card=card)
    await till.stripe.control("DELETE", "/faults")

    assert (shown.status_code, deleted.status_code) == (503, 503)
    assert "does not answer" in shown.text
    assert "could not be deleted" in deleted.text
    assert "ending in 4242" in (await browser.get("/account/cards")).text


async def test_a_form_from_elsewhere_deletes_nothing(browser, shop, till):
    await join(browser, shop)
    card = await with_card(shop, till)

    answer = await browser.post("/account/cards/delete", card=card, csrf_token="forged")

    assert answer.status_code == 403
    assert "ending in 4242" in (await browser.get("/account/cards")).text
