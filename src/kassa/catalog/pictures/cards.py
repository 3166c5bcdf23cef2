"""The picture that goes with a link to the shop elsewhere, and the shop's mark as an icon."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

from kassa.catalog.pictures.typeset import SERIF, pressed
from kassa.catalog.pictures.views import Volume

_CARD: Final = f"""
#set page(width: 600pt, height: 315pt, margin: 0pt, fill: rgb("#fbfbf9"))
#set text(font: "{SERIF}", fill: rgb("#17181a"), hyphenate: false)
#let title = sys.inputs.title
#let long = title.len()
#let size = if long > 70 {{ 25pt }} else if long > 40 {{ 31pt }} else if long > 22 {{ 39pt }} else {{ 48pt }}
#let cover = image(bytes(sys.inputs.svg), height: 251pt, format: "svg")
#place(top + left, rect(width: 100%, height: 5pt, fill: rgb("#b0121f")))
#grid(
  columns: (auto, 1fr), column-gutter: 38pt, rows: 315pt,
  pad(left: 44pt, y: 32pt, box(fill: rgb("#d9d9d2"), outset: 0.5pt, cover)),
  pad(right: 40pt, top: 38pt, bottom: 32pt, grid(
    columns: (100%,), rows: (1fr, auto),
    align(horizon, block(height: 100%, clip: true, align(horizon, [
      #set par(leading: 0.35em)
      #text(size: size, title)
      #v(-6pt)
      #text(size: 20pt, style: "italic", fill: rgb("#55575c"), sys.inputs.author)
    ]))),
    text(size: 21pt, style: "italic")[#sys.inputs.press#text(fill: rgb("#b0121f"))[.]],
  )),
)
"""
_SHOP: Final = f"""
#set page(width: 600pt, height: 315pt, margin: (x: 52pt, y: 44pt), fill: rgb("#fbfbf9"))
#set text(font: "{SERIF}", fill: rgb("#17181a"), hyphenate: false)
#place(top + left, dx: -52pt, dy: -44pt, rect(width: 600pt, height: 5pt, fill: rgb("#b0121f")))
#align(horizon)[
  #text(size: 92pt, style: "italic")[#sys.inputs.press#text(fill: rgb("#b0121f"))[.]]
  #v(-40pt)
  #text(size: 24pt, fill: rgb("#55575c"), sys.inputs.line)
]
"""
_MARK: Final = """
#set page(width: 32pt, height: 32pt, margin: 0pt, fill: rgb(sys.inputs.ground))
#align(center + horizon, image(bytes(sys.inputs.svg), width: float(sys.inputs.share) * 32pt, format: "svg"))
"""


def card(volume: Volume | None, *, press: str, line: str = "") -> bytes:
    """A PNG of 1200 by 630 pixels: a book's cover, title and author, or the shop's name and a line about it."""
    if volume is None:
        made = pressed(_SHOP, 1200, points=600, press=press, line=line)
    else:
        title = f"{volume.title}; {volume.lesser}" if volume.lesser else volume.title
        made = pressed(
            _CARD, 1200, points=600, svg=volume.svg, title=title[:140], author=volume.author[:80], press=press
        )
    return _png(made.quantize(200, dither=Image.Dither.NONE) if volume is None else made)


def icon(mark: Path, size: int, *, maskable: bool = False) -> bytes:
    """The mark as a square PNG; a `maskable` one keeps it in the middle, for round and other cut-outs."""
    return _png(_mark(mark, size, maskable=maskable))


def favicon(mark: Path) -> bytes:
    """The mark as `favicon.ico`, in three sizes."""
    out = io.BytesIO()
    _mark(mark, 48, maskable=False).save(out, "ico", sizes=[(16, 16), (32, 32), (48, 48)])
    return out.getvalue()


def _mark(mark: Path, size: int, *, maskable: bool) -> Image.Image:
    return pressed(
        _MARK, size, points=32, svg=mark.read_text(), ground="#fbfbf9", share="0.6" if maskable else "0.94"
    )


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "png", optimize=True)
    return out.getvalue()
