"""Buying at once, without JavaScript: from the page of a book to Stripe's page and back."""

import re

from tests.factories import after_the_hold
from tests.storefront.conftest import hidden

from kassa import checkout
from kassa.kernel.ids import new_id, parse_id
from kassa.pricing import Rounding, taxes

PAGE = "/products/emma-pb"


def named_by_the_page() -> str:
    """The purchase's name, as the page's element draws it where the page is the same for everybody."""
    return str(new_id())


async def buy(browser, **fields):
    wish = {"sku": "EMMA-PB", "quantity": 1, "buy_now_id": named_by_the_page()} | fields
    return await browser.post("/buy-now", **wish)


def session_of(answer) -> str:
    found = re.search(r"/c/pay/(cs_test_\w+)", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


async def pay(till, session: str, card: str = "pm_card_visa") -> int:
    status, _ = await till.stripe.control(
        "POST", f"/checkout/sessions/{session}/pay", {"payment_method": card}
    )
    return status


async def rows(db, table: str) -> int:
    async with db.connection() as conn:
        return int(await conn.fetchval(f"select count(*) from {table}"))


async def only(db) -> checkout.BuyNow:
    async with db.connection() as conn:
        return await checkout.get_buy_now(conn, await conn.fetchval("select id from buy_nows"))


async def test_the_page_of_a_book_has_the_button_in_the_form_with_the_quantity(browser):
    page = await browser.get(PAGE)

    form = re.search(r'<form class="stack" action="/cart/lines".*?</form>', page.text, re.DOTALL)[0]
    assert 'formaction="/buy-now"' in form
    assert 'name="quantity"' in form
    assert "standard delivery to Germany" in form
    assert "form-action 'self' http://sandbox.test" in page.headers["content-security-policy"]


async def test_the_sentence_beside_the_button_names_the_shops_home(browser, db, clock):
    async with db.transaction() as tx:
        await taxes.save(tx, taxes.Settings("AT", Rounding.LINE, "table", ("US",), ""), now=clock.now())

    assert "standard delivery to Austria" in (await browser.get(PAGE)).text


async def test_buying_leads_to_stripes_page_and_back_to_the_order(browser, till, db):
    answer = await buy(browser, quantity=2)

    assert answer.status_code == 303
    session = session_of(answer)
    assert await till.stock() == (5, 2)
    assert await rows(db, "orders") == 0
    assert await pay(till, session) == 200
    bought = await only(db)
    page = await browser.get(f"/buy-now/{bought.id}?session_id={session}")

    assert page.url.path == f"/orders/{bought.id}"
    assert "Thank you." in page.text
    assert "Verified with Stripe" in page.text
    assert await till.stock() == (3, 0)
    await till.settle()
    assert await rows(db, "orders") == 1


async def test_who_knows_only_the_address_sees_no_order(browser, stranger, till, db):
    session = session_of(await buy(browser))
    await pay(till, session)
    bought = await only(db)

    page = await stranger.get(f"/buy-now/{bought.id}")

    assert page.url.path == f"/buy-now/{bought.id}"
    assert "Paid." in page.text
    assert "Jenny" not in page.text
    assert (await stranger.get(f"/buy-now/{bought.id}?session_id=cs_guessed")).url.path.startswith("/buy-now")
    assert (await stranger.get(f"/orders/{bought.id}")).status_code == 404


async def test_coming_back_unpaid_the_customer_goes_on_or_gives_up(browser, till, db):
    session = session_of(await buy(browser))
    bought = await only(db)

    page = await browser.get(f"/buy-now/{bought.id}")
    assert "Not paid yet." in page.text
    assert f"/c/pay/{session}" in page.text
    assert "is kept for you and not paid yet" in (await browser.get(PAGE)).text
    answer = await browser.post(f"/buy-now/{bought.id}/cancel")

    assert answer.headers["location"] == f"/buy-now/{bought.id}"
    assert "This came to nothing." in (await browser.get(f"/buy-now/{bought.id}")).text
    assert await till.stock() == (5, 0)
    assert await pay(till, session) == 400
    assert "is kept for you and not paid yet" not in (await browser.get(PAGE)).text


async def test_who_knows_only_the_address_can_neither_pay_it_nor_give_it_up(browser, stranger, till, db):
    session = session_of(await buy(browser))
    bought = await only(db)

    page = await stranger.get(f"/buy-now/{bought.id}")
    answer = await stranger.post(f"/buy-now/{bought.id}/cancel", proof="guessed")

    assert "Not paid yet." in page.text
    assert session not in page.text
    assert bought.proof not in page.text
    assert answer.status_code == 403
    assert (await only(db)).state == "open"
    assert await till.stock() == (5, 1)


async def test_who_knows_only_the_id_begins_a_purchase_of_their_own(browser, stranger, till, db):
    session = session_of(await buy(browser))
    bought = await only(db)

    other = session_of(await buy(stranger, buy_now_id=bought.id))

    assert other != session
    assert await till.stock() == (5, 2)
    async with db.connection() as conn:
        assert (await checkout.get_buy_now(conn, bought.id)).token_hash == bought.token_hash


async def test_who_comes_back_from_stripes_page_without_a_cookie_can_give_it_up(browser, stranger, till, db):
    session = session_of(await buy(browser))
    shown = await till.stripe.stripe.v1.checkout.sessions.retrieve_async(session)
    bought = await only(db)

    page = await stranger.get(shown.cancel_url.removeprefix("http://shop.test"))
    await stranger.post(f"/buy-now/{bought.id}/cancel", proof=hidden(page.text, "proof"))

    assert (await only(db)).state == "expired"
    assert await till.stock() == (5, 0)


async def test_a_double_click_is_one_purchase(browser, till, db):
    wish = {"sku": "EMMA-PB", "quantity": 1, "buy_now_id": named_by_the_page()}

    first, second = [await browser.post("/buy-now", **wish) for _ in range(2)]

    assert session_of(first) == session_of(second)
    assert await rows(db, "buy_nows") == 1
    assert await till.stock() == (5, 1)


async def test_nobody_chooses_the_id_of_a_purchase(browser, db):
    drawn = new_id()

    await buy(browser, buy_now_id=drawn)

    assert (await only(db)).id != drawn


async def test_back_and_another_quantity_is_another_purchase_and_the_first_is_closed(browser, till, db):
    id_ = named_by_the_page()
    first = session_of(await browser.post("/buy-now", sku="EMMA-PB", quantity=1, buy_now_id=id_))

    second = session_of(await browser.post("/buy-now", sku="EMMA-PB", quantity=5, buy_now_id=id_))

    assert first != second
    assert await till.stock() == (5, 5)
    assert await pay(till, first) == 400
    assert await pay(till, second) == 200


async def test_nobody_is_kept_from_the_last_copies_by_a_hold_of_his_own(browser, till, db):
    first = session_of(await buy(browser, quantity=5))
    assert "Sold out" in (await browser.get(PAGE)).text

    again = await browser.post("/buy-now", sku="EMMA-PB", quantity=5, buy_now_id=new_id())

    assert session_of(again) != first
    assert await till.stock() == (5, 5)


async def test_a_second_try_after_the_hold_ran_out_is_a_new_purchase(browser, till, db, clock):
    wish = {"sku": "EMMA-PB", "quantity": 1, "buy_now_id": named_by_the_page()}
    first = session_of(await browser.post("/buy-now", **wish))
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)

    second = session_of(await browser.post("/buy-now", **wish))

    assert first != second
    assert await till.stock() == (5, 1)


