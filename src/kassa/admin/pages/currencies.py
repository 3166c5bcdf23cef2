"""Currencies: the rates, and the price lists that follow from the shop's own prices by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from babel.numbers import get_currency_name
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from kassa import accounts
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.kernel.errors import Invalid, NotFound
from kassa.kernel.money import show as show_money
from kassa.pricing import currencies, limits
from kassa.pricing.currencies import Charm, Coverage, InvalidPriceList, InvalidRates, PriceList, Rate, Rates

_HOME: Final = "/admin/currencies"
_SAMPLES: Final = 4
_HISTORY: Final = 8
_ENGLISH: Final = "en"
_UPLOAD_LIMIT: Final = currencies.FILE_LIMIT + 64 * 1024


@dataclass(frozen=True, slots=True)
class _Told:
    """A currency as its section shows it; `samples` are what a few products cost at home and in it."""

    code: str
    name: str
    rate: Rate | None
    stale: bool
    list: PriceList | None
    coverage: Coverage
    charms: Sequence[tuple[str, str, bool]]
    samples: Sequence[tuple[str, str, str]]
    history: Sequence[Rate]
    least: str


@get("/admin/currencies")
async def show(request: AnyRequest) -> Response[Any]:
    """GET /admin/currencies: each currency of the shop with its rate, its rule and how much of it has prices."""
    return await _page(request, await enter(request))


@post("/admin/currencies/{code:str}/rate")
async def put_rate(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/currencies/{code}/rate: what one unit of the shop's own currency is worth on a day."""
    desk, shop = await enter(request), shop_of(request)
    values, own = await read_form(request, desk.csrf), _own(request, code)
    try:
        said = Rate(own, code, currencies.read_rate(values.get("rate", "")), _day(values), desk.email)
        async with shop.db.transaction() as tx:
            await currencies.put_rates(tx, [said], now=shop.clock.now())
            await accounts.flash(tx, desk.token, f"The rate of {code} is noted.", "good")
    except Invalid as error:
        return await _page(request, desk, fault=error, at_fault=code, values=values)
    return go(f"{_HOME}#{code}")


@post("/admin/currencies/{code:str}/prices")
async def follow(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/currencies/{code}/prices: prices follow from now on, by this margin and of this kind."""
    desk, shop = await enter(request), shop_of(request)
    values, own = await read_form(request, desk.csrf), _own(request, code)
    try:
        async with shop.db.transaction() as tx:
            await currencies.put_list(
                tx, code, margin=_margin(values), charm=_charm(values), own=own, actor=desk.actor,
                now=shop.clock.now(),
            )  # fmt: skip
            await accounts.flash(tx, desk.token, f"Prices in {code} follow; it takes a moment.", "good")
    except Invalid as error:
        return await _page(request, desk, fault=error, at_fault=code, values=values)
    return go(f"{_HOME}#{code}")


@post("/admin/currencies/{code:str}/end")
async def end(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/currencies/{code}/end: prices follow no more; they stay, or those go that nobody set."""
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf)
    _own(request, code)
    keep = values.get("keep") == "yes"
    async with shop.db.transaction() as tx:
        if await currencies.end_list(tx, code, keep=keep, now=shop.clock.now()):
            told = "stay as they are" if keep else "that nobody set by hand are removed"
            await accounts.flash(tx, desk.token, f"Prices in {code} {told}.", "good")
    return go(f"{_HOME}#{code}")


