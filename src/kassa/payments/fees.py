"""What the provider keeps of a payment: known only when it has booked the money, some time after the success."""

from uuid import UUID

from kassa import ledger, orders
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.errors import Unavailable
from kassa.payments import queries
from kassa.stripe import Gateway


async def record_fee(db: Database, gateway: Gateway, payment_id: UUID, *, clock: Clock) -> bool:
    """Write down the provider's fee of a payment and post it, once; whether it is done now by this call.

    Where the provider settles in another currency, what became of the amount is posted too. A payment that
    has not succeeded has no fee yet.

    Raises:
        Unavailable: the provider has not booked the money yet; asking later finds it.
        Unreachable: nobody knows; asking again finds out.
    """
    async with db.connection() as conn:
        payment = await queries.get(conn, payment_id)
    if payment.state != "succeeded" or payment.charge_ref is None or payment.balance_ref is not None:
        return False
    booked = (await gateway.charge(payment.charge_ref)).balance_transaction
    if booked is None:
        raise Unavailable(f"Stripe has not booked charge {payment.charge_ref} yet.")
    now = clock.now()
    async with db.transaction() as tx:
        await orders.lock(tx, payment.order_id)  # before its payment and its books, as everywhere
        if not await queries.write_fee(tx, payment_id, fee_minor=booked.fee, balance_ref=booked.id):
            return False
        if booked.currency != payment.currency:
            await ledger.post_exchange(
                tx, f"payment:{payment_id}", given=payment.received_minor, currency=payment.currency,
                got=booked.amount, got_currency=booked.currency, at=now, order_id=payment.order_id,
            )  # fmt: skip
        await ledger.post_fee(
            tx, payment_id, fee=booked.fee, currency=booked.currency, at=now, order_id=payment.order_id
        )
    return True
