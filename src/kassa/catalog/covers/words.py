"""Where title, author and year stand: above a picture, or below one."""

from typing import Final

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.typeset import ITALIC, SANS, SANS_BOLD, SERIF, SERIF_BOLD, Box, Face, fit, width

MARGIN: Final = 48.0
WIDE: Final = 504.0
#: Pictures above their words end here, pictures below them begin here.
PICTURE_END: Final = 600.0
PICTURE_BEGIN: Final = 400.0
_CREDIT: Final = 26.0

#: For each face of a title: its closeness, its leading, the faces of what is less and of the author.
_MANNERS: Final[dict[Face, tuple[float, float, Face, Face]]] = {
    SERIF: (-0.012, 0.98, ITALIC, SERIF),
    SERIF_BOLD: (-0.015, 0.98, ITALIC, SERIF),
    ITALIC: (-0.012, 1.0, SERIF, SERIF),
    SANS: (-0.03, 1.0, SANS, SANS),
    SANS_BOLD: (-0.035, 0.98, SANS, SANS_BOLD),
}


def below(book: Book, palette: Palette, face: Face, *, align: int = -1) -> str:
    """The words in the lower third: the title hangs from its top, author and year stand at the foot."""
    return _title(book, palette, face, Box(MARGIN, PICTURE_END + 40, WIDE, 156, align), most=92) + foot(
        book, palette, face, align=align
    )


def above(book: Book, palette: Palette, face: Face, *, align: int = -1) -> str:
    """The words in the upper part: author and year in the first line, the title under them."""
    return _credits(book, palette, face, Box(MARGIN, 44, WIDE, 56, align), rise=-1) + _title(
        book, palette, face, Box(MARGIN, 116, WIDE, 236, align), most=108
    )


def foot(book: Book, palette: Palette, face: Face, *, align: int = -1) -> str:
    """Author and year in the last line."""
    return _credits(book, palette, face, Box(MARGIN, 806, WIDE, 52, align), rise=1)


def _title(book: Book, palette: Palette, face: Face, box: Box, *, most: float) -> str:
    track, leading, lesser_face, _ = _MANNERS[face]
    share = 44 if book.lesser else 0
    room = Box(box.x, box.y, box.width, box.height - share, box.align)
    title = fit(book.title, face, room, palette, most=most, least=20, leading=leading, track=track)
    if not book.lesser:
        return title.svg
    rest = Box(box.x, title.bottom + 10, box.width, box.y + box.height - title.bottom - 10, box.align)
    most_lesser = min(27.0, title.size * 0.62)
    return title.svg + fit(book.lesser, lesser_face, rest, palette, most=most_lesser, least=14).svg


def _credits(book: Book, palette: Palette, face: Face, box: Box, *, rise: int) -> str:
    author_face = _MANNERS[face][3]
    if box.align == 0:
        line = " · ".join(part for part in (book.author, book.year) if part)
        centred = Box(box.x, box.y, box.width, box.height, 0, rise)
        return fit(line, author_face, centred, palette, most=_CREDIT, least=12).svg if line else ""
    parts = []
    wide = min(220.0, width(book.year, author_face, _CREDIT)) if book.year else 0.0
    if book.author:
        left = Box(box.x, box.y, box.width - wide - 16, box.height, -1, rise)
        parts.append(fit(book.author, author_face, left, palette, most=_CREDIT, least=12).svg)
    if book.year:
        right = Box(box.x + box.width - wide, box.y, wide, box.height, 1, rise)
        parts.append(fit(book.year, author_face, right, palette, most=_CREDIT, least=12).svg)
    return "".join(parts)
