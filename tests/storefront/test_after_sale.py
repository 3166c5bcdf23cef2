"""Canceling, sending back, and what the page of an order says of it."""

import re
from datetime import timedelta

import pytest
from tests.fulfilment.parcels import STAFF, do, line
from tests.storefront.conftest import SETTINGS, hidden
from tests.storefront.test_parcels import bought, page_of

from kassa import fulfilment, notifications, returns
from kassa.kernel.ids import new_id


async def cancel(browser, order):
    return await browser.post(f"/orders/{order.id}/cancellation")


async def ask(browser, order, **changed):
    form = (await browser.get(f"/orders/{order.id}/returns")).text
    fields = {
        f"quantity:{line(order, 'EMMA-PB')}": 1, "reason": "damaged", "comment": "The corner is bent.",
        "return_id": hidden(form, "return_id"),
    }  # fmt: skip
    return await browser.post(f"/orders/{order.id}/returns", **{**fields, **changed})


async def asked_of(db, order):
    async with db.connection() as conn:
        return await returns.of_order(conn, order.id)


async def test_a_paid_order_is_canceled_once_however_often_the_form_is_sent(browser, till):
    order = await bought(browser, till)
    assert 'data-testid="cancel-order"' in await page_of(browser, order)

    for _ in range(3):
        assert (await cancel(browser, order)).headers["location"] == f"/orders/{order.id}"

    page = await page_of(browser, order)
    assert "Canceled; money on its way back" in page
    assert "is on its way back to you." in page
    assert 'data-testid="cancel-order"' not in page
    await till.settle()
    assert len(await till.refunds(order)) == 1
    assert await till.stock() == (5, 0)
    page = await page_of(browser, order)
    assert 'data-testid="order-state">Canceled and paid back<' in page
    assert "went back to you." in page


async def test_a_form_that_comes_after_the_parcel_left_says_so_and_changes_nothing(browser, till, db, clock):
    order = await bought(browser, till)
    await do(db, clock, fulfilment.ship, order.id)

    answer = await cancel(browser, order)

    page = (await browser.get(answer.headers["location"])).text
    assert "A parcel left just before you canceled" in page
    assert 'data-testid="return-something"' in page
    assert await till.refunds(order) == []
    assert await till.stock() == (2, 0)


async def test_a_pending_order_is_given_up_by_the_same_form(browser, till):
    await browser.add()
    order_id = await browser.order()

    await browser.post(f"/orders/{order_id}/cancellation")

    assert "This order was canceled." in (await browser.get(f"/orders/{order_id}")).text
    assert await till.stock() == (5, 0)


async def test_when_the_bank_does_not_take_the_money_back_the_customer_reads_so_and_it_is_a_case(
    browser, till, clock
):
    order = await bought(browser, till, card="pm_card_refundFail")
    await cancel(browser, order)
    await till.settle()
    clock.advance(minutes=10)
    await till.settle()
    assert [one.state for one in await till.refunds(order)] == ["failed"]

    page = await page_of(browser, order)

    assert "Canceled; your money waits with us" in page
    assert "will write to you" in page
    await cancel(browser, order)  # it was canceled, and that stands
    assert len(await till.refunds(order)) == 1
    assert await till.stock() == (5, 0)


async def test_what_the_bank_has_only_promised_is_given_up_before_anything_is_taken(browser, till):
    till.gateway.capture = "manual"
    order = await bought(browser, till)
    page = await page_of(browser, order)
    assert "nothing was taken" in page
    assert 'data-testid="cancel-order"' in page

    await cancel(browser, order)
    await till.settle()

    assert "This order was canceled." in await page_of(browser, order)
    assert [one.state for one in await till.payments(order)] == ["canceled"]
    assert sum(await till.charged()) == 0
    assert await till.stock() == (5, 0)


async def test_nobody_cancels_or_sends_back_somebody_elses_order(browser, stranger, till, db, clock):
    order = await bought(browser, till)

    assert (await cancel(stranger, order)).status_code == 404
    assert await till.refunds(order) == []
    await do(db, clock, fulfilment.ship, order.id)
    assert (await stranger.get(f"/orders/{order.id}/returns")).status_code == 404
    assert (await stranger.post(f"/orders/{order.id}/returns", reason="other")).status_code == 404
    assert await asked_of(db, order) == []


