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


@pytest.mark.parametrize("way", ["step", "change", "remove", "put-back", "accept"])
async def test_no_form_of_another_site_touches_the_bag(browser, way):
    await browser.add(quantity=2)
    form = {"sku": "EMMA-PB", "quantity": "1", "step": "1"}

    foreign = await browser.client.post(
        f"/cart/lines/{way}", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert foreign.status_code == 403
    assert (await browser.get("/cart/count")).json() == {"count": 2}


@pytest.mark.parametrize("way", ["step", "change", "remove", "put-back", "accept"])
async def test_whoever_has_no_bag_is_told_so(browser, way):
    answer = await browser.post(f"/cart/lines/{way}", sku="EMMA-PB", quantity=1, step=1)

    assert answer.status_code == 409
    assert "Your bag is empty." in answer.text


async def test_more_than_there_is_is_said_when_it_is_put_in(browser):
    answer = await browser.add(quantity=7)

    page = (await browser.get(answer.headers["location"])).text

    assert "is in your bag. Only 5 left, you asked for 7." in page


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


async def test_a_line_is_stepped_from_what_is_there_and_never_to_nothing(browser):
    await browser.add()

    await browser.post("/cart/lines/step", sku="EMMA-PB", step=2)
    assert 'value="3"' in (await browser.get("/cart")).text
    await browser.post("/cart/lines/step", sku="EMMA-PB", step=-9)
    assert (await browser.get("/cart/count")).json() == {"count": 1}
    refused = await browser.post("/cart/lines/step", sku="EMMA-PB", step="--1")

    assert refused.status_code == 422
    assert (await browser.get("/cart/count")).json() == {"count": 1}


async def test_what_was_taken_out_is_offered_back_and_comes_back_once(browser):
    await browser.add(quantity=2)

    gone = await browser.post("/cart/lines/remove", sku="EMMA-PB")
    page = (await browser.get(gone.headers["location"])).text
    assert "was taken out." in page
    assert 'action="/cart/lines/put-back"' in page
    for _ in range(2):
        await browser.post("/cart/lines/put-back", sku="EMMA-PB")

    assert (await browser.get("/cart/count")).json() == {"count": 2}
    assert "was taken out." not in (await browser.get(gone.headers["location"])).text


async def test_how_many_are_in_the_bag_is_nobodys_to_keep(browser):
    answer = await browser.get("/cart/count")

    assert answer.json() == {"count": 0}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_price_that_rose_is_told_and_agreed_to_with_one_press(browser, db, clock):
    await browser.add()
    await make_variant(db, clock, price=1399)

    page = (await browser.get("/cart")).text
    assert "Was €12.99, is €13.99." in page
    assert 'data-testid="checkout"' in page
    shown = {
        name: hidden(page.split("Was €12.99", 1)[1], name)
        for name in ("sku", "quantity", "unit_minor", "currency")
    }
    await browser.post("/cart/lines/accept", **shown)

    assert "Was €12.99" not in (await browser.get("/cart")).text


async def test_fewer_than_were_asked_for_are_taken_with_one_press(browser):
    await browser.add(quantity=7)
    page = (await browser.get("/cart")).text
    assert "Only 5 left, you asked for 7." in page
    assert "Take 5" in page

    await browser.post("/cart/lines/accept", sku="EMMA-PB", quantity=5)

    assert 'data-testid="checkout"' in (await browser.get("/cart")).text
    assert (await browser.get("/cart/count")).json() == {"count": 5}


@pytest.mark.parametrize("price", ["-1", "1.5", "٣", "1" * 16, "x"])
async def test_a_price_that_was_never_shown_can_not_be_agreed_to(browser, db, clock, price):
    await browser.add()
    await make_variant(db, clock, price=1399)

    answer = await browser.post(
        "/cart/lines/accept", sku="EMMA-PB", quantity=1, unit_minor=price, currency="EUR"
    )

    assert answer.status_code == 400
    assert "Was €12.99, is €13.99." in (await browser.get("/cart")).text


async def test_what_is_sold_out_meanwhile_is_taken_out_with_one_press(browser, db, clock):
    await browser.add()
    await make_variant(db, clock, on_hand=0)
    assert "Sold out." in (await browser.get("/cart")).text

    gone = await browser.post("/cart/lines/accept", sku="EMMA-PB", quantity=0)

    page = (await browser.get(gone.headers["location"])).text
    assert "Your bag is empty" in page
    assert "was taken out." in page


async def test_a_bag_survives_as_long_as_somebody_comes_back_within_thirty_days(browser, clock):
    await browser.add()
    for _ in range(4):
        clock.advance(seconds=29 * 86_400)
        again = await browser.get("/cart/count")
        assert again.json() == {"count": 1}
        assert "max-age=2592000" in again.headers["set-cookie"].lower()
    assert "set-cookie" not in (await browser.get("/cart/count")).headers

    clock.advance(seconds=30 * 86_400)

    assert (await browser.get("/cart/count")).json() == {"count": 0}
