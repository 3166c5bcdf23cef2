"""Hills under a sun or a moon, and a sea of scales."""

from math import sin

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette, mix
from kassa.catalog.covers.shapes import circle, n, path, polygon, smooth, window
from kassa.catalog.covers.typeset import ITALIC, SANS_BOLD, SERIF, SERIF_BOLD
from kassa.catalog.covers.words import PICTURE_BEGIN, above

_HIGH = 900 - PICTURE_BEGIN


def hills(book: Book, palette: Palette, chance: Chance) -> str:
    """Range before range, the nearest darkest; a light between them; words in the sky."""
    far, near = _depth(palette, chance)
    light = next(colour for colour in palette.shapes if colour not in (far, near))
    x, count = chance.between(120, 480), chance.pick((5, 6, 7))
    r = chance.between(48, 92)
    parts = [circle(x, PICTURE_BEGIN + 30 + r * 0.5, r, light)]
    for row in range(count):
        share = row / (count - 1)
        base = PICTURE_BEGIN + 120 + 330 * share
        line = _ridge(base, 62 - 26 * share, chance)
        colour = mix(mix(palette.ground, far, 0.55), near, share)
        parts.append(path(smooth(line) + "L600 900L0 900Z", colour))
        if row == count - 2:
            parts.append(
                _wood(line, mix(near, palette.ground if palette.dark else palette.ink, 0.45), chance)
            )
    picture = window(0, PICTURE_BEGIN - 20, 600, _HIGH + 20, "".join(parts))
    return picture + above(book, palette, chance.pick((SERIF, ITALIC, SERIF_BOLD)))


def waves(book: Book, palette: Palette, chance: Chance) -> str:
    """Rows of scales, as they are printed on cloth in Japan, from the horizon to the foot."""
    far, near = _depth(palette, chance)
    light = next(colour for colour in palette.shapes if colour not in (far, near))
    r = chance.pick((50.0, 60.0, 75.0))
    foam = palette.ink if palette.dark else palette.ground
    hoops = "".join(f'<circle r="{n(r * share)}"/>' for share in (0.94, 0.7, 0.46, 0.22))
    lines = f'<g fill="none" stroke="{foam}" stroke-width="{n(r * 0.075)}">{hoops}</g>'
    scale = f'<g id="s"><circle r="{n(r)}" fill="currentColor"/>{lines}</g>'
    top = PICTURE_BEGIN + r + 20
    rows = int((900 + r - top) / (r / 2)) + 1
    parts = [
        f"<defs>{scale}</defs>",
        circle(chance.pick((150.0, 300.0, 450.0)), top - r * 0.4, r * 1.25, light),
    ]
    for row in range(rows):
        colour = mix(far, near, row / (rows - 1))
        begin = 0.0 if row % 2 else r
        places = [begin + 2 * r * column for column in range(int((600 + r - begin) / (2 * r)) + 1)]
        uses = "".join(f'<use href="#s" x="{n(x)}" y="{n(top + row * r / 2)}"/>' for x in places)
        parts.append(f'<g color="{colour}">{uses}</g>')
    picture = window(0, PICTURE_BEGIN - 60, 600, _HIGH + 60, "".join(parts))
    return picture + above(book, palette, chance.pick((SERIF, SANS_BOLD, SERIF_BOLD)))


def _depth(palette: Palette, chance: Chance) -> tuple[str, str]:
    """A colour for what is far and one for what is near."""
    first, second = chance.order(palette.shapes)[:2]
    return first, second


def _ridge(base: float, high: float, chance: Chance) -> list[tuple[float, float]]:
    slow, quick = chance.between(0, 6.3), chance.between(0, 6.3)
    reach = chance.between(0.9, 1.8)
    return [
        (
            x,
            base
            + high
            * (
                sin(slow + x / 600 * 6.3 * reach * 0.7) * 0.7 + sin(quick + x / 600 * 6.3 * reach * 1.9) * 0.3
            ),
        )
        for x in range(-60, 661, 60)
    ]


def _wood(line: list[tuple[float, float]], colour: str, chance: Chance) -> str:
    """A few firs on a ridge."""
    start = chance.pick((2, 4, 6, 8))
    parts = []
    for index in range(chance.pick((4, 6, 9))):
        (x, y), (to_x, to_y) = line[start + index // 3 - 1], line[start + index // 3]
        share = (index % 3) / 3 + chance.between(0, 0.2)
        foot_x, foot_y = x + (to_x - x) * share, y + (to_y - y) * share + 9
        high = chance.between(26, 62)
        parts.append(
            polygon(
                [(foot_x - high * 0.2, foot_y), (foot_x, foot_y - high), (foot_x + high * 0.2, foot_y)],
                colour,
            )
        )
    return "".join(parts)
