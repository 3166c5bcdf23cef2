"""Gift cards by the API: looked up by what stands in the body, spent beside the bank."""

import pytest
from tests.api.conftest import ORDER, SETTINGS

from kassa import gift_cards
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
        return gift_cards.code_of(SETTINGS.secret_key, card_id)

    return make


async def test_a_balance_is_told_to_who_has_the_code(guest, card):
    code = await card(2500)

    answer = await guest.send("POST", "/gift-cards/balance", {"code": gift_cards.shown(code)})

    assert answer.status_code == 200
    assert answer.json()["available"] == {"amount": 2500, "currency": "EUR"}
    assert answer.json()["last4"] == code[-4:]


async def test_a_code_that_nobody_has_is_not_found_and_soon_not_asked_for(guest):
    codes = [
        (await guest.send("POST", "/gift-cards/balance", {"code": f"{n:016}"})).json()["code"]
        for n in range(31)
    ]

    assert set(codes[:30]) == {"gift_card_not_found"}
    assert codes[30] == "too_many_requests"


async def test_an_order_is_placed_and_paid_by_a_card(guest, card):
    order = await guest.order(gift_cards=[await card(10_000)])

    assert (order["state"], order["due"]["amount"]) == ("paid", 0)
    assert [(one["provider"], one["flow"], one["state"]) for one in order["payments"]] == [
        ("kassa", "gift_card", "succeeded")
    ]


async def test_a_wrong_code_places_nothing_and_names_the_member(guest, card, till):
    answer = await guest.wish("/orders", {**ORDER, "gift_cards": [await card(500), "0000 0000 0000 0000"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "gift_card_not_found")
    assert answer.json()["errors"][0]["path"] == "gift_cards[1]"
    assert await till.stock() == (5, 0)


async def test_a_card_is_put_on_an_order_and_taken_off_again(guest, card):
    order = await guest.order()
    token = order["token"]
    code = await card(500)

    used = (
        await guest.wish(f"/orders/{order['id']}/gift-cards", {"codes": [code]}, X_Order_Token=token)
    ).json()
    part = next(one["id"] for one in used["payments"] if one["flow"] == "gift_card")
    off = await guest.send("DELETE", f"/orders/{order['id']}/gift-cards/{part}", X_Order_Token=token)

    assert used["due"]["amount"] == order["total"]["amount"] - 500
    assert off.json()["due"] == order["total"]


async def test_nobody_puts_a_card_on_somebody_elses_order(guest, card):
    order = await guest.order()
    code = await card(500)

    answer = await guest.wish(f"/orders/{order['id']}/gift-cards", {"codes": [code]}, X_Order_Token="guessed")
    found = await guest.send("POST", "/gift-cards/balance", {"code": code})

    assert answer.json()["code"] == "order_not_found"
    assert found.json()["available"]["amount"] == 500
