"""All SQL of `tax_settings` and `tax_rates`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Row, Tx
from kassa.pricing.rounding import Rounding
from kassa.pricing.taxes.table import number

#: More of its own rates no shop has.
RATES_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """How the shop is taxed. `on_top`: countries where prices are without tax; `vat_id`: the shop's own."""

    home: str
    rounding: Rounding
    provider: str
    on_top: tuple[str, ...]
    vat_id: str


@dataclass(frozen=True, slots=True)
class OwnRate:
    """A rate that the operator wrote down, in basis points, from one day to another (both included)."""

    id: UUID
    country: str
    region: str
    tax_class: str
    basis_points: float
    name: str
    starts_on: date | None
    ends_on: date | None


async def settings(conn: Conn) -> Settings:
    """How the shop is taxed now."""
    return _settings(await conn.fetchrow("select home, rounding, provider, on_top, vat_id from tax_settings"))


async def lock(tx: Tx) -> Settings:
    """The settings, locked until `tx` ends: the mutex of all rates."""
    return _settings(
        await tx.fetchrow("select home, rounding, provider, on_top, vat_id from tax_settings for update")
    )


async def write_settings(tx: Tx, wish: Settings, *, now: datetime) -> None:
    """Change how the shop is taxed from now on."""
    await tx.execute(
        """
        update tax_settings
        set home = $1, rounding = $2, provider = $3, on_top = $4, vat_id = $5, changed_at = $6
        """,
        wish.home,
        wish.rounding,
        wish.provider,
        list(wish.on_top),
        wish.vat_id,
        now,
    )


async def everything(conn: Conn) -> tuple[Settings, list[OwnRate]]:
    """The settings and all rates of the shop's own, in one statement."""
    rows = await conn.fetch(
        """
        select home, rounding, provider, on_top, vat_id,
            id, country, region, tax_class, basis_points, name, starts_on, ends_on
        from tax_settings left join tax_rates on true
        """
    )
    rates = [_rate(list(row.values())[5:]) for row in rows if row["id"] is not None]
    return _settings(rows[0]), rates


async def rates(conn: Conn) -> list[OwnRate]:
    """The shop's own rates by place, class and day, at most `RATES_LIMIT`."""
    rows = await conn.fetch(
        """
        select id, country, region, tax_class, basis_points, name, starts_on, ends_on from tax_rates
        order by country, region, tax_class, starts_on nulls first, id limit $1
        """,
        RATES_LIMIT,
    )
    return [_rate(list(row.values())) for row in rows]


async def insert(tx: Tx, rate: OwnRate, *, now: datetime) -> None:
    """Write a rate down, or over the one of this id."""
    await tx.execute(
        """
        insert into tax_rates (id, country, region, tax_class, basis_points, name, starts_on, ends_on, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (id) do update set country = excluded.country, region = excluded.region,
            tax_class = excluded.tax_class, basis_points = excluded.basis_points, name = excluded.name,
            starts_on = excluded.starts_on, ends_on = excluded.ends_on
        """,
        rate.id, rate.country, rate.region, rate.tax_class, Decimal(str(rate.basis_points)), rate.name, rate.starts_on,
        rate.ends_on, now,
    )  # fmt: skip


async def delete(tx: Tx, rate_id: UUID) -> bool:
    """Take a rate away; whether it was there."""
    return bool(await tx.execute("delete from tax_rates where id = $1", rate_id))


def _rate(values: list[Any]) -> OwnRate:
    id_, country, region, tax_class, basis_points, *rest = values
    return OwnRate(id_, country, region, tax_class, number(basis_points), *rest)


def _settings(row: Row | None) -> Settings:
    assert row is not None, "the migration wrote the row"  # noqa: S101
    values: dict[str, Any] = dict(row)
    return Settings(
        values["home"], Rounding(values["rounding"]), values["provider"], tuple(values["on_top"]),
        values["vat_id"],
    )  # fmt: skip
