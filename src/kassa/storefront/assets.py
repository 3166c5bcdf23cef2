"""Style, elements and pictures of the shop: read once at start, served with their own hash in the address.

The style sheets are one file to the browser, joined in the order of their names, so a page waits for one
answer and not for six.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from kassa.kernel.errors import NotFound
from kassa.storefront.request import AnyRequest

_ROOT: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    media_type: str
    digest: str


def _asset(content: bytes, suffix: str) -> _Asset:
    return _Asset(content, f"{_TYPES[suffix]}; charset=utf-8", hashlib.sha256(content).hexdigest()[:16])


def _load() -> dict[str, _Asset]:
    style = b"".join(path.read_bytes() for path in sorted((_ROOT / "css").glob("*.css")))
    found = {"shop.css": _asset(style, ".css")}
    for path in [*_ROOT.glob("*.svg"), *(_ROOT / "elements").glob("*.js")]:
        found[path.relative_to(_ROOT).as_posix()] = _asset(path.read_bytes(), path.suffix)
    return found


_ASSETS: Final = _load()


def address(name: str) -> str:
    """Where a file is served, with its hash: the address changes with the content.

    Raises:
        KeyError: there is no such file; a mistake in a template.
    """
    return f"/assets/{name}?v={_ASSETS[name].digest}"


@get("/assets/{name:path}", include_in_schema=False)
async def asset(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /assets/…: one of our own files; for ever, if the address carries its present hash."""
    found = _ASSETS.get(name.lstrip("/"))
    if found is None:
        raise NotFound("There is no such file.")
    current = request.query_params.get("v") == found.digest
    headers = {"ETag": f'"{found.digest}"', "Cache-Control": FOREVER if current else "public, no-cache"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
