"""The cart as it is shown: what it costs now, and what has changed since things were put in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import catalog, pricing
from kassa.cart import queries
from kassa.catalog import SaleVariant
from kassa.kernel.db import Conn
from kassa.pricing.discounts import Entered

#: What stands in the way of buying a line.
_IN_THE_WAY: Final = frozenset({"sold_out", "not_enough", "no_price"})


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line as it is worth now.

    `problem`: None, `sold_out`, `not_enough` or `no_price`. `was_minor`: what a unit cost when it was put in, if
    that has changed.
    """

    sku: str
    title: str
    slug: str
    image_url: str | None
    quantity: int
    unit_minor: int | None
    total_minor: int
    available: int
    problem: str | None
    was_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that has changed since a line was put in.

    `kind`: `price_changed` (from `was_minor` to `unit_minor`), or a line's problem; `quantity` was asked for,
    `available` is what there is.
    """

    sku: str
    title: str
    kind: str
    was_minor: int | None
    unit_minor: int | None
    quantity: int
    available: int


@dataclass(frozen=True, slots=True)
class PricedCart:
    """The whole cart with what it costs; `quote` is None while there is nothing that can be bought.

    `code` is the discount code that was entered, `entered` how it stands. `country` is where it is priced for; nothing
    can be sent there unless `sent`; what is left to pay can be charged only if it is `enough`.
    """

    id: UUID
    currency: str
    lines: tuple[CartLine, ...]
    quote: pricing.Quote | None
    code: str | None = None
    entered: Entered | None = None
    country: str = ""
    sent: bool = True
    enough: bool = True

    @property
    def savings(self) -> dict[str, tuple[pricing.Share, ...]]:
        """What discounts take from lines, by SKU."""
        return {line.sku: line.shares for line in self.quote.lines if line.shares} if self.quote else {}

    @property
    def count(self) -> int:
        """Units in the cart."""
        return sum(line.quantity for line in self.lines)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What has changed, in the order of the lines; what stands in the way of buying comes first of a line."""
        return tuple(
            Notice(line.sku, line.title, kind, line.was_minor, line.unit_minor, line.quantity, line.available)
            for line in self.lines
            for kind in (line.problem, "price_changed" if line.was_minor is not None else None)
            if kind is not None
        )

    @property
    def blocked(self) -> bool:
        """Whether it can't be ordered as it is. A changed price is told, and does not stand in the way."""
        return self.quote is None or any(line.problem in _IN_THE_WAY for line in self.lines)


async def priced(
    conn: Conn,
    cart_id: UUID,
    *,
    currency: str | None = None,
    country: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    vat_id: str = "",
    shipping_method: str | None = None,
    email: str = "",
    order_id: UUID | None = None,
    insist: bool = False,
    now: datetime,
) -> PricedCart:
    """The cart with what it costs at `now`, sent to `country`, or at home; in its own currency, or the one asked for.

    A customer has one cart on every device, and may look at it in euros here and in dollars there. `email` is whose
    discounts count, if it is known; what an order of this cart that waits (`order_id`) uses is left to it.

    Raises:
        CartNotFound: there is no such cart.
        UnknownShippingMethod: nothing is sent there this way.
        Unanswered: `insist`, and the tax is somebody else's to say, who was not asked yet.
    """
    cart = await queries.get(conn, cart_id)
    wanted, currency = await queries.lines(conn, cart_id), currency or cart.currency
    variants = await catalog.variants_by_id(conn, [line.variant_id for line in wanted], currency)
    pairs = [(line, variants[line.variant_id]) for line in wanted if line.variant_id in variants]
    lines = tuple(_line(variant, line, currency) for line, variant in pairs)
    buyable = [
        pricing.QuoteLine(variant, line.quantity)
        for line, variant in pairs
        if variant.active and variant.price_minor is not None
    ]
    rules = await pricing.rules(
        conn, currency=currency, now=now, code=cart.discount_code, email=email, order_id=order_id
    )
    country, sent, enough = country or rules.taxes.home, True, True
    try:
        quote = (
            await pricing.priced(
                conn, buyable, currency, rules=rules, now=now, insist=insist, country=country, region=region,
                postal_code=postal_code, vat_id=vat_id, shipping_method=shipping_method,
            )
            if buyable
            else None
        )  # fmt: skip
    except pricing.BelowMinimum:
        quote, enough = None, False
    except pricing.AmountTooLarge:
        quote = None
    except pricing.NotShippedThere:
        quote, sent = None, False
    entered = quote.entered if quote is not None else rules.refused
    return PricedCart(cart.id, currency, lines, quote, cart.discount_code, entered, country, sent, enough)


def _line(variant: SaleVariant, line: queries.Line, currency: str) -> CartLine:
    unit = variant.price_minor if variant.active else None
    problem = None
    if unit is None:
        problem = "no_price"
    elif variant.available <= 0:
        problem = "sold_out"
    elif variant.available < line.quantity:
        problem = "not_enough"
    seen = line.seen.get(currency)
    return CartLine(
        variant.sku, variant.title, variant.slug, variant.image_url, line.quantity, unit,
        (unit or 0) * line.quantity, variant.available, problem,
        seen if unit is not None and seen is not None and seen != unit else None,
    )  # fmt: skip
