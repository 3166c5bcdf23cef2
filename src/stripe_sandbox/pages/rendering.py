"""Turning a template into an answer whose headers let it do only what it must."""

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from markupsafe import Markup, escape

from stripe_sandbox.pages.words import money

_TEMPLATES: Final = Environment(
    loader=PackageLoader("stripe_sandbox.pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["money"] = money
_LINK: Final = re.compile(r"\[([^\[\]]{1,200})\]\((https?://[^\s()\"'<>]{1,500})\)|\*\*([^*]{1,300})\*\*")

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
    "base-uri 'none'; form-action {targets}; frame-ancestors {ancestors}"
)


def page(
    template: str,
    *,
    status: int = 200,
    framable: bool = False,
    leads_to: Iterable[str | None] = (),
    pictures: Iterable[str] = (),
    **context: Any,
) -> Response[str]:
    """An HTML answer.

    `framable` pages may stand in a frame of any site (card fields and challenges), all others in none. Forms may
    lead only to this origin and to the origins of the URLs in `leads_to`, redirects included; images may come
    from the origins of `pictures`.
    """
    policy = _POLICY.format(
        images=_origins(pictures), targets=_origins(leads_to), ancestors="*" if framable else "'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",  # addresses here hold client secrets
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if not framable:
        headers["X-Frame-Options"] = "DENY"
    body = _TEMPLATES.get_template(template).render(context)
    return Response(body, status_code=status, headers=headers, media_type=MediaType.HTML)


def linked(text: str) -> Markup:
    """A shop's own sentence with its `[words](https://…)` as links and its `**words**` strong; all else is text."""
    done, parts = 0, []
    for found in _LINK.finditer(text):
        parts.append(escape(text[done : found.start()]))
        words, url, strong = found.groups()
        parts.append(
            Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(url, words)
            if url
            else Markup("<strong>{}</strong>").format(strong)
        )
        done = found.end()
    return Markup("").join([*parts, escape(text[done:])])


_TEMPLATES.filters["linked"] = linked


def redirect(url: str) -> Response[None]:
    """303 to `url`: the browser gets it with GET, and going back does not send a form again."""
    return Response(None, status_code=303, headers={"Location": url, "Cache-Control": "no-store"})


def on_this_origin(url: str, base_url: str) -> str:
    """`url` as a path if it is an address of this sandbox: one host may be reached by several names."""
    return url.removeprefix(base_url) if url.startswith(f"{base_url}/") else url


def _origins(urls: Iterable[str | None]) -> str:
    return " ".join(dict.fromkeys(["'self'", *(_origin(url) for url in urls if url)]))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    # Only characters a host may have: nothing of a URL may add a directive to the policy.
    host = "".join(char for char in parts.netloc.rpartition("@")[2] if char.isalnum() or char in ".-:[]_")
    return f"{parts.scheme}://{host}" if parts.scheme in ("http", "https") and host else "'self'"
