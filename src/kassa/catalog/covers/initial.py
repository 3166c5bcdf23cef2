"""The first letter of the title, larger than the page."""

from html import escape

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.shapes import circle, n, rect, window
from kassa.catalog.covers.typeset import ITALIC, SANS_BOLD, SERIF_BOLD, Face
from kassa.catalog.covers.words import PICTURE_END, below


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """The letter in a field of colour, once or printed twice out of register; words below."""
    field, front, rest = chance.order(palette.shapes)
    face = chance.pick((SERIF_BOLD, SERIF_BOLD, ITALIC, SANS_BOLD))
    manner = chance.below(3)
    parts = [rect(0, 0, 600, PICTURE_END, field)]
    if manner == 0:
        parts.append(_letter(book.initial, face, 300, 545, 720, palette.ground))
    elif manner == 1:
        parts.append(_letter(book.initial, face, 324, 562, 720, rest))
        parts.append(_letter(book.initial, face, 292, 534, 720, palette.ground))
    else:
        parts.append(circle(300, 300, 240, palette.ground))
        parts.append(_letter(book.initial, face, 300, 460, 470, front if front != field else palette.ink))
    return window(0, 0, 600, PICTURE_END, "".join(parts)) + below(book, palette, face)


def _letter(letter: str, face: Face, x: float, y: float, size: float, fill: str) -> str:
    """A letter as a picture: nobody need be able to read it, the title says it again."""
    return (
        f'<text {face.attributes} x="{n(x)}" y="{n(y)}" font-size="{n(size)}" text-anchor="middle" fill="{fill}"'
        f' aria-hidden="true">{escape(letter, quote=False)}</text>'
    )
