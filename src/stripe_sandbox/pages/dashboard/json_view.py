"""JSON as people read it: indented, coloured, and every id leads to its page."""

from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from stripe_sandbox.pages.dashboard.kinds import ID

MAX_CHARACTERS: Final = 400_000
_LINK: Final = Markup('"<a href="/_sandbox/go/{0}">{0}</a>"')
_KEY: Final = Markup('<span class="k">{}</span>: ')
_VALUE: Final = Markup('<span class="{}">{}</span>')


def pretty(value: Any) -> Markup:
    """`value` (what JSON can say) as indented HTML for a ``<pre>``."""
    parts: list[str] = []
    _write(value, "", parts)
    return Markup("".join(parts))  # noqa: S704 - every part was escaped


def pretty_text(body: bytes) -> Markup:
    """A JSON text as `pretty` shows it; what is no JSON, or was cut off, stays as it is."""
    try:
        return pretty(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError):
        return escape(body[:MAX_CHARACTERS].decode("utf-8", "replace"))


def _write(value: Any, indent: str, parts: list[str]) -> None:
    deeper = f"{indent}  "
    if isinstance(value, dict) and value:
        parts.append("{")
        for place, (name, inner) in enumerate(value.items()):
            parts.append(f"{',' if place else ''}\n{deeper}")
            parts.append(_KEY.format(_text(str(name))))
            _write(inner, deeper, parts)
        parts.append(f"\n{indent}}}")
    elif isinstance(value, list) and value:
        parts.append("[")
        for place, inner in enumerate(value):
            parts.append(f"{',' if place else ''}\n{deeper}")
            _write(inner, deeper, parts)
        parts.append(f"\n{indent}]")
    elif isinstance(value, str):
        parts.append(_LINK.format(value) if ID.fullmatch(value) else _VALUE.format("s", _text(value)))
    else:
        parts.append(_VALUE.format("n", msgspec.json.encode(value).decode()))


def _text(value: str) -> str:
    return msgspec.json.encode(value).decode()
