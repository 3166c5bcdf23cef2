"""Circles around a centre, and rays out of one."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette, mix
from kassa.catalog.covers.shapes import at, circle, n, path, polygon, rect, ring, window
from kassa.catalog.covers.typeset import SANS_BOLD, SERIF, SERIF_BOLD
from kassa.catalog.covers.words import PICTURE_END, below


def rings(book: Book, palette: Palette, chance: Chance) -> str:
    """Rings that interfere with one another, over the words."""
    figure = chance.pick((_target, _shifted, _moire, _pond))
    picture = window(0, 0, 600, PICTURE_END, figure(palette, chance))
    return picture + below(book, palette, chance.pick((SANS_BOLD, SERIF)))


def rays(book: Book, palette: Palette, chance: Chance) -> str:
    """A sun of wedges on the horizon, over the words."""
    first, second, third = chance.order(palette.shapes)
    x, y = chance.pick((300.0, 300.0, 120.0, 480.0)), chance.pick((PICTURE_END, 330.0))
    count = chance.pick((20, 28, 36))
    step = 360 / count
    back = mix(palette.ground, third, 0.35)
    parts = [rect(0, 0, 600, PICTURE_END, back)]
    for row in range(count):
        if row % 2 == 0:
            parts.append(polygon([(x, y), at(x, y, 950, row * step), at(x, y, 950, (row + 1) * step)], first))
    big = chance.between(120, 175)
    parts += [circle(x, y, big + 34, back), circle(x, y, big + 16, second), circle(x, y, big, palette.ground)]
    parts += [
        circle(x, y, big * share, colour)
        for share, colour in ((0.82, third), (0.56, second), (0.26, palette.ground))
    ]
    face = chance.pick((SERIF_BOLD, SANS_BOLD))
    return window(0, 0, 600, PICTURE_END, "".join(parts)) + below(book, palette, face)


def _target(palette: Palette, chance: Chance) -> str:
    colours = [*chance.order(palette.shapes), palette.ground]
    x, y = chance.pick((150.0, 300.0, 450.0)), chance.pick((180.0, 300.0, 420.0))
    step = chance.pick((34.0, 46.0, 62.0))
    count = int(760 / step)
    return rect(0, 0, 600, 600, colours[count % 4]) + "".join(
        circle(x, y, step * (count - row), colours[(count - 1 - row) % 4]) for row in range(count)
    )


def _shifted(palette: Palette, chance: Chance) -> str:
    """The same rings in strips, each a ring's breadth out of step with the last."""
    first, second, third = chance.order(palette.shapes)
    strips, step = chance.pick((2, 4, 6)), chance.pick((50.0, 75.0))
    wide = 600 / strips
    back = first if palette.dark else palette.ground
    front = palette.ground if palette.dark else first
    parts = []
    for strip in range(strips):
        odd = strip % 2
        hoops = "".join(
            ring(
                300, 300, step * (row + (0.75 if odd else 0.25)), second if row % 3 == 2 else front, step / 2
            )
            for row in range(9)
        )
        middle = circle(300, 300, step / 2, third) if odd else ""
        parts.append(
            window(strip * wide, 0, wide, 600, rect(strip * wide, 0, wide, 600, back) + hoops + middle)
        )
    return "".join(parts)


def _moire(palette: Palette, chance: Chance) -> str:
    first, second, third = chance.order(palette.shapes)
    gap = chance.between(45, 110)
    parts = [circle(300, 300, 66, third)]
    for x, colour in ((300 - gap, first), (300 + gap, second)):
        parts.append(
            f'<g fill="none" stroke="{colour}" stroke-width="8">'
            + "".join(f'<circle cx="{n(x)}" cy="300" r="{n(21 * row)}"/>' for row in range(2, 28))
            + "</g>"
        )
    return "".join(parts)


def _pond(palette: Palette, chance: Chance) -> str:
    """Half discs hung alternately from an axis, each smaller than the last."""
    colours = chance.order(palette.shapes)
    upright = chance.below(2) == 0
    parts = []
    for row in range(8):
        r = 280 * (1 - row / 8)
        side = row % 2
        shift = 35 * (1 if side else -1) * (row % 4 > 1)
        sweep = 1 - side
        if upright:
            data = f"M{n(300 + shift)} {n(300 - r)}A{n(r)} {n(r)} 0 0 {sweep} {n(300 + shift)} {n(300 + r)}Z"
        else:
            data = f"M{n(300 - r)} {n(300 + shift)}A{n(r)} {n(r)} 0 0 {sweep} {n(300 + r)} {n(300 + shift)}Z"
        parts.append(path(data, colours[row % 3]))
    return "".join(parts)
