"""Setting text: measuring, breaking and fitting lines, without any font at hand.

The widths are those of Times and Helvetica, in thousandths of the size. Their metric twins (Times New Roman,
Arial, Liberation, Nimbus) are on nearly every machine; for the rest every line is left some slack.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

from kassa.catalog.covers.palettes import Palette

_SLACK: Final = 1.07
_SERIF: Final = "'Times New Roman',Times,'Liberation Serif',Tinos,serif"
_SANS: Final = "Helvetica,Arial,'Liberation Sans',Arimo,sans-serif"


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface, as SVG attributes and as widths: (thousandths of the size, characters)."""

    attributes: str
    widths: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the cover; `align` is -1, 0 or 1 for left or top, middle, right or bottom."""

    x: float
    y: float
    width: float
    height: float
    align: int = -1
    rise: int = -1


@dataclass(frozen=True, slots=True)
class Setting:
    """A text as it was set: the drawing, its size, and where its ink begins and ends."""

    svg: str
    size: float
    top: float
    bottom: float


SERIF: Final = Face(
    f'font-family="{_SERIF}"',
    (
        (200, "'|"), (250, " ,."), (278, "/:;\\ijlt"), (333, "!()-I[]`fr’‘"), (389, "Js"), (408, '"'),
        (444, "?acez"), (480, "^{}"), (500, "#$*0123456789_bdghknopquvxy"), (556, "FPS~"), (564, "+<=>"),
        (611, "ELTZ"), (667, "BCR"), (722, "ADGHKNOQUVXYw"), (778, "&m"), (833, "%"), (921, "M@"), (944, "W"),
    ),
)  # fmt: skip
SERIF_BOLD: Final = Face(
    f'font-family="{_SERIF}" font-weight="700"',
    (
        (250, "| ,."), (278, "'/\\il"), (333, "!()-:;[]`fjt’‘"), (394, "Is{}"), (444, "cerz"),
        (500, "#$*0123456789?J_agovxy"), (556, 'Sbdhknpqu~"'), (581, "+<=>^"), (611, "FP"), (667, "BELTZ"),
        (722, "ACDNRUVXYw"), (778, "GHKOQ"), (833, "&m"), (944, "@M"), (1000, "%W"),
    ),
)  # fmt: skip
ITALIC: Final = Face(
    f'font-family="{_SERIF}" font-style="italic"',
    (
        (250, "' ,."), (278, "|/\\fijlt"), (333, "!()-:;I`’‘"), (389, "[]rsz"), (422, '{}"^'), (444, "Jcekvxy"),
        (500, "#$*0123456789?S_abdghnopqu"), (556, "LTYZ~"), (611, "ABEFPRVX"), (675, "CKNw+<=>"),
        (722, "DGHOQUm"), (778, "&"), (833, "%MW"), (920, "@"),
    ),
)  # fmt: skip
SANS: Final = Face(
    f'font-family="{_SANS}"',
    (
        (222, "'ijl’‘"), (278, "| !,./:;I[\\]ft"), (334, "()-`r{}"), (389, '"*'), (500, "Jcksvxyz^"),
        (556, "#$0123456789?L_abdeghnopqu"), (584, "+<=>~"), (611, "FTZ"), (667, "&ABEKPSVXY"),
        (722, "CDHNRUw"), (778, "GOQ"), (833, "Mm"), (889, "%"), (944, "W"), (1015, "@"),
    ),
)  # fmt: skip
SANS_BOLD: Final = Face(
    f'font-family="{_SANS}" font-weight="700"',
    (
        (278, "' ,./I\\ijl|’‘"), (333, "!()-:;[]`ft"), (389, "*r{}"), (500, '"z'),
        (556, "#$0123456789J_aceksvxy"), (611, "+<=>^~?FLTZbdghnopqu"), (667, "EPSVXY"), (722, "&ABCDHKNRU"),
        (778, "GOQw"), (833, "M"), (889, "%m"), (975, "@W"),
    ),
)  # fmt: skip


def width(text: str, face: Face, size: float, tracking: float = 0) -> float:
    """How wide `text` is at most when set in `face`; `tracking` is added after every letter."""
    table = _table(face)
    plain = unicodedata.normalize("NFKD", text)
    letters = [letter for letter in plain if not unicodedata.combining(letter)]
    wide = sum(table.get(letter, 1000 if ord(letter) > 0x2E7F else 722) for letter in letters)
    return (wide * size / 1000 + tracking * len(letters)) * _SLACK


def fit(
    text: str, face: Face, box: Box, palette: Palette, *, most: float, least: float = 15, leading: float = 1.06,
    track: float = 0,
) -> Setting:  # fmt: skip
    """Set `text` in `box`, as large as it goes from `most` down to `least`; what is still too long ends in "…".

    `leading` and `track` are shares of the size. The text is in the palette's ink, for its ground.
    """
    size = most
    lines = _greedy(text, face, box.width, size, track)
    while size > least and (not lines or _height(len(lines), size, leading) > box.height):
        size = max(least, size * 0.96)
        lines = _greedy(text, face, box.width, size, track)
    lines = _even(lines, face, box.width, size, track) or _chop(text, face, box.width, size, track)
    room = max(1, int((box.height - size) / (size * leading)) + 1)
    if len(lines) > room:
        lines = [*lines[: room - 1], _shorten(lines[room - 1] + "…", face, box.width, size, track)]
    return _place(lines, face, box, palette, size, leading, track)


def _place(
    lines: list[str], face: Face, box: Box, palette: Palette, size: float, leading: float, track: float
) -> Setting:
    tall = _height(len(lines), size, leading)
    top = box.y + (box.height - tall) * (box.rise + 1) / 2
    x = box.x + box.width * (box.align + 1) / 2
    anchor = ("", ' text-anchor="middle"', ' text-anchor="end"')[box.align + 1]
    spacing = f' letter-spacing="{track * size:.2f}"' if track else ""
    rows = "".join(
        f'<text x="{x:.1f}" y="{top + size * 0.78 + row * size * leading:.1f}">{escape(line, quote=False)}</text>'
        for row, line in enumerate(lines)
    )
    svg = (
        f'<g {face.attributes} font-size="{size:.1f}"{spacing}{anchor} fill="{palette.ink}"'
        f' data-ground="{palette.ground}">{rows}</g>'
    )
    return Setting(svg, size, top, top + tall)


def _height(lines: int, size: float, leading: float) -> float:
    return size + (lines - 1) * size * leading


def _even(lines: list[str], face: Face, room: float, size: float, track: float) -> list[str]:
    """The same words in as many lines, as even as they can be."""
    if len(lines) < 2:
        return lines
    text = " ".join(lines)
    narrow, wide = room / len(lines), room
    while wide - narrow > 4:
        middle = (narrow + wide) / 2
        tried = _greedy(text, face, middle, size, track)
        narrow, wide = (narrow, middle) if tried and len(tried) <= len(lines) else (middle, wide)
    return _greedy(text, face, wide, size, track)


def _greedy(text: str, face: Face, room: float, size: float, track: float) -> list[str]:
    """The fewest lines that hold `text`; none if a word is too long for a line."""
    lines: list[str] = []
    for word in text.split():
        if width(word, face, size, track * size) > room:
            return []
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, face, size, track * size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _chop(text: str, face: Face, room: float, size: float, track: float) -> list[str]:
    """Lines for text with a word longer than any line: broken wherever a line is full."""
    lines = [""]
    for letter in " ".join(text.split()):
        if width(lines[-1] + letter, face, size, track * size) > room:
            lines.append("")
        lines[-1] += letter
    return [line.strip() for line in lines]


def _shorten(line: str, face: Face, room: float, size: float, track: float) -> str:
    while len(line) > 1 and width(line, face, size, track * size) > room:
        line = line[:-2].rstrip() + "…"
    return line


@cache
def _table(face: Face) -> dict[str, int]:
    return {letter: wide for wide, letters in face.widths for letter in letters}
