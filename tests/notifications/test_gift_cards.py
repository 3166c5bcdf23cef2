"""The mail that brings a gift card: its code goes out, and is not in the mail that is kept."""

import pytest
from msgspec.structs import replace
from tests.factories import ADDRESS, make_variant, place
from tests.gift_cards.conftest import Counter, gift_card_product
from tests.notifications.test_receipt import SETTINGS, Letterbox, only_mail

from kassa import gift_cards, notifications
from kassa.kernel.ids import new_id
from kassa.notifications import render
from kassa.notifications.service import queue


async def bought(db, clock):
    """An order of two gift cards that was paid; its id."""
    till = Counter(db, clock)
    await gift_card_product(db, clock)
    order = await till.paid(lines=[("GIFT-25", 2)])
    till.stripe.close()
    return order.id


async def sent(db, clock):
    """What the mail server was given."""
    box, mail = Letterbox(), await only_mail(db)
    await notifications.send(db, box, mail.id, clock=clock, secret=SETTINGS.secret_key)
    return box.mails[0]


async def cards(db, order_id):
    async with db.connection() as conn:
        return await gift_cards.of_order(conn, order_id)


async def test_the_codes_of_all_cards_of_an_order_come_in_one_mail(db, clock):
    order_id = await bought(db, clock)
    for _ in range(2):
        await notifications.build_gift_cards_mail(db, order_id, clock=clock, settings=SETTINGS)

    mail = await sent(db, clock)

    for card in await cards(db, order_id):
        code = gift_cards.shown(gift_cards.code_of(SETTINGS.secret_key, card.id))
        assert code in mail.text
        assert code in mail.html
    assert "€25.00" in mail.text


async def test_a_mail_that_is_kept_has_no_code(db, clock):
    order_id = await bought(db, clock)
    await notifications.build_gift_cards_mail(db, order_id, clock=clock, settings=SETTINGS)

    mail = await only_mail(db)

    for card in await cards(db, order_id):
        code = gift_cards.code_of(SETTINGS.secret_key, card.id)
        for body in (mail.text_body, mail.html_body):
            assert code not in body
            assert gift_cards.shown(code) not in body


async def test_a_card_has_no_code_before_its_mail_and_then_the_one_it_says(db, clock):
    order_id = await bought(db, clock)
    before = [card.sealed for card in await cards(db, order_id)]
    await notifications.build_gift_cards_mail(db, order_id, clock=clock, settings=SETTINGS)

    assert before == [False, False]
    for card in await cards(db, order_id):
        async with db.connection() as conn:
            found = await gift_cards.find(conn, gift_cards.code_of(SETTINGS.secret_key, card.id))
        assert found.id == card.id


async def test_with_another_secret_no_wrong_code_is_mailed(db, clock):
    card_id, mail_id = new_id(), new_id()
    async with db.transaction() as tx:
        card = await gift_cards.issue(
            tx, card_id, amount=500, currency="EUR", email="bob@example.org", reason="sorry", actor="staff",
            now=clock.now(),
        )  # fmt: skip
        await gift_cards.seal(tx, card, "the secret of before")
    args = {"gift_card_id": str(card_id), "mail_id": str(mail_id)}

    await notifications.build_gift_card_mail(db, args, clock=clock, settings=SETTINGS)

    async with db.connection() as conn:
        assert not (await notifications.mailbox(conn)).items


async def test_a_card_that_was_given_away_goes_to_whom_it_is_for(db, clock):
    card_id, mail_id = new_id(), new_id()
    async with db.transaction() as tx:
        await gift_cards.issue(
            tx, card_id, amount=500, currency="EUR", email="bob@example.org", reason="sorry", actor="staff",
            now=clock.now(),
        )  # fmt: skip
    args = {"gift_card_id": str(card_id), "mail_id": str(mail_id)}
    for _ in range(2):
        await notifications.build_gift_card_mail(db, args, clock=clock, settings=SETTINGS)

    mail = await sent(db, clock)

    assert mail.recipient == "bob@example.org"
    assert gift_cards.shown(gift_cards.code_of(SETTINGS.secret_key, card_id)) in mail.text


@pytest.mark.parametrize(
    "written", ["the mark of a card", "[[gift-card:------------------------------------]]"]
)
async def test_nobody_has_a_code_said_by_writing_its_mark_into_an_order(db, clock, written):
    card_id = new_id()
    async with db.transaction() as tx:
        await gift_cards.issue(
            tx, card_id, amount=500, currency="EUR", email="bob@example.org", reason="sorry", actor="staff",
            now=clock.now(),
        )  # fmt: skip
    name = gift_cards.mark(card_id) if written == "the mark of a card" else written
    await make_variant(db, clock)
    order = await place(db, clock, shipping_address=replace(ADDRESS, name=name))
    async with db.transaction() as tx:
        letter = render.placed(order, promised=True, settings=SETTINGS)
        await queue(tx, order, "placed", letter, clock=clock, settings=SETTINGS)

    mail = await sent(db, clock)

    assert name in mail.text
    assert name in mail.html
