"""The administrator's routes of shipping: zones with their ways, and the calendar by which parcels leave."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath
from msgspec import Meta, field

from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import Body
from kassa.kernel.address import Address
from kassa.pricing import zones
from kassa.pricing.zones import Band, Calendar, PickupPoint, Way, Zone
from kassa.web import read_json

_CODE = "[a-z0-9][a-z0-9-]{0,39}"
Amounts = Annotated[
    Mapping[str, int],
    Meta(
        max_length=40,
        description=(
            "Minor units by ISO 4217 code; under `*` any other currency, in hundredths of the major unit (390 is 3.90)."
        ),
    ),
]
Grams = Annotated[int, Meta(ge=1, le=10_000_000)]
Days = Annotated[int, Meta(ge=0, le=90, description="Working days.")]


class BandBody(Body, frozen=True):
    """Up to `grams` (a way by weight) or up to so much of `goods` (one by price) it costs `prices`."""

    prices: Amounts
    grams: Grams | None = None
    goods: Amounts = field(default_factory=dict)


class PickupBody(Body, frozen=True):
    """Where customers fetch it themselves, and when."""

    address: Address
    opening: Annotated[str, Meta(max_length=500)] = ""


class WayBody(Body, frozen=True):
    """A way to send something. `every`: the price is due again for every so many grams begun."""

    code: Annotated[str, Meta(pattern=f"^{_CODE}$")]
    label: Annotated[str, Meta(min_length=1, max_length=100)]
    min_days: Days
    max_days: Days
    bands: Annotated[list[BandBody], Meta(min_length=1, max_length=20)]
    by: Literal["flat", "weight", "price"] = "flat"
    every: Grams | None = None
    free_from: Amounts = field(default_factory=dict)
    pickup: PickupBody | None = None


class ZoneBody(Body, frozen=True):
    """Countries, or the `rest` of the world, and the ways to send something there."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    countries: Annotated[list[str], Meta(max_length=300, description="ISO 3166-1 alpha-2 codes.")] = field(
        default_factory=list
    )
    rest: bool = False
    ways: Annotated[list[WayBody], Meta(max_length=20)] = field(default_factory=list)


class ZoneOut(msgspec.Struct, frozen=True):
    """A zone as it is."""

    code: str
    name: str
    countries: list[str]
    rest: bool
    ways: list[WayBody]


class ZoneList(msgspec.Struct, frozen=True):
    """Every zone; there are at most a hundred, so `next` is always null."""

    items: list[ZoneOut]
    next: None = None


class CalendarBody(Body, frozen=True):
    """When parcels leave and arrive: `days` of the week (Monday is 0) but for `holidays`; what is ordered from `cutoff`
    o'clock on, in the time `zone`, leaves on the next such day.
    """

    zone: Annotated[str, Meta(max_length=60)] = "UTC"
    cutoff: Annotated[int, Meta(ge=0, le=23)] | None = None
    days: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(min_length=1, max_length=7)] = field(
        default_factory=lambda: [0, 1, 2, 3, 4]
    )
    holidays: Annotated[list[date], Meta(max_length=400)] = field(default_factory=list)


@get(
    "/shipping-zones",
    opt=documented(summary="List shipping zones", tag="Admin", answers={200: ZoneList}, admin=True),
)
async def list_zones(request: AnyRequest) -> Response[bytes]:
    """GET /admin/shipping-zones: where parcels go, and by which ways."""
    async with shop_of(request).db.connection() as conn:
        return reply(ZoneList([_out(zone) for zone in await zones.zones(conn)]))


