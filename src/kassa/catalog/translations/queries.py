"""SQL of the translations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class Text:
    """What is said of something in a language; "" is said as in the shop's own."""

    title: str = ""
    description: str = ""
    seo_title: str = ""
    seo_description: str = ""


async def texts(conn: Conn, language: str, ids: Iterable[UUID]) -> dict[UUID, Text]:
    """What is said of these in a language; what is not translated is absent."""
    rows = await conn.fetch(
        """
        select id, title, description, seo_title, seo_description from translations
        where id = any($1) and language = $2
        """,
        list(ids),
        language,
    )
    return {row["id"]: Text(*list(row.values())[1:]) for row in rows}


async def shelf_texts(conn: Conn, language: str) -> dict[str, Text]:
    """What the shelves are called in a language, by slug."""
    rows = await conn.fetch(
        """
        select slug, said.title, said.description from translations as said join collections using (id)
        where language = $1 limit 1000
        """,
        language,
    )
    return {row["slug"]: Text(row["title"], row["description"]) for row in rows}


async def word_texts(conn: Conn, language: str) -> dict[str, str]:
    """What shared words are in a language."""
    rows = await conn.fetch(
        "select word, said from word_translations where language = $1 limit 10000", language
    )
    return {row["word"]: row["said"] for row in rows}


async def forget(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nothing is said of these in another language any more."""
    await tx.execute("delete from translations where id = any($1)", list(ids))


async def write(tx: Tx, rows: Mapping[tuple[UUID, str], Text]) -> None:
    """Say this of (id, language)."""
    await tx.execute(
        """
        insert into translations (id, language, title, description, seo_title, seo_description)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        on conflict (id, language) do update set title = excluded.title, description = excluded.description,
            seo_title = excluded.seo_title, seo_description = excluded.seo_description
        """,
        [id_ for id_, _language in rows],
        [language for _id, language in rows],
        [text.title for text in rows.values()],
        [text.description for text in rows.values()],
        [text.seo_title for text in rows.values()],
        [text.seo_description for text in rows.values()],
    )


async def write_words(tx: Tx, language: str, words: Mapping[str, str]) -> None:
    """Say these words so in a language."""
    await tx.execute(
        """
        insert into word_translations (word, language, said)
        select word, $1, said from unnest($2::text[], $3::text[]) as told (word, said)
        on conflict (word, language) do update set said = excluded.said
        """,
        language,
        list(words),
        list(words.values()),
    )


async def ids_of(
    conn: Conn, *, products: Sequence[str], shelves: Sequence[str]
) -> dict[tuple[str, str], UUID]:
    """The ids of products and shelves by kind and slug."""
    rows = await conn.fetch(
        """
        select 'product' as kind, slug, id from products where slug = any($1)
        union all select 'shelf', slug, id from collections where slug = any($2)
        """,
        list(products),
        list(shelves),
    )
    return {(row["kind"], row["slug"]): row["id"] for row in rows}
