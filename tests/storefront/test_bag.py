"""The bag."""

import pytest
from tests.factories import make_variant
from tests.storefront.conftest import hidden


async def test_what_is_added_is_in_the_bag_and_counted(browser):
    answer = await browser.add(quantity=2)

    assert answer.status_code == 303
    page = (await browser.get(answer.headers["location"])).text
    assert "is in your bag." in page
    assert "<b>2<" in page
    assert "€25.98" in page


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(browser):
    cookie = (await browser.add()).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_more_than_there_is_is_said_plainly_and_can_not_be_ordered(browser):
    await browser.add(quantity=6)

    page = (await browser.get("/cart")).text

    assert "Only 5 left" in page
    assert 'data-testid="checkout"' not in page


async def test_a_line_is_changed_and_taken_out(browser):
    await browser.add()
    await browser.post("/cart/lines/change", sku="EMMA-PB", quantity=3)
    assert 'value="3"' in (await browser.get("/cart")).text

    await browser.post("/cart/lines/remove", sku="EMMA-PB")

    assert "Your bag is empty" in (await browser.get("/cart")).text


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1.5", "1e3", "٣", "100", "999999999999999999999", "", "🙂", "a\x00b"]
)
async def test_a_quantity_that_is_none_changes_nothing(browser, quantity):
    await browser.add()

    answer = await browser.add(quantity=quantity)

    assert 400 <= answer.status_code < 500
    assert "<b>1<" in (await browser.get("/cart")).text


@pytest.mark.parametrize("sku", ["", "NO-SUCH", "🙂", "x" * 301, "a\x00b"])
async def test_something_that_is_not_for_sale_does_not_go_into_the_bag(browser, sku):
    answer = await browser.add(sku)

    assert 400 <= answer.status_code < 500
    assert "Your bag is empty" in (await browser.get("/cart")).text


async def test_a_form_from_another_site_does_nothing(browser):
    await browser.add()
    form = {"sku": "EMMA-PB", "quantity": "1"}

    without = await browser.client.post("/cart/lines", data=form)
    wrong = await browser.client.post("/cart/lines", data={**form, "csrf_token": "guessed"})
    foreign = await browser.client.post("/cart/lines", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    origin = await browser.client.post("/cart/lines", data=form, headers={"Origin": "http://evil.test"})

    assert [answer.status_code for answer in (without, wrong, foreign, origin)] == [403] * 4
    assert "<b>1<" in (await browser.get("/cart")).text


async def test_a_form_opened_before_the_session_began_still_counts(browser):
    stale = (await browser.get("/products/emma-pb")).text
    assert hidden(stale, "csrf_token") == ""
    await browser.add()

    answer = await browser.client.post(
        "/cart/lines", data={"sku": "EMMA-PB", "csrf_token": ""}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 303
    assert "<b>2<" in (await browser.get("/cart")).text


async def test_the_currency_changes_every_price_and_leads_back(browser):
    await browser.add()

    answer = await browser.post("/currency", currency="USD", next="/products/emma-pb?sku=EMMA-PB")

    assert answer.headers["location"] == "/products/emma-pb?sku=EMMA-PB"
    assert "$14.99" in (await browser.get("/cart")).text
    assert (await browser.post("/currency", currency="XYZ")).status_code == 400


@pytest.mark.parametrize(
    "following", ["//evil.test", "/\\evil.test", "https://evil.test", "javascript:alert(1)"]
)
async def test_the_way_back_never_leaves_the_shop(browser, following):
    answer = await browser.post("/currency", currency="USD", next=following)

    assert answer.headers["location"] == "/"


async def test_somebody_elses_bag_is_not_mine(browser, stranger, db, clock):
    await make_variant(db, clock, "PERSUASION")
    await browser.add("PERSUASION")

    assert "Your bag is empty" in (await stranger.get("/cart")).text
