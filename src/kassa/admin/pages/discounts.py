"""Discounts: which there are, how they did, and the form that makes, changes and ends them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, catalog
from kassa.admin import discount_form
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.shipping_form import Typed
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.kernel.db import Conn
from kassa.kernel.errors import Conflict
from kassa.pricing import discounts
from kassa.pricing.discounts import Kind, Offer

_PAGE: Final = 50
_USES: Final = 20
_HOME: Final = "/admin/discounts"
_KINDS: Final = {
    Kind.PERCENT: "Percent off",
    Kind.FIXED: "A fixed amount off",
    Kind.FREE_SHIPPING: "Free shipping",
    Kind.BUY_X_GET_Y: "Buy some, get some cheaper",
}
_STATES: Final[Mapping[str, Label]] = {
    "running": Label("Running", "good"),
    "waiting": Label("Not yet", "wait"),
    "used_up": Label("Used up", "done"),
    "over": Label("Over", "done"),
}
_REDEMPTIONS: Final[Mapping[str, Label]] = {
    "reserved": Label("Awaiting payment", "wait"),
    "committed": Label("Used", "good"),
    "released": Label("Given back", "done"),
}


@get("/admin/discounts")
async def list_discounts(request: AnyRequest) -> Response[Any]:
    """GET /admin/discounts: newest first, each with how often it was used."""
    desk, after = await enter(request), request.query_params.get("after") or None
    now = shop_of(request).clock.now()
    async with shop_of(request).db.connection() as conn:
        page = await discounts.page(conn, after=after, limit=_PAGE)
    return await desk_page(
        request, desk, "discounts.html", offers=[(one, _state(one, now)) for one in page.items], states=_STATES,
        title=discounts.title, following=urlencode({"after": page.next}) if page.next else None,
        later=after is not None,
    )  # fmt: skip


@get("/admin/discounts/new")
async def new_discount(request: AnyRequest) -> Response[Any]:
    """GET /admin/discounts/new: the form of a discount that is still to be."""
    return await _page(request, await enter(request), None, Typed({"kind": Kind.PERCENT.value}))


@post("/admin/discounts/new")
async def make_discount(request: AnyRequest) -> Response[Any]:
    """POST /admin/discounts/new: one more discount, under a code that no other has."""
    return await _keep(request, None)


@get("/admin/discounts/{code:str}")
async def show_discount(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """GET /admin/discounts/{code}: what it is, what it came to, and who used it."""
    desk = await enter(request)
    async with shop_of(request).db.connection() as conn:
        offer = await discounts.one(conn, code)
        names = await catalog.named(conn, ids=offer.targets) if offer.targets else []
    return await _page(request, desk, offer, Typed(discount_form.of_offer(offer, names)))


@post("/admin/discounts/{code:str}")
async def change_discount(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/discounts/{code}: orders that were placed already keep what they were promised."""
    return await _keep(request, code)


@post("/admin/discounts/{code:str}/end")
async def end_discount(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """POST /admin/discounts/{code}/end: it applies no more from now on."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        over = await discounts.end(tx, code, now=shop.clock.now())
        await accounts.flash(tx, desk.token, f"{over.code} is over.", "good")
    return go(_address(over))


async def _keep(request: AnyRequest, code: str | None) -> Response[Any]:
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf, fields=discount_form.FIELDS, value=8_000)
    async with shop.db.connection() as conn:
        there = await discounts.one(conn, code) if code is not None else None
        names = await _named(conn, values)
    typed, wanted, given = discount_form.read(
        values, names, shop.settings.currencies, there.code if there else None
    )
    if given is None:
        return await _page(request, desk, there, typed, status=422)
    try:
        async with shop.db.transaction() as tx:
            offer, created = await discounts.put(tx, wanted, given, now=shop.clock.now())
            if there is None and not created:
                raise Conflict("There is a discount with this code already.", code="code")
            await accounts.flash(tx, desk.token, f"{offer.code} is kept.", "good")
    except Conflict as refused:
        field = {discounts.LimitBelowUsed.code: "usage_limit", "code": "code"}.get(refused.code, "automatic")
        typed.faults[field] = refused.detail
        return await _page(request, desk, there, typed, status=409)
    return go(_address(offer))


async def _named(conn: Conn, values: Mapping[str, str]) -> list[catalog.Named]:
    goods = discount_form.goods(values)
    return await catalog.named(conn, collections=discount_form.shelves(values), products=goods, skus=goods)


async def _page(
    request: AnyRequest, desk: Desk, offer: Offer | None, typed: Typed, *, status: int = 200
) -> Response[Any]:
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        shelves = await catalog.collections(conn)
        figures = await discounts.figures(conn, offer.id) if offer else []
        waiting = await discounts.reserved(conn, offer.id) if offer else 0
        uses = await discounts.redemptions(conn, offer.id, limit=_USES) if offer else []
    answer = await desk_page(
        request, desk, "discount.html", offer=offer, form=typed, kinds=_KINDS, shelves=shelves, figures=figures,
        waiting=waiting, uses=uses, use_states=_REDEMPTIONS, currencies=shop.settings.currencies, states=_STATES,
        state=_state(offer, shop.clock.now()) if offer else None, rules=discounts.RULES, title=discounts.title,
        address=_address(offer) if offer else None,
    )  # fmt: skip
    answer.status_code = status
    return answer


def _state(offer: Offer, now: datetime) -> str:
    if offer.ends_at is not None and offer.ends_at <= now:
        return "over"
    if offer.starts_at is not None and offer.starts_at > now:
        return "waiting"
    return "used_up" if offer.usage_limit is not None and offer.used >= offer.usage_limit else "running"


def _address(offer: Offer) -> str:
    return f"{_HOME}/{quote(offer.code, safe='')}"
