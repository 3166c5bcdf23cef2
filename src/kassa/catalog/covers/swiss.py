"""A tight grotesque over one large plain form."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.shapes import circle, n, path, polygon, rect, window
from kassa.catalog.covers.typeset import SANS_BOLD
from kassa.catalog.covers.words import above

_TOP = 400.0


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """Words above, a form below that runs off the page."""
    form = chance.pick((_disc, _bars, _dots, _slants, _quarters, _steps))
    picture = window(0, _TOP, 600, 900 - _TOP, form(palette, chance))
    return picture + rect(48, 25, 504, 2, palette.ink) + above(book, palette, SANS_BOLD)


def _disc(palette: Palette, chance: Chance) -> str:
    first, second, third = chance.order(palette.shapes)
    x, r = chance.pick((110.0, 300.0, 490.0)), chance.between(215, 245)
    bar = chance.pick((560.0, 660.0, 740.0))
    return (
        circle(x, 655, r, first)
        + rect(0, bar, 600, 34, second)
        + circle(600 - x if x != 300 else 445, bar + 17, chance.between(46, 70), third)
    )


def _bars(palette: Palette, chance: Chance) -> str:
    colours = chance.order(palette.shapes)
    growth, x, wide = chance.between(1.16, 1.3), 48.0, 5.0
    parts = []
    for row in range(24):
        parts.append(rect(x, 430, wide, 470, colours[row * len(colours) // 13 % 3]))
        x += wide * 1.75 + 4
        wide *= growth
        if x > 600:
            break
    return "".join(parts)


def _dots(palette: Palette, chance: Chance) -> str:
    first, second, _ = chance.order(palette.shapes)
    fx, fy = chance.pick((0, 3, 8)), chance.pick((0, 3, 6))
    odd = chance.below(9), chance.below(7)
    parts = []
    for column in range(9):
        for row in range(7):
            away = ((column - fx) ** 2 + (row - fy) ** 2) ** 0.5
            r = max(3.0, 27 - away * 2.9)
            colour = second if (column, row) == odd else first
            parts.append(
                f'<circle cx="{n(62 + column * 59.5)}" cy="{n(446 + row * 66)}" r="{n(r)}" fill="{colour}"/>'
            )
    return "".join(parts)


def _slants(palette: Palette, chance: Chance) -> str:
    colours = chance.order(palette.shapes)
    lean, wide = chance.pick((-260.0, 260.0)), chance.pick((52.0, 70.0, 90.0))
    parts = []
    for row in range(5):
        x = 300 + (row - 2) * wide * 1.5 - lean / 2 - wide / 2
        high = chance.pick((0.0, 60.0, 120.0))
        top = _TOP + 24 + high
        shift = lean * high / 480
        parts.append(
            polygon(
                [(x + lean - shift, top), (x + lean - shift + wide, top), (x + wide, 900), (x, 900)],
                colours[row % 3],
            )
        )
    return "".join(parts)


def _quarters(palette: Palette, chance: Chance) -> str:
    first, second, third = chance.order(palette.shapes)
    side = 226.0
    arcs = {
        0: "M{x} {y}h{s}v{s}A{s} {s} 0 0 1 {x} {y}Z",
        1: "M{x} {y}v{s}h{s}A{s} {s} 0 0 0 {x} {y}Z",
        2: "M{x} {y}h{s}A{s} {s} 0 0 1 {x} {b}Z",
    }
    parts = []
    for index, (x, y) in enumerate(
        ((48.0, 424.0), (48 + side, 424.0), (48.0, 424 + side), (48 + side, 424 + side))
    ):
        colour = (first, second, third)[index % 3]
        data = arcs[chance.below(3)].format(x=n(x), y=n(y), s=n(side), b=n(y + side))
        parts.append(path(data, colour))
    return "".join(parts) + circle(48 + side * 2, 424 + side, 24, palette.ink)


def _steps(palette: Palette, chance: Chance) -> str:
    colours = chance.order(palette.shapes)
    count = chance.pick((5, 6, 7))
    wide = 504 / count
    order = chance.pick((range(count), range(count - 1, -1, -1)))
    parts = []
    for place, row in enumerate(order):
        high = 70 + 390 * ((row + 1) / count) ** 1.6
        parts.append(rect(48 + place * wide, 900 - high, wide + 0.5, high, colours[row % 3]))
    return "".join(parts)
