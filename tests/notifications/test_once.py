"""Whatever crashes, and wherever: one mail per order and kind, and one message for it in the end."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from tests.factories import after_the_hold, make_variant, place
from tests.fulfilment.parcels import do, paid
from tests.mortal import Died, Life, Mortal, around
from tests.notifications.orders import make_order, make_refund
from tests.notifications.test_gift_cards import bought
from tests.notifications.test_receipt import SETTINGS, Letterbox

from kassa import fulfilment, notifications, orders
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.mail import Mail
from kassa.orders import Event

Build = Callable[[Database], Awaitable[None]]
KINDS = (
    "receipt",
    "placed",
    "payment_failed",
    "abandoned",
    "refund",
    "shipped",
    "cancellation",
    "gift_cards",
)


class Dying:
    """A mailer whose process may die before a mail is taken, or after, before anybody hears of it."""

    def __init__(self, life: Life) -> None:
        self.box = Letterbox()
        self._send = around(self.box.send, life)

    async def send(self, mail: Mail) -> None:
        await self._send(mail)


async def prepared(kind: str, db: Database, clock: FrozenClock) -> tuple[UUID, Build]:
    """An order about which this mail is due, and what writes it."""
    given: dict[str, Any] = {"clock": clock, "settings": SETTINGS}
    if kind == "receipt":
        made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
        return made.order_id, lambda db: notifications.build_receipt(db, made.order_id, **given)
    if kind == "refund":
        made = await make_order(db, clock, events=(Event.EXPIRED,))
        refund_id = await make_refund(db, made, clock)
        return made.order_id, lambda db: notifications.build_refund_mail(db, refund_id, **given)
    if kind == "cancellation":
        made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
        args: dict[str, Any] = {"order_id": str(made.order_id), "amount_minor": 2970}
        return made.order_id, lambda db: notifications.build_cancellation_mail(db, args, **given)
    if kind == "gift_cards":
        order_id = await bought(db, clock)
        return order_id, lambda db: notifications.build_gift_cards_mail(db, order_id, **given)
    if kind == "shipped":
        order = await paid(db, clock)
        await do(db, clock, fulfilment.ship, order.id)
        async with db.connection() as conn:
            told = await conn.fetchval("select args from jobs where name = 'send_shipping_mail'")
        return order.id, lambda db: notifications.build_shipping_mail(db, told, **given)
    return await unpaid(kind, db, clock, given)


async def unpaid(kind: str, db: Database, clock: FrozenClock, given: dict[str, Any]) -> tuple[UUID, Build]:
    if kind == "abandoned":
        await make_variant(db, clock)
        order = await place(db, clock)
        async with db.transaction() as tx:
            await notifications.abandoned.agree(tx, order, now=clock.now(), hold_seconds=900)
        after_the_hold(clock)
        async with db.transaction() as tx:
            await orders.apply(tx, order.id, Event.EXPIRED, now=clock.now(), actor="clock")
        args: dict[str, Any] = {"order_id": str(order.id)}
        return order.id, lambda db: notifications.build_abandoned_mail(db, args, **given)
    made = await make_order(
        db, clock, events=(Event.ATTEMPT_FAILED,), error={"code": "card_declined"}
    )  # fmt: skip
    args = {"order_id": str(made.order_id), "codes": [], "late": False, "at": clock.now().isoformat()}
    if kind == "payment_failed":
        async with db.transaction() as tx:
            await tx.execute("update payments set state = 'failed' where id = $1", made.payment_id)
        return made.order_id, lambda db: notifications.build_payment_failed_mail(db, args, **given)
    async with db.transaction() as tx:
        await tx.execute("update payments set state = 'processing' where id = $1", made.payment_id)
    return made.order_id, lambda db: notifications.build_placed_mail(db, args, **given)


async def mails_of(db: Database, order_id: UUID) -> list[notifications.MailSummary]:
    async with db.connection() as conn:
        return list(await notifications.of_order(conn, order_id))


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_process_that_dies_at_every_step_sends_one_mail(
    db: Database, clock: FrozenClock, kind: str, killed: bool
) -> None:
    order_id, build = await prepared(kind, db, clock)
    life = Life(killed=killed)
    mortal, mailer = Mortal.like(db, life), Dying(life)

    for end in count(1):
        life.begin(end)
        try:
            await build(mortal)
            for mail in await mails_of(mortal, order_id):
                await notifications.send(mortal, mailer, mail.id, clock=clock, secret=SETTINGS.secret_key)
        except Died:
            assert len(await mails_of(db, order_id)) <= 1
        if not life.over:
            break

    [mail] = await mails_of(db, order_id)
    assert mail.kind.partition(":")[0] == kind
    assert mail.state == "sent"
    assert end > 8
    assert {given.id for given in mailer.box.mails} == {mail.id}
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from jobs where name = 'send_mail'") == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_the_job_that_runs_again_later_writes_nothing_more(
    db: Database, clock: FrozenClock, kind: str
) -> None:
    order_id, build = await prepared(kind, db, clock)
    for _ in range(3):
        await build(db)

    assert len(await mails_of(db, order_id)) == 1


async def test_a_placed_mail_comes_not_after_the_receipt(db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
    args = {"order_id": str(made.order_id)}

    await notifications.build_placed_mail(db, args, clock=clock, settings=SETTINGS)

    assert await mails_of(db, made.order_id) == []
