"""The box in the checkout, the link of the letter, and the way out of it."""

import re
from typing import Any
from uuid import UUID

import httpx
from tests import factories

from kassa import checkout, jobs, notifications
from kassa.app import build_worker
from kassa.notifications.abandoned import PAUSE


async def left_behind(browser: Any, app: Any, db: Any, till: Any, clock: Any, **form: object) -> UUID:
    """An order that was not paid in time, and all that is due after it is done."""
    await browser.add()
    order_id: UUID = await browser.order(**form)
    factories.after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    clock.advance(seconds=PAUSE.total_seconds())
    await jobs.drain(build_worker(app.state.shop, proving=False))
    return order_id


async def letters(db: Any, order_id: UUID) -> list[notifications.StoredMail]:
    async with db.connection() as conn:
        found = [one for one in await notifications.of_order(conn, order_id) if one.kind == "abandoned"]
        return [await notifications.mail(conn, one.id) for one in found]


async def test_the_box_is_not_ticked_unless_somebody_ticks_it(browser, till):
    await browser.add()

    page = (await browser.get("/checkout")).text

    assert re.search(r'<input type="checkbox" name="remind"[^>]*>', page)
    assert not re.search(r'name="remind"[^>]*checked', page)
    assert "One letter, an hour after the time to pay is over" in page


async def test_a_tick_is_not_lost_when_the_form_has_a_fault(browser, till):
    await browser.add()

    page = await browser.post("/checkout", remind="on", email="nobody")

    assert page.status_code == 422
    assert re.search(r'name="remind"[^>]*checked', page.text)


async def test_who_ticks_it_gets_a_letter_that_fills_the_bag_again(browser, stranger, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock, remind="on")
    [mail] = await letters(db, order_id)
    link = next(word for word in mail.text_body.split() if "/resume/" in word)

    page = await stranger.get(link)
    assert "The time to pay is over." in page.text
    assert "Rosenthaler" not in page.text
    filled = await stranger.post(f"/orders/{order_id}/refill")

    assert filled.headers["location"] == "/cart"
    assert "Title of EMMA-PB" in (await stranger.get("/cart")).text
    assert (await stranger.get(f"/orders/{order_id}")).status_code == 404


async def test_who_does_not_gets_none(browser, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock)

    assert await letters(db, order_id) == []


async def test_sending_the_form_again_without_the_tick_takes_it_back(browser, app, db, till, clock):
    await browser.add()
    order_id = await browser.order(remind="on")
    assert await browser.order() == order_id

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminders") == 0


async def test_only_its_link_refills_a_bag(browser, stranger, db, till):
    await browser.add()
    order_id = await browser.order()

    assert (await stranger.post(f"/orders/{order_id}/refill")).status_code == 404


async def test_the_letters_link_ends_the_letters(browser, stranger, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock, remind="on")
    [mail] = await letters(db, order_id)
    stop = next(word for word in mail.text_body.split() if "/reminders/" in word).removeprefix(
        "http://shop.test"
    )

    asked = await stranger.get(stop)
    assert "No more reminders?" in asked.text
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminder_stops") == 0
    done = await stranger.post(stop)

    assert "Nobody reminds you any more" in done.text
    async with db.connection() as conn:
        assert await conn.fetchval("select email from reminder_stops") == "ada@example.org"


async def test_one_press_in_a_mail_program_ends_them_too(browser, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock, remind="on")
    [mail] = await letters(db, order_id)
    assert mail.unsubscribe is not None

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as program:
        answer = await program.post(
            mail.unsubscribe, data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"}
        )

    assert answer.status_code < 300
    assert "set-cookie" not in answer.headers
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminder_stops") == 1


async def test_a_link_that_was_made_up_ends_nothing(browser, stranger, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock, remind="on")

    for forged in (
        f"/reminders/{order_id}/stop",
        f"/reminders/{order_id}/stop?key=x",
        "/reminders/x/stop?key=x",
    ):
        assert (await stranger.get(forged)).status_code == 404
        assert (await stranger.post(forged, **{"List-Unsubscribe": "One-Click"})).status_code == 404
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminder_stops") == 0


async def test_stopping_needs_the_page_or_the_mail_program(browser, app, db, till, clock):
    order_id = await left_behind(browser, app, db, till, clock, remind="on")
    [mail] = await letters(db, order_id)
    assert mail.unsubscribe is not None

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as other:
        answer = await other.post(mail.unsubscribe, data={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminder_stops") == 0
