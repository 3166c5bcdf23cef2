"""The language of a request stands in its address: `/de/books` is `/books` in German.

The prefix is taken off before anything is routed, and the request is answered in its language; so there is one
route for a page, and an address that caches can tell from another. The shop's first language has no prefix. What
programs read, what is the same for everybody, and the console have no language in their address.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final
from urllib.parse import quote

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from kassa.kernel import speech

#: Where nothing is said to customers: it is English, and there is no other address of it.
_ENGLISH: Final = ("admin", "api", "webhooks", "healthz", "readyz", "metrics", "openapi.json", "_dev")
#: What is no page: the same in every language.
_SAME: Final = ("assets", "media", "icons", "favicon.ico", "robots.txt", "sitemap.xml")

_prefix: ContextVar[str] = ContextVar("prefix", default="")


def prefix() -> str:
    """What stands before the path of every page in the language spoken now: "/de", or "" in the shop's first."""
    return _prefix.get()


def speaking(app: ASGIApp, languages: Sequence[str]) -> ASGIApp:
    """The application, answering in the language that the address names, or in the first of `languages`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return await app(scope, receive, send)
        # The router takes slashes for one: what is decided here must be about what it will see.
        path = scope["path"].lstrip("/")
        first, _, rest = path.partition("/")
        rest = rest.lstrip("/")
        language, before = languages[0], ""
        if first in languages[1:] and rest.partition("/")[0] not in (*_ENGLISH, *_SAME):
            language, before, path = first, f"/{first}", rest
        elif first in _ENGLISH:
            language = speech.ENGLISH
        scope = {**scope, "path": f"/{path}", "raw_path": quote(f"/{path}").encode()}
        token = _prefix.set(before)
        try:
            with speech.speak(language, original=language == languages[0] or first in _ENGLISH):
                await app(scope, receive, send)
        finally:
            _prefix.reset(token)

    return answer
