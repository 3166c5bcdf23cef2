"""Taxes: where the shop sits, how it rounds, where prices are without tax, and the operator's own rates."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.kernel.address import countries
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id, parse_id
from kassa.pricing import Rounding, taxes

_HOME: Final = "/admin/taxes"
_ENGLISH: Final = Locale("en")
#: How each rule of rounding is said.
_RULES: Final = (
    (Rounding.LINE, "Each line", "Tax is rounded on each line, and the lines are added up."),
    (
        Rounding.SUM_BY_NET,
        "The sum, prices may move",
        "Tax is rounded once for each rate, on the sum of the nets. A line may change by a cent, so that it is right.",
    ),
    (
        Rounding.SUM_BY_NET_KEEP_GROSS,
        "The sum, prices stay",
        "Tax is rounded once for each rate. Prices stay; what is left over moves between net and tax.",
    ),
)
_PROVIDERS: Final = (("table", "The rates below"), ("stripe", "Stripe Tax"))


@get("/admin/taxes")
async def show(request: AnyRequest) -> Response[Any]:
    """GET /admin/taxes: the settings, the operator's own rates, and those that come with Kassa."""
    return await _page(request, await enter(request))


@post("/admin/taxes")
async def save(request: AnyRequest) -> Response[Any]:
    """POST /admin/taxes: how what is sold from now on is taxed."""
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf)
    try:
        wish = _settings(values)
        async with shop.db.transaction() as tx:
            await taxes.save(tx, wish, now=shop.clock.now())
            await accounts.flash(tx, desk.token, "This holds for what is sold from now on.", "good")
    except Invalid as error:
        return await _page(request, desk, fault=error, at_fault="settings", values=values)
    return go(_HOME)


@post("/admin/taxes/rates")
async def add(request: AnyRequest) -> Response[Any]:
    """POST /admin/taxes/rates: write down a rate of the shop's own."""
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf)
    try:
        rate = _rate(values)
        async with shop.db.transaction() as tx:
            await taxes.write_rate(tx, rate, now=shop.clock.now())
            await accounts.flash(tx, desk.token, "The rate is noted.", "good")
    except Invalid as error:
        return await _page(request, desk, fault=error, at_fault="rate", values=values)
    return go(f"{_HOME}#own")


@post("/admin/taxes/rates/{rate_id:str}/remove")
async def remove(request: AnyRequest, rate_id: FromPath[str]) -> Response[Any]:
    """POST /admin/taxes/rates/{id}/remove: take a rate of the shop's own away; orders keep theirs."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    found = parse_id(rate_id)
    if found is None:
        raise taxes.RateNotFound("There is no such rate.")
    async with shop.db.transaction() as tx:
        await taxes.remove(tx, found)
        await accounts.flash(tx, desk.token, "The rate is gone. Orders that were placed keep it.", "good")
    return go(f"{_HOME}#own")


async def _page(
    request: AnyRequest, desk: Desk, *, fault: Invalid | None = None, at_fault: str = "",
    values: Mapping[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    shop = shop_of(request)
    async with shop.db.snapshot() as conn:
        known, own = await taxes.settings(conn), await taxes.own_rates(conn)
    today = shop.clock.now().date()
    shown = {
        "home": known.home, "rounding": str(known.rounding), "provider": known.provider, "vat_id": known.vat_id,
        "on_top": ", ".join(known.on_top),
    }  # fmt: skip
    return await desk_page(
        request, desk, "taxes.html", settings={**shown, **(values or {})} if at_fault == "settings" else shown,
        typed=values if at_fault == "rate" and values else {}, own=own, rules=_RULES, providers=_PROVIDERS,
        countries=sorted(((code, _name(code)) for code in countries()), key=lambda pair: pair[1]),
        country_name=_name, percent=taxes.percent, known=_known(today), today=today,
        faults=_faults(fault) if fault else [], at_fault=at_fault, status=422 if fault else 200,
    )  # fmt: skip


def _faults(fault: Invalid) -> Sequence[str]:
    return [f"{path.replace('_', ' ').capitalize()} {message}." for path, message in fault.errors] or [
        fault.detail
    ]


def _known(today: date) -> list[tuple[str, str, str, str]]:
    """The rates that come with Kassa and hold today: country, region, standard, books."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for (country, tax_class), rows in taxes.built_in().items():
        for row in rows:
            if row.holds(today):
                found.setdefault((country, row.region), {})[tax_class] = taxes.percent(row.basis_points)
    return sorted(
        (_name(country), region, rates.get("standard", ""), rates.get("books", ""))
        for (country, region), rates in found.items()
    )


def _settings(values: Mapping[str, str]) -> taxes.Settings:
    rounding, provider = values.get("rounding", ""), values.get("provider", "table")
    if rounding not in set(Rounding) or provider not in dict(_PROVIDERS):
        raise taxes.BadRate("There is no such choice.", errors=[("rounding", "is not one of the three")])
    codes = re.findall(r"[^\s,;]+", values.get("on_top", "").upper())
    return taxes.Settings(
        values.get("home", ""), Rounding(rounding), provider, tuple(codes), values.get("vat_id", "")
    )


def _rate(values: Mapping[str, str]) -> taxes.OwnRate:
    starts, ends = _day(values, "starts_on"), _day(values, "ends_on")
    return taxes.OwnRate(
        new_id(), values.get("country", ""), values.get("region", "")[:100], values.get("tax_class", "").strip()[:40],
        _points(values.get("percent", "")), values.get("name", "").strip()[:40], starts, ends,
    )  # fmt: skip


def _points(text: str) -> float:
    """Basis points of what was written as a percentage."""
    try:
        points = Decimal(text.strip().removesuffix("%").strip().replace(",", ".")) * 100
    except ArithmeticError:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= 10_000 or points != round(points, 2):
        raise taxes.BadRate(
            "This rate can't be.", errors=[("percent", "is a figure such as 19 or 8.875, at most 100")]
        )
    return taxes.number(points)


def _day(values: Mapping[str, str], name: str) -> date | None:
    text = values.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise taxes.BadRate("This rate can't be.", errors=[(name, "is not a day")]) from None


def _name(code: str) -> str:
    return str(_ENGLISH.territories.get(code, code))
