"""What the shop prices by now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Conn
from kassa.pricing import currencies, discounts, taxes, zones
from kassa.pricing.discounts import Discount, Kind
from kassa.pricing.quote import Quote, QuoteLine, quote
from kassa.pricing.rules import Rules
from kassa.pricing.taxes import elsewhere
from kassa.pricing.zones import Convert


async def rules(
    conn: Conn,
    *,
    currency: str,
    now: datetime,
    code: str | None = None,
    email: str = "",
    order_id: UUID | None = None,
    discounted: bool = True,
) -> Rules:
    """What a cart in `currency` is priced by at `now`.

    `code` is the discount that was entered, `email` whose limits count, as far as it is known; what `order_id` uses,
    an order of the same cart that waits, is left to it. Not `discounted`: at the prices of the list.
    """
    found = discounts.Looked()
    if discounted:
        found = await discounts.look(conn, code=code, now=now, email=email, order_id=order_id)
    convert = await currencies.converter(conn, currency)
    return Rules(
        day=now.date(),
        code=found.code,
        discounts=[in_currency(one, currency, convert) for one in found.discounts],
        refused=found.refused,
        taxes=await taxes.tables(conn),
        shipping=await zones.table(conn, now=now),
        convert=convert,
    )


def in_currency(one: Discount, currency: str, convert: Convert | None) -> Discount:
    """A discount in the currency of the cart, if there is a rate from its own; else it stays, and will not fit.

    A title that says the amount says it in that currency.
    """
    if one.currency in (None, currency) or convert is None:
        return one
    value = convert(one.value, one.currency, currency) if one.kind is Kind.FIXED else one.value
    minimum = convert(one.minimum, one.currency, currency)
    if value is None or minimum is None:
        return one
    own = one.named or one.kind is not Kind.FIXED
    title = one.title if own else discounts.amount_off(value, currency)
    return replace(one, title=title, value=value, minimum=minimum, currency=currency)


async def priced(
    conn: Conn,
    lines: Sequence[QuoteLine],
    currency: str,
    *,
    rules: Rules,
    now: datetime,
    insist: bool = False,
    country: str,
    region: str | None = None,
    postal_code: str | None = None,
    vat_id: str = "",
    shipping_method: str | None = None,
) -> Quote:
    """As `quote`, with what was answered where somebody else works out the taxes; the table's if nothing was.

    Raises:
        Unanswered: `insist`, and nobody has been asked yet.
        UnknownShippingMethod, NotShippedThere, BelowMinimum, AmountTooLarge, UnevenAmount
    """

    def made() -> Quote:
        return quote(
            lines, currency, rules=rules, country=country, region=region, postal_code=postal_code, vat_id=vat_id,
            shipping_method=shipping_method,
        )  # fmt: skip

    found, source = made(), rules.taxes
    if not isinstance(source, elsewhere.Elsewhere) or source.missing is None:
        return found
    if await elsewhere.look_up(conn, source, now=now):
        return made()
    if insist:
        raise elsewhere.Unanswered(source.missing, source.home)
    return found
