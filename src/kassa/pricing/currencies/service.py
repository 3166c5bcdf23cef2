"""The verbs: note rates, make a price list, and write the prices that follow from both."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from kassa import catalog, jobs
from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database, Tx
from kassa.kernel.errors import KassaError
from kassa.kernel.money import MAX_MINOR, exponent
from kassa.pricing.currencies import queries
from kassa.pricing.currencies.charm import Charm
from kassa.pricing.currencies.errors import InvalidPriceList, InvalidRates
from kassa.pricing.currencies.queries import BasePrice, Made, PriceList
from kassa.pricing.currencies.rates import Converter, Rate, Rates, exact

#: Banks quote on working days; a rate that is older than the longest holidays is old.
STALE: Final = timedelta(days=7)
RATES_LIMIT: Final = 20_000
_PAGE: Final = 200
_AGAIN: Final = timedelta(seconds=2)
_DECIMALS: Final = 12
_HIGHEST: Final = 10**11
_MARGINS: Final = range(-5_000, 10_001)


async def rates(conn: Conn) -> Rates:
    """The newest rates."""
    return Rates((await queries.newest_rates(conn))[0])


async def converter(conn: Conn, currency: str) -> Converter | None:
    """What turns amounts into `currency` where they are known in others only; None if there are no rates.

    One statement.
    """
    known, own = await queries.newest_rates(conn, currency)
    return Converter(Rates(known), own) if known else None


async def put_rates(tx: Tx, said: Sequence[Rate], *, now: datetime) -> int:
    """Note what was said; how many rates are new or other than before. Automatic prices follow.

    Raises:
        InvalidRates: none, too many, of an unknown currency, of a day that has not come, or not positive.
    """
    if not 1 <= len(said) <= RATES_LIMIT:
        raise InvalidRates(f"There must be 1 to {RATES_LIMIT} rates.")
    for one in said:
        _check(one, now.date())
    count = await queries.put_rates(tx, said, now=now)
    if count:
        await _ask(tx, now=now)
    return count


async def put_list(
    tx: Tx, currency: str, *, margin: int, charm: Charm, own: str, actor: str, now: datetime
) -> None:
    """From now on prices in a currency follow from those in the shop's own; those set by hand stay.

    Raises:
        InvalidPriceList: the shop's own currency, a margin that makes no sense, or prices nobody can charge.
    """
    if currency == own:
        raise InvalidPriceList("Prices in the shop's own currency are what all others follow from.")
    if margin not in _MARGINS:
        raise InvalidPriceList(
            "The margin must be between -50 % and 100 %.", errors=[("margin", "is too much")]
        )
    if not charm.fits(currency) or charm.size > 10**6:
        raise InvalidPriceList(
            f"Prices of this kind can't be charged in {currency}.", errors=[("charm", "does not fit")]
        )
    await queries.put_list(tx, PriceList(currency, own, margin, charm, now, actor))
    await _ask(tx, now=now)


async def end_list(tx: Tx, currency: str, *, keep: bool, now: datetime) -> bool:
    """Prices in a currency follow no more: they stay as they are, or those go that nobody set by hand.

    Whether they followed before.
    """
    ended = await queries.end_list(tx, currency)
    if ended and keep:
        await queries.keep_prices(tx, currency)
    elif ended:
        await _ask(tx, now=now)
    return ended


async def price_products(db: Database, args: Mapping[str, Any], *, clock: Clock) -> None:
    """Write the automatic prices of the products that `args` names, or of the next page of all.

    A product that somebody is changing or pricing just now is left for later. Rates are read after products are locked,
    so whoever reads them later writes later.
    """
    named = [UUID(text) for text in args.get("product_ids") or ()]
    after = UUID(args["after"]) if args.get("after") else None
    async with db.transaction() as tx:
        now = clock.now()
        page = named or await queries.products_after(tx, after, limit=_PAGE)
        free = await queries.lock_free(tx, page)
        changed = await queries.write_prices(tx, list(free), await _made(tx, list(free)))
        if changed:
            await catalog.index(tx, sorted(changed))
        busy = [str(id_) for id_ in page if id_ not in free]
        if busy:
            await jobs.enqueue(tx, "price_products", {"product_ids": busy}, now=now, run_at=now + _AGAIN)
        if not named and len(page) == _PAGE:
            await jobs.enqueue(tx, "price_products", {"after": str(page[-1])}, now=now)


def price_of(amount: int, one: PriceList, known: Rates) -> int | None:
    """What `amount` minor units of its base come to in a price list; None without a rate, or for too much of it."""
    worth = exact(amount, one.base, one.currency, known, margin=one.margin)
    price = one.charm.price(worth) if worth is not None else None
    return price if price is not None and price <= MAX_MINOR else None


def read_rate(text: str) -> Fraction:
    """A rate as somebody wrote it down: 1.0847, or 1,0847.

    Raises:
        InvalidRates: it is none.
    """
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise InvalidRates(f"{text.strip()[:40]!r} is not a rate.") from None
    if not value.is_finite() or not 0 < value < _HIGHEST or -int(value.as_tuple().exponent) > _DECIMALS:
        raise InvalidRates(
            f"{text.strip()[:40]!r} is not a rate: it must be more than 0, with at most 12 decimals."
        )
    return Fraction(value)


def is_stale(day: date, now: datetime) -> bool:
    """Whether a rate of this day is too old to price by without a look."""
    return now.date() - day > STALE


async def _made(tx: Tx, product_ids: Sequence[UUID]) -> list[Made]:
    """The automatic prices of these products."""
    lists = await queries.lists(tx)
    if not lists:
        return []
    known = await rates(tx)
    priced = await queries.base_prices(tx, product_ids, [one.base for one in lists])
    found = (_one(each, one, known) for each in priced for one in lists if one.base == each.currency)
    return [one for one in found if one is not None]


def _one(base: BasePrice, one: PriceList, known: Rates) -> Made | None:
    price = price_of(base.amount_minor, one, known)
    if price is None:
        return None
    before = price_of(base.compare_at_minor, one, known) if base.compare_at_minor else None
    return Made(base.variant_id, one.currency, price, before if before and before > price else None)


async def _ask(tx: Tx, *, now: datetime) -> None:
    await jobs.enqueue(tx, "price_products", {}, now=now)


def _check(one: Rate, today: date) -> None:
    try:
        exponent(one.base), exponent(one.currency)
    except KassaError as error:
        raise InvalidRates(error.detail) from None
    if one.base == one.currency:
        raise InvalidRates(f"The rate of {one.base} to itself is always 1.")
    if one.rate <= 0 or one.rate >= _HIGHEST:
        raise InvalidRates("A rate is more than 0.")
    if one.day > today + timedelta(days=1):  # somewhere it is tomorrow already
        raise InvalidRates(f"{one.day} has not come yet.")
