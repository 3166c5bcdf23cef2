"""The shelves as a tree: which stands in which, and the way to each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kassa.catalog import translations
from kassa.catalog.find import queries
from kassa.catalog.find.kept import keep
from kassa.kernel import speech
from kassa.kernel.db import Conn

_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Collection:
    """A shelf; `count` is the number of products on it, and on those in it, that are for sale."""

    slug: str
    title: str
    count: int
    description: str = ""
    parent: str | None = None
    depth: int = 0


async def shelves(conn: Conn, asked: queries.Asked) -> Sequence[Collection]:
    """Every shelf with something for sale, each followed by those that stand in it, at most two hundred."""

    async def make() -> Sequence[Collection]:
        rows, said = await queries.shelf_rows(conn), await translations.shelves(conn)
        found = [
            Collection(row["slug"], row["title"], row["count"], row["description"], row["parent"])
            for row in rows
        ]
        return _tree([_called(one, said[one.slug]) if one.slug in said else one for one in found])

    spoken = "" if speech.is_original() else speech.language()
    return await keep((asked.database, "shelves", spoken), asked.version, make)


async def collections(conn: Conn) -> Sequence[Collection]:
    """Every shelf with something for sale, each followed by those that stand in it, at most two hundred."""
    return await shelves(conn, await queries.look(conn, ""))


def trail(found: Sequence[Collection], slug: str) -> list[Collection]:
    """The way from an outermost shelf to this one, which is the last; empty if it is not among them."""
    by_slug = {shelf.slug: shelf for shelf in found}
    way: list[Collection] = []
    here = by_slug.get(slug)
    while here is not None and len(way) < _DEPTH:
        way.insert(0, here)
        here = by_slug.get(here.parent or "")
    return way


def _called(shelf: Collection, said: translations.Text) -> Collection:
    return replace(shelf, title=said.title or shelf.title, description=said.description or shelf.description)


def _tree(found: Sequence[Collection]) -> list[Collection]:
    known = {shelf.slug for shelf in found}
    inside: dict[str, list[Collection]] = {}
    for shelf in found:
        inside.setdefault(shelf.parent if shelf.parent and shelf.parent in known else "", []).append(shelf)
    placed: list[Collection] = []
    waiting = [(0, shelf) for shelf in reversed(inside.get("", []))]
    while waiting:
        depth, shelf = waiting.pop()
        placed.append(replace(shelf, depth=depth))
        waiting += [(depth + 1, each) for each in reversed(inside.get(shelf.slug, []))]
    return placed
