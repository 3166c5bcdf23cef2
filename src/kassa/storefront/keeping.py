"""Who may keep an answer, and for how long.

A page that was made for nobody in particular, without a cookie of ours in the request or in the answer, is the
same for everybody: a cache between us and people may keep it for a minute. As soon as a browser has a cookie of
ours its pages are its own. `Vary: Cookie` says so to every cache; docs/guide/cdn.md says it to people who set
one up. Whatever may be kept carries an ETag, so that asking again costs a hundred bytes.
"""

import gzip
import hashlib
from typing import Any, Final

from litestar import Response

from kassa.storefront import detecting
from kassa.storefront.request import AnyRequest

#: Pages that show what anybody may see, but with this visitor's bag in the corner.
SHARED: Final = "private, no-cache"
#: The same for somebody of whom nothing is known: shared caches keep it for a minute, browsers ask again.
PUBLIC: Final = "public, max-age=0, must-revalidate, s-maxage=60"
#: Pages of one person: not kept by the browser either, so the back button asks again.
OWN: Final = "no-store"
#: What has its content's hash in its address.
FOREVER: Final = "public, max-age=31536000, immutable"
#: What is drawn or listed for everybody and may change.
AN_HOUR: Final = "public, max-age=3600, stale-while-revalidate=86400"

_COOKIES: Final = "kassa_"
_WORTH_SQUEEZING: Final = 1_000


def is_anybody(request: AnyRequest) -> bool:
    """Whether nothing is known of who asks: the request has no cookie of ours."""
    return not any(name.startswith(_COOKIES) for name in request.cookies)


def page(request: AnyRequest, response: Response[Any], body: str) -> Response[Any]:
    """The answer with `body` as its content, with what caches must know and as small as the browser takes it.

    Prices in a detected currency are not for a shared cache: one that forgets `Vary` would show them to everybody.

    The response says with its Cache-Control whether it is one person's. What is not, is public if nothing is
    known of the visitor and nothing is told to the browser to be known by.
    """
    headers, content = response.headers, body.encode()
    headers["Vary"] = "Cookie, Accept-Encoding"
    if detecting.is_on(request):
        headers["Vary"] += ", Accept-Language"
    if headers["Cache-Control"] == SHARED and response.status_code == 200:
        if (
            is_anybody(request)
            and not response.cookies
            and request.method == "GET"
            and not detecting.currency(request)
        ):
            headers["Cache-Control"] = PUBLIC
        headers["ETag"] = f'W/"{digest(content)}"'
        if is_known(request, headers["ETag"]):
            response.status_code, response.content = 304, b""
            return response
    response.content = _squeezed(request, headers, content)
    return response


def file(
    request: AnyRequest, content: bytes, media_type: str, *, cache: str, squeeze: bool = False
) -> Response[bytes]:
    """An answer that is the same for everybody, with a strong ETag, or 304 if the browser has it already."""
    tag = digest(content)
    headers = {"Cache-Control": cache}
    if squeeze:
        headers["Vary"] = "Accept-Encoding"
        content = _squeezed(request, headers, content)
        tag += "-gz" if "Content-Encoding" in headers else ""
    headers["ETag"] = f'"{tag}"'
    if is_known(request, headers["ETag"]):
        headers.pop("Content-Encoding", None)
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def digest(content: bytes) -> str:
    """What tells one content from another."""
    return hashlib.sha256(content).hexdigest()[:20]


def is_known(request: AnyRequest, etag: str) -> bool:
    """Whether the browser has what this ETag names (RFC 9110 §13.1.2, compared weakly)."""
    given = request.headers.get("if-none-match", "")
    bare = etag.removeprefix("W/")
    return given.strip() == "*" or bare in (one.strip().removeprefix("W/") for one in given.split(",", 50))


def _squeezed(request: AnyRequest, headers: dict[str, Any], content: bytes) -> bytes:
    """The content, as gzip if the browser takes that and it is worth it.

    A page of one person is squeezed too: its secrets can't be measured by others, since no other site can make
    a browser ask for it with its cookie (SameSite).
    """
    if len(content) < _WORTH_SQUEEZING or not _takes_gzip(request.headers.get("accept-encoding", "")):
        return content
    headers["Content-Encoding"] = "gzip"
    return gzip.compress(content, 5, mtime=0)


def _takes_gzip(accepted: str) -> bool:
    codings = (one.replace(" ", "").split(";q=") for one in accepted.lower().split(",", 20))
    return any(name == "gzip" and (weight or ["1"])[0].strip("0.") for name, *weight in codings)
