"""What the search box suggests while somebody types."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kassa.catalog import translations
from kassa.catalog.find.queries import Asked, Fits, ProductCard, by_relevance, look
from kassa.catalog.find.shelves import Collection, shelves
from kassa.catalog.find.vocabulary import correction, vocabulary
from kassa.kernel.db import Conn

_QUERIES: Final = 3
_SHELVES: Final = 3


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Names to search for, shelves, and products; `corrected` is what was probably meant, if nothing else fits."""

    queries: Sequence[str]
    collections: Sequence[Collection]
    products: Sequence[ProductCard]
    corrected: str | None


async def suggest(conn: Conn, text: str, *, currency: str, limit: int = 5) -> Suggestions:
    """What begins like `text`: at most `limit` products, three shelves, three names."""
    asked = await look(conn, text, code=isbn(text))
    if not asked.query:
        return Suggestions([], [], [], None)
    cards = await _cards(conn, asked, currency, limit)
    right = None if cards else await correction(conn, asked)
    if right is not None:
        asked = await look(conn, right)
        cards = await _cards(conn, asked, currency, limit)
    words = list(asked.words)
    own = await vocabulary(conn, asked)
    fitting = [shelf for shelf in await shelves(conn, asked) if _begin(words, shelf.title)]
    return Suggestions(own.completed(words, _QUERIES), fitting[:_SHELVES], cards, right if cards else None)


def isbn(text: str) -> str:
    """The thirteen digits of an ISBN of ten, under which it is kept; "" if `text` is none."""
    digits = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"\d{9}[\dX]", digits):
        return ""
    body = "978" + digits[:9]
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


async def _cards(conn: Conn, asked: Asked, currency: str, limit: int) -> list[ProductCard]:
    found = await by_relevance(
        conn, Fits(query=asked.query), currency, title=" ".join(asked.words), skip=0,
        limit=limit,
    )  # fmt: skip
    return await translations.cards(conn, [card for card, _ in found])


def _begin(words: Sequence[str], title: str) -> bool:
    """Whether each word begins a word of the title."""
    own = re.findall(r"\w+", title.lower())
    return all(any(each.startswith(word) for each in own) for word in words)
