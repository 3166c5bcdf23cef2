"""GET /openapi.json and GET /docs: the description of the API, for programs and for people.

The page is Scalar's API reference (MIT; see static/NOTICE), served from our own files.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from litestar import Response, get

from kassa.api.auth import AnyRequest
from kassa.web import content_security_policy

_STATIC: Final = Path(__file__).parent / "static"
#: Scalar writes style elements of its own; scripts stay ours.
_POLICY: Final = content_security_policy(inline_styles=True)
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kassa API</title>
</head>
<body>
<noscript><p>This page needs JavaScript. For programs: <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<div id="app"></div>
<script src="/docs/scalar.js?v={digest}"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START: Final = """\
Scalar.createApiReference("#app", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
});
"""


@get("/docs", include_in_schema=False)
async def docs(request: AnyRequest) -> Response[str]:
    """GET /docs: the API, to read and to try."""
    page = _PAGE.format(digest=_scalar()[1])
    return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})


@get("/docs/scalar.js", include_in_schema=False)
async def scalar(request: AnyRequest) -> Response[bytes]:
    """GET /docs/scalar.js: Scalar's bundle; for ever, under its hash."""
    content, digest = _scalar()
    current = request.query_params.get("v") == digest
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if current else "public, no-cache",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


@get("/docs/start.js", include_in_schema=False)
async def start(request: AnyRequest) -> Response[str]:
    """GET /docs/start.js: what an inline script would do, if one were allowed."""
    return Response(
        _START, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@cache
def _scalar() -> tuple[bytes, str]:
    content = (_STATIC / "scalar.js.gz").read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:16]
