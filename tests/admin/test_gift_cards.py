"""Gift cards at the desk: given away for a reason, found by their last letters, voided for a reason."""

import re

import pytest
from tests.factories import make_variant, place

from kassa import gift_cards
from kassa.kernel.ids import new_id

SECRET = "k" * 32
WISH = {"amount": "25,00", "currency": "EUR", "email": "bob@example.org", "reason": "The parcel was late"}


async def give(operator, **changed):
    """The form on the list, filled in; where it leads."""
    page = (await operator.open("/admin/gift-cards")).text
    card_id = re.search(r'name="card_id" value="([^"]+)"', page)[1]
    return await operator.send("/admin/gift-cards", **{"card_id": card_id, **WISH, **changed})


async def count(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from gift_cards")


async def test_a_card_is_given_away_and_its_history_says_why_and_by_whom(operator):
    answer = await give(operator)
    page = (await operator.open(answer.headers["location"])).text

    assert "€25.00 left" in page
    assert "The parcel was late" in page
    assert "owner@example.org" in page


async def test_the_same_form_twice_gives_one_card(operator, db):
    card_id = str(new_id())
    for _ in range(2):
        assert (await give(operator, card_id=card_id)).status_code == 303

    assert await count(db) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": "0"}, {"amount": "-5"}, {"amount": "much"}, {"amount": "1.234"}, {"currency": "XXX"},
        {"email": "nobody"}, {"reason": "  "}, {"until": "2001-01-01"}, {"until": "soon"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_given_is_said_and_what_was_typed_stays(operator, db, changed):
    answer = await give(operator, **changed)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "bob@example.org" in answer.text or changed.get("email") == "nobody"
    assert await count(db) == 0


async def test_a_card_is_found_by_its_last_letters(operator, db):
    card_id = str(new_id())
    await give(operator, card_id=card_id)
    async with db.transaction() as tx:
        card = (await gift_cards.page(tx, last4=None, after=None)).items[0]
        await gift_cards.seal(tx, card, SECRET)
    last4 = gift_cards.code_of(SECRET, card.id)[-4:]

    assert card_id in (await operator.open(f"/admin/gift-cards?q={last4.lower()}")).text
    assert card_id not in (await operator.open("/admin/gift-cards?q=IIII")).text


async def test_a_card_is_voided_for_a_reason_and_not_without(operator):
    address = (await give(operator)).headers["location"]
    await operator.open(address)

    await operator.send(f"{address}/void", reason=" ")
    assert "Nothing was voided." in (await operator.open(address)).text
    await operator.send(f"{address}/void", reason="Lost in the post")
    page = (await operator.open(address)).text

    assert "€0.00 left" in page
    assert "Lost in the post" in page


async def test_a_card_that_is_not_there_is_not_found(operator):
    for address in (f"/admin/gift-cards/{new_id()}", "/admin/gift-cards/nonsense"):
        assert (await operator.open(address)).status_code == 404


async def test_nobody_sees_gift_cards_who_is_not_logged_in(browser):
    for address in ("/admin/gift-cards", f"/admin/gift-cards/{new_id()}"):
        assert (await browser.open(address)).status_code == 303


async def test_the_form_of_a_refund_says_in_which_parts_it_goes_back(operator, db, clock):
    card_id = new_id()
    await make_variant(db, clock)
    async with db.transaction() as tx:
        card = await gift_cards.issue(
            tx, card_id, amount=10_000, currency="EUR", email="bob@example.org", reason="sorry", actor="staff",
            now=clock.now(),
        )  # fmt: skip
        await gift_cards.seal(tx, card, SECRET)
    order = await place(db, clock, gift_cards=[gift_cards.code_of(SECRET, card_id)])

    page = (await operator.open(f"/admin/orders/{order.id}")).text

    assert "It goes back in this order:" in page
    assert f"/admin/gift-cards/{card_id}" in page
