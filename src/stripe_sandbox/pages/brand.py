"""The shop's colours on its payment page: a small style sheet made of what `branding_settings` asks for.

The address of the sheet says everything it holds, so it can be kept for ever, and the page needs no inline style.
Whatever colours a shop picks, words on them stay readable: ink, white or black, whichever stands out enough.
"""

import re
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get

from stripe_sandbox.defaults import Obj

_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6})")
_CORNERS: Final = {"rectangular": ("0", "0"), "rounded": ("8px", "8px"), "pill": ("18px", "99px")}
_SERIF: Final = 'ui-serif, Georgia, Cambria, "Noto Serif", "Times New Roman", serif'
_MONO: Final = "var(--mono)"
_ROUND: Final = 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, system-ui, sans-serif'
# No font is fetched: of each the page takes the nearest thing that the customer's device has.
_FONTS: Final = {
    "bitter": _SERIF, "hahmlet": _SERIF, "lora": _SERIF, "noto_serif": _SERIF, "pridi": _SERIF, "pt_serif": _SERIF,
    "roboto_slab": _SERIF, "inconsolata": _MONO, "m_plus_1_code": _MONO, "ubuntu_mono": _MONO, "nunito": _ROUND,
    "zen_maru_gothic": _ROUND,
}  # fmt: skip
OWN: Final = ("0f5f50", "f5f4ef", "rounded", "default")
INK: Final = (28, 33, 31)
WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)
READABLE: Final = 4.5
Colour = tuple[int, int, int]


def sheet_address(branding: Obj | None) -> str | None:
    """Where the style sheet of these `branding_settings` is, or None if the sandbox's own look will do."""
    if not branding:
        return None
    wanted = {
        "button": _plain(branding.get("button_color")),
        "ground": _plain(branding.get("background_color")),
        "corners": branding.get("border_style") or "",
        "font": branding.get("font_family") or "",
    }
    # What is as the sandbox has it by itself is left to its own sheet, which knows light and dark.
    asked = {name: value for name, value in wanted.items() if value and value not in OWN}
    return f"/_pages/brand.css?{urlencode(asked)}" if asked else None


@get("/_pages/brand.css")
async def brand_sheet(request: Request[Any, Any, Any]) -> Response[str]:
    """GET /_pages/brand.css?button=…&ground=…&corners=…&font=…: what is no colour or no name says nothing."""
    query = request.query_params
    rules: list[str] = []
    if button := _read(query.get("button", "")):
        ink = _on(button)
        rules += [
            f"--primary: {_write(button)}",
            f"--primary-strong: {_write(_mix(button, ink, 0.12))}",
            f"--on-primary: {_write(ink)}",
        ]
    if query.get("corners") in _CORNERS:
        fields, buttons = _CORNERS[query["corners"]]
        rules += [f"--radius: {fields}", f"--button-radius: {buttons}"]
    if query.get("font") in _FONTS:
        rules.append(f"--font: {_FONTS[query['font']]}")
    text = f":root {{ {'; '.join(rules)} }}\n" if rules else ""
    if button:
        # The button alone wears the shop's colour as it is: a ring or a tick in it might not be seen.
        text += ":root { --accent: var(--text) }\n"
    if ground := _read(query.get("ground", "")):
        text += _ground(ground)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(text, headers=headers, media_type="text/css")


def _ground(colour: Colour) -> str:
    """The page in the shop's colour, light or dark as that colour is, whatever the device prefers."""
    ink = _on(colour)
    dark = ink == WHITE
    shades = {
        "--ground": colour,
        "--text": ink,
        "--muted": _mix(ink, colour, 0.2),
        "--line": _mix(colour, ink, 0.24),
        "--surface": (_mix(colour, WHITE, 0.08) if _contrast(ink, colour) > 7 else _mix(colour, BLACK, 0.16))
        if dark
        else WHITE,
        "--danger": (255, 190, 182) if dark else (140, 24, 14),
        "--danger-soft": _mix(colour, (120, 20, 10), 0.3) if dark else (252, 238, 235),
        "--good": (150, 235, 190) if dark else (12, 84, 50),
        "--good-soft": _mix(colour, (10, 90, 50), 0.3) if dark else (228, 242, 234),
        "--test": (250, 214, 150) if dark else (100, 58, 0),
        "--test-soft": _mix(colour, (60, 42, 6), 0.5) if dark else (253, 240, 210),
    }
    # On a colour that is neither light nor dark only ink or white can be read.
    for name in ("--muted", "--danger", "--good"):
        if _contrast(shades[name], colour) < READABLE:
            shades[name] = ink
    rules = "; ".join(f"{name}: {_write(value)}" for name, value in shades.items())
    scheme = "dark" if dark else "light"
    return f":root {{ {rules}; --accent: {_write(ink)} }}\nhtml {{ color-scheme: {scheme} }}\n"


def _plain(colour: str | None) -> str:
    found = _HEX.fullmatch(colour or "")
    return found[1].lower() if found else ""


def _read(text: str) -> Colour | None:
    plain = _plain(text)
    return (int(plain[:2], 16), int(plain[2:4], 16), int(plain[4:], 16)) if plain else None


def _write(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _mix(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (
        round(mine + (theirs - mine) * share) for mine, theirs in zip(colour, other, strict=True)
    )
    return red, green, blue


def _on(colour: Colour) -> Colour:
    best = max((INK, WHITE), key=lambda ink: _contrast(ink, colour))
    return best if _contrast(best, colour) >= READABLE else BLACK


def _contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return float(share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


route_handlers: Final = [brand_sheet]
