"""Whose saved cards may pay an order: Stripe's name of the customer who placed it, made when it is first needed."""

from uuid import UUID

import structlog

from kassa import accounts, orders
from kassa.kernel.db import Database
from kassa.kernel.errors import NotFound
from kassa.stripe import Gateway, Rejected

log = structlog.get_logger()


async def customer_ref(db: Database, gateway: Gateway, order_id: UUID) -> str | None:
    """Stripe's name of the customer who placed the order; None for a guest's.

    Record, call, record: the row of `customers` is there, its id is the idempotency key, the answer is noted.
    Where Stripe refuses to make one, the order is paid without saved cards.

    Raises:
        Unreachable: nobody knows whether it was made; the same again finds out.
    """
    async with db.connection() as conn:
        customer_id = await orders.customer_of(conn, order_id)
        if customer_id is None:
            return None
        try:
            customer = await accounts.customer(conn, customer_id)
        except NotFound:
            return None
    if customer.stripe_ref:
        return customer.stripe_ref
    try:
        ref = await gateway.customers.create(
            key=f"customer:{customer.id}", email=customer.email, name=customer.name,
            metadata={"kassa_customer": str(customer.id)},
        )  # fmt: skip
    except Rejected as error:
        log.warning("no customer at stripe", customer=str(customer.id), code=error.provider_code)
        return None
    async with db.transaction() as tx:
        await accounts.set_stripe_ref(tx, customer.id, ref)
    return ref
