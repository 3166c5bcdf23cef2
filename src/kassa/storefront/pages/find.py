"""Finding books: the front of the shop, the list, the shelves, and what the search box suggests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import catalog, web
from kassa.kernel.errors import NotFound
from kassa.kernel.speech import N_, _
from kassa.storefront import forms, narrowing
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import SHARED, render, shop_of
from kassa.storefront.visitor import visitor_of

_PAGE: Final = 24
_SUGGESTED: Final = 5
_POPULAR: Final = 6
#: What was suggested for the same letters is still right for a while.
_BRIEFLY: Final = "private, max-age=60"
_SORTS: Final = {
    "relevance": N_("Best match first"),
    "title": N_("Title, A to Z"),
    "-title": N_("Title, Z to A"),
    "newest": N_("Newest first"),
    "price": N_("Price, lowest first"),
    "-price": N_("Price, highest first"),
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a list is asked for in its address."""

    q: str
    sort: str
    after: str
    exact: bool
    facets: Mapping[str, Sequence[str]]

    def query(self, **changed: Any) -> str:
        """The address's query for this wish with some of it changed; a page further on only if that is changed."""
        asked: dict[str, Any] = {
            "q": self.q,
            **self.facets,
            "sort": self.sort,
            "exact": "1" if self.exact else "",
        }
        text = urlencode({name: value for name, value in (asked | changed).items() if value}, doseq=True)
        return f"?{text}" if text else ""


@get("/", include_in_schema=False)
async def home(request: AnyRequest) -> Response[str]:
    """GET /: the shop window."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        visitor = await visitor_of(request, conn)
        await visitor.look_around(conn, now=shop.clock.now())
        page = await catalog.list_products(conn, currency=visitor.currency, sort="newest", limit=15)
    cards = [card for card in page.items if card.available] or list(page.items)
    return render(
        request, visitor, "pages/home.html", cache=SHARED, window=cards[:3], picks=cards[3:11], total=page.total,
        collections=page.collections,
    )  # fmt: skip


@get("/books", include_in_schema=False)
async def books(request: AnyRequest) -> Response[str] | Redirect:
    """GET /books: everything, or what was searched for; narrowed, sorted, and paged by a cursor."""
    wish = _wish(request)
    if chosen := _asked(request, "collection"):
        return Redirect(f"{web.prefix()}/collections/{forms.slug(chosen)}{wish.query()}", status_code=303)
    return await _list(request, wish, None)


@get("/collections/{slug:str}", include_in_schema=False)
async def collection(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """GET /collections/…: one shelf, with what stands on the shelves in it."""
    return await _list(request, _wish(request), forms.slug(slug))


@get("/search/suggestions", include_in_schema=False)
async def suggestions(request: AnyRequest) -> Response[str]:
    """GET /search/suggestions: what to offer under the search box; a piece of a page."""
    q = _asked(request, "q").strip()
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        found = await catalog.suggest(conn, q, currency=visitor.currency, limit=_SUGGESTED)
    count = len(found.queries) + len(found.collections) + len(found.products)
    return render(
        request, visitor, "sections/suggestions.html", found=found, count=count, q=q, cache=_BRIEFLY,
        all_url="/books?" + urlencode({"q": q}),
    )  # fmt: skip


async def _list(request: AnyRequest, wish: _Wish, shelf: str | None) -> Response[str]:
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        await visitor.look_around(conn, now=shop_of(request).clock.now())
        page = await catalog.list_products(
            conn, currency=visitor.currency, q=wish.q or None, collection=shelf, sort=wish.sort or None,
            facets=wish.facets, limit=_PAGE, after=wish.after or None, exact=wish.exact,
        )  # fmt: skip
        words = await catalog.words(conn)
    trail = catalog.trail(page.collections, shelf) if shelf else []
    if shelf and not trail:
        raise NotFound(_("There is no such shelf."))
    path = request.url.path
    title = trail[-1].title if trail else _("All books")
    searched = page.corrected or wish.q
    chosen = [
        (
            narrowing.said(name, value, visitor.currency, words),
            path + wish.query(**{name: [v for v in values if v != value]}),
        )
        for name, values in wish.facets.items()
        for value in values
    ]
    return render(
        request, visitor, "pages/books.html", cache=SHARED, shelf=title, page=page,
        heading=_("“%(words)s”", words=searched) if wish.q else title, trail=trail,
        sorts={k: v for k, v in _SORTS.items() if wish.q or k != "relevance"},
        facets=narrowing.shown(page.facets, wish.facets, visitor.currency, words), chosen=chosen, q=wish.q, wish=wish,
        shelves=_inside(page, shelf, wish), exact_url=path + wish.query(exact="1"), after=wish.after,
        clear_url=path + wish.query(**dict.fromkeys(catalog.FACETS)), whole_url="/books" + wish.query(),
        first_url=path + wish.query(), next_url=path + wish.query(after=page.next),
        popular=sorted(page.collections, key=lambda each: -each.count)[:_POPULAR],
        plain_list=not (wish.q or wish.facets or wish.after or wish.sort),
    )  # fmt: skip


def _inside(page: catalog.ProductPage, shelf: str | None, wish: _Wish) -> list[tuple[str, str, int]]:
    """The shelves that stand in this one with something of what was found: title, address, how many."""
    return [
        (each.title, f"/collections/{each.slug}{wish.query()}", page.within[each.slug])
        for each in page.collections
        if each.parent == shelf and page.within.get(each.slug)
    ]


def _wish(request: AnyRequest) -> _Wish:
    facets = {name: narrowing.asked(request, name) for name in catalog.FACETS}
    return _Wish(
        q=_asked(request, "q").strip(),
        sort=_asked(request, "sort"),
        after=_asked(request, "after"),
        exact=bool(_asked(request, "exact")),
        facets={name: values for name, values in facets.items() if values},
    )


def _asked(request: AnyRequest, name: str) -> str:
    return forms.check_text(name, request.query_params.get(name) or "")
