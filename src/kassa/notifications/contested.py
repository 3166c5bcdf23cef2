"""Mail to staff about disputes: a deadline that nobody reads of is a dispute lost."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, Final
from uuid import UUID

from kassa import accounts, disputes, orders
from kassa.config import Settings
from kassa.disputes import Dispute, State
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.notifications import render
from kassa.notifications.service import queue

#: State → what a mail about it says: headline, and what it means.
WORDS: Final[Mapping[State, tuple[str, str]]] = {
    State.NEEDS_RESPONSE: (
        "A customer disputes a payment",
        "The customer told their bank that this payment is not right. The amount and a fee are withdrawn until the "
        "bank has decided. Without an answer before the deadline it is lost.",
    ),
    State.WARNING_NEEDS_RESPONSE: (
        "A bank asks about a payment",
        "No money has moved yet. A good answer before the deadline can prevent a dispute; so can a refund.",
    ),
    State.WON: (
        "A dispute is won",
        "The bank decided for the shop. The amount is back in the balance, and in the books.",
    ),
    State.LOST: (
        "A dispute is lost",
        "The bank decided for the customer, or there was no answer in time. The amount and the fee are gone.",
    ),
    State.WARNING_CLOSED: (
        "An inquiry is closed",
        "The bank made nothing of it. No money has moved.",
    ),
    State.PREVENTED: (
        "A dispute was prevented",
        "It was settled before it was opened.",
    ),
}


async def build_dispute_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Tell everybody on the staff what became of a dispute: once per person and state.

    `args` are `dispute_id` and the `state` to tell of. With no staff, the shop's own address is told.
    """
    state = State(args["state"])
    if state not in WORDS:
        return
    async with db.transaction() as tx:
        dispute = await disputes.get(tx, UUID(args["dispute_id"]))
        order = await orders.get(tx, dispute.order_id)
        letter = render.dispute(order, dispute, WORDS[state], open_=_waits(dispute, state), settings=settings)
        people = await accounts.staff_addresses(tx) or [parseaddr(settings.mail_from)[1]]
        for address in people:
            kind = f"dispute:{dispute.id}:{state}:{address}"
            await queue(tx, order, kind, letter, clock=clock, settings=settings, recipient=address)


def _waits(dispute: Dispute, state: State) -> bool:
    return state in disputes.ANSWERABLE and dispute.state in disputes.ANSWERABLE