@get(
    "/shipping-zones/{code:str}",
    opt=documented(
        summary="Show a shipping zone", tag="Admin", answers={200: ZoneOut}, errors=("zone_not_found",), admin=True
    ),
)  # fmt: skip
async def show_zone(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """GET /admin/shipping-zones/{code}: one zone with its ways."""
    async with shop_of(request).db.connection() as conn:
        return reply(_out(await zones.zone(conn, code)))


@put(
    "/shipping-zones/{code:str}",
    opt=documented(
        summary="Create or replace a shipping zone", tag="Admin", body=ZoneBody, admin=True,
        answers={201: ZoneOut, 200: ZoneOut}, errors=("invalid_zone", "invalid_address", "country_taken"),
        description=(
            "A country is in one zone at most; one that is in none belongs to the zone that is the `rest` of the "
            "world, and where there is none, nothing is sent there. Orders keep what they were placed with."
        ),
    ),
)  # fmt: skip
async def put_zone(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """PUT /admin/shipping-zones/{code}: the zone is exactly as given afterwards."""
    body = await read_json(request, ZoneBody)
    async with shop_of(request).db.transaction() as tx:
        created = await zones.put_zone(tx, _zone(code, body))
        shown = _out(await zones.zone(tx, code))
    return reply(shown, 201 if created else 200)


@delete(
    "/shipping-zones/{code:str}",
    status_code=200,
    opt=documented(
        summary="Remove a shipping zone", tag="Admin", answers={200: ZoneList}, errors=("zone_not_found",), admin=True
    ),
)  # fmt: skip
async def remove_zone(request: AnyRequest, code: FromPath[str]) -> Response[bytes]:
    """DELETE /admin/shipping-zones/{code}: its countries belong to the rest of the world; the zones left."""
    async with shop_of(request).db.transaction() as tx:
        await zones.remove_zone(tx, code)
        left = [_out(zone) for zone in await zones.zones(tx)]
    return reply(ZoneList(left))


@get(
    "/shipping-calendar",
    opt=documented(summary="Show when parcels leave", tag="Admin", answers={200: CalendarBody}, admin=True),
)
async def show_calendar(request: AnyRequest) -> Response[bytes]:
    """GET /admin/shipping-calendar: working days, holidays, and the hour after which nothing leaves."""
    async with shop_of(request).db.connection() as conn:
        return reply(_calendar(await zones.calendar(conn)))


@put(
    "/shipping-calendar",
    opt=documented(
        summary="Say when parcels leave", tag="Admin", body=CalendarBody, answers={200: CalendarBody},
        errors=("invalid_calendar",), admin=True,
    ),
)  # fmt: skip
async def put_calendar(request: AnyRequest) -> Response[bytes]:
    """PUT /admin/shipping-calendar: what is ordered from now on leaves and arrives by it."""
    body = await read_json(request, CalendarBody)
    wish = Calendar(body.zone, body.cutoff, frozenset(body.days), frozenset(body.holidays))
    async with shop_of(request).db.transaction() as tx:
        await zones.put_calendar(tx, wish)
    return reply(_calendar(wish))


def _zone(code: str, body: ZoneBody) -> Zone:
    ways = [
        Way(
            code=way.code, label=way.label, by=way.by, every=way.every, free_from=way.free_from, min_days=way.min_days,
            max_days=way.max_days,
            bands=tuple(Band(prices=band.prices, grams=band.grams, goods=band.goods) for band in way.bands),
            pickup=PickupPoint(way.pickup.address, way.pickup.opening) if way.pickup else None,
        )
        for way in body.ways
    ]  # fmt: skip
    return Zone(
        code=code, name=body.name, countries=frozenset(body.countries), rest=body.rest, ways=tuple(ways)
    )


def _out(zone: Zone) -> ZoneOut:
    return ZoneOut(
        zone.code,
        zone.name,
        sorted(zone.countries),
        zone.rest,
        [msgspec.convert(msgspec.to_builtins(way), WayBody) for way in zone.ways],
    )


def _calendar(found: Calendar) -> CalendarBody:
    return CalendarBody(
        zone=found.zone, cutoff=found.cutoff, days=sorted(found.days), holidays=sorted(found.holidays)
    )