@post("/admin/currencies/file", request_max_body_size=_UPLOAD_LIMIT)
async def load(request: AnyRequest) -> Response[Any]:
    """POST /admin/currencies/file: the rates of a file of the European Central Bank, all or none."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    sent = (await request.form()).get("file")
    try:
        said = currencies.read_ecb(await _text(sent))
        async with shop.db.transaction() as tx:
            count = await currencies.put_rates(tx, said, now=shop.clock.now())
            newest = max(one.day for one in said)
            await accounts.flash(
                tx, desk.token, f"{len(said)} rates up to {newest}, {count} of them new.", "good"
            )
    except Invalid as error:
        return await _page(request, desk, fault=error)
    return go(_HOME)


async def _page(
    request: AnyRequest, desk: Desk, *, fault: Invalid | None = None, at_fault: str = "",
    values: Mapping[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    shop = shop_of(request)
    own, *others = dict.fromkeys(shop.settings.currencies)
    async with shop.db.snapshot() as conn:
        known, rules = (
            await currencies.rates(conn),
            {one.currency: one for one in await currencies.lists(conn)},
        )
        some = await currencies.samples(conn, own, limit=_SAMPLES)
        told = [
            _told(
                code, own, rules.get(code), known, await currencies.coverage(conn, code),
                await currencies.history(conn, code, limit=_HISTORY), some, shop.clock.now(),
            )
            for code in others
        ]  # fmt: skip
    return await desk_page(
        request, desk, "currencies.html", own=own, own_name=get_currency_name(own, locale=_ENGLISH), told=told,
        today=shop.clock.now().date(), fault=fault.detail if fault else "", at_fault=at_fault, typed=values or {},
        stale=[one.code for one in told if one.stale], status=422 if fault else 200,
    )  # fmt: skip


def _told(
    code: str, own: str, rule: PriceList | None, known: Rates, coverage: Coverage, history: Sequence[Rate],
    some: Sequence[tuple[str, int]], now: datetime,
) -> _Told:  # fmt: skip
    rate = known.between(own, code)
    shown = rule or PriceList(code, own, 0, currencies.charms(code)[0], now, "")
    samples = [
        (title, show_money(minor, own), show_money(price, code))
        for title, minor in some
        if (price := currencies.price_of(minor, shown, known)) is not None
    ]
    offered = dict.fromkeys([*currencies.charms(code), shown.charm])
    return _Told(
        code, get_currency_name(code, locale=_ENGLISH), rate,
        rule is not None and (rate is None or currencies.is_stale(rate.day, now)), rule,
        coverage, [(f"{one.size}-{one.below}", _kind(one, code), one == shown.charm) for one in offered], samples,
        history, show_money(limits.least(code), code),
    )  # fmt: skip


def _kind(charm: Charm, code: str) -> str:
    """A kind of prices by its first ones: $0.99, $1.99, $2.99, …"""
    if charm == currencies.charms(code)[0]:
        return "To the last digit that can be charged"
    return ", ".join(show_money(charm.size * n - charm.below, code) for n in (1, 2, 3)) + ", …"


def _own(request: AnyRequest, code: str) -> str:
    """The shop's own currency, if it sells in `code` too."""
    own, *others = shop_of(request).settings.currencies
    if code not in others:
        raise NotFound("The shop does not sell in this currency.")
    return own


def _day(values: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(values.get("day", ""))
    except ValueError:
        raise InvalidRates("The day of the rate is not a day.") from None


def _margin(values: Mapping[str, str]) -> int:
    """Basis points of what was written as a percentage."""
    text = values.get("margin", "").strip().removesuffix("%").strip().replace(",", ".") or "0"
    try:
        points = Decimal(text) * 100
    except ArithmeticError:
        points = Decimal("NaN")
    if not points.is_finite() or points != points.to_integral_value() or abs(points) > 10**6:
        raise InvalidPriceList("The margin is a percentage such as 2.5.")
    return int(points)


def _charm(values: Mapping[str, str]) -> Charm:
    size, _, below = values.get("charm", "").partition("-")
    if not (
        size.isascii()
        and size.isdecimal()
        and below.isascii()
        and below.isdecimal()
        and len(size + below) < 14
    ):
        raise InvalidPriceList("There is no such kind of prices.")
    return Charm(int(size), int(below))


async def _text(sent: object) -> str:
    if not isinstance(sent, UploadFile):
        raise InvalidRates("Choose a file first.")
    try:
        return (await sent.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidRates("The file is not text; of a zip archive, the file in it is meant.") from None
