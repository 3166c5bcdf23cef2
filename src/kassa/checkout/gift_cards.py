"""Gift cards on an order that waits for its money: what is open at the provider, and asks for more, is closed first."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from kassa import cart, orders, payments
from kassa.checkout.service import close_for_good, payable
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.errors import Unavailable
from kassa.stripe import Gateway

#: How often it is looked again when somebody else is changing the same order.
_ROUNDS: Final = 5


async def use_gift_cards(
    db: Database,
    gateway: Gateway,
    order_id: UUID,
    codes: Sequence[str],
    *,
    clock: Clock,
    actor: str = "customer",
) -> orders.Order:
    """Have gift cards pay what they can of a pending order; the order then, paid if that is all of it.

    Raises:
        NotPayable: the order is not waiting for money (any more), or the bank has promised it already.
        CardRefused, TooManyGiftCards: nothing changed but that what was open at the provider is closed.
        StillProcessing: the bank is still deciding about the money that it was asked for.
        Unreachable: the provider did not answer; the same again finds out.
    """

    async def use(tx: Tx, order: orders.Order) -> None:
        await payments.use_gift_cards(tx, order, codes, now=clock.now(), actor=actor)

    return await _change(db, gateway, order_id, use, clock=clock, actor=actor)


async def take_off_gift_card(
    db: Database, gateway: Gateway, order_id: UUID, payment_id: UUID, *, clock: Clock, actor: str = "customer"
) -> orders.Order:
    """A gift card is not to pay a pending order after all; the order then. Doing it twice is doing it once.

    Raises:
        NotPayable, StillProcessing, Unreachable: as `use_gift_cards`.
    """

    async def take_off(tx: Tx, order: orders.Order) -> None:
        await payments.take_off_gift_card(tx, order, payment_id, now=clock.now(), actor=actor)

    return await _change(db, gateway, order_id, take_off, clock=clock, actor=actor)


async def _change(
    db: Database, gateway: Gateway, order_id: UUID, change: Callable[[Tx, orders.Order], Awaitable[None]], *,
    clock: Clock, actor: str,
) -> orders.Order:  # fmt: skip
    for _ in range(_ROUNDS):
        async with db.transaction() as tx:
            cart_id = await orders.cart_of(tx, order_id)
            if cart_id:
                await cart.lock_bought_of(tx, cart_id)
            order = await orders.lock(tx, order_id)
            if order.state is not orders.State.PENDING:
                raise payments.NotPayable(f"The order is {order.state}, so there is nothing to pay.")
            other = await payable(tx, order_id)
            if other is not None and other.state == "authorized":
                raise payments.NotPayable(
                    "The bank has promised the money already; nothing more is to be paid."
                )
            if other is None:
                await change(tx, await orders.get(tx, order_id))
                return await orders.get(tx, order_id)
        await close_for_good(db, gateway, other, clock=clock, actor=actor)
    raise Unavailable("The order is being changed by somebody else.", code="busy")
