"""Style, elements and pictures of the shop: read once at start, served with their own hash in the address.

The style sheets are one file to the browser, joined in the order of their numbers, so a page waits for one
answer and not for six; so are the scripts that every page has (`static/shop/`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from kassa.kernel.errors import NotFound
from kassa.kernel.speech import _
from kassa.storefront import keeping
from kassa.storefront.request import AnyRequest

_ROOT: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css", ".js": "text/javascript", ".json": "application/speculationrules+json",
    ".svg": "image/svg+xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    media_type: str
    digest: str


def _asset(content: bytes, suffix: str) -> _Asset:
    return _Asset(content, _TYPES[suffix], keeping.digest(content))


def _joined(folder: str, suffix: str) -> _Asset:
    parts = sorted((_ROOT / folder).glob(f"*{suffix}"), key=lambda path: int(path.stem.partition("-")[0]))
    return _asset(b"".join(path.read_bytes() for path in parts), suffix)


def _load() -> dict[str, _Asset]:
    found = {"shop.css": _joined("css", ".css"), "shop.js": _joined("shop", ".js")}
    for path in [*_ROOT.glob("*.svg"), *_ROOT.glob("*.json"), *(_ROOT / "elements").glob("*.js")]:
        found[path.relative_to(_ROOT).as_posix()] = _asset(path.read_bytes(), path.suffix)
    return found


_ASSETS: Final = _load()


def address(name: str) -> str:
    """Where a file is served, with its hash: the address changes with the content.

    Raises:
        KeyError: there is no such file; a mistake in a template.
    """
    return f"/assets/{name}?v={digest(name)}"


def digest(name: str) -> str:
    """What tells this file from its next version.

    Raises:
        KeyError: there is no such file.
    """
    return _ASSETS[name].digest


@get("/assets/{name:path}", include_in_schema=False)
async def asset(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /assets/…: one of our own files; for ever, if the address carries its present hash."""
    found = _ASSETS.get(name.lstrip("/"))
    if found is None:
        raise NotFound(_("There is no such file."))
    current = request.query_params.get("v") == found.digest
    cache = keeping.FOREVER if current else "public, no-cache"
    return keeping.file(request, found.content, found.media_type, cache=cache, squeeze=True)
