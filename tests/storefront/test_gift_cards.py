"""Gift cards in the shop, without a script: looked up, put on an order, taken off."""

import pytest
from tests.storefront.conftest import SETTINGS

from kassa import gift_cards, orders
from kassa.kernel.ids import new_id


@pytest.fixture
def card(db, clock):
    """Makes cards; their codes."""

    async def make(amount, currency="EUR"):
        card_id = new_id()
        async with db.transaction() as tx:
            made = await gift_cards.issue(
                tx, card_id, amount=amount, currency=currency, email="bob@example.org", reason="sorry", actor="staff",
                now=clock.now(),
            )  # fmt: skip
            await gift_cards.seal(tx, made, SETTINGS.secret_key)
        return gift_cards.shown(gift_cards.code_of(SETTINGS.secret_key, card_id))

    return make


@pytest.fixture
async def order_id(browser):
    """An order over one book that waits to be paid."""
    await browser.add()
    return await browser.order()


async def order(db, order_id):
    async with db.connection() as conn:
        return await orders.get(conn, order_id)


async def test_what_is_left_on_a_card_is_told(browser, card):
    answer = await browser.post("/gift-cards", code=await card(2500))

    assert answer.status_code == 200
    assert "€25.00" in answer.text


async def test_an_unknown_code_is_said_and_stays_in_its_field(browser):
    answer = await browser.post("/gift-cards", code="no such code")

    assert answer.status_code == 422
    assert 'value="no such code"' in answer.text


async def test_codes_can_not_be_tried_for_ever(browser):
    answers = [(await browser.post("/gift-cards", code=f"{n:016}")).status_code for n in range(31)]

    assert answers == [422] * 30 + [429]


async def test_a_card_on_the_pay_page_leaves_the_rest_to_pay(browser, db, card, order_id):
    total = (await order(db, order_id)).total_minor
    answer = await browser.post(f"/orders/{order_id}/gift-card", code=await card(500))
    page = await browser.get(f"/orders/{order_id}/pay")

    assert answer.headers["location"].endswith(f"/orders/{order_id}/pay#gift-cards")
    assert "€5.00" in page.text
    assert (await order(db, order_id)).due_minor == total - 500


async def test_a_card_that_covers_all_leads_to_the_paid_order(browser, db, card, order_id):
    answer = await browser.post(f"/orders/{order_id}/gift-card", code=await card(10_000))
    page = await browser.get(f"/orders/{order_id}")

    assert answer.headers["location"].endswith(f"/orders/{order_id}")
    assert (await order(db, order_id)).state == "paid"
    assert "Gift card" in page.text
    assert "Verified with Stripe" not in page.text


async def test_a_card_of_another_currency_is_refused_and_nothing_changes(browser, db, card, order_id):
    code = await card(500, "USD")
    answer = await browser.post(f"/orders/{order_id}/gift-card", code=code)

    assert answer.status_code == 422
    assert f'value="{code}"' in answer.text
    assert (await order(db, order_id)).gift_minor == 0


async def test_a_card_is_taken_off_again(browser, db, card, order_id):
    await browser.post(f"/orders/{order_id}/gift-card", code=await card(500))
    async with db.connection() as conn:
        [part] = await gift_cards.parts(conn, order_id)

    await browser.post(f"/orders/{order_id}/gift-card/{part.payment_id}")

    assert (await order(db, order_id)).gift_minor == 0


async def test_nobody_pays_somebody_elses_order_by_card(browser, card):
    answer = await browser.post(f"/orders/{new_id()}/gift-card", code=await card(500))

    assert answer.status_code == 404
