"""From a book's data to an SVG document."""

from collections.abc import Callable
from html import escape
from typing import Final

from kassa.catalog.covers import initial, label, landscape, ornament, plants, round_forms, sky, swiss, tiles
from kassa.catalog.covers.book import Book, book_of
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import PALETTES, SUITS, Palette

Design = Callable[[Book, Palette, Chance], str]

DESIGNS: Final[dict[str, Design]] = {
    "swiss": swiss.draw,
    "tiles": tiles.draw,
    "ornament": ornament.draw,
    "rings": round_forms.rings,
    "rays": round_forms.rays,
    "initial": initial.draw,
    "hills": landscape.hills,
    "waves": landscape.waves,
    "chart": sky.draw,
    "bloom": plants.draw,
    "label": label.draw,
}


def draw(title: str, author: str, year: str | int | None, subject: str, *, seed_text: str) -> str:
    """The cover of a book, as an SVG document of 600 by 900 units.

    Design and colours follow from `seed_text`, among those that suit the `subject` (any text; an unknown one
    may get any design). The same arguments give the same bytes. Takes any text, shortening what can't be set.
    """
    choice = Chance(seed_text)
    palettes, designs = SUITS.get(subject.casefold(), (" ".join(PALETTES), " ".join(DESIGNS)))
    palette, design = PALETTES[choice.pick(palettes.split())], DESIGNS[choice.pick(designs.split())]
    book = book_of(title, author, year)
    name = escape(f"{book.title}, {book.author}" if book.author else book.title, quote=False)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 900" width="600" height="900" role="img">'
        f'<title>{name}</title><rect width="600" height="900" fill="{palette.ground}"/>'
        f"{design(book, palette, Chance(seed_text + '/drawing'))}</svg>\n"
    )
