"""Whose money an object of the provider's is about."""

from kassa.kernel.db import Database
from kassa.kernel.ids import parse_id
from kassa.payments import queries
from kassa.payments.queries import Payment
from kassa.stripe import Gateway


async def whose(db: Database, gateway: Gateway, intent_ref: str | None) -> Payment | None:
    """The payment of a PaymentIntent; of one that nobody has told us of yet, by the marks that it carries.

    None for one that was made a second time with the same marks, until it is written down as its own payment.
    """
    if not intent_ref:
        return None
    async with db.connection() as conn:
        payment = await queries.by_reference(conn, intent_ref, None)
    if payment is not None:
        return payment
    marks = (await gateway.intent(intent_ref)).metadata
    async with db.connection() as conn:
        payment = await queries.by_reference(conn, intent_ref, parse_id(marks.get("kassa_payment", "")))
    if payment is not None and payment.intent_ref not in (None, intent_ref):
        return None  # a second object with the marks of the first: its money is not that payment's
    return payment
