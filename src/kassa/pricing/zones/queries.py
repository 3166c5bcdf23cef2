"""All SQL of `shipping_zones`, `shipping_countries` and `shipping_calendar`."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.pricing.zones.workdays import Calendar


async def read(conn: Conn, known: UUID | None) -> tuple[UUID, Mapping[str, Any] | None]:
    """The version of the tables, and all that stands in them; None if that is the version `known`."""
    row = await conn.fetchrow(
        """
        select version, case when version = $1 then null else jsonb_build_object(
            'calendar', jsonb_build_object('zone', zone, 'cutoff', cutoff, 'days', days, 'holidays', holidays),
            'zones', (
                select coalesce(jsonb_agg(jsonb_build_object('code', code, 'name', name, 'rest', rest, 'ways', ways,
                    'countries', (
                        select coalesce(jsonb_agg(country), '[]') from shipping_countries as one
                        where one.zone = found.code
                    )) order by position, code), '[]')
                from shipping_zones as found
            )) end as found
        from shipping_calendar
        """,
        known,
    )
    assert row is not None, "the migration writes the row"  # noqa: S101
    return row["version"], row["found"]


async def lock(tx: Tx) -> None:
    """The mutex of everything about shipping, held until `tx` ends."""
    await tx.execute("select 1 from shipping_calendar for update")


async def write_zone(tx: Tx, code: str, name: str, rest: bool, ways: object) -> bool:
    """Write a zone down, after those that are there; whether it is new."""
    return bool(
        await tx.fetchval(
            """
            insert into shipping_zones (code, name, rest, ways, position)
            values ($1, $2, $3, $4, (select coalesce(max(position), 0) + 1 from shipping_zones))
            on conflict (code) do update set name = $2, rest = $3, ways = $4
            returning xmax = 0
            """,
            code,
            name,
            rest,
            ways,
        )
    )


async def write_countries(tx: Tx, code: str, countries: Iterable[str]) -> None:
    """These countries, which no other zone has, and no others are in the zone."""
    await tx.execute("delete from shipping_countries where zone = $1", code)
    await tx.execute(
        "insert into shipping_countries (country, zone) select unnest($2::text[]), $1",
        code,
        sorted(countries),
    )


async def remove_zone(tx: Tx, code: str) -> bool:
    """Remove a zone with its ways; whether it was there."""
    return bool(await tx.execute("delete from shipping_zones where code = $1", code))


async def write_calendar(tx: Tx, calendar: Calendar) -> None:
    """When parcels leave and arrive."""
    await tx.execute(
        "update shipping_calendar set zone = $1, cutoff = $2, days = $3, holidays = $4",
        calendar.zone,
        calendar.cutoff,
        sorted(calendar.days),
        sorted(calendar.holidays),
    )
