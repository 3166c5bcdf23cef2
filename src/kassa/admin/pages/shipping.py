"""Where parcels go: zones, the ways in each, what they cost, and the days on which parcels leave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts
from kassa.admin import shipping_form
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.shipping_form import Typed
from kassa.admin.view import desk_page
from kassa.kernel.address import countries
from kassa.kernel.errors import NotFound
from kassa.kernel.money import show
from kassa.pricing import zones
from kassa.pricing.zones import ANY, Calendar, Way, Zone

_HOME: Final = "/admin/shipping"
_TOLD: Final = 12
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BY: Final = {
    "flat": "The same always",
    "weight": "By what the parcel weighs",
    "price": "By what the goods cost",
}


@get("/admin/shipping")
async def show_shipping(request: AnyRequest) -> Response[Any]:
    """GET /admin/shipping: every zone with its ways, and when parcels leave."""
    desk = await enter(request)
    async with shop_of(request).db.connection() as conn:
        calendar = await zones.calendar(conn)
    return await _overview(request, desk, Typed(_of_calendar(calendar)))


@post("/admin/shipping/calendar")
async def put_calendar(request: AnyRequest) -> Response[Any]:
    """POST /admin/shipping/calendar: parcels leave by this from now on."""
    desk, shop = await enter(request), shop_of(request)
    typed, wish = shipping_form.read_calendar(await read_form(request, desk.csrf, value=8_000))
    if wish is None:
        return await _overview(request, desk, typed, status=422)
    async with shop.db.transaction() as tx:
        await zones.put_calendar(tx, wish)
        await accounts.flash(tx, desk.token, "The working days are kept.", "good")
    return go(f"{_HOME}#leaving")


@get("/admin/shipping/new")
async def new_zone(request: AnyRequest) -> Response[Any]:
    """GET /admin/shipping/new: the form of a zone that is still to be."""
    return await _zone_page(request, await enter(request), None, Typed({}))


@post("/admin/shipping/new")
async def make_zone(request: AnyRequest) -> Response[Any]:
    """POST /admin/shipping/new: a zone of countries that have none of their own yet."""
    return await _keep_zone(request, None)


@get("/admin/shipping/zones/{code:str}")
async def show_zone(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """GET /admin/shipping/zones/{code}: its name and its countries."""
    desk = await enter(request)
    async with shop_of(request).db.connection() as conn:
        zone = await zones.zone(conn, code)
    named = {f"country:{country}": "on" for country in zone.countries}
    return await _zone_page(request, desk, zone, Typed({"name": zone.name, **named}))


@post("/admin/shipping/zones/{code:str}")
async def change_zone(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/shipping/zones/{code}: its name and its countries; its ways stay."""
    return await _keep_zone(request, code)


