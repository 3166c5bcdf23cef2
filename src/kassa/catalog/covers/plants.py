"""A plant that no flora knows: stems, leaves in pairs, a flower or fruit on top."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette, mix
from kassa.catalog.covers.shapes import at, circle, leaf, path, stroke, window
from kassa.catalog.covers.typeset import ITALIC, SERIF, SERIF_BOLD
from kassa.catalog.covers.words import above


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """One to five stems growing from the foot of the page towards the words."""
    green, flower, heart = chance.order(palette.shapes)
    count = chance.pick((1, 3, 3, 5))
    fat, petals = chance.between(0.16, 0.3), chance.pick((5, 6, 8, 11))
    head = chance.pick((_flower, _flower, _umbel, _tulip))
    parts = []
    for place in sorted(range(count), key=lambda index: -abs(index - count // 2)):
        away = place - count // 2
        x = 300 + away * (460 / max(count, 2))
        top = 470 + abs(away) * 62 + (0 if count == 1 else chance.between(0, 20))
        size = {1: 104.0, 3: 78.0, 5: 54.0}[count]
        leaves = green if away == 0 else mix(green, palette.ground, 0.28)
        parts.append(_stem(x, top, size, fat, leaves, palette, chance))
        parts.append(head(x, top, size, petals, flower, heart))
    picture = window(0, 350, 600, 550, "".join(parts))
    return picture + above(book, palette, chance.pick((SERIF, ITALIC, SERIF_BOLD)))


def _stem(
    x: float, top: float, size: float, fat: float, colour: str, palette: Palette, chance: Chance
) -> str:
    parts = [stroke(f"M{x:.0f} 900V{top:.0f}", colour, 5)]
    rising = chance.between(38, 62)
    step = size * 0.62
    y, row = 880.0, 0
    while y > top + size * 0.95:
        long = size * (1.55 - 0.75 * (880 - y) / (880 - top))
        for side in (-1, 1):
            tip = at(x, y, long, side * rising)
            parts.append(path(leaf((x, y), tip, fat), colour))
            vein = at(x, y, long * 0.8, side * rising)
            parts.append(stroke(f"M{x:.0f} {y:.0f}L{vein[0]:.0f} {vein[1]:.0f}", palette.ground, 1.2))
        y -= step
        row += 1
    return "".join(parts)


def _flower(x: float, y: float, size: float, petals: int, colour: str, heart: str) -> str:
    turn = 180 / petals
    back = "".join(path(leaf((x, y), at(x, y, size, row * 360 / petals + turn), 0.24), mix(colour, heart, 0.35)) for row in range(petals))
    front = "".join(path(leaf((x, y), at(x, y, size * 0.92, row * 360 / petals), 0.26), colour) for row in range(petals))
    return back + front + circle(x, y, size * 0.24, heart)


def _umbel(x: float, y: float, size: float, petals: int, colour: str, heart: str) -> str:
    parts = []
    for row in range(petals):
        degrees = -75 + 150 * row / (petals - 1)
        tip = at(x, y + size * 0.3, size * 1.05, degrees)
        parts.append(stroke(f"M{x:.0f} {y + size * 0.35:.0f}L{tip[0]:.0f} {tip[1]:.0f}", heart, 3))
        parts.append(circle(*tip, size * 0.15, colour))
        parts.append(circle(*tip, size * 0.06, heart))
    return "".join(parts)


def _tulip(x: float, y: float, size: float, petals: int, colour: str, heart: str) -> str:
    root = (x, y + size * 0.6)
    outer = "".join(path(leaf(root, at(*root, size * 1.35, side * 24), 0.22), colour) for side in (-1, 1))
    inner = path(leaf(root, at(*root, size * 1.45, 0), 0.2), heart)
    seeds = "".join(circle(*at(*root, size * 1.75, -24 + 48 * row / (petals - 1)), 3.4, colour) for row in range(petals))
    return inner + outer + seeds
