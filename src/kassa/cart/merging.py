"""Two carts become one when their owner logs in.

Locks: the cart that goes, then the one it goes into; the former is never a customer's, so nobody waits in a
circle.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.cart import queries
from kassa.cart.queries import Line
from kassa.cart.service import LINES_LIMIT, QUANTITY_LIMIT
from kassa.kernel.db import Conn, Tx

_HEIRS_LIMIT: Final = 5


async def merge(tx: Tx, from_cart: UUID, into_cart: UUID, *, now: datetime) -> None:
    """Put everything of one cart into another, and remember where it went.

    Quantities of the same thing add up to what may be in a line; what finds no room among fifty lines is
    dropped, newest first. The lines of `from_cart` are gone, so repeating it is harmless; its discount code is the
    one that counts. A customer's own bag never goes into another's, and nothing happens.

    Raises:
        CartNotFound: there is no `into_cart`; nothing changed.
    """
    if from_cart == into_cart or await queries.is_of_customer(tx, from_cart):
        return
    await queries.lock_if_there(tx, from_cart)
    await queries.lock(tx, into_cart)
    coming = await queries.lines(tx, from_cart)
    if coming:
        await queries.write(tx, into_cart, together(coming, await queries.lines(tx, into_cart)), now=now)
        await queries.empty(tx, from_cart)
    code = (await queries.get(tx, from_cart)).discount_code if coming else None
    if code is not None:
        await queries.set_code(tx, into_cart, code, now=now)
    await queries.set_merged_into(tx, from_cart, into_cart)


def together(coming: Sequence[Line], there: Sequence[Line]) -> list[Line]:
    """The lines of two carts as those of one.

    A line that is in both keeps its place, and the lower price that was seen of it: a rise is told in any case.
    """
    lines = {line.variant_id: line for line in there}
    for line in coming:
        old = lines.get(line.variant_id)
        if old is None and len(lines) >= LINES_LIMIT:
            continue
        if old is not None:
            quantity = min(old.quantity + line.quantity, QUANTITY_LIMIT)
            seen = {
                currency: min(old.seen.get(currency, amount), line.seen.get(currency, amount))
                for currency, amount in {**old.seen, **line.seen}.items()
            }
            lines[line.variant_id] = Line(old.variant_id, quantity, old.added_at, seen)
        else:
            lines[line.variant_id] = line
    return list(lines.values())


async def lock_bought_of(tx: Tx, cart_id: UUID) -> None:
    """Lock the cart an order was made of, and the one it was merged into; one that was swept is no fault."""
    following: UUID | None = cart_id
    for _ in range(_HEIRS_LIMIT):
        if following is None:
            return
        following = await queries.lock_if_there(tx, following)


async def heir(conn: Conn, cart_id: UUID) -> UUID:
    """The cart that has the lines of this one now: itself, unless it was merged into another."""
    for _ in range(_HEIRS_LIMIT):
        following = await queries.merged_into(conn, cart_id)
        if following is None:
            break
        cart_id = following
    return cart_id


async def take_out(tx: Tx, cart_id: UUID, quantities: Mapping[UUID, int], codes: Sequence[str] = ()) -> None:
    """What was paid, and its codes, leave the cart that has them by now; what was added meanwhile stays. Lock it
    first."""
    cart_id = await heir(tx, cart_id)
    await queries.subtract(tx, cart_id, quantities)
    if codes:
        await queries.forget_code(tx, cart_id, codes)
