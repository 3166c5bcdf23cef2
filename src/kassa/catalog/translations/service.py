"""The verbs: say something of the catalogue in another language, and read it so."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar
from uuid import UUID

import nh3

from kassa.catalog.translations import queries
from kassa.catalog.translations.queries import Text
from kassa.kernel import speech
from kassa.kernel.db import Conn, Tx


class _Titled(Protocol):
    @property
    def id(self) -> UUID: ...

    @property
    def title(self) -> str: ...


Titled = TypeVar("Titled", bound=_Titled)


async def put(tx: Tx, said: Mapping[UUID, Mapping[str, Text]]) -> None:
    """Make what is said of each of these in other languages exactly this, by language; the caller writes the listings.

    Descriptions are sanitised here.
    """
    await queries.forget(tx, list(said))
    rows = {(id_, language): _clean(text) for id_, texts in said.items() for language, text in texts.items()}
    await queries.write(tx, rows)


async def load(tx: Tx, language: str, file: str) -> list[UUID]:
    """Take in a file of translations, whose lines are `Kind` (product, shelf or word), `Name` (a slug, or the word),
    `Title` and `Description`; the products it names, whose listings the caller writes. What is not there is skipped.
    """
    lines = [line for line in csv.DictReader(io.StringIO(file)) if line["Title"]]
    by_kind = {
        kind: [line for line in lines if line["Kind"] == kind] for kind in ("product", "shelf", "word")
    }
    ids = await queries.ids_of(
        tx,
        products=[line["Name"] for line in by_kind["product"]],
        shelves=[line["Name"] for line in by_kind["shelf"]],
    )
    rows = {
        (ids[line["Kind"], line["Name"]], language): _clean(Text(line["Title"], line["Description"] or ""))
        for line in (*by_kind["product"], *by_kind["shelf"])
        if (line["Kind"], line["Name"]) in ids
    }
    await queries.write(tx, rows)
    await queries.write_words(tx, language, {line["Name"]: line["Title"] for line in by_kind["word"]})
    return [ids["product", line["Name"]] for line in by_kind["product"] if ("product", line["Name"]) in ids]


async def titles(conn: Conn, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """What these are called in the language spoken now; those that are called as they are, are absent."""
    if speech.is_original():
        return {}
    found = await queries.texts(conn, speech.language(), ids)
    return {id_: text.title for id_, text in found.items() if text.title}


async def product_texts(conn: Conn, ids: Iterable[UUID]) -> Mapping[UUID, Text]:
    """Everything that is said of these in the language spoken now, if it is not the shop's own."""
    return {} if speech.is_original() else await queries.texts(conn, speech.language(), ids)


async def shelves(conn: Conn) -> Mapping[str, Text]:
    """What the shelves are called in the language spoken now, by slug."""
    return {} if speech.is_original() else await queries.shelf_texts(conn, speech.language())


async def words(conn: Conn) -> Mapping[str, str]:
    """What shared words are in the language spoken now."""
    return {} if speech.is_original() else await queries.word_texts(conn, speech.language())


async def cards(conn: Conn, found: Sequence[Titled]) -> list[Titled]:
    """Products of a list, called what they are called in the language spoken now."""
    known = await titles(conn, [one.id for one in found]) if found else {}
    return [replace(one, title=known[one.id]) if one.id in known else one for one in found]  # type: ignore[type-var]


def _clean(text: Text) -> Text:
    return Text(
        text.title.strip(), nh3.clean(text.description), text.seo_title.strip(), text.seo_description.strip()
    )
