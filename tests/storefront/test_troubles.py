"""The table of troubles: each card that is refused, each break of the line, has its words and its next step."""

from pathlib import Path
from uuid import UUID

import pytest

from kassa import orders, payments
from kassa.storefront.troubles import TROUBLES, of_error
from kassa.stripe import Unreachable

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guide" / "checkout.md"
CARDS = {
    "pm_card_visa_chargeDeclined": "declined",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedLostCard": "declined",
    "pm_card_visa_chargeDeclinedStolenCard": "declined",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "limit_reached",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
    "pm_card_chargeDeclinedIncorrectCvc": "incorrect_cvc",
    "pm_card_chargeDeclinedProcessingError": "processing_error",
    "pm_card_chargeCustomerFail": "declined",
    "pm_card_radarBlock": "declined",
    "pm_card_threeDSecureRequiredProcessingError": "declined",
}


@pytest.fixture
async def order_id(browser) -> UUID:
    """An order over one book that waits to be paid."""
    await browser.add()
    return await browser.order()


async def attempt_of(db, order_id):
    """The newest attempt to pay an order."""
    async with db.connection() as conn:
        return (await payments.of_order(conn, order_id))[-1]


def shown(page, code):
    """Whether a page says this trouble and its next step."""
    trouble = TROUBLES[code]
    text = page.text.replace("&#39;", "'")
    return f'data-trouble="{code}"' in text and trouble.says in text and trouble.next in text


async def pending(db, order_id):
    """Nothing happened to the order."""
    async with db.connection() as conn:
        return (await orders.get(conn, order_id)).state is orders.State.PENDING


@pytest.mark.parametrize(("card", "code"), CARDS.items())
async def test_a_card_that_is_refused_has_its_words_and_another_one_pays(
    browser, db, till, order_id, card, code
):
    await browser.get(f"/orders/{order_id}/pay")
    attempt = await attempt_of(db, order_id)
    await till.confirm(attempt, card)

    page = await browser.get(f"/orders/{order_id}/return")

    assert str(page.url).endswith("/pay")
    assert shown(page, code)
    assert not {"stolen", "lost card", "fraud"} & set(page.text.lower().split())
    assert await pending(db, order_id)
    assert await till.charged() == []
    assert await till.confirm(attempt) == "succeeded"
    assert "Thank you." in (await browser.get(f"/orders/{order_id}/return")).text
    assert await till.charged() == [1689]


@pytest.mark.parametrize(
    ("card", "outcome", "code"),
    [
        ("pm_card_threeDSecure2Required", "fail", "not_confirmed"),
        ("pm_card_authenticationRequired", "fail", "not_confirmed"),
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "succeed", "insufficient_funds"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "succeed", "declined"),
    ],
)
async def test_a_challenge_that_leads_to_nothing_has_its_words(
    browser, db, till, order_id, card, outcome, code
):
    await browser.get(f"/orders/{order_id}/pay")
    attempt = await attempt_of(db, order_id)
    assert await till.confirm(attempt, card) == "requires_action"
    path = f"/payment_intents/{attempt.intent_ref}/authenticate"
    await till.stripe.control("POST", path, {"outcome": outcome})

    assert shown(await browser.get(f"/orders/{order_id}/return"), code)
    assert await pending(db, order_id)


async def test_a_challenge_that_was_left_can_be_taken_up_again(browser, db, till, order_id):
    await browser.get(f"/orders/{order_id}/pay")
    attempt = await attempt_of(db, order_id)
    await till.confirm(attempt, "pm_card_authenticationRequired")

    assert shown(await browser.get(f"/orders/{order_id}/return"), "confirmation_open")
    assert await till.confirm(attempt) == "succeeded"
    assert "Thank you." in (await browser.get(f"/orders/{order_id}/return")).text


async def test_stripe_away_while_the_page_is_made(browser, db, till, order_id, monkeypatch):
    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "create_intent", silence)
    page = await browser.get(f"/orders/{order_id}/pay")

    assert page.status_code == 503
    assert shown(page, "unreachable")
    assert await pending(db, order_id)


async def test_stripe_away_when_somebody_comes_back(browser, db, till, order_id, monkeypatch):
    await browser.get(f"/orders/{order_id}/pay")

    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "intent", silence)

    assert shown(await browser.get(f"/orders/{order_id}/return"), "silent")
    assert await pending(db, order_id)


async def test_a_bank_that_takes_its_time(browser, db, till, order_id):
    await browser.get(f"/orders/{order_id}/pay")
    await till.confirm(await attempt_of(db, order_id), "pm_sepaDebit_successDelayed_at")

    assert shown(await browser.get(f"/orders/{order_id}/return"), "deciding")
    assert shown(await browser.get(f"/orders/{order_id}/pay"), "deciding")


async def test_coming_back_from_stripes_page(browser, order_id):
    await browser.post(f"/orders/{order_id}/pay/hosted")

    assert shown(await browser.get(f"/orders/{order_id}/pay?canceled=1"), "came_back")


async def test_what_only_the_browser_can_know_is_there_before_it_happens(browser, order_id):
    page = (await browser.get(f"/orders/{order_id}/pay")).text.replace("&#39;", "'")

    for code in ("offline", "not_sent", "form_missing", "incomplete", "paid_elsewhere"):
        assert f'<template data-trouble="{code}">' in page
        assert TROUBLES[code].says in page
        assert TROUBLES[code].next in page


async def test_ten_declines_end_the_order_and_say_so(browser, db, till, order_id, clock):
    await browser.get(f"/orders/{order_id}/pay")
    attempt = await attempt_of(db, order_id)
    for _ in range(payments.TRIES):
        await till.confirm(attempt, "pm_card_visa_chargeDeclined")
        page = await browser.get(f"/orders/{order_id}/return")

    assert shown(page, "too_many_tries")
    assert await till.charged() == []


@pytest.mark.parametrize(
    "code", ["lost_card", "stolen_card", "fraudulent", "pickup_card", "do_not_honor", "new"]
)
def test_what_a_thief_must_not_learn_reads_like_any_other_no(code):
    assert of_error({"code": "card_declined", "decline_code": code}) is TROUBLES["declined"]


@pytest.mark.parametrize("code", ["card_not_supported", "currency_not_supported", "transaction_not_allowed"])
def test_a_card_that_can_not_pay_for_this(code):
    assert of_error({"code": "card_declined", "decline_code": code}) is TROUBLES["unsupported"]


def test_a_bank_that_wants_to_be_asked_again():
    assert of_error({"code": "authentication_required"}) is TROUBLES["authentication_required"]
    assert of_error({"code": "invalid_expiry_year"}) is TROUBLES["incorrect_date"]
    assert of_error({"code": "incorrect_number"}) is TROUBLES["incorrect_number"]
    assert of_error(None) is None


def test_every_trouble_says_something_of_its_own_and_what_to_do_next():
    assert len({trouble.says for trouble in TROUBLES.values()}) == len(TROUBLES)
    for trouble in TROUBLES.values():
        assert trouble.says.endswith(".")
        assert trouble.next.endswith(".")
        assert "!" not in trouble.says + trouble.next


def test_the_guide_lists_every_trouble_as_it_is_said():
    guide = GUIDE.read_text()

    for trouble in TROUBLES.values():
        assert f"| `{trouble.code}` | {trouble.says} | {trouble.next} |" in guide
