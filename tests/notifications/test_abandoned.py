"""Who agreed to it is reminded once of what was left behind; nobody else ever is."""

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import HOLD_SECONDS, make_variant, place
from tests.notifications.test_receipt import SETTINGS

from kassa import jobs, notifications, orders
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.notifications.abandoned import BOX, ONE_IN, PAUSE
from kassa.orders import Event

WHEN = HOLD_SECONDS + PAUSE.total_seconds() + 1


@pytest.fixture(autouse=True)
async def stock(db: Database, clock: FrozenClock) -> None:
    """Twenty copies."""
    await make_variant(db, clock, on_hand=20)


@pytest.fixture
def worker(db: Database, clock: FrozenClock) -> jobs.Worker:
    """A worker that writes reminders."""

    async def build(args: Any) -> None:
        await notifications.build_abandoned_mail(db, args, clock=clock, settings=SETTINGS)

    async def taken(args: Any) -> None:
        """The mail server has it."""

    return jobs.Worker(db, clock, {"send_abandoned_mail": build, "send_mail": taken})


async def agreed(db: Database, clock: FrozenClock, **more: Any) -> orders.Order:
    """An order whose customer ticked the box."""
    order = await place(db, clock, **more)
    async with db.transaction() as tx:
        await notifications.abandoned.agree(tx, order, now=clock.now(), hold_seconds=HOLD_SECONDS)
    return order


async def happens(db: Database, clock: FrozenClock, order: orders.Order, *events: Event) -> None:
    async with db.transaction() as tx:
        for event in events:
            await orders.apply(tx, order.id, event, now=clock.now(), actor="clock")


async def reminders(db: Database, order: orders.Order) -> list[notifications.StoredMail]:
    async with db.connection() as conn:
        found = await notifications.of_order(conn, order.id)
        return [await notifications.mail(conn, one.id) for one in found]


async def later(clock: FrozenClock, worker: jobs.Worker, seconds: float = WHEN) -> None:
    clock.advance(seconds=seconds)
    await jobs.drain(worker)


async def test_an_hour_after_the_time_to_pay_is_over(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    order = await agreed(db, clock, locale="fr")
    await later(clock, worker, HOLD_SECONDS + 1)
    await happens(db, clock, order, Event.EXPIRED)
    assert await reminders(db, order) == []

    await later(clock, worker, PAUSE.total_seconds())
    await later(clock, worker, 30 * 86_400)

    [mail] = await reminders(db, order)
    assert (mail.kind, mail.recipient, mail.language) == ("abandoned", "ada@example.org", "fr")
    assert f"https://shop.example.org/fr/orders/{order.id}/resume/" in mail.text_body
    assert mail.unsubscribe is not None
    assert mail.unsubscribe.startswith(f"https://shop.example.org/reminders/{order.id}/stop?key=")
    assert "Berlin" not in mail.text_body + mail.html_body
    assert "?key=" not in mail.text_body.replace("/stop?key=", "")


async def test_without_the_box_nobody_is_reminded(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    order = await place(db, clock)
    await happens(db, clock, order, Event.EXPIRED)

    await later(clock, worker)

    assert await reminders(db, order) == []


@pytest.mark.parametrize("events", [(Event.PAYMENT_SUCCEEDED,), (Event.CANCELED,)])
async def test_nor_who_paid_or_gave_the_order_up(
    db: Database, clock: FrozenClock, worker: jobs.Worker, events: tuple[Event, ...]
) -> None:
    order = await agreed(db, clock)
    await happens(db, clock, order, *events)

    await later(clock, worker)

    assert await reminders(db, order) == []


async def test_nor_who_ordered_since(db: Database, clock: FrozenClock, worker: jobs.Worker) -> None:
    order = await agreed(db, clock)
    await happens(db, clock, order, Event.EXPIRED)
    clock.advance(seconds=60)
    await place(db, clock, email="Ada@Example.org")

    await later(clock, worker)

    assert await reminders(db, order) == []


async def test_nor_of_what_is_sold_out(db: Database, clock: FrozenClock, worker: jobs.Worker) -> None:
    order = await agreed(db, clock, quantity=2)
    await happens(db, clock, order, Event.EXPIRED)
    await place(db, clock, quantity=19, email="eve@example.org")

    await later(clock, worker)

    assert await reminders(db, order) == []


async def test_one_letter_a_week_however_much_is_left_behind(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    first = await agreed(db, clock)
    await happens(db, clock, first, Event.EXPIRED)
    await later(clock, worker)
    second = await agreed(db, clock)
    await happens(db, clock, second, Event.EXPIRED)
    await later(clock, worker)
    clock.advance(seconds=ONE_IN.total_seconds())
    third = await agreed(db, clock)
    await happens(db, clock, third, Event.EXPIRED)
    await later(clock, worker)

    told = [len(await reminders(db, order)) for order in (first, second, third)]

    assert told == [1, 0, 1]


async def test_an_order_that_still_waits_is_looked_at_once_more(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    order = await agreed(db, clock)
    await later(clock, worker)
    assert await reminders(db, order) == []
    await happens(db, clock, order, Event.EXPIRED)

    await later(clock, worker)

    assert len(await reminders(db, order)) == 1


async def test_what_was_agreed_to_can_be_taken_back(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    order = await agreed(db, clock)
    async with db.transaction() as tx:
        await notifications.abandoned.take_back(tx, order.id)
    await happens(db, clock, order, Event.EXPIRED)

    await later(clock, worker)

    assert await reminders(db, order) == []


async def test_after_a_no_there_is_none_whatever_is_ticked_later(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    first = await agreed(db, clock, email="Ada@example.org")
    for _ in range(2):
        async with db.transaction() as tx:
            await notifications.abandoned.stop(tx, first.id, now=clock.now())
    second = await agreed(db, clock)
    for order in (first, second):
        await happens(db, clock, order, Event.EXPIRED)

    await later(clock, worker)

    assert [await reminders(db, order) for order in (first, second)] == [[], []]


async def test_the_words_agreed_to_are_kept_for_a_month_and_the_letter_too(
    db: Database, clock: FrozenClock, worker: jobs.Worker
) -> None:
    order = await agreed(db, clock)
    async with db.connection() as conn:
        assert await conn.fetchval("select words from reminders") == BOX
    await happens(db, clock, order, Event.EXPIRED)
    await later(clock, worker)
    assert len(await reminders(db, order)) == 1

    clock.advance(seconds=timedelta(days=30).total_seconds())
    async with db.transaction() as tx:
        await notifications.sweep(tx, now=clock.now())

    assert await reminders(db, order) == []
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reminders") == 0
    args = {"order_id": str(order.id)}
    await notifications.build_abandoned_mail(db, args, clock=clock, settings=SETTINGS)
    assert await reminders(db, order) == []
