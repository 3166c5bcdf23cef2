"""An account ends: what was its owner's goes, and Stripe forgets them too."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import jobs
from kassa.accounts.customers import letters, queries
from kassa.accounts.customers.queries import Customer
from kassa.kernel.db import Database, Tx
from kassa.stripe import Gateway

#: A payment that is under way when its owner leaves may still need them at Stripe, and a customer there may just be
#: being made.
LATER: Final = timedelta(hours=1)


async def leave(tx: Tx, customer: Customer, *, now: datetime) -> None:
    """End an account: sessions, passkeys, links and addresses are gone, the e-mail is free, and a mail says so.

    Of the row only an empty one is left, until Stripe has forgotten the customer as well. What other rooms keep of
    them is theirs to end, in the same transaction. Locks the sessions, then the customer.
    """
    await queries.end_sessions(tx, customer.id, but=None)
    if not await queries.empty(tx, customer.id, customer.email, now=now):
        return
    await letters.tell(tx, "account_deleted", customer.email, now=now)
    args = {"customer_id": str(customer.id)}
    await jobs.enqueue(
        tx, "forget_customer", args, now=now, run_at=now + LATER, key=f"forget_customer:{customer.id}"
    )


async def forget(db: Database, gateway: Gateway, customer_id: UUID) -> None:
    """Have Stripe forget somebody who left, with every saved card, and then strike out what is left here.

    Record, call, record: the empty row is there, asking twice does no harm, and only an answer strikes it out.

    Raises:
        Unreachable: nobody knows whether Stripe did; the same again finds out.
    """
    async with db.connection() as conn:
        found, ref = await queries.left(conn, customer_id)
    if not found:
        return
    if ref is not None:
        await gateway.customers.delete(ref)
    async with db.transaction() as tx:
        await queries.strike_out(tx, customer_id, ref)
