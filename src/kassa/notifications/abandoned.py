"""The letter about an order that was begun and not paid: to whoever agreed to it, once, and never again after a no.

Tables: `reminders` (who agreed, to which words, when; for one order), `reminder_stops` (who took it back, for good).
Both consent and letter are forgotten after a month.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import catalog, inventory, jobs, orders, payments
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.speech import N_, _, speak
from kassa.notifications import queries, render
from kassa.notifications.links import is_key_of, key_of
from kassa.notifications.payment_failed import LINK_LIFE
from kassa.notifications.render import Letter
from kassa.notifications.resume import resume_link
from kassa.notifications.service import queue

#: What the box in the checkout says: whoever ticks it agrees to this and to nothing else.
BOX: Final = N_("Remind me once by e-mail if I don’t finish this order")
#: How long after the time to pay is over.
PAUSE: Final = timedelta(hours=1)
#: One such letter in so long, whatever else is left behind.
ONE_IN: Final = timedelta(days=7)
_STOP: Final = "reminder-stop"
_DEAD: Final = (orders.State.CANCELED, orders.State.FAILED)


async def agree(tx: Tx, order: orders.Order, *, now: datetime, hold_seconds: int) -> None:
    """Whoever placed this order wants to be reminded of it, in the words that stand in `BOX`. Twice is once."""
    if await queries.agree(tx, order.id, order.email.lower(), _(BOX), now=now):
        run_at = now + timedelta(seconds=hold_seconds) + PAUSE
        await _later(tx, order.id, f"abandoned:{order.id}", now=now, run_at=run_at)


async def take_back(tx: Tx, order_id: UUID) -> None:
    """Whoever placed this order does not want to be reminded of it after all."""
    await queries.take_back(tx, order_id)


async def stop(tx: Tx, order_id: UUID, *, now: datetime) -> None:
    """No such letter goes to the address of this order any more, whatever is ticked later."""
    order = await orders.get(tx, order_id)
    await queries.stop(tx, order.email.lower(), now=now)


async def forget(tx: Tx, email: str) -> None:
    """Forget what this address agreed to, and the letters it led to."""
    await queries.take_back_all(tx, email.lower())


async def build_abandoned_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write the letter, if it is still wanted and of use. `args` are `order_id`.

    None for an order that was paid, given up by its customer or is with a bank; nor after another order of the same
    address, another such letter within the week, or word of a payment that failed; nor when some of it is sold out.
    """
    now, order_id = clock.now(), UUID(args["order_id"])
    async with db.transaction() as tx:
        order = await orders.get(tx, order_id)
        if not settings.secret_key or not await queries.may_remind(tx, order_id, since=now - ONE_IN):
            return
        if order.state is orders.State.PENDING:
            hold = await inventory.hold(tx, order_id)
            again = max(now, hold.expires_at) + PAUSE
            if not args.get("again"):
                await _later(tx, order_id, f"abandoned:{order_id}:again", now=now, run_at=again, again=True)
            return
        if not await _left(tx, order) or not await _to_be_had(tx, order):
            return
        letter = written(order, now=now, settings=settings)
        await queue(tx, order, "abandoned", letter, clock=clock, settings=settings)


def written(order: orders.Order, *, now: datetime, settings: Settings) -> Letter:
    """The letter, with its way out."""
    with speak(order.locale):
        link = resume_link(settings, order.id, now=now, language=order.locale, life=LINK_LIFE)
        front = settings.front(speech.offered(order.locale, settings.locales))
        return render.about(
            "abandoned", _("You left something behind"), order, settings, go_on=link, box=_(BOX),
            stop=stop_link(settings, front, order.id), unsubscribe=stop_link(settings, settings.base_url, order.id),
        )  # fmt: skip


def stop_link(settings: Settings, front: str, order_id: UUID) -> str:
    """Where whoever got the letter about this order says that no more are wanted."""
    return f"{front}/reminders/{order_id}/stop?key={key_of(settings, _STOP, str(order_id))}"


def verify_stop_link(settings: Settings, order_id: UUID, key: str) -> bool:
    """Whether `key` is the one of this order's link to stop; compared in constant time."""
    return is_key_of(settings, _STOP, str(order_id), key)


async def _later(tx: Tx, order_id: UUID, key: str, *, now: datetime, run_at: datetime, **more: Any) -> None:
    args = {"order_id": str(order_id), **more}
    await jobs.enqueue(tx, "send_abandoned_mail", args, now=now, run_at=run_at, key=key)


async def _left(tx: Tx, order: orders.Order) -> bool:
    """Whether the order ended by itself, without its customer's word and without money."""
    if order.state not in _DEAD:
        return False
    if any(
        one.state in ("processing", "authorized", "succeeded")
        for one in await payments.of_order(tx, order.id)
    ):
        return False
    return any(event.type == "order.expired" for event in await orders.events(tx, order.id))


async def _to_be_had(tx: Tx, order: orders.Order) -> bool:
    """Whether all of it could be bought now."""
    there = await catalog.variants_by_sku(tx, [line.sku for line in order.lines], order.currency)
    return all(
        line.sku in there
        and there[line.sku].active
        and there[line.sku].price_minor is not None
        and there[line.sku].available >= line.quantity
        for line in order.lines
    )
