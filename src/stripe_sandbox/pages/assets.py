"""Scripts and styles: read once, put together, served with an ETag.

Sources of one script share a scope: they are wrapped into one function, in the order given here. No build step:
what runs in the browser is what lies in `stripe_js/` and `static/`.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from litestar import Request, Response, get

from stripe_sandbox.pages.words import LANGUAGES, words

_SENDING = [f"stripe_js/{part}.js" for part in ("errors", "api", "intents", "sending")]
_FRAME = [*_SENDING, "pages/static/talk.js", "pages/static/appearance.js"]
_FIELDS, _COPY = "pages/static/card-fields.js", "pages/static/copy.js"
SCRIPTS: Final = {
    "stripe.js": [
        *_SENDING, *(f"stripe_js/{part}.js" for part in (
            "listeners", "frame", "frame-options", "element", "express", "elements", "dialog", "challenge", "confirm",
            "embedded", "checkout-session", "checkout", "checkout-actions", "stripe", "methods",
        )),
    ],
    "element.js": [
        *_FRAME, _FIELDS,
        *(f"pages/static/{part}.js" for part in ("bank-fields", "saved-methods", "choice", "element")),
    ],
    "element-address.js": [*_FRAME, "pages/static/element-address.js"],
    "element-card.js": [*_FRAME, _FIELDS, "pages/static/element-card.js"],
    "element-email.js": [*_FRAME, "pages/static/element-email.js"],
    "element-express.js": [*_FRAME, _FIELDS, "pages/static/element-express.js"],
    "element-wallet.js": [*_FRAME, _FIELDS, "pages/static/element-wallet.js"],
    "challenge.js": ["pages/static/challenge.js"],
    "dashboard.js": [_COPY, "pages/static/dashboard.js"],
    "checkout.js": [_FIELDS, _COPY, "pages/static/checkout-around.js", "pages/static/checkout.js"],
    "receipt.js": ["pages/static/receipt.js"],
}  # fmt: skip
# The sheets that one is made of, after the tokens.
STYLES: Final = {
    "element.css": ["element", "element-kinds"], "checkout.css": ["slip", "checkout"], "challenge.css": ["challenge"],
    "redirect.css": ["redirect"],
    "dashboard.css": ["dashboard"], "receipt.css": ["slip", "receipt"],
}  # fmt: skip
STRIPE_JS_PATHS: Final = ["/stripe.js", "/v3", "/dahlia/stripe.js", "/endive/stripe.js"]

# The sandbox is wherever this script came from; a page that imports it late still has the tag. Where the test's
# browser puts this script in the place of Stripe's own, the tag tells nothing, and the sandbox says where it is.
_PRELUDE = """\
const HOME = (() => {
  const tag = document.currentScript ?? document.querySelector('script[src$="/stripe.js"], script[src*="/v3"]');
  const { origin } = new URL(tag?.src ?? window.location.href);
  return origin === 'https://js.stripe.com' ? SANDBOX : origin;
})();
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    body: bytes
    media_type: str
    etag: str


@cache
def asset(name: str, home: str) -> Asset | None:
    """The script or style of this name, or None. `home` is the sandbox's own address."""
    if name in SCRIPTS:
        body, media_type = _script(name, home), "text/javascript"
    elif name in STYLES:
        parts = [_read(f"pages/static/{part}.css") for part in ("tokens", *STYLES[name])]
        body, media_type = b"".join(parts), "text/css"
    elif name == "icon.svg":
        body, media_type = _read("pages/static/icon.svg"), "image/svg+xml"
    else:
        return None
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


@get(STRIPE_JS_PATHS)
async def stripe_js(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /stripe.js: what a shop's page loads instead of Stripe's own script."""
    return _serve(request, "stripe.js")


@get("/_pages/static/{name:str}")
async def static_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /_pages/static/{name}: a script or style of the sandbox's own pages."""
    return _serve(request, request.path_params["name"])


def _serve(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    found = asset(name, request.app.state.sandbox.base_url)
    if found is None:
        return Response(b"There is no such file.", status_code=404, media_type="text/plain")
    headers = {
        "ETag": found.etag,
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == found.etag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    return Response(found.body, headers=headers, media_type=found.media_type)


def _script(name: str, home: str) -> bytes:
    messages = {language: words(language)["errors"] for language in LANGUAGES}
    facts = {"SANDBOX": home, "MESSAGES": messages}
    told = "".join(
        f"const {fact} = {msgspec.json.encode(value).decode()};\n" for fact, value in facts.items()
    )
    parts = [told + _PRELUDE, *(f"// {source}\n{_read(source).decode()}" for source in SCRIPTS[name])]
    return ("(() => {\n'use strict';\n" + "\n".join(parts) + "})();\n").encode()


def _read(path: str) -> bytes:
    return files("stripe_sandbox").joinpath(path).read_bytes()
