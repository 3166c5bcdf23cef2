"""The mail with which an order that waits can be paid on another device, and the link in it.

The link opens the pay page of its order and nothing else: whoever has it may pay or cancel, and sees neither the
address nor anything that came before. It runs out after a day, in a letter nobody asked for after a week; what it
leads to when the goods are not held any more is a bag with the same goods.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import inventory, orders
from kassa.accounts import throttle
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.notifications import queries, render
from kassa.notifications.links import is_key_of, key_of
from kassa.notifications.service import queue

RESUME_LIFE: Final = timedelta(hours=24)
#: So often somebody may ask for the link of one order.
ASKED_MOST: Final = 3
#: To one address, of all orders: anybody can leave orders unpaid that carry somebody else's.
MAILS: Final = throttle.Limit("resume_mails", 6, timedelta(hours=1))
_PURPOSE: Final = "resume-link"
_ASKED: Final = "resume:asked:"


async def build_resume_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write the mail that a customer asked for, unless there is nothing to go on with: paid, over, or with the bank
    just now.

    `args` are `order_id`. It is written three times per order at most; what is more than six an hour to one address
    is dropped.
    """
    now = clock.now()
    async with db.transaction() as tx:
        order = await orders.get(tx, UUID(args["order_id"]))
        if order.state is not orders.State.PENDING or not settings.secret_key:
            return
        hold = await inventory.hold(tx, order.id)
        sent = [mail.kind for mail in await queries.of_order(tx, order.id) if mail.kind.startswith(_ASKED)]
        if hold.state != "held" or hold.expires_at <= now or len(sent) >= ASKED_MOST:
            return
        if await throttle.count(tx, MAILS, order.email.lower(), now=now):
            return
        link = resume_link(settings, order.id, now=now, language=order.locale)
        letter = render.resume(order, link, until=hold.expires_at, settings=settings)
        await queue(tx, order, f"{_ASKED}{len(sent) + 1}", letter, clock=clock, settings=settings)


def resume_link(
    settings: Settings, order_id: UUID, *, now: datetime, language: str | None = None,
    life: timedelta = RESUME_LIFE,
) -> str:  # fmt: skip
    """The address that opens the pay page of this order, in a language of the shop, for a day or for `life`."""
    ends = int((now + life).timestamp())
    front = settings.front(speech.offered(language, settings.locales))
    return f"{front}/orders/{order_id}/resume/{ends}-{key_of(settings, _PURPOSE, f'{order_id}:{ends}')}"


def resume_ends(settings: Settings, order_id: UUID, token: str, *, now: datetime) -> datetime | None:
    """When the link that ends in this token runs out; None if it is not one of this order's, or has run out."""
    ends, _, key = token.partition("-")
    if not (ends.isascii() and ends.isdecimal() and len(ends) < 12):
        return None
    if not is_key_of(settings, _PURPOSE, f"{order_id}:{ends}", key):
        return None
    until = datetime.fromtimestamp(int(ends), UTC)
    return until if now < until else None
