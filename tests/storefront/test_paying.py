"""Paying, coming back, and never saying "failed" without knowing."""

from uuid import UUID

import pytest

from kassa import orders, payments
from kassa.stripe import Unreachable


@pytest.fixture
async def order_id(browser) -> UUID:
    """An order over one book that waits to be paid."""
    await browser.add()
    return await browser.order()


async def attempts(db, order_id):
    """The attempts to pay an order."""
    async with db.connection() as conn:
        return await payments.of_order(conn, order_id)


async def state(db, order_id):
    """Where an order stands."""
    async with db.connection() as conn:
        return (await orders.get(conn, order_id)).state


async def test_reloading_the_pay_page_is_the_same_attempt(browser, db, order_id):
    first = await browser.get(f"/orders/{order_id}/pay")
    second = await browser.get(f"/orders/{order_id}/pay")

    assert (first.status_code, second.status_code) == (200, 200)
    [attempt] = await attempts(db, order_id)
    assert f'data-secret="{attempt.client_secret}"' in second.text
    assert "4242 4242 4242 4242" in second.text


async def test_the_pay_page_lets_stripe_in_and_no_inline_script(browser, order_id):
    policy = (await browser.get(f"/orders/{order_id}/pay")).headers["content-security-policy"]

    assert "script-src 'self' http://sandbox.test;" in policy
    assert "frame-src http://sandbox.test" in policy
    assert "unsafe-inline" not in policy


async def test_a_paid_order_comes_back_to_its_receipt_and_leaves_the_bag(browser, db, till, order_id):
    await browser.get(f"/orders/{order_id}/pay")
    [attempt] = await attempts(db, order_id)
    assert await till.confirm(attempt) == "succeeded"

    answer = await browser.get(f"/orders/{order_id}/return")

    assert str(answer.url).endswith(f"/orders/{order_id}")
    assert "Verified with Stripe" in answer.text
    assert "€16.89" in answer.text
    assert attempt.intent_ref in answer.text
    async with db.connection() as conn:
        assert (await orders.chain_head(conn, order_id))[:16] in answer.text
    assert "<b>0<" in answer.text
    assert await till.charged() == [1689]
    assert str((await browser.get(f"/orders/{order_id}/pay")).url).endswith(f"/orders/{order_id}")


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("pm_card_visa_chargeDeclined", "did not say why"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "not enough funds"),
        ("pm_card_chargeDeclinedExpiredCard", "has expired"),
        ("pm_card_visa_chargeDeclinedStolenCard", "did not say why"),
    ],
)
async def test_a_decline_is_said_in_plain_words_and_another_card_pays(
    browser, db, till, order_id, card, words
):
    await browser.get(f"/orders/{order_id}/pay")
    [attempt] = await attempts(db, order_id)
    await till.confirm(attempt, card)

    back = await browser.get(f"/orders/{order_id}/return")

    assert str(back.url).endswith("/pay")
    assert words in back.text
    assert "stolen" not in back.text.lower()
    assert await till.confirm(attempt) == "succeeded"
    assert "Thank you." in (await browser.get(f"/orders/{order_id}/return")).text
    assert await till.charged() == [1689]


async def test_a_failed_challenge_leads_back_to_the_pay_page(browser, db, till, order_id):
    await browser.get(f"/orders/{order_id}/pay")
    [attempt] = await attempts(db, order_id)
    assert await till.confirm(attempt, "pm_card_threeDSecure2Required") == "requires_action"
    await till.challenge(attempt, "fail")

    back = await browser.get(f"/orders/{order_id}/return")

    assert "could not confirm that it was you" in back.text
    assert await state(db, order_id) is orders.State.PENDING


async def test_a_silent_provider_is_not_a_failure(browser, db, till, order_id, monkeypatch):
    await browser.get(f"/orders/{order_id}/pay")

    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "intent", silence)
    page = await browser.get(f"/orders/{order_id}/return")

    assert page.status_code == 200
    assert "We are checking with Stripe." in page.text
    assert page.headers["refresh"].endswith("?n=1")
    assert await state(db, order_id) is orders.State.PENDING
    last = await browser.get(f"/orders/{order_id}/return?n=99")
    assert "refresh" not in last.headers


async def test_a_provider_that_is_away_is_said_on_the_pay_page(browser, db, till, order_id, monkeypatch):
    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "create_intent", silence)
    page = await browser.get(f"/orders/{order_id}/pay")

    assert page.status_code == 503
    assert "can't be reached" in page.text


async def test_stripes_page_is_paid_and_the_other_way_to_pay_is_closed(browser, db, till, order_id):
    await browser.get(f"/orders/{order_id}/pay")

    off = await browser.post(f"/orders/{order_id}/pay/hosted")

    element, hosted = await attempts(db, order_id)
    assert off.status_code == 303
    assert off.headers["location"] == hosted.url
    assert (element.state, hosted.state) == ("canceled", "open")
    assert await till.hosted(hosted) == 200
    assert "Thank you." in (await browser.get(f"/orders/{order_id}/return")).text


async def test_coming_back_from_stripes_page_without_paying_is_no_failure(browser, db, order_id):
    await browser.post(f"/orders/{order_id}/pay/hosted")

    page = await browser.get(f"/orders/{order_id}/pay?canceled=1")

    assert "without paying" in page.text
    assert [attempt.state for attempt in await attempts(db, order_id)] == ["canceled", "open"]


async def test_somebody_elses_order_is_not_there(browser, stranger, db, order_id):
    await stranger.add()

    for address in ("", "/pay", "/return"):
        assert (await stranger.get(f"/orders/{order_id}{address}")).status_code == 404
    for address in ("/cancel", "/again", "/pay/hosted"):
        assert (await stranger.post(f"/orders/{order_id}{address}")).status_code == 404
    assert await state(db, order_id) is orders.State.PENDING
    assert await attempts(db, order_id) == []
