"""Every mail there is, in every language, by day and by night: to look at before anybody gets one. Development only."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get

from kassa import notifications
from kassa.admin.desk import AnyRequest, seated, shop_of
from kassa.admin.pages.mailbox import BODY_HEADERS, SANDBOX, only_here
from kassa.admin.view import page
from kassa.kernel import speech
from kassa.kernel.errors import NotFound
from kassa.web import content_security_policy

_SCHEMES: Final[Mapping[str, str]] = {"light": "not all", "dark": "all"}
_DARK: Final = "(prefers-color-scheme: dark)"


@get("/_dev/mail/kinds")
async def list_kinds(request: AnyRequest) -> Response[Any]:
    """GET /_dev/mail/kinds: each kind in each language."""
    only_here(request)
    return page(
        request, "kinds.html", desk=await seated(request), development=True, kinds=notifications.kinds(),
        languages=_languages(request), schemes=_SCHEMES, urlencode=urlencode,
    )  # fmt: skip


@get("/_dev/mail/kinds/one")
async def show_kind(request: AnyRequest) -> Response[Any]:
    """GET /_dev/mail/kinds/one?kind=…&language=…&scheme=…: one of them, with its text below."""
    kind, language, scheme = _wished(request)
    letter = notifications.specimen(kind, language, shop_of(request).settings)
    headers = {"Content-Security-Policy": content_security_policy(frames=("'self'",))}
    return page(
        request, "kind.html", headers=headers, desk=await seated(request), development=True, kind=kind,
        language=language, languages=_languages(request), scheme=scheme, schemes=_SCHEMES, letter=letter,
        sandbox=SANDBOX, urlencode=urlencode,
    )  # fmt: skip


@get("/_dev/mail/kinds/html")
async def show_html(request: AnyRequest) -> Response[Any]:
    """GET /_dev/mail/kinds/html: the HTML alone, with its light or its dark colours whatever the browser prefers."""
    kind, language, scheme = _wished(request)
    letter = notifications.specimen(kind, language, shop_of(request).settings)
    html = letter.html.replace(_DARK, _SCHEMES[scheme]).replace("<head>", '<head><base target="_blank">', 1)
    return Response(html, media_type="text/html; charset=utf-8", headers=BODY_HEADERS)


def _wished(request: AnyRequest) -> tuple[str, str, str]:
    only_here(request)
    asked = request.query_params
    kind, language, scheme = asked.get("kind", ""), asked.get("language", "en"), asked.get("scheme", "light")
    if kind not in notifications.kinds() or language not in _languages(request) or scheme not in _SCHEMES:
        raise NotFound("There is no such mail.")
    return kind, language, scheme


def _languages(request: AnyRequest) -> list[str]:
    """The shop's languages, and the one that runs from right to left."""
    return list(dict.fromkeys([*shop_of(request).settings.locales, speech.PSEUDO]))
