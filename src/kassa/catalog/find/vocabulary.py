"""The catalogue's own words: typing errors are corrected against them, and begun words completed from them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kassa.catalog.find import queries
from kassa.catalog.find.kept import keep
from kassa.kernel.db import Conn

_CANDIDATES: Final = 50
_LOOKED_AT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of titles, authors, subjects and shelves with how many products have each; names of several words.

    `begins` are (word, place of a name that has it), sorted, so that what begins like a word stands together.
    """

    words: dict[str, int]
    names: Sequence[str]
    begins: Sequence[tuple[str, int]]

    def near(self, word: str) -> str | None:
        """The word most likely meant: the fewest slips away, with the same first letter, the most common."""
        slips = 0 if len(word) < 3 else 1 if len(word) < 5 else 2
        found = process.extract(
            word, self.words.keys(), scorer=OSA.distance, score_cutoff=slips, limit=_CANDIDATES
        )
        ranked = sorted((away, known[0] != word[0], -self.words[known], known) for known, away, _ in found)
        return ranked[0][3] if slips and ranked else None

    def completed(self, words: Sequence[str], limit: int) -> list[str]:
        """Names in which every one of `words` begins a word, the most common first."""
        if not words:
            return []
        fitting = set.intersection(*(self._names_beginning(word) for word in words))
        return [self.names[place] for place in sorted(fitting)[:limit]]

    def _names_beginning(self, word: str) -> set[int]:
        first = bisect_left(self.begins, (word, -1))
        places = set()
        for known, place in self.begins[first : first + _LOOKED_AT]:
            if not known.startswith(word):
                break
            places.add(place)
        return places


async def vocabulary(conn: Conn, asked: queries.Asked) -> Vocabulary:
    """The words of everything for sale, at most fifty thousand, and twenty thousand names."""

    async def make() -> Vocabulary:
        rows = await queries.vocabulary_rows(conn)
        names = [(row["text"], row["plain"].split()) for row in rows if row["name"]]
        begins = sorted((word, place) for place, (_, words) in enumerate(names) for word in words)
        words = {row["text"]: row["count"] for row in rows if not row["name"]}
        return Vocabulary(words, [name for name, _ in names], begins)

    return await keep((asked.database, "vocabulary"), asked.spelling, make)


async def correction(conn: Conn, asked: queries.Asked) -> str | None:
    """What was probably meant: every word that nothing for sale has, made into one of the catalogue's own.

    None if nothing was misspelled, or there is no word like it.
    """
    if not asked.words:
        return None
    known = await queries.known_terms(conn, asked.terms)
    if all(known):
        return None
    own = await vocabulary(conn, asked)
    right = [word if right else own.near(word) for word, right in zip(asked.words, known, strict=True)]
    if None in right:
        return None
    return " ".join(str(word) for word in right)


async def corrected(conn: Conn, text: str) -> str | None:
    """`text` with its typing errors corrected; None if it has none, or none that could be."""
    return await correction(conn, await queries.look(conn, text))
