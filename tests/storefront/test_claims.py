"""What an address claims, and what is true."""

import re
from uuid import UUID

import pytest
from tests.storefront.test_buying import buy, pay, session_of

from kassa import orders, payments
from kassa.stripe import Unreachable


async def attempt(db, order_id):
    async with db.connection() as conn:
        return (await payments.of_order(conn, order_id))[-1]


async def state(db, order_id):
    async with db.connection() as conn:
        return (await orders.get(conn, order_id)).state


@pytest.fixture
async def paid(stranger, db, till) -> UUID:
    """Somebody else's order, which is paid."""
    await stranger.add()
    order_id = await stranger.order()
    await stranger.get(f"/orders/{order_id}/pay")
    await till.confirm(await attempt(db, order_id))
    await stranger.get(f"/orders/{order_id}/return")
    assert await state(db, order_id) is orders.State.PAID
    return order_id


async def test_an_address_that_says_paid_pays_nothing(browser, db, till, paid):
    theirs = await attempt(db, paid)
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")

    for claim in (
        "redirect_status=succeeded",
        f"payment_intent={theirs.intent_ref}&payment_intent_client_secret={theirs.client_secret}"
        "&redirect_status=succeeded",
        f"session_id={theirs.session_ref}",
    ):
        answer = await browser.get(f"/orders/{order_id}/return?{claim}")
        assert str(answer.url).endswith(f"/orders/{order_id}/pay")

    assert await state(db, order_id) is orders.State.PENDING
    assert await till.stock() == (4, 1)


async def test_filling_a_bag_keeps_nothing_from_others(browser, stranger, till):
    await browser.add(quantity=5)

    await stranger.add(quantity=5)
    await stranger.order()

    assert await till.stock() == (5, 5)


async def test_a_receipt_is_of_the_order_in_the_address_and_not_of_an_older_one(browser, db, till):
    await browser.add()
    first = await browser.order()
    await browser.get(f"/orders/{first}/pay")
    await till.confirm(await attempt(db, first))
    await browser.get(f"/orders/{first}/return")
    await browser.add(quantity=2)
    second = await browser.order()
    await browser.get(f"/orders/{second}/pay")

    assert str((await browser.get(f"/orders/{second}/return")).url).endswith(f"/orders/{second}/pay")
    assert await state(db, second) is orders.State.PENDING
    await till.confirm(await attempt(db, second))
    receipt = (await browser.get(f"/orders/{second}/return")).text

    assert (await attempt(db, second)).intent_ref in receipt
    assert (await attempt(db, first)).intent_ref not in receipt


async def test_no_page_says_that_nothing_was_charged_while_nobody_knows(browser, db, till, monkeypatch):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    till.deaf = True
    await till.confirm(await attempt(db, order_id))

    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    for question in ("intent", "cancel_intent", "create_session"):
        monkeypatch.setattr(type(till.gateway), question, silence)
    other = await browser.post(f"/orders/{order_id}/pay/hosted")
    shown = await browser.get(f"/orders/{order_id}")

    assert (other.status_code, shown.status_code) == (503, 200)
    assert "can't be reached" in other.text
    for page in (other, shown, await browser.get(f"/orders/{order_id}/return")):
        assert not re.search("nothing (was|has been) charged", page.text, re.IGNORECASE)


async def test_nor_when_the_time_is_over_and_the_money_may_have_come_in_the_last_second(
    browser, db, till, clock, monkeypatch
):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    till.deaf = True
    await till.confirm(await attempt(db, order_id))
    clock.advance(hours=1)
    ask = type(till.gateway).intent

    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "intent", silence)
    silent = await browser.get(f"/orders/{order_id}/pay")
    assert "nothing was charged" not in silent.text.lower()
    assert 'data-trouble="silent"' in silent.text
    assert await state(db, order_id) is orders.State.PENDING

    monkeypatch.setattr(type(till.gateway), "intent", ask)
    answered = await browser.get(f"/orders/{order_id}/pay")
    assert "nothing was charged" not in answered.text.lower()
    assert await state(db, order_id) is orders.State.PAID


async def test_whoever_buys_again_while_stripe_is_away_is_told_nothing_about_the_last_purchase(browser, till):
    till.deaf = True
    assert await pay(till, session_of(await buy(browser))) == 200
    lost = {"match": {"path": "/v1/checkout/sessions*"}, "fault": "lose_request", "count": 50}
    await till.stripe.control("POST", "/faults", lost)

    answer = await buy(browser, quantity=2)

    assert answer.status_code == 503
    assert "can&#39;t be reached" in answer.text
    assert not re.search("nothing (was|has been) charged", answer.text, re.IGNORECASE)
    assert await till.stock() == (5, 1)


async def test_while_the_bank_decides_an_order_asks_for_no_more(browser, db, till):
    await browser.add()
    order_id = await browser.order()
    assert f"/orders/{order_id}/pay" in (await browser.get(f"/orders/{order_id}")).text
    await browser.get(f"/orders/{order_id}/pay")
    assert await till.confirm(await attempt(db, order_id), "pm_sepaDebit_success_de") == "processing"
    await till.settle()

    page = (await browser.get(f"/orders/{order_id}")).text

    assert "Your bank is deciding." in page
    assert f'href="/orders/{order_id}/pay"' not in page


async def test_money_that_was_not_enough_is_said_to_go_back(browser, db, till):
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")
    made = await attempt(db, order_id)
    await till.stripe.stripe.v1.payment_intents.update_async(made.intent_ref, {"amount": 900})
    await till.confirm(made)
    await till.settle()

    page = (await browser.get(f"/orders/{order_id}")).text

    assert "goes back to you by itself" in page
    assert "Sent back" in page
    assert f'href="/orders/{order_id}/pay"' in page
