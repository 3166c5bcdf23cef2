"""A board of quarter circles, half circles, triangles and leaves."""

from kassa.catalog.covers.book import Book
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.palettes import Palette
from kassa.catalog.covers.shapes import n, rect, window
from kassa.catalog.covers.typeset import SANS_BOLD, SERIF, SERIF_BOLD
from kassa.catalog.covers.words import below

#: Motifs in a square of 100 by 100, in two colours: {a} and {b}.
_MOTIFS = (
    '<path d="M0 0H100A100 100 0 0 1 0 100Z" fill="{a}"/>',
    '<path d="M0 0H100A100 100 0 0 1 0 100Z" fill="{a}"/><path d="M0 0H50A50 50 0 0 1 0 50Z" fill="{b}"/>',
    '<path d="M0 0A50 50 0 0 0 100 0Z" fill="{a}"/><path d="M0 50A50 50 0 0 0 100 50Z" fill="{b}"/>',
    '<path d="M0 0A100 100 0 0 1 100 100A100 100 0 0 1 0 0Z" fill="{a}"/>',
    '<path d="M0 0H100L0 100Z" fill="{a}"/>',
    '<circle cx="50" cy="50" r="50" fill="{a}"/><circle cx="50" cy="50" r="22" fill="{b}"/>',
    '<path d="M0 0A50 50 0 0 0 100 0Z" fill="{a}"/><path d="M0 100A50 50 0 0 1 100 100Z" fill="{b}"/>',
    '<path d="M50 0L100 50L50 100L0 50Z" fill="{a}"/><circle cx="50" cy="50" r="18" fill="{b}"/>',
)


def draw(book: Book, palette: Palette, chance: Chance) -> str:
    """A square board above, words below."""
    count = chance.pick((3, 4, 4, 5))
    side = 600 / count
    motifs = chance.order(_MOTIFS)[: chance.pick((2, 3, 4))]
    colours = [*palette.shapes, palette.ground, palette.ink]
    mirrored = chance.below(2) == 0
    cells: dict[tuple[int, int], str] = {}
    for row in range(count):
        for column in range(count):
            twin = cells.get((count - 1 - column, row)) if mirrored else None
            cells[column, row] = _flipped(twin) if twin else _cell(motifs, colours, chance)
    board = "".join(
        f'<g transform="translate({n(column * side)} {n(row * side)}) scale({side / 100:.3f})">{content}</g>'
        for (column, row), content in cells.items()
    )
    board = f'<g stroke-width=".8">{board}</g>'  # a seam's breadth, so that neighbours leave no gap
    face = chance.pick((SANS_BOLD, SERIF_BOLD, SERIF))
    return window(0, 0, 600, 600, board) + below(book, palette, face)


def _cell(motifs: list[str], colours: list[str], chance: Chance) -> str:
    back, a, b = chance.order(list(dict.fromkeys(colours)))[:3]
    turn = chance.below(4) * 90
    drawing = chance.pick(motifs).replace('fill="{a}"', 'fill="{a}" stroke="{a}"').format(a=a, b=b)
    return rect(0, 0, 100.4, 100.4, back) + f'<g transform="rotate({turn} 50 50)">{drawing}</g>'


def _flipped(cell: str) -> str:
    return f'<g transform="matrix(-1 0 0 1 100 0)">{cell}</g>'