@post("/admin/shipping/zones/{code:str}/removal")
async def remove_zone(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST …/removal: its countries belong to the rest of the world from now on."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        gone = await zones.zone(tx, code)
        await zones.remove_zone(tx, code)
        await accounts.flash(tx, desk.token, f"{gone.name} is gone, with its ways.", "good")
    return go(_HOME)


@get("/admin/shipping/zones/{code:str}/new-way")
async def new_way(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """GET …/new-way: the form of a way that is still to be."""
    desk = await enter(request)
    async with shop_of(request).db.connection() as conn:
        zone = await zones.zone(conn, code)
    start = {"by": "flat", "min_days": "2", "max_days": "4"}
    return await _way_page(request, desk, zone, None, Typed(start))


@post("/admin/shipping/zones/{code:str}/new-way")
async def make_way(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST …/new-way: one more way to send something to this zone."""
    return await _keep_way(request, code, None)


@get("/admin/shipping/zones/{code:str}/ways/{way:str}")
async def show_way(request: AnyRequest, code: FromPath[str], way: FromPath[str]) -> Response[Any]:
    """GET …/ways/{way}: what it is called, what it costs and how long it takes."""
    desk, shop = await enter(request), shop_of(request)
    async with shop.db.connection() as conn:
        zone = await zones.zone(conn, code)
    found = _way(zone, way)
    return await _way_page(request, desk, zone, found, Typed(shipping_form.of_way(found)))


@post("/admin/shipping/zones/{code:str}/ways/{way:str}")
async def change_way(request: AnyRequest, code: FromPath[str], way: FromPath[str]) -> Response[Any]:
    """POST …/ways/{way}: orders that are placed already keep what they were offered."""
    return await _keep_way(request, code, way)


@post("/admin/shipping/zones/{code:str}/ways/{way:str}/removal")
async def remove_way(request: AnyRequest, code: FromPath[str], way: FromPath[str]) -> Response[Any]:
    """POST …/ways/{way}/removal: nothing goes this way any more."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        gone = _way(await zones.zone(tx, code), way)
        await zones.change_zone(
            tx, code, lambda zone: replace(zone, ways=tuple(one for one in zone.ways if one.code != way))
        )
        await accounts.flash(tx, desk.token, f"{gone.label} is gone.", "good")
    return go(f"{_HOME}#{code}")


async def _keep_zone(request: AnyRequest, code: str | None) -> Response[Any]:
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf, fields=shipping_form.FIELDS)
    typed, wish = shipping_form.read_zone(values, code)
    async with shop.db.connection() as conn:
        there = await zones.zone(conn, code) if code else None
        taken = {one.code for one in await zones.zones(conn)}
    if there is None and wish.code in taken:
        typed.faults.setdefault("name", "There is a zone of this name already.")
    if there is not None:
        wish = replace(wish, rest=there.rest, countries=frozenset() if there.rest else wish.countries)
    if not typed.faults:
        try:
            async with shop.db.transaction() as tx:
                if there is None:
                    await zones.put_zone(tx, wish)
                else:
                    await zones.change_zone(tx, there.code, lambda zone: replace(wish, ways=zone.ways))
                await accounts.flash(tx, desk.token, f"{wish.name} is kept.", "good")
            return go(f"{_HOME}#{wish.code}")
        except zones.CountryTaken as fault:
            typed.faults["countries"] = fault.detail
    return await _zone_page(request, desk, there, typed, status=422)


async def _keep_way(request: AnyRequest, code: str, way: str | None) -> Response[Any]:
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf, fields=shipping_form.FIELDS)
    typed, wish = shipping_form.read_way(values, shop.settings.currencies, way)
    async with shop.db.connection() as conn:
        zone = await zones.zone(conn, code)
    there = _way(zone, way) if way else None
    if values.get("intent") == "update":
        return await _way_page(request, desk, zone, there, Typed(typed.values))
    if wish is not None and there is None and wish.code in {one.code for one in zone.ways}:
        typed.faults["label"] = "There is a way of this name already."
    if wish is None or typed.faults:
        return await _way_page(request, desk, zone, there, typed, status=422)
    kept = wish

    def change(now: Zone) -> Zone:
        known = kept.code in {one.code for one in now.ways}
        same = tuple(kept if one.code == kept.code else one for one in now.ways)
        return replace(now, ways=same if known else (*now.ways, kept))

    async with shop.db.transaction() as tx:
        await zones.change_zone(tx, code, change)
        await accounts.flash(tx, desk.token, f"{kept.label} is kept.", "good")
    return go(f"{_HOME}#{code}")


async def _overview(request: AnyRequest, desk: Desk, typed: Typed, *, status: int = 200) -> Response[Any]:
    async with shop_of(request).db.connection() as conn:
        found = await zones.zones(conn)
    return await desk_page(
        request, desk, "shipping.html", status=status, zones=found, told=_told, prices=prices, days=_DAYS, form=typed,
        rest=any(zone.rest for zone in found), place=zones.place, hours=range(1, 24),
    )  # fmt: skip


async def _zone_page(
    request: AnyRequest, desk: Desk, zone: Zone | None, typed: Typed, *, status: int = 200
) -> Response[Any]:
    async with shop_of(request).db.connection() as conn:
        found = await zones.zones(conn)
    others = [one for one in found if zone is None or one.code != zone.code]
    elsewhere = {country: one.name for one in others for country in one.countries}
    return await desk_page(
        request, desk, "shipping_zone.html", status=status, zone=zone, form=typed, names=_names(), elsewhere=elsewhere,
        rest_taken=any(one.rest for one in others),
    )  # fmt: skip


async def _way_page(
    request: AnyRequest, desk: Desk, zone: Zone, way: Way | None, typed: Typed, *, status: int = 200
) -> Response[Any]:
    by = typed.values.get("by", "flat")
    return await desk_page(
        request, desk, "shipping_way.html", status=status, zone=zone, way=way, form=typed, kinds=_BY, by=by,
        currencies=(*shop_of(request).settings.currencies, ANY), names=_names(),
        rows=range(1) if by == "flat" else shipping_form.rows(typed.values),
    )  # fmt: skip


def prices(way: Way) -> str:
    """What a way costs, in few words: "€3.90", "€3.90 to €9.90, free from €50.00"."""
    said = sorted(
        {currency for band in way.bands for currency in band.prices}, key=lambda one: (one == ANY, one)
    )
    parts = []
    for currency in said:
        found = [band.prices[currency] for band in way.bands if currency in band.prices]
        few, many = _amount(min(found), currency), _amount(max(found), currency)
        place = (
            f" in any {'other ' if len(said) > 1 else ''}currency" if currency == ANY and max(found) else ""
        )
        parts.append((few if few == many else f"{few} to {many}") + place)
    each = f", for every {way.every:,} g" if way.every else ""
    free = [_amount(minor, currency) for currency, minor in sorted(way.free_from.items())]
    return " · ".join(dict.fromkeys(parts)) + each + (f", free from {' · '.join(free)}" if free else "")


def _amount(minor: int, currency: str) -> str:
    if not minor:
        return "Free"
    return f"{minor // 100}.{minor % 100:02}" if currency == ANY else show(minor, currency)


def _told(zone: Zone) -> str:
    """The countries of a zone, in few words."""
    if zone.rest:
        return "Every country that is in no other zone."
    named = sorted(_names()[country] for country in zone.countries)
    if not named:
        return "No country yet, so nothing goes there."
    more = len(named) - _TOLD
    return ", ".join(named[:_TOLD]) + (f" and {more} more" if more > 0 else "") + "."


def _way(zone: Zone, code: str) -> Way:
    found = next((way for way in zone.ways if way.code == code), None)
    if found is None:
        raise NotFound("There is no such way in this zone.", code="way_not_found")
    return found


def _of_calendar(calendar: Calendar) -> dict[str, str]:
    return {
        "zone": calendar.zone, "cutoff": "" if calendar.cutoff is None else str(calendar.cutoff),
        "holidays": "\n".join(day.isoformat() for day in sorted(calendar.holidays)),
        **{f"day:{day}": "on" for day in calendar.days},
    }  # fmt: skip


@cache
def _names() -> Mapping[str, str]:
    named: Sequence[tuple[str, str]] = [(code, str(Locale("en").territories[code])) for code in countries()]
    return dict(sorted(named, key=lambda pair: pair[1]))
