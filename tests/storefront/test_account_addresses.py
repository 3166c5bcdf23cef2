"""The address book: added, changed, preferred, removed; nothing typed is lost, and nobody sees another's."""

import re
from typing import Any

import pytest
from tests.storefront.conftest import ADDRESS
from tests.storefront.members import join

from kassa.accounts import addresses
from kassa.shop import Shop

BERLIN = {part: ADDRESS[part] for part in ("name", "line1", "city", "postal_code", "country")}
PARIS = {
    "name": "Ada Lovelace",
    "line1": "12 rue de Seine",
    "city": "Paris",
    "postal_code": "75006",
    "country": "FR",
}


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def ids(browser: Any) -> list[str]:
    """The book, as its page has it."""
    page = (await browser.get("/account/addresses")).text
    return re.findall(r'href="/account/addresses/([0-9a-f-]{36})"', page)


async def test_an_address_is_added_changed_and_removed(browser, shop):
    await join(browser, shop)

    added = await browser.post("/account/addresses/new", **BERLIN)
    (own,) = await ids(browser)
    form = (await browser.get(f"/account/addresses/{own}")).text
    changed = await browser.post(f"/account/addresses/{own}", **{**BERLIN, "line1": "Torstraße 1"})
    page = (await browser.get("/account/addresses")).text
    removed = await browser.post(f"/account/addresses/{own}/remove")

    assert added.headers["location"] == "/account/addresses?said=saved"
    assert 'value="Rosenthaler Str. 12"' in form
    assert changed.headers["location"] == "/account/addresses?said=changed"
    assert "Torstraße 1" in page
    assert removed.headers["location"] == "/account/addresses?said=removed"
    assert await ids(browser) == []


async def test_the_preferred_address_is_first_and_the_checkout_begins_with_it(browser, shop):
    await join(browser, shop)
    await browser.post("/account/addresses/new", **BERLIN)
    await browser.post("/account/addresses/new", **PARIS)
    _, paris = await ids(browser)

    await browser.post(f"/account/addresses/{paris}/prefer")
    await browser.add()

    assert (await ids(browser))[0] == paris
    assert f'value="{paris}" checked' in (await browser.get("/checkout")).text


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(browser, shop):
    await join(browser, shop)

    answer = await browser.post("/account/addresses/new", **{**BERLIN, "postal_code": "1"})

    assert answer.status_code == 422
    assert 'value="Rosenthaler Str. 12"' in answer.text
    assert 'href="#postal_code"' in answer.text
    assert await ids(browser) == []


async def test_another_country_has_other_fields(browser, shop):
    await join(browser, shop)

    answer = await browser.post("/account/addresses/new", **{**BERLIN, "country": "US"}, intent="update")

    assert answer.status_code == 200
    assert "ZIP code" in answer.text
    assert await ids(browser) == []


async def test_a_full_book_says_so_and_keeps_what_was_typed(browser, shop):
    await join(browser, shop)
    for number in range(addresses.MOST):
        await browser.post("/account/addresses/new", **{**BERLIN, "line1": f"Street {number}"})

    answer = await browser.post("/account/addresses/new", **PARIS)

    assert answer.status_code == 422
    assert "room for 20" in answer.text
    assert 'value="12 rue de Seine"' in answer.text


async def test_somebody_elses_address_is_not_there(browser, stranger, shop):
    await join(stranger, shop, "eve@example.org")
    await stranger.post("/account/addresses/new", **BERLIN)
    (theirs,) = await ids(stranger)
    await join(browser, shop)

    assert (await browser.get(f"/account/addresses/{theirs}")).status_code == 404
    for path in (theirs, f"{theirs}/remove", f"{theirs}/prefer", "nonsense", "nonsense/remove"):
        assert (await browser.post(f"/account/addresses/{path}", **PARIS)).status_code == 404, path
    assert await ids(stranger) == [theirs]
    assert "Rosenthaler" in (await stranger.get("/account/addresses")).text
