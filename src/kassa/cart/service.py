"""The verbs of a cart."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kassa import catalog
from kassa.cart import queries
from kassa.cart.errors import CartFull, QuantityTooLarge, UnknownSku
from kassa.cart.queries import Cart, Line
from kassa.catalog import SaleVariant
from kassa.kernel.db import Tx
from kassa.kernel.ids import new_id
from kassa.kernel.money import Money
from kassa.kernel.speech import _
from kassa.pricing import discounts

LINES_LIMIT: Final = 50
QUANTITY_LIMIT: Final = 99
#: So long a cart that is nobody's any more is kept after it was last changed.
CART_LIFE: Final = timedelta(days=90)


async def create(tx: Tx, currency: str, *, now: datetime) -> Cart:
    """A new, empty cart."""
    cart = Cart(new_id(), currency)
    await queries.insert(tx, cart.id, currency, now=now)
    return cart


async def add(tx: Tx, cart_id: UUID, sku: str, quantity: int, *, now: datetime) -> None:
    """Put `quantity` more units of a SKU in.

    Raises:
        CartNotFound, UnknownSku, CartFull, QuantityTooLarge: nothing changed.
    """
    variant, lines = await _look(tx, cart_id, sku)
    there = lines.get(variant.id)
    await _put(tx, cart_id, variant, lines, (there.quantity if there else 0) + quantity, now=now)


async def change(tx: Tx, cart_id: UUID, sku: str, quantity: int, *, now: datetime) -> None:
    """Make a line exactly `quantity` units; zero takes it out.

    Raises:
        CartNotFound, UnknownSku, CartFull, QuantityTooLarge: nothing changed.
    """
    if quantity == 0:
        return await remove(tx, cart_id, sku, now=now)
    variant, lines = await _look(tx, cart_id, sku)
    return await _put(tx, cart_id, variant, lines, quantity, now=now)


async def step(tx: Tx, cart_id: UUID, sku: str, by: int, *, now: datetime) -> None:
    """Make a line `by` units more or, if negative, fewer, but never less than one.

    It goes from what is there, so two hands at once both count. A line that is not there stays away.

    Raises:
        CartNotFound, QuantityTooLarge: nothing changed.
    """
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    lines = {line.variant_id: line for line in await queries.lines(tx, cart_id)}
    if variant is not None and variant.id in lines:
        await _put(tx, cart_id, variant, lines, max(1, lines[variant.id].quantity + by), now=now)


async def remove(tx: Tx, cart_id: UUID, sku: str, *, now: datetime) -> None:
    """Take a line out; one that is not there is gone already. The last few can be put back.

    Raises:
        CartNotFound: there is no such cart.
    """
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    if variant is not None:
        await queries.drop(tx, cart_id, variant.id, now=now)


async def put_back(tx: Tx, cart_id: UUID, sku: str, *, now: datetime) -> None:
    """Undo `remove`: the line is where it was, with what was added of the same meanwhile; done once only.

    Raises:
        CartNotFound, CartFull: nothing changed.
    """
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    if variant is None:
        return
    lines = {line.variant_id: line for line in await queries.lines(tx, cart_id)}
    there = lines.get(variant.id)
    if there is None and len(lines) >= LINES_LIMIT:
        raise _full()
    kept = await queries.take_removed(tx, cart_id, variant.id)
    if kept is not None:
        quantity = min(kept.quantity + (there.quantity if there else 0), QUANTITY_LIMIT)
        await queries.write(tx, cart_id, [Line(variant.id, quantity, kept.added_at, kept.seen)], now=now)


async def accept(
    tx: Tx, cart_id: UUID, sku: str, *, price: Money | None, quantity: int, now: datetime
) -> None:
    """Agree to what was told about a line: to this price per unit, if one was told, and this quantity.

    What was agreed to is what was shown: if the price has moved on since, that is told in turn. Nobody agrees
    to more than is in the cart already; zero takes the line out.

    Raises:
        CartNotFound: there is no such cart.
    """
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    lines = {line.variant_id: line for line in await queries.lines(tx, cart_id)}
    if variant is None or variant.id not in lines:
        return
    if price is not None:
        await queries.agree(tx, cart_id, variant.id, price)
    if quantity == 0:
        await queries.drop(tx, cart_id, variant.id, now=now)
    elif quantity < lines[variant.id].quantity:
        await queries.put(tx, cart_id, variant.id, quantity, now=now)


async def use_code(tx: Tx, cart_id: UUID, code: str, *, email: str = "", now: datetime) -> None:
    """Enter a discount code; it counts in place of the one before, as soon as the cart has what it asks for.

    Raises:
        CartNotFound: there is no such cart.
        UnknownDiscount: no discount has this code.
        Conflict: it may not be used, whatever is in the cart (`discount_ended`, `discount_used_up` …).
    """
    await queries.lock(tx, cart_id)
    found = await discounts.look(tx, code=code, now=now, email=email)
    unknown = found.refused is not None and found.refused.standing is discounts.Standing.UNKNOWN
    if unknown or not found.code:
        raise discounts.UnknownDiscount(_("There is no discount with the code %(code)s.", code=code.strip()))
    if found.refused is not None:
        raise discounts.refusal(found.refused)
    await queries.set_code(tx, cart_id, found.code, now=now)


async def drop_code(tx: Tx, cart_id: UUID, *, now: datetime) -> None:
    """Use no code.

    Raises:
        CartNotFound: there is no such cart.
    """
    await queries.lock(tx, cart_id)
    await queries.set_code(tx, cart_id, None, now=now)


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Forget carts that are nobody's and were not changed for ninety days; how many there were.

    The bag of a customer, and of a browser that may come back, is kept as long as they are.
    """
    return await queries.sweep(tx, before=now - CART_LIFE)


async def _look(tx: Tx, cart_id: UUID, sku: str) -> tuple[SaleVariant, dict[UUID, Line]]:
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    if variant is None or not variant.active:
        raise UnknownSku("Nothing of this SKU is for sale here.", errors=[("sku", "is not for sale here")])
    return variant, {line.variant_id: line for line in await queries.lines(tx, cart_id)}


async def _put(
    tx: Tx, cart_id: UUID, variant: SaleVariant, lines: Mapping[UUID, Line], quantity: int, *, now: datetime
) -> None:
    if variant.id not in lines and len(lines) >= LINES_LIMIT:
        raise _full()
    if quantity > QUANTITY_LIMIT:
        raise QuantityTooLarge(
            f"At most {QUANTITY_LIMIT} of one thing go into a cart.",
            errors=[("quantity", f"must be at most {QUANTITY_LIMIT}")],
        )
    await queries.put(tx, cart_id, variant.id, quantity, now=now)


def _full() -> CartFull:
    return CartFull(f"A cart has at most {LINES_LIMIT} different things.")
