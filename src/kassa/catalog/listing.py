"""The product list: search, filter, count, sort, page."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.catalog import translations
from kassa.catalog.find import queries
from kassa.catalog.find.kept import keep
from kassa.catalog.find.queries import Asked, Fits, ProductCard
from kassa.catalog.find.shelves import Collection, shelves
from kassa.catalog.find.suggest import isbn
from kassa.catalog.find.vocabulary import correction
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid

#: The order of a list; "relevance" only where something is searched for.
SORTS: Final = ("relevance", "title", "-title", "newest", "price", "-price")
#: What a list is filtered by, in the order in which it is shown.
FACETS: Final = ("subject", "author", "format", "language", "price", "availability")
IN_STOCK, SOLD_OUT = "in_stock", "sold_out"
_LIMIT: Final = 100
_VALUES: Final = 50
#: How far the pages by relevance go: what `by_relevance` ranks.
_RANKED: Final = 1_500
_NO_PRICE: Final = "-"
#: What a facet is called in `Fits`, where that differs.
_FIELDS: Final[Mapping[str, str]] = {"availability": "available"}

_Keyed = list[tuple[ProductCard, Any]]


@dataclass(frozen=True, slots=True)
class Facet:
    """A property of the products found, and how many have which value.

    What is chosen of a facet does not narrow its own counts, so they say what choosing more of it would bring.
    A price is "from-to" in minor units, `to` excluded; availability is `in_stock` or `sold_out`.
    """

    name: str
    values: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A page of products, the facets of all that were found, the cursor of the next page.

    `corrected` is what was searched for instead of a `q` that nothing fits. `collections` are the shop's shelves,
    and `within` how many of what was found stand on which, by slug. `sort` is the order taken.
    """

    items: Sequence[ProductCard]
    facets: Sequence[Facet]
    next: str | None
    total: int
    sort: str
    corrected: str | None
    collections: Sequence[Collection]
    within: Mapping[str, int]


async def list_products(
    conn: Conn,
    *,
    currency: str,
    q: str | None = None,
    collection: str | None = None,
    sort: str | None = None,
    facets: Mapping[str, Sequence[str]] | None = None,
    limit: int = 20,
    after: str | None = None,
    exact: bool = False,
) -> ProductPage:
    """Products that are for sale, at most a hundred a page, on this shelf and those in it.

    Values of one facet are alternatives, facets narrow each other. Without `sort` a search is by relevance, a list
    by title. A `q` that nothing on the shelves fits is corrected unless `exact`.

    Raises:
        Invalid: an unknown `sort` (`invalid_sort`), or `after` is no cursor of ours (`invalid_cursor`).
    """
    sort = _sort(sort, q)
    wanted = {
        name: list(values)[:_VALUES] for name, values in (facets or {}).items() if name in FACETS and values
    }
    limit = max(1, min(limit, _LIMIT))
    pairs = [(_stored(name, currency), value) for name, values in wanted.items() for value in values]
    pairs += [("collection", collection)] if collection else []
    text = q or ""
    names, values = [name for name, _ in pairs], [value for _, value in pairs]
    asked = await queries.look(conn, text, names=names, values=values, code=isbn(text))
    right = None
    cards, following = await _page(conn, asked, wanted, collection, text, currency, sort, after, limit)
    if not cards and not exact and not after and (right := await correction(conn, asked)):
        again = await queries.look(conn, right, names=names, values=values)
        cards, following = await _page(conn, again, wanted, collection, text, currency, sort, after, limit)
        asked = again if cards else asked
    fits = _fits(asked, wanted, collection, currency, text)
    counted = await _counted(conn, asked, fits, currency, wanted)
    return ProductPage(
        items=await translations.cards(conn, cards),
        facets=[Facet(name, _values(name, counted, wanted, currency)) for name in FACETS],
        next=following,
        total=counted.get("", {}).get("", 0),
        sort=sort,
        corrected=right if cards else None,
        collections=await shelves(conn, asked),
        within=counted.get("collection", {}),
    )


def _sort(sort: str | None, q: str | None) -> str:
    if sort is not None and sort not in SORTS:
        raise Invalid(
            "The list can't be sorted by this.", code="invalid_sort", errors=[("sort", "is unknown")]
        )
    if sort is None or (sort == "relevance" and not q):
        return "relevance" if q else "title"
    return sort


def _stored(name: str, currency: str) -> str:
    """Under which name a facet's values are kept: a price is of a currency."""
    return f"price:{currency}" if name == "price" else name


def _fits(
    asked: Asked, wanted: Mapping[str, Sequence[str]], collection: str | None, currency: str, q: str
) -> Fits:
    """The condition; a value that nothing has is asked for too, and finds nothing."""
    tags = {
        name: list(asked.ids.get(_stored(name, currency), ())) if wanted.get(name) else None
        for name in FACETS
        if name != "availability"
    }
    stock = set(wanted.get("availability", ())) & {IN_STOCK, SOLD_OUT}
    shelf = next(iter(asked.ids.get("collection", ())), 0) if collection else None
    available = (IN_STOCK in stock) if len(stock) == 1 else None
    # A question without a word in it, such as "?", finds nothing.
    return Fits(shelf=shelf, available=available, query=(asked.query or "'#'") if q else None, **tags)


