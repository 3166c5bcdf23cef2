"""The wish list: hearts, the list itself, and the one that somebody else has shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import cart, catalog, notifications, wishlists
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import _
from kassa.storefront import forms
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_PURPOSE: Final = "wishlist"


@dataclass(frozen=True, slots=True)
class _Card:
    """A wish as the page shows it: the book, and (SKU, name, price) of the editions that can be had now."""

    id: UUID
    slug: str
    title: str
    author: str
    image_url: str | None
    from_minor: int | None
    editions: Sequence[tuple[str, str, int]]


@get("/wishlist", include_in_schema=False)
async def show(request: AnyRequest) -> Response[str]:
    """GET /wishlist: what this browser, or this customer, wishes for."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        mine = await wishlists.of_owner(conn, visitor.wisher)
        cards = await _cards(conn, mine, visitor.currency)
    link = _link(shop_of(request).settings, mine) if mine is not None and mine.shared_at else None
    return render(request, visitor, "pages/wishlist.html", cards=cards, link=link, own=True, cache=OWN)


@get("/wishlist/{list_id:str}", include_in_schema=False)
async def shared(request: AnyRequest, list_id: FromPath[str]) -> Response[str]:
    """GET /wishlist/…?key=…: somebody's list, as long as they share it; it can be read and nothing else."""
    shop, id_ = shop_of(request), parse_id(list_id)
    if id_ is None:
        raise NotFound(_("There is no such list."), code="wishlist_not_found")
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        found = await wishlists.get(conn, id_)
        key = request.query_params.get("key", "")
        if not notifications.is_key_of(shop.settings, _PURPOSE, _signed(found), key):
            raise wishlists.WishlistNotFound(_("There is no such list."))
        cards = await _cards(conn, found, visitor.currency)
    response = render(request, visitor, "pages/wishlist.html", cards=cards, link=None, own=False, cache=OWN)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@post("/wishlist/books", include_in_schema=False)
async def wish(request: AnyRequest) -> Redirect:
    """POST /wishlist/books: a book onto the list (`wish=add`), or off it (`wish=remove`)."""
    shop, values = shop_of(request), await forms.read(request)
    slug = forms.slug(values.get("slug", ""))
    async with shop.db.transaction() as tx:
        visitor = await _keeper(request, tx, values)
        product = await catalog.product(tx, slug, visitor.currency)
        if values.get("wish") == "remove":
            await wishlists.remove(tx, visitor.wisher, product.id)
        else:
            await wishlists.add(tx, visitor.wisher, product.id, now=shop.clock.now())
    return go(visitor, forms.next_page(values, "/wishlist"))


@post("/wishlist/bag", include_in_schema=False)
async def to_bag(request: AnyRequest) -> Redirect:
    """POST /wishlist/bag: an edition of a book into the bag, and the book off the list."""
    shop, values = shop_of(request), await forms.read(request)
    slug, sku = forms.slug(values.get("slug", "")), values.get("sku", "")
    async with shop.db.transaction() as tx:
        visitor = await _keeper(request, tx, values)
        product = await catalog.product(tx, slug, visitor.currency)
        if visitor.cart_id is None:
            fresh = await cart.create(tx, visitor.currency, now=shop.clock.now())
            await visitor.set_cart(tx, fresh.id)
        await cart.add(tx, visitor.cart_of(), sku, 1, now=shop.clock.now())
        await wishlists.remove(tx, visitor.wisher, product.id)
    return go(visitor, f"/cart?{forms.query(added=sku)}")


@post("/wishlist/share", include_in_schema=False)
async def share(request: AnyRequest) -> Redirect:
    """POST /wishlist/share: others may read the list by its link from now on; with `stop`, not any more."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await _keeper(request, tx, values)
        if "stop" in values:
            await wishlists.unshare(tx, visitor.wisher)
        else:
            await wishlists.share(tx, visitor.wisher, now=shop.clock.now())
    return go(visitor, "/wishlist")


async def _keeper(request: AnyRequest, tx: Tx, values: dict[str, str]) -> Visitor:
    """The visitor who sent this form, with a session to keep a list in."""
    shop = shop_of(request)
    visitor = await checked_visitor(request, tx, values)
    await visitor.keep(tx, now=shop.clock.now())
    if visitor.session_id is None:
        await visitor.look_again(tx, shop)
    return visitor


async def _cards(conn: Conn, found: wishlists.Wishlist | None, currency: str) -> list[_Card]:
    wished = await wishlists.wishes(conn, found)
    known = await catalog.variants_by_id(conn, [id_ for one in wished for id_ in one.variant_ids], currency)
    cards = []
    for one in wished:
        editions = [known[id_] for id_ in one.variant_ids if id_ in known]
        there = [
            (each.sku, _edition(each), each.price_minor)
            for each in editions
            if each.available > 0 and each.price_minor is not None
        ]
        prices = [each.price_minor for each in editions if each.price_minor is not None]
        image_url = editions[0].image_url if editions else None
        author = one.attributes.get("author", "")
        least = min(prices, default=None)
        title = editions[0].product_title if editions else one.title
        cards.append(_Card(one.product_id, one.slug, title, author, image_url, least, there))
    return cards


def _edition(variant: catalog.SaleVariant) -> str:
    """What tells an edition from the others of its book: "Paperback"."""
    return variant.title.removeprefix(variant.product_title).lstrip(" —") or variant.title


def _link(settings: Settings, found: wishlists.Wishlist) -> str:
    """Where others read the list. A list that is shared once more has another link."""
    key: Any = notifications.key_of(settings, _PURPOSE, _signed(found))
    return f"{settings.front(speech.language())}/wishlist/{found.id}?key={key}"


def _signed(found: wishlists.Wishlist) -> str:
    return f"{found.id} {found.shared_at.isoformat() if found.shared_at else ''}"
