"""The front of the shop, the list, collections, the page of a book, and its cover."""

import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from babel import Locale
from litestar import Response, get
from litestar.params import FromPath

from kassa import catalog, web
from kassa.kernel.errors import NotFound
from kassa.pricing.shipping import HOME
from kassa.storefront import assets, forms
from kassa.storefront.purchase import fresh, last_purchase
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import SHARED, render, shop_of
from kassa.storefront.visitor import Visitor, visitor_of

_PAGE: Final = 24
#: From so few on the page says how many are left.
_FEW: Final = 5
#: Where what is bought at once is sent to, in words.
_HOME_NAME: Final = Locale("en").territories[HOME]
_SORTS: Final = {
    "title": "Title, A to Z",
    "-title": "Title, Z to A",
    "newest": "Newest first",
    "price": "Price, lowest first",
    "-price": "Price, highest first",
}
_FACTS: Final = {
    "author": "Author",
    "year": "First published",
    "language": "Written in",
    "subject": "Subject",
}


@get("/", include_in_schema=False)
async def home(request: AnyRequest) -> Response[str]:
    """GET /: the shop window."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        page = await catalog.list_products(conn, currency=visitor.currency, sort="newest", limit=15)
        collections = await catalog.collections(conn)
    cards = [card for card in page.items if card.available] or list(page.items)
    return render(
        request, visitor, "pages/home.html", window=cards[:3], picks=cards[3:11], total=page.total,
        collections=collections,
    )  # fmt: skip


@get("/books", include_in_schema=False)
async def books(request: AnyRequest) -> Response[str]:
    """GET /books: everything, or what was searched for; paged by a cursor."""
    chosen = _asked(request, "collection")
    return await _list(request, "All books", forms.slug(chosen) if chosen else None)


@get("/collections/{slug:str}", include_in_schema=False)
async def collection(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """GET /collections/…: one shelf."""
    slug = forms.slug(slug)
    async with shop_of(request).db.connection() as conn:
        titles = {item.slug: item.title for item in await catalog.collections(conn)}
    if slug not in titles:
        raise NotFound("There is no such shelf.")
    return await _list(request, titles[slug], slug, shelf=True)


@get("/products/{slug:str}", include_in_schema=False)
async def product(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """GET /products/…: one book, its editions, what they cost and how many are left."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return await product_page(request, visitor, forms.slug(slug), chosen=_asked(request, "sku"))


async def product_page(
    request: AnyRequest,
    visitor: Visitor,
    slug: str,
    *,
    chosen: str = "",
    message: str = "",
    status: int = 200,
) -> Response[str]:
    """The page of a book, with `message` if something about it could not be done."""
    settings = shop_of(request).settings
    async with shop_of(request).db.connection() as conn:
        found = await catalog.product(conn, slug, visitor.currency)
        last = await last_purchase(request, conn)
    buyable = [each.sku for each in found.variants if each.price_minor is not None and each.available > 0]
    page = web.origin(settings.stripe_api_base) if settings.sandbox else "https://checkout.stripe.com"
    return render(
        request, visitor, "pages/product.html", product=found, few=_FEW, facts=_facts(found.attributes),
        image_url=found.image_url, chosen=chosen if chosen in buyable else next(iter(buyable), None),
        buy_now_id=fresh(request), message=message, status=status, home=_HOME_NAME,
        begun=last if last is not None and last.line["slug"] == slug else None,
        policy=web.content_security_policy(forms=[page]),
    )  # fmt: skip


@get("/media/covers/{name:str}", include_in_schema=False)
async def cover(request: AnyRequest, name: FromPath[str]) -> Response[str]:
    """GET /media/covers/….svg: the cover drawn for a book; for ever, if its address carries a version."""
    if not name.endswith(".svg"):
        raise NotFound("There is no such picture.")
    async with shop_of(request).db.connection() as conn:
        svg = await catalog.cover_svg(conn, forms.slug(name.removesuffix(".svg")))
    if svg is None:
        raise NotFound("There is no such picture.")
    etag = f'"{hashlib.sha256(svg.encode()).hexdigest()[:16]}"'
    lasting = assets.FOREVER if request.query_params.get("v") else "public, max-age=3600"
    headers = {"ETag": etag, "Cache-Control": lasting}
    if request.headers.get("If-None-Match") == etag:
        return Response("", status_code=304, headers=headers)
    return Response(svg, media_type="image/svg+xml", headers=headers)


async def _list(
    request: AnyRequest, heading: str, collection: str | None, *, shelf: bool = False
) -> Response[str]:
    q, after = _asked(request, "q").strip(), _asked(request, "after")
    sort = _asked(request, "sort") or "title"
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        page = await catalog.list_products(
            conn, currency=visitor.currency, q=q or None, collection=collection, sort=sort, limit=_PAGE,
            after=after or None,
        )  # fmt: skip
        collections = await catalog.collections(conn)
    asked = {"q": q, "sort": sort if sort != "title" else "", "collection": "" if shelf else collection or ""}
    return render(
        request, visitor, "pages/books.html", heading=f"“{q}”" if q else heading, page=page, sorts=_SORTS,
        sort=sort, collections=collections, collection=shelf, chosen=None if shelf else collection, q=q, after=after,
        first_url=_address(request, asked), next_url=_address(request, {**asked, "after": page.next or ""}),
        cache=SHARED,
    )  # fmt: skip


def _asked(request: AnyRequest, name: str) -> str:
    return forms.check_text(name, request.query_params.get(name) or "")


def _address(request: AnyRequest, asked: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return request.url.path + (f"?{query}" if query else "")


def _facts(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    known = [(label, attributes[name]) for name, label in _FACTS.items() if attributes.get(name)]
    others = [(name, value) for name, value in attributes.items() if name not in _FACTS]
    return known + [(name.replace("_", " ").capitalize(), value) for name, value in others]
