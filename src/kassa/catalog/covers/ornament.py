"""A letterpress title page: a border of printer's ornaments, everything on the axis."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.shapes import at, circle, leaf, n, path, polygon, ring
from kassa.catalog.covers.typeset import ITALIC, SERIF, SERIF_BOLD, Box, fit

_LEFT, _TOP, _ACROSS, _DOWN = 48.0, 48.0, 12, 19


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """Border, author, title, a rosette, the year."""
    first, second, third = chance.order([colour for colour in palette.shapes if colour != palette.ground])
    parts = [_border(palette, first, second, chance), _rosette(300, 640, 74, (first, second, third), chance)]
    if book.author:
        box = Box(120, 140, 360, 60, 0, 0)
        parts.append(fit(book.author, ITALIC, box, palette, most=29, least=13, leading=1.15).svg)
    face = chance.pick((SERIF, SERIF_BOLD))
    title = fit(book.title, face, Box(108, 220, 384, 280, 0, 0), palette, most=76, least=22, leading=1.02)
    parts.append(title.svg)
    if book.lesser:
        rest = Box(120, min(title.bottom + 16, 490), 360, 60, 0)
        parts.append(fit(book.lesser, ITALIC, rest, palette, most=26, least=13).svg)
    if book.year:
        parts.append(
            fit(book.year, SERIF, Box(120, 752, 360, 30, 0, 0), palette, most=26, least=12, track=0.08).svg
        )
    return "".join(parts)


def _border(palette: Palette, first: str, second: str, chance: Chance) -> str:
    one, two = chance.order(_UNITS)[:2]
    defs = f'<defs><g id="a">{one(first, second)}</g><g id="b">{two(second, first)}</g></defs>'
    wide, high = (600 - 2 * _LEFT) / _ACROSS, (900 - 2 * _TOP) / _DOWN
    places = [(_LEFT + wide * column, y) for column in range(_ACROSS + 1) for y in (_TOP, 900 - _TOP)]
    places += [(x, _TOP + high * row) for row in range(1, _DOWN) for x in (_LEFT, 600 - _LEFT)]
    uses = "".join(
        f'<use href="#{"ab"[round((x - _LEFT) / wide + (y - _TOP) / high) % 2]}" x="{n(x)}" y="{n(y)}"/>'
        for x, y in places
    )
    rules = "".join(
        f'<rect x="{n(at)}" y="{n(at)}" width="{n(600 - 2 * at)}" height="{n(900 - 2 * at)}" fill="none"'
        f' stroke="{palette.ink}" stroke-width="{wide}"/>'
        for at, wide in ((18, 3), (76, 1.2), (82, 3))
    )
    return defs + uses + rules


def _rosette(x: float, y: float, r: float, colours: tuple[str, str, str], chance: Chance) -> str:
    first, second, third = colours
    petals = chance.pick((6, 8, 10, 12))
    step = 360 / petals
    parts = [path(leaf((x, y), at(x, y, r, row * step), 0.2), first) for row in range(petals)]
    parts += [circle(*at(x, y, r * 0.86, row * step + step / 2), r * 0.07, second) for row in range(petals)]
    parts += [
        path(leaf((x, y), at(x, y, r * 0.6, row * step + step / 2), 0.17), second) for row in range(petals)
    ]
    return "".join(parts) + circle(x, y, r * 0.16, third)


def _daisy(first: str, second: str) -> str:
    return "".join(path(leaf((0, 0), at(0, 0, 18, row * 60), 0.26), first) for row in range(6)) + circle(
        0, 0, 4.5, second
    )


def _lozenge(first: str, second: str) -> str:
    return polygon([(0, -18), (13, 0), (0, 18), (-13, 0)], first) + polygon(
        [(0, -8), (6, 0), (0, 8), (-6, 0)], second
    )


def _hoop(first: str, second: str) -> str:
    return ring(0, 0, 14, first, 5) + circle(0, 0, 5.5, second)


def _star(first: str, second: str) -> str:
    return polygon([at(0, 0, 19 if row % 2 == 0 else 6.5, row * 45) for row in range(8)], first) + circle(
        0, 0, 3.4, second
    )


def _cross(first: str, second: str) -> str:
    return "".join(path(leaf((0, 0), at(0, 0, 19, 45 + row * 90), 0.32), first) for row in range(4)) + circle(
        0, 0, 4, second
    )


def _dots(first: str, second: str) -> str:
    return "".join(circle(*at(0, 0, 11, row * 90), 5, first) for row in range(4)) + circle(0, 0, 4.5, second)


_UNITS = (_daisy, _lozenge, _hoop, _star, _cross, _dots)
