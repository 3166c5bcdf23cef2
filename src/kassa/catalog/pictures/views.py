"""A book seen three ways, each 960 by 1440 pixels."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from kassa.catalog.covers.palettes import mix
from kassa.catalog.pictures.typeset import SERIF, pressed

#: A page asks for a view in two sizes at once; four megabytes each.
_REMEMBERED: Final = 4
#: To be raised whenever a view is drawn in another way: browsers keep pictures for ever.
_EDITION: Final = 1
_WIDE, _HIGH = 960, 1440
_COVER: Final = """
#set page(width: 600pt, height: 900pt, margin: 0pt)
#image(bytes(sys.inputs.svg), width: 600pt, height: 900pt, format: "svg")
"""
_SPINE: Final = f"""
#set page(width: 900pt, height: 84pt, margin: (x: 48pt, y: 0pt), fill: rgb(sys.inputs.ground))
#set text(font: "{SERIF}", fill: rgb(sys.inputs.ink), size: 34pt)
#set align(horizon)
#block(width: 100%, height: 84pt, clip: true, grid(
  columns: (1fr, auto), column-gutter: 24pt,
  box(height: 84pt, clip: true, strong(sys.inputs.title)), text(size: 24pt, sys.inputs.author)
))
"""
_LEAF: Final = f"""
#set page(width: 400pt, height: 600pt, margin: (x: 56pt, y: 64pt), fill: rgb("#f6f0e2"))
#set text(font: "{SERIF}", fill: rgb("#2a2620"), hyphenate: false)
#set align(center)
#v(60pt)
#text(size: if sys.inputs.title.len() > 36 {{ 26pt }} else {{ 37pt }}, tracking: 0.6pt, smallcaps(sys.inputs.title))
#if sys.inputs.lesser != "" [#v(2pt) #text(size: 13pt, style: "italic", sys.inputs.lesser)]
#v(20pt)
#line(length: 38pt, stroke: 0.7pt + rgb("#8c2f1b"))
#v(14pt)
#text(size: 11pt, style: "italic")[by]
#v(-4pt)
#text(size: 17pt, sys.inputs.author)
#v(1fr)
#text(size: 26pt, fill: rgb(sys.inputs.spot))[⁂]
#v(14pt)
#text(size: 10pt, tracking: 1.6pt, upper(sys.inputs.press))
#if sys.inputs.year != "" [#v(-4pt) #text(size: 10pt, style: "italic")[First published #sys.inputs.year]]
"""
_COLOURS: Final = re.compile(r'fill="(#[0-9a-f]{6})" data-ground="(#[0-9a-f]{6})"')

#: The corners of the volume: hinge, fore edge and back of the spine, each top and bottom.
_HINGE: Final = ((214, 168), (214, 1292))
_EDGE: Final = ((846, 226), (846, 1196))
_BACK: Final = ((120, 196), (120, 1242))
#: Where the table meets the wall.
_HORIZON: Final = 1150


@dataclass(frozen=True, slots=True)
class Volume:
    """What a book's pictures are made of: its drawn cover, its words, and the name on the title page."""

    svg: str
    title: str
    lesser: str
    author: str
    year: str
    press: str


def version(volume: Volume) -> str:
    """What tells these pictures from those of another book, other words or another way of drawing."""
    return hashlib.sha256(repr((_EDITION, volume)).encode()).hexdigest()[:12]


@lru_cache(maxsize=_REMEMBERED)
def draw(volume: Volume, view: str) -> Image.Image:
    """The book, 960 by 1440 pixels; always the same for the same book. Not to be drawn upon.

    Raises:
        KeyError: `view` is none of `VIEWS`.
    """
    return VIEWS[view](volume)


def _cover(volume: Volume) -> Image.Image:
    return pressed(_COVER, _WIDE, points=600, svg=volume.svg)


def _title_page(volume: Volume) -> Image.Image:
    ink, ground = _colours(volume)
    spot = ink if _is_light(ground) else ground
    leaf = pressed(
        _LEAF, _WIDE, points=400, title=_short(volume.title, 110), lesser=_short(volume.lesser, 90),
        author=_short(volume.author, 70), year=_short(volume.year, 30),
        press=volume.press, spot=spot,
    )  # fmt: skip
    fold = _ramp(_WIDE, _HIGH, [(0, 110), (0.035, 34), (0.12, 0), (1, 0)])
    return Image.composite(Image.new("RGB", leaf.size, "#6b5d45"), leaf, fold)


