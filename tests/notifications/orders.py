"""An order in whatever state a test of mails or of the operator's pages needs, on real rows."""

from dataclasses import dataclass
from uuid import UUID

from kassa import inventory, orders
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.ids import hash_token, new_id
from kassa.orders import Event
from kassa.pricing import PricedLine, Quote, TaxLine

ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "St James's Square 12",
    "city": "Köln",
    "postal_code": "50667",
    "country": "DE",
}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: an order and its one payment."""

    order_id: UUID
    payment_id: UUID


async def make_order(
    db: Database,
    clock: Clock,
    *,
    events: tuple[Event, ...] = (),
    email: str = "ada@example.org",
    title: str = "Pride and Prejudice — Paperback",
    quantity: int = 2,
    locale: str = "en",
    error: dict[str, str] | None = None,
) -> Made:
    """An order over 29.70 EUR to which `events` have happened, with a payment that fits them."""
    made = Made(new_id(), new_id())
    unit, shipping = 1290, 390
    subtotal = unit * quantity
    now = clock.now()
    async with db.transaction() as tx:
        variant_id = await _variant(tx, quantity, clock)
        line = PricedLine(variant_id, "PP-PB", title, "pride-and-prejudice", quantity, unit, 0, 169, subtotal)
        quote = Quote(
            lines=(line,), currency="EUR", subtotal=subtotal, discount=0, shipping=shipping, tax=195,
            total=subtotal + shipping, tax_included=True, shipping_method="standard", methods=(),
            tax_lines=(TaxLine("VAT 7 % (DE)", 700, 2775, 195),),
        )  # fmt: skip
        order = orders.NewOrder(
            id=made.order_id, token_hash=hash_token("token"), email=email, locale=locale, quote=quote,
            shipping_address=ADDRESS, billing_address=None, cart_id=None, owner="guest",
        )  # fmt: skip
        await orders.insert(tx, order, now=now, actor="customer")
        await inventory.reserve(tx, made.order_id, {variant_id: quantity}, now=now, expires_at=now)
        state = "succeeded" if Event.PAYMENT_SUCCEEDED in events else "failed" if error else "open"
        await tx.execute(
            """
            insert into payments (id, order_id, flow, state, amount_minor, currency, intent_ref,
                received_minor, last_error, created_at, updated_at)
            values ($1, $2, 'element', $3, $4, 'EUR', $5, $8, $6, $7, $7)
            """,
            made.payment_id, made.order_id, state, subtotal + shipping, f"pi_{made.payment_id.hex}",
            error, now, subtotal + shipping if state == "succeeded" else 0,
        )  # fmt: skip
        for event in events:
            await orders.apply(tx, made.order_id, event, now=now, actor="stripe:api")
    return made


async def make_refund(db: Database, made: Made, clock: Clock, *, state: str = "succeeded") -> UUID:
    """Surplus of the order's payment, on its way back or already there."""
    refund_id = new_id()
    async with db.transaction() as tx:
        await tx.execute(
            "update payments set state = 'succeeded', surplus = true, received_minor = amount_minor where id = $1",
            made.payment_id,
        )
        await tx.execute(
            """
            insert into refunds (id, payment_id, order_id, amount_minor, currency, kind, reason, state,
                provider_ref, created_at, updated_at)
            values ($1, $2, $3, 2970, 'EUR', 'surplus', 'surplus', $4, $5, $6, $6)
            """,
            refund_id, made.payment_id, made.order_id, state, f"re_{refund_id.hex}", clock.now(),
        )  # fmt: skip
    return refund_id


async def _variant(tx: object, quantity: int, clock: Clock) -> UUID:
    product_id, variant_id = new_id(), new_id()
    tag = variant_id.hex
    await tx.execute(  # type: ignore[attr-defined]
        "insert into products (id, slug, title, created_at, updated_at) values ($1, $2, 'A book', $3, $3)",
        product_id, f"book-{tag}", clock.now(),
    )  # fmt: skip
    await tx.execute(  # type: ignore[attr-defined]
        "insert into variants (id, product_id, position, sku) values ($1, $2, 1, $3)",
        variant_id, product_id, f"SKU-{tag}",
    )  # fmt: skip
    await inventory.set_on_hand(tx, variant_id, quantity, kind="import", actor="test", now=clock.now())  # type: ignore[arg-type]
    return variant_id