async def test_a_form_of_another_site_cancels_nothing(browser, till):
    order = await bought(browser, till)
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"

    answer = await browser.client.post(f"/orders/{order.id}/cancellation", data={})

    assert answer.status_code == 403
    assert await till.refunds(order) == []


async def test_what_was_sent_can_be_asked_back_and_the_page_says_how_that_stands(browser, till, db, clock):
    order = await bought(browser, till)
    await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA-PB"): 2})

    answer = await ask(browser, order)

    assert answer.headers["location"] == f"/orders/{order.id}#returns"
    page = await page_of(browser, order)
    assert "We are looking at it" in page
    assert "You asked to send something back" in page
    (asked,) = await asked_of(db, order)
    assert (asked.reason, asked.comment, asked.lines[0].quantity) == ("damaged", "The corner is bent.", 1)
    async with db.transaction() as tx:
        await returns.accept(tx, asked.id, "Send it to <us>.", actor=STAFF, now=clock.now())
    page = await page_of(browser, order)
    assert "Agreed: send it to us" in page
    assert "Send it to &lt;us&gt;." in page


async def test_a_return_form_sent_twice_asks_once(browser, till, db, clock):
    order = await bought(browser, till)
    await do(db, clock, fulfilment.ship, order.id)
    id_ = new_id()

    for _ in range(2):
        await ask(browser, order, return_id=id_)

    assert [one.id for one in await asked_of(db, order)] == [id_]


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"reason": "nosy"}, 422, "choose what fits best."),
        ({"comment": "x" * 1001}, 422, "at most 1000 characters"),
        ({"quantity": "9"}, 409, "more than was sent"),
        ({"quantity": "0"}, 422, "Choose at least one book."),
        ({"quantity": "-1"}, 422, "whole number"),
    ],
)
async def test_what_is_wrong_with_a_return_is_said_and_nothing_typed_is_lost(
    browser, till, db, clock, changed, status, says
):
    order = await bought(browser, till)
    await do(db, clock, fulfilment.ship, order.id)
    fields = dict(changed)
    if "quantity" in fields:
        fields[f"quantity:{line(order, 'EMMA-PB')}"] = fields.pop("quantity")

    answer = await ask(browser, order, **fields)

    assert (answer.status_code, says in answer.text) == (status, True)
    assert "The corner is bent." in answer.text or "comment" in changed
    assert await asked_of(db, order) == []


async def test_of_an_order_that_was_not_sent_nothing_can_be_sent_back(browser, till):
    order = await bought(browser, till)

    answer = await browser.get(f"/orders/{order.id}/returns")

    assert answer.url.path == f"/orders/{order.id}"


async def test_the_page_says_what_comes_next(browser, till, db, clock):
    order = await bought(browser, till)

    async def what_next():
        found = re.search(r'data-testid="what-next">(.*?)</p>', await page_of(browser, order))
        return re.sub("<.*?>", "", found[1]).strip() if found else None

    assert await what_next() == "What comes next: We pack your books. You get a mail when a parcel leaves."
    parcel = await do(db, clock, fulfilment.pick, order.id)
    assert (await what_next()).startswith("What comes next: The parcel is handed over.")
    await do(db, clock, fulfilment.send, parcel.id, carrier="DHL", tracking_number="1")
    assert await what_next() == "What comes next: It arrives. Follow the parcel below."
    await do(db, clock, fulfilment.deliver, parcel.id)
    assert await what_next() is None


async def test_the_link_of_the_mails_opens_the_order_in_any_browser_for_two_years(
    browser, stranger, till, clock
):
    order = await bought(browser, till)
    link = notifications.order_link(SETTINGS, order.id).removeprefix("http://shop.test")

    assert (await stranger.get(f"/orders/{order.id}?key=wrong")).status_code == 404
    clock.advance(seconds=timedelta(days=729).total_seconds())
    assert (await stranger.get(link)).status_code == 200
    clock.advance(seconds=timedelta(days=2).total_seconds())
    stranger.client.cookies.clear()
    assert (await stranger.get(link)).status_code == 404
