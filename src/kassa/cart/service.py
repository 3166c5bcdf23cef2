"""The verbs of a cart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import catalog, pricing
from kassa.cart import queries
from kassa.cart.errors import CartFull, QuantityTooLarge, UnknownSku
from kassa.cart.queries import Cart
from kassa.catalog import SaleVariant
from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id

LINES_LIMIT: Final = 50
QUANTITY_LIMIT: Final = 99


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line as it is worth now. `problem`: None, `sold_out`, `not_enough` or `no_price`."""

    sku: str
    title: str
    slug: str
    image_url: str | None
    quantity: int
    unit_minor: int | None
    total_minor: int
    available: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class PricedCart:
    """The whole cart with what it costs; `quote` is None while there is nothing that can be bought."""

    id: UUID
    currency: str
    lines: tuple[CartLine, ...]
    quote: pricing.Quote | None

    @property
    def count(self) -> int:
        """Units in the cart."""
        return sum(line.quantity for line in self.lines)


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
    if variant.id not in lines and len(lines) >= LINES_LIMIT:
        raise CartFull(f"A cart has at most {LINES_LIMIT} different things.")
    await _put(tx, cart_id, variant.id, lines.get(variant.id, 0) + quantity, now=now)


async def change(tx: Tx, cart_id: UUID, sku: str, quantity: int, *, now: datetime) -> None:
    """Make a line exactly `quantity` units; zero takes it out.

    Raises:
        CartNotFound, UnknownSku, CartFull, QuantityTooLarge: nothing changed.
    """
    if quantity == 0:
        return await remove(tx, cart_id, sku, now=now)
    variant, lines = await _look(tx, cart_id, sku)
    if variant.id not in lines and len(lines) >= LINES_LIMIT:
        raise CartFull(f"A cart has at most {LINES_LIMIT} different things.")
    return await _put(tx, cart_id, variant.id, quantity, now=now)


async def remove(tx: Tx, cart_id: UUID, sku: str, *, now: datetime) -> None:
    """Take a line out; one that is not there is gone already.

    Raises:
        CartNotFound: there is no such cart.
    """
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    if variant is not None:
        await queries.drop(tx, cart_id, variant.id, now=now)


async def take_out(tx: Tx, cart_id: UUID, quantities: Mapping[UUID, int], *, now: datetime) -> None:
    """What was paid leaves the cart; what was added meanwhile stays."""
    await queries.subtract(tx, cart_id, quantities)


async def priced(
    conn: Conn,
    cart_id: UUID,
    *,
    country: str = "DE",
    region: str | None = None,
    shipping_method: str | None = None,
) -> PricedCart:
    """The cart with what it costs now, sent to `country`.

    Raises:
        CartNotFound: there is no such cart.
        UnknownShippingMethod: nothing is sent there this way.
    """
    cart = await queries.get(conn, cart_id)
    wanted = await queries.lines(conn, cart_id)
    variants = await catalog.variants_by_id(conn, wanted, cart.currency)
    lines = tuple(_line(variants[id_], quantity) for id_, quantity in wanted.items() if id_ in variants)
    buyable = [
        pricing.QuoteLine(variants[id_], quantity)
        for id_, quantity in wanted.items()
        if id_ in variants and variants[id_].active and variants[id_].price_minor is not None
    ]
    try:
        quote = (
            pricing.quote(
                buyable, cart.currency, country=country, region=region, shipping_method=shipping_method
            )
            if buyable
            else None
        )
    except (pricing.BelowMinimum, pricing.AmountTooLarge):
        quote = None
    return PricedCart(cart.id, cart.currency, lines, quote)


def _line(variant: SaleVariant, quantity: int) -> CartLine:
    unit = variant.price_minor if variant.active else None
    problem = None
    if unit is None:
        problem = "no_price"
    elif variant.available <= 0:
        problem = "sold_out"
    elif variant.available < quantity:
        problem = "not_enough"
    return CartLine(
        variant.sku, variant.title, variant.slug, variant.image_url, quantity, unit, (unit or 0) * quantity,
        variant.available, problem,
    )  # fmt: skip


async def _look(tx: Tx, cart_id: UUID, sku: str) -> tuple[SaleVariant, dict[UUID, int]]:
    cart = await queries.lock(tx, cart_id)
    variant = (await catalog.variants_by_sku(tx, [sku], cart.currency)).get(sku)
    if variant is None or not variant.active:
        raise UnknownSku("Nothing of this SKU is for sale here.", errors=[("sku", "is not for sale here")])
    return variant, await queries.lines(tx, cart_id)


async def _put(tx: Tx, cart_id: UUID, variant_id: UUID, quantity: int, *, now: datetime) -> None:
    if quantity > QUANTITY_LIMIT:
        raise QuantityTooLarge(
            f"At most {QUANTITY_LIMIT} of one thing go into a cart.",
            errors=[("quantity", f"must be at most {QUANTITY_LIMIT}")],
        )
    await queries.put(tx, cart_id, variant_id, quantity, now=now)