async def test_what_is_gone_meanwhile_is_said_on_the_page_of_the_book(browser, till, db, clock):
    answer = await buy(browser, quantity=6)

    assert answer.status_code == 409
    assert "Only 5 left, so nothing was bought." in answer.text
    assert await rows(db, "buy_nows") == 0


async def test_without_stripe_nothing_is_guessed(browser, till, db):
    lost = {"match": {"path": "/v1/checkout/sessions"}, "fault": "lose_request", "count": 3}
    await till.stripe.control("POST", "/faults", lost)
    answer = await buy(browser)
    assert answer.status_code == 503
    assert "can&#39;t be reached" in answer.text

    session = session_of(await buy(browser))
    bought_id = await till.stripe.stripe.v1.checkout.sessions.retrieve_async(session)
    lost = {"match": {"path": "/v1/checkout/sessions/*"}, "fault": "lose_request", "count": 3}
    await till.stripe.control("POST", "/faults", lost)
    page = await browser.get(f"/buy-now/{bought_id.client_reference_id}?session_id={session}")

    assert "we will not guess" in page.text
    assert page.headers["refresh"].startswith("3; url=/buy-now/")
    assert f"session_id={session}" in page.headers["refresh"]


async def test_who_left_his_banks_challenge_can_go_back_to_it(browser, till, db):
    session = session_of(await buy(browser))
    await pay(till, session, "pm_card_authenticationRequired")
    bought = await only(db)

    page = await browser.get(f"/buy-now/{bought.id}")

    assert "Not paid yet." in page.text
    assert f"/c/pay/{session}" in page.text


async def test_while_the_bank_decides_the_page_waits(browser, till, db, clock):
    session = session_of(await buy(browser))
    assert await pay(till, session, "pm_sepaDebit_successDelayed") == 200
    bought = await only(db)

    page = await browser.get(f"/buy-now/{bought.id}?session_id={session}")

    assert "We are checking with Stripe." in page.text
    assert page.headers["refresh"]
    assert await till.stock() == (5, 1)


async def test_a_form_from_another_site_buys_nothing(browser, till, db):
    await browser.add()
    answer = await browser.client.post(
        "/buy-now", data={"sku": "EMMA-PB", "quantity": "1", "csrf_token": "guessed"}
    )

    assert answer.status_code == 403
    assert await rows(db, "buy_nows") == 0


async def test_a_form_from_another_site_gives_nothing_up(browser, stranger, till, db):
    await buy(browser)
    bought = await only(db)
    await stranger.add()

    answer = await stranger.client.post(f"/buy-now/{bought.id}/cancel", data={"csrf_token": "guessed"})

    assert answer.status_code == 403
    assert (await only(db)).state == "open"


async def test_nonsense_is_not_found(browser):
    for address in ("/buy-now/nonsense", f"/buy-now/{new_id()}"):
        assert (await browser.get(address)).status_code == 404
    assert (await browser.post("/buy-now", sku="NOPE", quantity=1)).status_code in (404, 422)
    assert parse_id("nonsense") is None
