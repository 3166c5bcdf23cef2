"""Hearts, the list, and the list that somebody shares."""

import re

from tests.factories import make_variant
from tests.storefront.members import join, sign_in


async def wish(browser, slug="emma-pb", what="add", **more):
    return await browser.post("/wishlist/books", slug=slug, wish=what, **more)


async def listed(browser, address="/wishlist"):
    page = (await browser.get(address)).text
    return re.findall(r'<h2><a href="/products/([^"]+)"', page)


async def link_of(browser):
    await browser.post("/wishlist/share")
    found = re.search(r'id="link" value="http://shop\.test([^"]+)"', (await browser.get("/wishlist")).text)
    return found[1].replace("&amp;", "&")


async def test_a_heart_puts_a_book_on_the_list_and_takes_it_off(browser):
    answer = await wish(browser, next="/products/emma-pb?sku=EMMA-PB")
    assert answer.headers["location"] == "/products/emma-pb?sku=EMMA-PB"
    assert await listed(browser) == ["emma-pb"]
    assert 'aria-pressed="true"' in (await browser.get("/products/emma-pb")).text

    await wish(browser, what="remove")

    assert await listed(browser) == []
    assert "Nothing to wish for yet." in (await browser.get("/wishlist")).text


async def test_a_list_is_its_browsers(browser, stranger):
    await wish(browser)

    assert await listed(stranger) == []


async def test_a_heart_leads_nowhere_else(browser):
    for address in ("https://evil.example", "//evil.example", "/\\evil.example", ""):
        assert (await wish(browser, next=address)).headers["location"] == "/wishlist"


async def test_a_book_that_is_not_there_can_not_be_wished_for(browser):
    assert (await wish(browser, slug="no-such-book")).status_code == 404
    assert (await wish(browser, slug="../admin")).status_code == 404


async def test_another_site_puts_nothing_on_the_list(browser):
    await wish(browser)
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"

    answer = await browser.client.post("/wishlist/books", data={"slug": "emma-pb", "wish": "remove"})

    assert answer.status_code == 403
    del browser.client.headers["Sec-Fetch-Site"]
    assert await listed(browser) == ["emma-pb"]


async def test_a_wish_moves_to_the_bag(browser, till):
    await wish(browser)

    answer = await browser.post("/wishlist/bag", slug="emma-pb", sku="EMMA-PB")

    assert answer.headers["location"] == "/cart?added=EMMA-PB"
    assert "Title of EMMA-PB is in your bag." in (await browser.get(answer.headers["location"])).text
    assert await listed(browser) == []


async def test_what_is_sold_out_stays_on_the_list_and_leads_to_the_alert(browser, db, clock):
    await make_variant(db, clock, "WALDEN-HB", on_hand=0)
    await wish(browser, slug="walden-hb")

    page = (await browser.get("/wishlist")).text

    assert "Sold out" in page
    assert "Be told when it is back" in page
    assert 'data-testid="move-to-bag"' not in page


async def test_at_the_sign_in_the_lists_become_one_on_every_device(browser, stranger, app, db, clock):
    await make_variant(db, clock, "WALDEN-HB")
    await join(browser, app.state.shop)
    await wish(browser)
    await wish(stranger, slug="walden-hb")

    await sign_in(stranger)

    assert set(await listed(stranger)) == {"emma-pb", "walden-hb"}
    assert set(await listed(browser)) == {"emma-pb", "walden-hb"}
    await stranger.post("/logout")
    assert await listed(stranger) == []


async def test_a_shared_list_is_read_by_its_link_and_only_read(browser, stranger):
    await wish(browser)
    link = await link_of(browser)

    page = (await stranger.get(link)).text

    assert await listed(stranger, link) == ["emma-pb"]
    assert "Take off the list" not in page
    assert 'action="/wishlist/' not in page
    assert (await stranger.get(link)).headers["x-robots-tag"] == "noindex"
    assert (await stranger.get(link.partition("?")[0])).status_code == 404
    assert (await stranger.get(link[:-2])).status_code == 404
    assert (await stranger.get("/wishlist/nothing?key=x")).status_code == 404


async def test_a_link_that_was_taken_back_opens_nothing_also_when_the_list_is_shared_again(
    browser, stranger, clock
):
    await wish(browser)
    old = await link_of(browser)
    await browser.post("/wishlist/share", stop="yes")
    assert (await stranger.get(old)).status_code == 404

    clock.advance(minutes=1)
    new = await link_of(browser)

    assert (await stranger.get(old)).status_code == 404
    assert (await stranger.get(new)).status_code == 200