async def _page(
    conn: Conn, asked: Asked, wanted: Mapping[str, Sequence[str]], collection: str | None, q: str, currency: str,
    sort: str, after: str | None, limit: int,
) -> tuple[list[ProductCard], str | None]:  # fmt: skip
    """The cards of a page, and the cursor of the next one."""
    fits = _fits(asked, wanted, collection, currency, q)
    key, last = _read_cursor(after, sort)
    if sort == "relevance":
        skip = key or 0
        title = " ".join(asked.words)
        rows = await queries.by_relevance(conn, fits, currency, title=title, skip=skip, limit=limit + 1)
        more = len(rows) > limit and skip + limit < _RANKED
        following = _cursor(sort, skip + limit, rows[limit - 1][0].id) if more else None
        return [card for card, _ in rows[:limit]], following
    rows = await _sorted(conn, fits, currency, sort, key, last, limit + 1)
    following = _cursor(sort, rows[limit - 1][1], rows[limit - 1][0].id) if len(rows) > limit else None
    return [card for card, _ in rows[:limit]], following


async def _sorted(
    conn: Conn, fits: Fits, currency: str, sort: str, key: Any, last: UUID | None, limit: int
) -> _Keyed:
    if sort == "title":
        return await queries.by_title(conn, fits, currency, (key, last), limit)
    if sort == "-title":
        return await queries.by_title_backwards(conn, fits, currency, (key, last), limit)
    if sort == "newest":
        return await queries.by_age(conn, fits, currency, (key, last), limit)
    read = queries.by_price if sort == "price" else queries.by_price_backwards
    rows = await read(conn, fits, currency, (key, last), limit) if key != _NO_PRICE else []
    if len(rows) < limit and not fits.price:
        rest = await queries.unpriced(
            conn, fits, currency, last if key == _NO_PRICE else None, limit - len(rows)
        )
        rows += [(card, _NO_PRICE) for card, _ in rest]
    return rows


async def _counted(
    conn: Conn, asked: Asked, fits: Fits, currency: str, wanted: Mapping[str, Sequence[str]]
) -> Mapping[str, Mapping[str, int]]:
    """How many products by facet and value, each facet as if nothing of it were chosen.

    What is chosen is counted among what was found, which is the same and may not be among the most common otherwise.
    """
    found = await _fitting(conn, asked, fits, currency)
    counted = dict(found)
    for name, values in wanted.items():
        without = replace(fits, **{_FIELDS.get(name, name): None})
        if without != fits:
            stored = _stored(name, currency)
            own = {value: count for value, count in found.get(stored, {}).items() if value in values}
            wider = await _fitting(conn, asked, without, currency)
            counted[stored] = dict(wider.get(stored, {})) | own
    return counted


async def _fitting(conn: Conn, asked: Asked, fits: Fits, currency: str) -> Mapping[str, Mapping[str, int]]:
    """How many of what fits by facet and value; kept for as long as the catalogue stays the same."""
    names = [_stored(name, currency) for name in FACETS] + ["collection"]

    async def make() -> Mapping[str, Mapping[str, int]]:
        counted: dict[str, dict[str, int]] = {}
        for name, value, count in await queries.count(conn, fits, names):
            counted.setdefault(name, {})[value] = count
        return counted

    return await keep((asked.database, currency, repr(fits.args())), asked.version, make)


def _values(
    name: str, counted: Mapping[str, Mapping[str, int]], wanted: Mapping[str, Sequence[str]], currency: str
) -> list[tuple[str, int]]:
    """A facet's values: the most common first, prices from the lowest; what is chosen is there though it has none."""
    found = dict(counted.get(_stored(name, currency), {}))
    known = (
        value for value in wanted.get(name, ()) if name != "availability" or value in (IN_STOCK, SOLD_OUT)
    )
    values = list((found | {value: 0 for value in known if value not in found}).items())
    if name == "price":
        return sorted(values, key=lambda pair: (len(pair[0].partition("-")[0]), pair[0]))
    return sorted(values) if name == "availability" else values


def _cursor(sort: str, key: Any, last: UUID) -> str:
    text = key.isoformat() if isinstance(key, datetime) else str(key)
    return base64.urlsafe_b64encode(f"{last}{sort}|{text}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None, sort: str) -> tuple[Any, UUID | None]:
    if not text:
        return None, None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        last, (of, mark, key) = UUID(plain[:36]), plain[36:].partition("|")
        if "\x00" in plain or not mark or of != sort:
            raise ValueError("no cursor of this list")
        if sort == "newest":
            moment = datetime.fromisoformat(key)
            if moment.tzinfo is None:
                raise ValueError("no time of ours")
            return moment, last
        if sort in ("title", "-title") or key == _NO_PRICE:
            return key, last
        number = int(key)
        if not 0 <= number < (_RANKED if sort == "relevance" else 1 << 62):
            raise ValueError("no place in this list")
        return number, last
    except (ValueError, OverflowError):
        raise Invalid("The cursor `after` is not one of ours.", code="invalid_cursor") from None