def _volume(volume: Volume) -> Image.Image:
    """The book on a table, seen a little from the side of its spine."""
    ink, ground = _colours(volume)
    scene = _table(ground)
    _shadow(scene)
    front = _cover(volume)
    groove = _ramp(_WIDE, _HIGH, [(0, 70), (0.012, 20), (0.026, 90), (0.04, 14), (0.1, 0), (0.8, 0), (1, 46)])
    front = Image.composite(Image.new("RGB", front.size, "#000000"), front, groove)
    spine = pressed(
        _SPINE, _HIGH, points=900, title=volume.title, author=volume.author, ink=ink, ground=ground
    ).rotate(-90, expand=True)
    rounding = _ramp(spine.width, spine.height, [(0, 150), (0.3, 50), (0.6, 36), (1, 96)])
    spine = Image.composite(Image.new("RGB", spine.size, "#000000"), spine, rounding)
    _lay(scene, front, (*_HINGE, *_EDGE))
    _lay(scene, spine, (*_BACK, *_HINGE))
    return scene


VIEWS: Final[dict[str, Callable[[Volume], Image.Image]]] = {
    "cover": _cover,
    "volume": _volume,
    "title-page": _title_page,
}


def _colours(volume: Volume) -> tuple[str, str]:
    """The ink and the ground of the cover's words: they are known to be legible together."""
    found = _COLOURS.search(volume.svg)
    return (found[1], found[2]) if found else ("#23201c", "#f4ead9")


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _is_light(colour: str) -> bool:
    return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5)) > 382


def _table(ground: str) -> Image.Image:
    """A wall and a table top, with a little of the cover's colour in the light."""
    scene = Image.new("RGB", (_WIDE, _HIGH))
    wall = _down(_WIDE, _HORIZON, mix("#ece8df", ground, 0.16), mix("#dcd6ca", ground, 0.2))
    table = _down(_WIDE, _HIGH - _HORIZON, mix("#cfc6b6", ground, 0.2), mix("#e3dccf", ground, 0.16))
    scene.paste(wall, (0, 0))
    scene.paste(table, (0, _HORIZON))
    edge = scene.crop((0, _HORIZON - 20, _WIDE, _HORIZON + 20)).filter(ImageFilter.GaussianBlur(5))
    scene.paste(edge, (0, _HORIZON - 20))
    return scene


def _shadow(scene: Image.Image) -> None:
    for corners, blur, deep in (
        ([(170, 1256), (214, 1304), (846, 1206), (950, 1182), (900, 1150)], 26, 105),
        ([(118, 1238), (214, 1298), (850, 1202), (214, 1280)], 7, 190),
    ):
        mask = Image.new("L", scene.size)
        ImageDraw.Draw(mask).polygon(corners, fill=deep)
        scene.paste("#2b241b", (0, 0), mask.filter(ImageFilter.GaussianBlur(blur)))


def _lay(scene: Image.Image, sheet: Image.Image, corners: tuple[tuple[int, int], ...]) -> None:
    """Put `sheet` where `corners` are: left top, left bottom, right top, right bottom. Drawn twice as large first."""
    left_top, left_bottom, right_top, right_bottom = corners
    wide, high = scene.width * 2, scene.height * 2
    target = [(x * 2, y * 2) for x, y in (left_top, left_bottom, right_bottom, right_top)]
    source = [(0, 0), (0, sheet.height), (sheet.width, sheet.height), (sheet.width, 0)]
    how = _perspective(target, source)
    laid = sheet.transform((wide, high), Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC)
    mask = Image.new("L", (wide, high))
    ImageDraw.Draw(mask).polygon(target, fill=255)
    scene.paste(laid.reduce(2), (0, 0), mask.reduce(2))


def _perspective(target: list[tuple[int, int]], source: list[tuple[int, int]]) -> list[float]:
    """The eight numbers that lead from `target` to `source`: linear equations, solved by elimination."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        best = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        lead = rows[at][at]
        rows[at] = [value / lead for value in rows[at]]
        for other in range(8):
            if other != at:
                share = rows[other][at]
                rows[other] = [a - share * b for a, b in zip(rows[other], rows[at], strict=True)]
    return [row[8] for row in rows]


def _ramp(wide: int, high: int, stops: list[tuple[float, int]]) -> Image.Image:
    """A mask whose depth changes from left to right, from stop to stop."""
    line = Image.new("L", (wide, 1))
    for (start, first), (end, second) in pairwise(stops):
        for x in range(int(start * wide), min(wide, int(end * wide) + 1)):
            share = (x / wide - start) / (end - start)
            line.putpixel((x, 0), round(first + (second - first) * max(0.0, min(1.0, share))))
    return line.resize((wide, high))


def _down(wide: int, high: int, first: str, second: str) -> Image.Image:
    top, bottom = (Image.new("RGB", (wide, high), colour) for colour in (first, second))
    return Image.composite(bottom, top, Image.linear_gradient("L").resize((wide, high)))
