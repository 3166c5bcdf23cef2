"""Patterned paper with a pasted label, as on small cloth-backed books."""

from collections.abc import Callable

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.shapes import at, circle, leaf, n, path, polygon, rect, ring, stroke
from kassa.catalog.covers.typeset import ITALIC, SERIF, SERIF_BOLD, Box, fit

_X, _Y, _WIDE, _HIGH = 105.0, 132.0, 390.0, 318.0


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """The paper over the whole cover, the words on the label."""
    paper, first, second = chance.order(palette.shapes)
    motif, wide, high = chance.pick(_PAPERS)
    scale = chance.pick((1.0, 1.25, 1.5))
    pattern = (
        f'<defs><pattern id="p" width="{n(wide)}" height="{n(high)}" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale})">{motif(first, second, palette)}</pattern></defs>'
    )
    parts = [pattern, rect(0, 0, 600, 900, paper), rect(0, 0, 600, 900, "url(#p)")]
    parts += [
        rect(_X - 7, _Y - 7, _WIDE + 14, _HIGH + 14, palette.ink),
        rect(_X - 4, _Y - 4, _WIDE + 8, _HIGH + 8, palette.ground),
    ]
    parts.append(
        f'<rect x="{n(_X + 8)}" y="{n(_Y + 8)}" width="{n(_WIDE - 16)}" height="{n(_HIGH - 16)}" fill="none"'
        f' stroke="{palette.ink}" stroke-width="1.2"/>'
    )
    return "".join(parts) + _words(book, palette, chance)


def _words(book: Book, palette: Palette, chance: Chance) -> str:
    parts = []
    inner = (_X + 32, _WIDE - 64)
    if book.author:
        box = Box(inner[0], _Y + 28, inner[1], 44, 0, 0)
        parts.append(fit(book.author, SERIF, box, palette, most=25, least=11, leading=1.12).svg)
    high = 150 if book.lesser else 170
    face = chance.pick((SERIF, SERIF_BOLD))
    title = fit(
        book.title,
        face,
        Box(inner[0], _Y + 82, inner[1], high, 0, 0),
        palette,
        most=62,
        least=19,
        leading=1.02,
    )
    parts.append(title.svg)
    if book.lesser:
        box = Box(inner[0], min(title.bottom + 8, _Y + 232), inner[1], 34, 0)
        parts.append(fit(book.lesser, ITALIC, box, palette, most=21, least=11).svg)
    if book.year:
        parts.append(
            fit(
                book.year, ITALIC, Box(inner[0], _Y + 266, inner[1], 26, 0, 0), palette, most=22, least=11
            ).svg
        )
    return "".join(parts)


def _sprigs(first: str, second: str, palette: Palette) -> str:
    parts = []
    for x, y, side in ((20.0, 38.0, 1), (60.0, 78.0, -1)):
        parts.append(stroke(f"M{n(x)} {n(y)}q{6 * side} -14 0 -30", first, 2))
        parts += [path(leaf((x, y - 8), at(x, y - 8, 15, turn), 0.3), first) for turn in (-55, 55)]
        parts.append(circle(x, y - 32, 5, second))
    return "".join(parts)


def _scales(first: str, second: str, palette: Palette) -> str:
    rows = (
        (0, 60),
        (40, 40),
        (-40, 40),
        (0, 20),
        (40, 0),
        (-40, 0),
        (80, 20),
        (80, 60),
        (0, -20),
        (40, 80),
        (80, -20),
    )
    ordered = sorted(rows, key=lambda place: place[1])
    return "".join(
        circle(x, y, 39, first) + ring(x, y, 28, second, 3) + circle(x, y, 13, second) for x, y in ordered
    )


def _stars(first: str, second: str, palette: Palette) -> str:
    parts = []
    for x, y, colour in ((20.0, 20.0, first), (60.0, 60.0, second)):
        parts.append(polygon([at(x, y, 15 if row % 2 == 0 else 5, row * 45) for row in range(8)], colour))
    return "".join(parts) + circle(60, 20, 2.6, palette.ground) + circle(20, 60, 2.6, palette.ground)


def _chevrons(first: str, second: str, palette: Palette) -> str:
    return stroke("M0 20L20 0L40 20", first, 7) + stroke("M0 40L20 20L40 40", second, 3)


def _links(first: str, second: str, palette: Palette) -> str:
    corners = ((0, 0), (60, 0), (0, 60), (60, 60))
    return (
        "".join(ring(x, y, 30, first, 3) for x, y in corners)
        + ring(30, 30, 30, first, 3)
        + circle(30, 30, 7, second)
    )


def _lattice(first: str, second: str, palette: Palette) -> str:
    leaves = "".join(path(leaf((30, 30), at(30, 30, 27, 45 + row * 90), 0.22), first) for row in range(4))
    corners = "".join(circle(x, y, 6, second) for x in (0, 60) for y in (0, 60))
    return leaves + corners + circle(30, 30, 4, palette.ground)


def _combed(first: str, second: str, palette: Palette) -> str:
    wave = "M-10 {y}q15 -16 30 0t30 0t30 0"
    return "".join(
        stroke(wave.format(y=y), colour, 4)
        for y, colour in ((10, first), (22, second), (34, first), (46, palette.ground))
    )


_PAPERS: tuple[tuple[Callable[[str, str, Palette], str], float, float], ...] = (
    (_sprigs, 80, 80),
    (_scales, 80, 40),
    (_stars, 80, 80),
    (_chevrons, 40, 40),
    (_links, 60, 60),
    (_lattice, 60, 60),
    (_combed, 60, 48),
)
