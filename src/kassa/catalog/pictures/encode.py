"""From a picture to the bytes of one of a few sizes and formats."""

import io
from typing import Any, Final

from PIL import Image

#: Widths in pixels, for places of 150 to 480 points on screens of one to two pixels a point. No others are made.
WIDTHS: Final = (160, 320, 480, 640, 960)
#: Endings and their media types, the smaller first.
FORMATS: Final = {"avif": "image/avif", "webp": "image/webp"}
_HOW: Final[dict[str, dict[str, Any]]] = {
    "avif": {"quality": 62, "speed": 7, "max_threads": 1},
    "webp": {"quality": 80, "method": 4},
}


def encode(picture: Image.Image, width: int, kind: str) -> bytes:
    """`picture` at `width` pixels as `avif` or `webp`; the same bytes for the same picture.

    Raises:
        KeyError: the format is none of `FORMATS`.
    """
    high = round(picture.height * width / picture.width)
    made = picture.resize((width, high), Image.Resampling.LANCZOS) if width != picture.width else picture
    out = io.BytesIO()
    made.save(out, kind, **_HOW[kind])
    return out.getvalue()
