"""The mail that says that a payment did not go through, with a link to try again: at most one per order and cause.

Whoever is still at the page is not written to: a bank's "no" is told after some minutes in which nothing else
happened to the order, and only by the last of several. A debit that a bank sends back days later is told at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import inventory, orders, payments
from kassa.accounts import throttle
from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.speech import N_, _, speak
from kassa.notifications import queries, render
from kassa.notifications.render import Letter
from kassa.notifications.resume import MAILS, resume_link
from kassa.notifications.service import queue

#: How long the link leads somewhere: to the payment while the goods are held, then to a bag with the same goods.
LINK_LIFE: Final = timedelta(days=7)
_DEAD: Final = (orders.State.CANCELED, orders.State.FAILED)
_LATE: Final = "returned"
_OTHER: Final = "declined"
#: What a bank says → the cause it is told under. What would warn a thief is told like any other "no".
_CAUSES: Final[Mapping[str, str]] = {
    "insufficient_funds": "funds",
    "expired_card": "expired",
    "authentication_required": "authentication",
    "payment_intent_authentication_failure": "authentication",
}
_WHY: Final[Mapping[str, str]] = {
    "funds": N_("Your bank says there are not enough funds on the card."),
    "expired": N_("Your bank says that the card has expired."),
    "authentication": N_("Your bank could not confirm that it was you."),
    _LATE: N_("Your bank did not carry out the payment, or took it back."),
    _OTHER: N_("Your bank declined the payment and did not say why."),
}


async def build_payment_failed_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write it, unless the order went on: paid, with the bank again, tried again since, given up or ordered anew.

    `args` are `order_id`, `codes` (what the provider called it, the bank's own word first), `late` (a bank sent back
    what it had taken on) and `at`, when it failed.
    """
    now = clock.now()
    async with db.transaction() as tx:
        order = await orders.get(tx, UUID(args["order_id"]))
        if not settings.secret_key or not await _left(tx, order, datetime.fromisoformat(args["at"])):
            return
        kind = f"payment_failed:{cause_of(args['codes'], late=args['late'])}"
        if kind in {mail.kind for mail in await queries.of_order(tx, order.id)}:
            return
        if await throttle.count(tx, MAILS, order.email.lower(), now=now):
            return
        hold = await inventory.hold(tx, order.id)
        until = hold.expires_at if hold.state == "held" and hold.expires_at > now else None
        letter = written(order, kind.partition(":")[2], until=until, now=now, settings=settings)
        await queue(tx, order, kind, letter, clock=clock, settings=settings)


def cause_of(codes: list[str], *, late: bool) -> str:
    """The cause a failure is told under: one of five."""
    if late:
        return _LATE
    return next((_CAUSES[code] for code in codes if code in _CAUSES), _OTHER)


def written(
    order: orders.Order, cause: str, *, until: datetime | None, now: datetime, settings: Settings
) -> Letter:
    """The letter; `until`: how long the goods are held still, None if they are not."""
    link = resume_link(settings, order.id, now=now, language=order.locale, life=LINK_LIFE)
    with speak(order.locale):
        number = orders.shown_number(order.number)
        return render.about(
            "payment_failed", _("Your payment did not go through: order %(number)s", number=number), order, settings,
            why=_(_WHY[cause]), go_on=link, until=render.moment(until) if until else "",
        )  # fmt: skip


async def _left(tx: Tx, order: orders.Order, at: datetime) -> bool:
    """Whether nothing has happened to the order since then, and it can still be brought to an end."""
    if order.state is not orders.State.PENDING and order.state not in _DEAD:
        return False
    if any(
        one.state in ("requires_action", "processing", "authorized", "succeeded")
        for one in await payments.of_order(tx, order.id)
        if one.flow != "gift_card"
    ):
        return False
    events = await orders.events(tx, order.id)
    if order.state in _DEAD and not any(event.type == "order.expired" for event in events):
        return False
    if any(event.type == "order.attempt_failed" and event.at > at for event in events):
        return False
    return not await queries.ordered_since(tx, order.id)
