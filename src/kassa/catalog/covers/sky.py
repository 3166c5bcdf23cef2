"""A chart of stars that shine for this book only."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette, mix
from kassa.catalog.covers.shapes import Point, at, circle, n, polygon, ring, stroke
from kassa.catalog.covers.typeset import ITALIC, SERIF
from kassa.catalog.covers.words import below

_X, _Y, _R = 300.0, 314.0, 236.0


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """A round chart with its degrees, one constellation, words below."""
    first, second, third = palette.shapes
    faint = mix(palette.ground, palette.ink, 0.32)
    parts = [_dial(palette, faint), _net(faint, chance)]
    parts += [
        circle(
            *at(_X, _Y, _R * chance.between(0.05, 0.98), chance.between(0, 360)),
            chance.pick((1.2, 1.8, 2.6)),
            palette.ink,
        )
        for _ in range(64)
    ]
    figure = _figure(chance)
    parts.append(stroke("M" + "L".join(f"{n(x)} {n(y)}" for x, y in figure), second, 1.8))
    branch = figure[chance.below(len(figure) - 3) + 1]
    twig = (branch[0] + chance.between(-70, 70), branch[1] + chance.pick((-62.0, 62.0)))
    parts.append(stroke(f"M{n(branch[0])} {n(branch[1])}L{n(twig[0])} {n(twig[1])}", second, 1.8))
    parts += [_star(point, chance.between(9, 17), first) for point in [*figure, twig]]
    moon = at(_X, _Y, _R + 27, chance.between(-60, 60))
    parts += [circle(*moon, 21, third), circle(moon[0] + 8, moon[1] - 4, 18, palette.ground)]
    return "".join(parts) + below(book, palette, chance.pick((SERIF, SERIF, ITALIC)), align=0)


def _dial(palette: Palette, faint: str) -> str:
    long = "".join(_tick(degrees, 16) for degrees in range(0, 360, 30))
    short = "".join(_tick(degrees, 8) for degrees in range(0, 360, 5) if degrees % 30)
    return (
        ring(_X, _Y, _R, palette.ink, 2) + ring(_X, _Y, _R + 18, palette.ink, 1)
        + stroke(short, faint, 1) + stroke(long, palette.ink, 1.6)
    )  # fmt: skip


def _tick(degrees: float, length: float) -> str:
    (x, y), (to_x, to_y) = at(_X, _Y, _R, degrees), at(_X, _Y, _R + length, degrees)
    return f"M{n(x)} {n(y)}L{n(to_x)} {n(to_y)}"


def _net(faint: str, chance: Chance) -> str:
    """Parallels and meridians, seen from somewhere."""
    tilt = chance.pick((-24, -12, 12, 24))
    lines = "".join(f'<ellipse rx="{n(_R * share)}" ry="{n(_R)}"/>' for share in (0.26, 0.5, 0.71, 0.87))
    lines += "".join(f'<ellipse rx="{n(_R)}" ry="{n(_R * share)}"/>' for share in (0.26, 0.5))
    lines += f'<path d="M0 {n(-_R)}V{n(_R)}M{n(-_R)} 0H{n(_R)}"/>'
    return (
        f'<g transform="translate({n(_X)} {n(_Y)}) rotate({tilt})" fill="none" stroke="{faint}" stroke-width=".8">'
        f"{lines}</g>"
    )


def _figure(chance: Chance) -> list[Point]:
    """Bright stars on a wandering line through the chart."""
    count, turn = chance.pick((6, 7, 8)), chance.between(-40, 40)
    points = []
    for row in range(count):
        along = -170 + 340 * row / (count - 1)
        side = chance.between(30, 95) * (1 if row % 2 else -1) * chance.pick((1, 1, 0.3))
        x, y = at(0, 0, along, 90 + turn)
        dx, dy = at(0, 0, side, turn)
        points.append((_X + x + dx, _Y + y + dy))
    return points


def _star(point: Point, r: float, fill: str) -> str:
    corners = [at(point[0], point[1], r if row % 2 == 0 else r * 0.28, row * 45) for row in range(8)]
    return polygon(corners, fill)
