"""Whoever's payment failed hears of it once per cause, with a way to go on, and not while still at the page."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till
from tests.notifications.test_receipt import SETTINGS
from tests.payments.test_slow_money import debit

from kassa import checkout, jobs, notifications, orders
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.payments.telling import QUIET, SOON

POOR, EXPIRED, NO = (
    "pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedExpiredCard", "pm_card_chargeDeclined",
)  # fmt: skip


@pytest.fixture
async def till(db: Database, clock: FrozenClock) -> Any:
    """A Stripe, five copies, and a worker that writes these mails."""
    made = Till(db, clock)
    await make_variant(db, clock)

    async def failed(args: Any) -> None:
        await notifications.build_payment_failed_mail(db, args, clock=clock, settings=SETTINGS)

    async def placed(args: Any) -> None:
        await notifications.build_placed_mail(db, args, clock=clock, settings=SETTINGS)

    async def taken(args: Any) -> None:
        """The mail server has it."""

    handlers = {
        **made._handlers(), "send_payment_failed_mail": failed, "send_placed_mail": placed, "send_mail": taken,
    }  # fmt: skip
    made.worker = jobs.Worker(db, clock, handlers, steps=made.worker.steps)
    yield made
    made.stripe.close()


async def mails(db: Database, order: orders.Order) -> list[notifications.StoredMail]:
    async with db.connection() as conn:
        return [
            await notifications.mail(conn, one.id) for one in await notifications.of_order(conn, order.id)
        ]


async def decline(till: Till, order: orders.Order, method: str) -> None:
    payment = await till.pay(order)
    await till.confirm(payment, method)
    await till.settle()


async def quiet(till: Till) -> None:
    till.clock.advance(seconds=QUIET.total_seconds() + 1)
    await till.settle()


async def test_a_decline_is_told_after_a_while_with_a_way_to_go_on(till: Till, db: Database) -> None:
    order = await place(db, till.clock, locale="de")
    await decline(till, order, POOR)
    assert await mails(db, order) == []

    await quiet(till)
    await quiet(till)

    [mail] = await mails(db, order)
    assert (mail.kind, mail.recipient, mail.language) == ("payment_failed:funds", "ada@example.org", "de")
    assert f"https://shop.example.org/de/orders/{order.id}/resume/" in mail.text_body
    assert "Berlin" not in mail.text_body + mail.html_body


async def test_who_tries_again_hears_only_of_the_last(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    await decline(till, order, POOR)
    till.clock.advance(seconds=QUIET.total_seconds() / 2)
    await decline(till, order, EXPIRED)

    for _ in range(3):
        await quiet(till)

    assert [mail.kind for mail in await mails(db, order)] == ["payment_failed:expired"]


async def test_each_cause_is_told_once(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    for method in (NO, POOR, NO):
        await decline(till, order, method)
        await quiet(till)

    kinds = [mail.kind for mail in await mails(db, order)]

    assert kinds == ["payment_failed:declined", "payment_failed:funds"]


async def test_who_paid_after_all_hears_nothing_of_it(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    await decline(till, order, NO)
    assert await till.confirm((await till.payments(order))[0]) == "succeeded"
    await till.settle()

    await quiet(till)

    assert await mails(db, order) == []


async def test_nor_does_who_gave_up_or_ordered_anew(till: Till, db: Database) -> None:
    given_up, left = await place(db, till.clock), await place(db, till.clock, email="eve@example.org")
    for order in (given_up, left):
        await decline(till, order, NO)
    await checkout.cancel(db, till.gateway, given_up.id, clock=till.clock, actor="customer")
    till.clock.advance(seconds=1)
    await place(db, till.clock, email="Eve@example.org")

    await quiet(till)

    assert [await mails(db, order) for order in (given_up, left)] == [[], []]


async def test_when_the_time_is_over_the_mail_says_so(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    till.clock.advance(minutes=12)
    await decline(till, order, NO)
    after_the_hold(till.clock)
    await checkout.expire_due(db, till.gateway, clock=till.clock)

    await till.settle()

    [mail] = await mails(db, order)
    assert "The time to pay is over" in mail.text_body
    assert "Order again:" in mail.text_body


async def test_a_debit_that_takes_days_is_an_order_placed(till: Till, db: Database) -> None:
    order = await place(db, till.clock, currency="USD")
    assert await debit(till, await till.pay(order), "pm_usBankAccount_processing") == "processing"
    await till.settle()
    assert await mails(db, order) == []

    for _ in range(2):
        till.clock.advance(seconds=SOON.total_seconds() + 1)
        await till.settle()

    [placed] = await mails(db, order)
    assert (placed.kind, placed.subject) == ("placed", f"We have your order K-{order.number}")
    assert "a few days with some banks" in placed.text_body


async def test_money_that_a_bank_only_promised_is_an_order_placed(till: Till, db: Database) -> None:
    till.gateway.capture = "manual"
    order = await place(db, till.clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    till.clock.advance(seconds=SOON.total_seconds() + 1)
    await till.settle()

    [placed] = await mails(db, order)
    assert "It is collected when your parcel leaves" in placed.text_body


async def test_a_debit_that_a_bank_sends_back_is_told_at_once(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    assert await debit(till, await till.pay(order), "pm_sepaDebit_failed_at") == "processing"
    await till.settle()
    till.clock.advance(seconds=timedelta(hours=1).total_seconds())

    await till.settle()

    assert "payment_failed:returned" in [mail.kind for mail in await mails(db, order)]


async def test_a_card_that_is_paid_at_once_gets_no_other_mail(till: Till, db: Database) -> None:
    order = await place(db, till.clock)
    await till.confirm(await till.pay(order))
    await till.settle()
    till.clock.advance(seconds=SOON.total_seconds() + 1)
    await till.settle()

    assert await mails(db, order) == []
