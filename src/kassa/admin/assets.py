"""The desk's style sheet, served with its fingerprint in the address so that browsers may keep it for ever."""

import hashlib
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from kassa.kernel.errors import NotFound

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FILES: Final = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
_PRINTS: Final = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in _FILES.items()}


def address(name: str) -> str:
    """Where the file is served, with its fingerprint."""
    return f"/admin/static/{name}?v={_PRINTS[name]}"


@get("/admin/static/{name:str}")
async def serve(name: FromPath[str]) -> Response[bytes]:
    """GET /admin/static/{name}: a file of ours.

    Raises:
        NotFound: there is none of this name.
    """
    if name not in _FILES:
        raise NotFound("There is no such file.")
    return Response(
        _FILES[name],
        media_type=_TYPES[Path(name).suffix],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
