"""The press: typst, with its own fonts and nothing of the machine's, from sources of ours and texts of theirs.

Texts travel as inputs and never as source, so a title can't be a program.
"""

import io
from typing import Final

import typst
from PIL import Image

#: The serif that typst brings along.
SERIF: Final = "Libertinus Serif"
_FONTS: Final = typst.Fonts(include_system_fonts=False)


def pressed(source: str, width: int, *, points: int, **inputs: str) -> Image.Image:
    """The page that `source` sets, `points` wide, as a picture `width` pixels wide; `inputs` are its texts.

    What does not fit the page is on no picture.
    """
    png = typst.compile(
        source.encode(), format="png", ppi=72 * width / points, sys_inputs=inputs, font_paths=_FONTS,
        ignore_system_fonts=True,
    )  # fmt: skip
    first = png[0] if isinstance(png, list) else png
    return Image.open(io.BytesIO(first)).convert("RGB")
