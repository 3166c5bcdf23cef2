"""The currency of a first visit: guessed where the operator wants it, kept from then on, never in others' way."""

from dataclasses import replace

import pytest
from tests.factories import make_variant
from tests.storefront.conftest import SETTINGS, Browser

from kassa.kernel.ids import hash_token
from kassa.shop import Shop

WINDOWS = ("/", "/books", "/products/emma-pb")
PUBLIC = "public, max-age=0, must-revalidate, s-maxage=60"
PRIVATE = "private, no-cache"


@pytest.fixture
def detecting(app):
    """The shop of the other tests, but it sells in more currencies and looks at the language spoken."""
    shop: Shop = app.state.shop
    settings = replace(SETTINGS, currencies=("EUR", "USD", "JPY", "KWD"), detect_currency="yes")
    app.state.shop = replace(shop, settings=settings)
    return app


async def see(browser: Browser, spoken: str | None, address: str = "/products/emma-pb"):
    headers = {"Accept-Language": spoken} if spoken is not None else {}
    return await browser.client.get(address, headers=headers)


@pytest.mark.parametrize(
    ("spoken", "price"),
    [
        ("en-US", "$14.99"),
        ("de;q=0.5, en-US", "$14.99"),
        ("en-US;q=0.2, de-AT;q=0.9", "€12.99"),
        ("de-CH", "€12.99"),
        ("en", "€12.99"),
        ("en, es-EC;q=0.5", "$14.99"),
        ("*", "€12.99"),
        ("", "€12.99"),
        ("-", "€12.99"),
        ("xx-YYYY-en-US;q=no, ;;,", "€12.99"),
        ("a" * 5000, "€12.99"),
        (None, "€12.99"),
    ],
)
async def test_a_stranger_sees_the_currency_of_his_country_if_the_shop_sells_in_it(
    detecting, browser, spoken, price
):
    page = await see(browser, spoken)

    assert page.status_code == 200
    assert price in page.text


async def test_a_shop_that_does_not_want_to_guess_does_not(browser):
    page = await see(browser, "en-US")

    assert "€12.99" in page.text
    assert page.headers["cache-control"] == PUBLIC
    assert "accept-language" not in page.headers["vary"].lower()


@pytest.mark.parametrize("address", WINDOWS)
async def test_no_shared_cache_may_keep_a_page_in_a_detected_currency(detecting, browser, address):
    own, other = await see(browser, "de-DE", address), await see(browser, "en-US", address)

    assert (own.headers["cache-control"], other.headers["cache-control"]) == (PUBLIC, PRIVATE)
    for answer in (own, other):
        assert answer.status_code == 200, "nobody is sent elsewhere"
        assert "set-cookie" not in answer.headers
        assert "accept-language" in answer.headers["vary"].lower()
    assert own.headers["etag"] != other.headers["etag"]


async def test_what_was_detected_is_remembered_with_the_bag(detecting, browser):
    browser.client.headers["Accept-Language"] = "en-US"
    await browser.add()
    browser.client.headers["Accept-Language"] = "de-DE"

    assert "$14.99" in (await browser.get("/cart")).text
    assert "$14.99" in (await browser.get("/products/emma-pb")).text


async def test_who_chose_a_currency_keeps_it(detecting, browser, db):
    browser.client.headers["Accept-Language"] = "en-US"
    await browser.post("/currency", currency="EUR", next="/books")

    assert "€12.99" in (await browser.get("/products/emma-pb")).text
    async with db.connection() as conn:
        token = browser.client.cookies["kassa_session"]
        assert (
            await conn.fetchval("select currency from sessions where token_hash = $1", hash_token(token))
            == "EUR"
        )


async def test_a_currency_in_which_nothing_has_a_price_yet_shows_no_wrong_one(detecting, browser, db, clock):
    await make_variant(db, clock, "NORTH-PB")

    page = await see(browser, "ja")

    assert "€" not in page.text.split("</main>")[0].split("<main")[1]
