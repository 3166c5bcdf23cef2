"""How the shop is taxed: read for a quote, and changed by the operator."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from kassa.kernel import postal
from kassa.kernel.address import countries
from kassa.kernel.db import Conn, Tx
from kassa.pricing.taxes import queries
from kassa.pricing.taxes.elsewhere import PROVIDER, Elsewhere
from kassa.pricing.taxes.errors import BadRate, BadVatId, RateNotFound
from kassa.pricing.taxes.queries import RATES_LIMIT, OwnRate, Settings
from kassa.pricing.taxes.table import VOUCHER, RateRow, TaxTable, table
from kassa.pricing.taxes.vat import vat_id

_MOST: Final = 10_000


async def tables(conn: Conn) -> TaxTable | Elsewhere:
    """What taxes are worked out by now; one statement."""
    known, rates = await queries.everything(conn)
    own = table(map(_row, rates), rounding=known.rounding, home=known.home, on_top=known.on_top)
    return Elsewhere(own) if known.provider == PROVIDER else own


async def settings(conn: Conn) -> Settings:
    """How the shop is taxed now."""
    return await queries.settings(conn)


async def own_rates(conn: Conn) -> Sequence[OwnRate]:
    """The shop's own rates, by place, class and day."""
    return await queries.rates(conn)


async def save(tx: Tx, wish: Settings, *, now: datetime) -> Settings:
    """Change how the shop is taxed: what is sold from now on, nothing that was. Saying the same again is harmless.

    Raises:
        BadRate: a country is none (`errors` says where), or the shop's VAT number can't be one.
    """
    await queries.lock(tx)
    known = set(countries())
    faults = [("home", "is not a country")] if wish.home not in known else []
    faults += [("on_top", f"{code} is not a country") for code in wish.on_top if code not in known]
    try:
        own = vat_id(wish.vat_id, wish.home) or wish.vat_id.strip()
    except BadVatId:
        faults.append(("vat_id", "is not a VAT number of this country"))
    if faults:
        raise BadRate("These settings can't be.", errors=faults)
    changed = Settings(wish.home, wish.rounding, wish.provider, tuple(sorted(set(wish.on_top))), own)
    await queries.write_settings(tx, changed, now=now)
    return changed


async def write_rate(tx: Tx, rate: OwnRate, *, now: datetime) -> None:
    """Write down a rate, or change the one of this id. Orders that were placed keep theirs.

    Raises:
        BadRate: it can't be, or one of the same place and class holds on some of these days already.
    """
    await queries.lock(tx)
    region = postal.tidy({"region": rate.region}, rate.country).get("region") or rate.region.strip()
    rate = replace(rate, region=region.upper(), tax_class=rate.tax_class.strip(), name=rate.name.strip())
    others = [one for one in await queries.rates(tx) if one.id != rate.id]
    faults = _faults(rate)
    if any(_clash(one, rate) for one in others):
        faults.append(("starts_on", "another rate of this place and class holds then"))
    if len(others) >= RATES_LIMIT:
        faults.append(("country", f"there are {RATES_LIMIT} rates already"))
    if faults:
        raise BadRate("This rate can't be.", errors=faults)
    await queries.insert(tx, rate, now=now)


async def remove(tx: Tx, rate_id: UUID) -> None:
    """Take a rate of the shop's own away.

    Raises:
        RateNotFound: there is none.
    """
    await queries.lock(tx)
    if not await queries.delete(tx, rate_id):
        raise RateNotFound("There is no such rate.")


def _row(rate: OwnRate) -> RateRow:
    return RateRow(
        rate.country, rate.region, rate.tax_class, rate.basis_points, rate.starts_on, rate.ends_on, rate.name
    )


def _faults(rate: OwnRate) -> list[tuple[str, str]]:
    faults = []
    if rate.country not in countries():
        faults.append(("country", "is not a country"))
    if not 0 <= rate.basis_points <= _MOST or round(rate.basis_points, 2) != rate.basis_points:
        faults.append(("basis_points", "must be from 0 to 100 percent, with at most four decimals"))
    if not rate.tax_class or rate.tax_class == VOUCHER:
        faults.append(("tax_class", "must be a class of goods; vouchers are not taxed"))
    if rate.starts_on and rate.ends_on and rate.ends_on < rate.starts_on:
        faults.append(("ends_on", "must not be before it begins"))
    return faults


def _clash(one: OwnRate, other: OwnRate) -> bool:
    same = (one.country, one.region, one.tax_class) == (other.country, other.region, other.tax_class)
    return same and _begins(one) <= _ends(other) and _begins(other) <= _ends(one)


def _begins(rate: OwnRate) -> date:
    return rate.starts_on or date.min


def _ends(rate: OwnRate) -> date:
    return rate.ends_on or date.max
