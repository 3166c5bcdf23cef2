"""The smallest valid things, made by the real verbs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from kassa import catalog, checkout, inventory, orders
from kassa.kernel.address import Address
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id

HOLD_SECONDS = 900
ADDRESS = Address(
    name="Ada Lovelace", line1="St James's Square 12", city="Berlin", postal_code="10115", country="DE"
)


async def make_variant(
    db: Database,
    clock: FrozenClock,
    sku: str = "EMMA-PB",
    *,
    on_hand: int = 5,
    price: int = 1299,
    **more: Any,
) -> UUID:
    """A product of one variant for sale; the variant's id."""

    async def set_on_hand(tx: Tx, variant_id: UUID, quantity: int) -> None:
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    variant = catalog.VariantInput(
        sku=sku, prices={"EUR": price, "USD": price + 200}, on_hand=on_hand, weight_grams=300, **more
    )
    given = catalog.ProductInput(title=f"Title of {sku}", kind="Book", variants=[variant])
    async with db.transaction() as tx:
        await catalog.put_product(tx, catalog.slugify(sku), given, set_on_hand=set_on_hand, now=clock.now())
        return (await catalog.variants_by_sku(tx, [sku], "EUR"))[sku].id


async def place(
    db: Database, clock: FrozenClock, sku: str = "EMMA-PB", quantity: int = 1, **more: Any
) -> orders.Order:
    """An order of one line that waits for money, its stock held for `HOLD_SECONDS`."""
    wish: dict[str, Any] = {
        "order_id": new_id(), "email": "ada@example.org", "currency": "EUR", "shipping_address": ADDRESS,
        "lines": [(sku, quantity)],
    } | more  # fmt: skip
    async with db.transaction() as tx:
        order, _ = await checkout.place_order(
            tx, checkout.PlaceOrder(**wish), now=clock.now(), hold_seconds=HOLD_SECONDS, actor="customer"
        )
    return order


def after_the_hold(clock: FrozenClock) -> None:
    """Let the hold of an order placed now run out."""
    clock.advance(seconds=timedelta(seconds=HOLD_SECONDS + 1).total_seconds())
