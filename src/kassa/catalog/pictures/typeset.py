"""The press: typst, from sources of ours and texts of theirs.

Texts travel as inputs and never as source, so a title can't be a program. Our own pages are set in a serif that
typst brings along. Covers ask for Times and Helvetica, as they do in browsers; where the machine has neither of
them nor a twin, they are set in that serif too.
"""

import io
from functools import cache
from typing import Final

import typst
from PIL import Image

#: The serif that typst brings along.
SERIF: Final = "Libertinus Serif"


def pressed(source: str, width: int, *, points: int, **inputs: str) -> Image.Image:
    """The page that `source` sets, `points` wide, as a picture `width` pixels wide; `inputs` are its texts.

    What does not fit the page is on no picture.
    """
    png = typst.compile(
        source.encode(), format="png", ppi=72 * width / points, sys_inputs=inputs, font_paths=_fonts(),
    )  # fmt: skip
    first = png[0] if isinstance(png, list) else png
    return Image.open(io.BytesIO(first)).convert("RGB")


@cache
def _fonts() -> typst.Fonts:
    """What is there to set with, looked for when the first page is set."""
    return typst.Fonts()
