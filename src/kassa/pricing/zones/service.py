"""Reading and changing where parcels go. Whoever changes anything holds the lock of all of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kassa.kernel.db import Conn, Tx
from kassa.pricing.zones import queries
from kassa.pricing.zones.checking import checked, checked_calendar
from kassa.pricing.zones.engine import Table, Zone
from kassa.pricing.zones.errors import CountryTaken, ZoneNotFound
from kassa.pricing.zones.workdays import Calendar

#: What this process read last: zones and calendar are read again only when their version is another.
_kept: tuple[UUID, tuple[Zone, ...], Calendar] | None = None


async def table(conn: Conn, *, now: datetime | None = None) -> Table:
    """The shop's own table of shipping; with `now`, its ways say when they arrive."""
    _, found, when = await _read(conn)
    return Table(found, when, now)


async def zones(conn: Conn) -> Sequence[Zone]:
    """Every zone, in the order in which they were made."""
    return (await _read(conn))[1]


async def calendar(conn: Conn) -> Calendar:
    """When parcels leave and arrive."""
    return (await _read(conn))[2]


async def zone(conn: Conn, code: str) -> Zone:
    """One zone.

    Raises:
        ZoneNotFound
    """
    found = next((one for one in await zones(conn) if one.code == code), None)
    if found is None:
        raise ZoneNotFound("There is no such zone.")
    return found


async def put_zone(tx: Tx, wish: Zone) -> bool:
    """The zone is exactly as given afterwards; whether it is new.

    Raises:
        InvalidZone: nothing could be priced by it.
        CountryTaken: a country, or the rest of the world, is in another zone.
    """
    await queries.lock(tx)
    return await _write(tx, wish)


async def change_zone(tx: Tx, code: str, change: Callable[[Zone], Zone]) -> Zone:
    """Change a zone from what it is now; two who change different things of it do not undo each other's.

    Raises:
        ZoneNotFound, InvalidZone, CountryTaken
    """
    await queries.lock(tx)
    wish = replace(change(await zone(tx, code)), code=code)
    await _write(tx, wish)
    return wish


async def remove_zone(tx: Tx, code: str) -> None:
    """Remove a zone: its countries belong to the rest of the world from now on.

    Raises:
        ZoneNotFound
    """
    await queries.lock(tx)
    if not await queries.remove_zone(tx, code):
        raise ZoneNotFound("There is no such zone.")


async def put_calendar(tx: Tx, wish: Calendar) -> None:
    """Parcels leave and arrive by this calendar from now on.

    Raises:
        InvalidCalendar
    """
    await queries.write_calendar(tx, checked_calendar(wish))


async def _write(tx: Tx, wish: Zone) -> bool:
    there = await zones(tx)
    wish = checked(wish, count=sum(one.code != wish.code for one in there))
    for one in there:
        if one.code == wish.code:
            continue
        if wish.rest and one.rest:
            raise CountryTaken(f"{one.name} is the rest of the world already.", extra={"zone": one.code})
        both = sorted(one.countries & wish.countries)
        if both:
            raise CountryTaken(
                f"In another zone already, {one.name}: {', '.join(both)}.",
                extra={"zone": one.code, "countries": both},
            )
    created = await queries.write_zone(tx, wish.code, wish.name, wish.rest, msgspec.to_builtins(wish.ways))
    await queries.write_countries(tx, wish.code, wish.countries)
    return created


async def _read(conn: Conn) -> tuple[UUID, tuple[Zone, ...], Calendar]:
    global _kept  # by version, so it is never wrong, whichever database it came from
    known = _kept
    version, found = await queries.read(conn, known[0] if known else None)
    if known is None or found is not None:
        assert found is not None, "an unknown version comes with all it says"  # noqa: S101
        known = _kept = (version, *_loaded(found))
    return known


def _loaded(found: Mapping[str, Any]) -> tuple[tuple[Zone, ...], Calendar]:
    return (
        tuple(msgspec.convert(one, Zone) for one in found["zones"]),
        msgspec.convert(found["calendar"], Calendar),
    )
