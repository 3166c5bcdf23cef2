"""A plant that no flora knows: stems, leaves in pairs, a flower or fruit on top."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette, contrast, mix
from kassa.catalog.covers.shapes import at, circle, leaf, path, stroke, window
from kassa.catalog.covers.typeset import ITALIC, SERIF, SERIF_BOLD
from kassa.catalog.covers.words import above


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """One to five stems growing from the foot of the page towards the words."""
    ranked = sorted(palette.shapes, key=lambda colour: contrast(colour, palette.ground))
    heart = ranked[0]
    flower, green = sorted(ranked[1:], key=_coolness)
    count = chance.pick((1, 3, 3, 5))
    size = {1: 118.0, 3: 84.0, 5: 56.0}[count]
    head = chance.pick((_flower, _flower, _umbel, _tulip))(size, chance.pick((5, 6, 8, 11)), flower, heart)
    stem = _stem(size, chance.between(0.16, 0.3), chance.between(38, 62), palette.ground)
    parts = [f'<defs><g id="s">{stem}</g><g id="h">{head}</g></defs>']
    for place in sorted(range(count), key=lambda index: -abs(index - count // 2)):
        away = abs(place - count // 2)
        x = 300 + (place - count // 2) * (460 / max(count, 2))
        top = {1: 520, 3: 486, 5: 460}[count] + away * 58 + chance.between(0, 16)
        leaves = mix(green, palette.ground, 0.26) if away % 2 else green
        rows = window(0, top, 600, 900 - top, f'<use href="#s" x="{x:.0f}" y="{top:.0f}" color="{leaves}"/>')
        parts.append(rows + f'<use href="#h" x="{x:.0f}" y="{top:.0f}"/>')
    return "".join(parts) + above(book, palette, chance.pick((SERIF, ITALIC, SERIF_BOLD)))


def _coolness(colour: str) -> int:
    """Leaves are the cooler colour of two: the one with less red and more green."""
    return int(colour[3:5], 16) - int(colour[1:3], 16)


def _stem(size: float, fat: float, rising: float, ground: str) -> str:
    """A stem hanging from (0, 0), as long as the page may need; pairs of leaves, longer towards the foot."""
    parts = ['<path d="M0 0V460" stroke="currentColor" stroke-width="5"/>']
    y = size * 1.7
    while y < 460 + size:
        long = min(size * 1.5, size * (0.72 + 0.6 * y / 460))
        for side in (-1, 1):
            tip, vein = at(0, y, long, side * rising), at(0, y, long * 0.8, side * rising)
            parts.append(path(leaf((0, y), tip, fat), "currentColor"))
            parts.append(stroke(f"M0 {y:.0f}L{vein[0]:.0f} {vein[1]:.0f}", ground, 1.2))
        y += size * 0.62
    return "".join(parts)


def _flower(size: float, petals: int, colour: str, heart: str) -> str:
    turn, shade = 180 / petals, mix(colour, heart, 0.35)
    back = "".join(
        path(leaf((0, 0), at(0, 0, size, row * 2 * turn + turn), 0.24), shade) for row in range(petals)
    )
    front = "".join(
        path(leaf((0, 0), at(0, 0, size * 0.92, row * 2 * turn), 0.26), colour) for row in range(petals)
    )
    return back + front + circle(0, 0, size * 0.24, heart)


def _umbel(size: float, petals: int, colour: str, heart: str) -> str:
    parts = []
    for row in range(petals):
        tip = at(0, size * 0.3, size * 1.05, -75 + 150 * row / (petals - 1))
        parts.append(stroke(f"M0 {size * 0.35:.0f}L{tip[0]:.0f} {tip[1]:.0f}", colour, 3))
        parts.append(circle(*tip, size * 0.15, colour) + circle(*tip, size * 0.07, heart))
    return "".join(parts)


def _tulip(size: float, petals: int, colour: str, heart: str) -> str:
    root = (0.0, size * 0.6)
    outer = "".join(path(leaf(root, at(*root, size * 1.35, side * 24), 0.22), colour) for side in (-1, 1))
    inner = path(leaf(root, at(*root, size * 1.45, 0), 0.2), heart)
    seeds = (at(*root, size * 1.75, -24 + 48 * row / (petals - 1)) for row in range(petals))
    return inner + outer + "".join(circle(*seed, size * 0.045, colour) for seed in seeds)
