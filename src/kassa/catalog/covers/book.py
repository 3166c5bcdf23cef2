"""What a cover is about."""

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]")
_ARTICLES: Final = ("the ", "a ", "an ", "le ", "la ", "les ", "el ")
_CONTROL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Book:
    """The words on a cover; `lesser` is what follows the title proper, as in "Moby-Dick; or, The Whale"."""

    title: str
    lesser: str
    author: str
    year: str

    @property
    def initial(self) -> str:
        """The first letter or figure of the title, articles left aside."""
        words = self.title.lower()
        skip = next((len(article) for article in _ARTICLES if words.startswith(article)), 0)
        found = _WORD.search(self.title, skip) or _WORD.search(self.title)
        return found[0].upper() if found else "&"


def book_of(title: str, author: str, year: str | int | None) -> Book:
    """The words of a book, freed of what no XML may contain and of excessive length."""
    whole = _clean(title) or "Untitled"
    main, lesser = whole, ""
    for mark in ("; ", ": ", " ("):
        if mark in whole:
            main, _, lesser = whole.partition(mark)
            lesser = lesser.removesuffix(")") if mark == " (" else lesser
            break
    return Book(
        main.strip() or whole, lesser.strip(), _clean(author), _clean("" if year is None else str(year))
    )


def _clean(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).replace("'", "’").split())[:_LONGEST]
