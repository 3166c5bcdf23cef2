"""The forms inside a shop's page: iframes of the sandbox's origin, so what is typed there reaches nobody else."""

import re
from typing import Any, Final

from litestar import Request, Response, get

from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects.method_kinds import KINDS, offered
from stripe_sandbox.pages.countries import countries
from stripe_sandbox.pages.rendering import page
from stripe_sandbox.pages.words import language_of, words

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\-_\[\]:]{1,255}")
# The template of each Element, and the script that goes with it.
PAGES: Final = {
    "payment": "element.html",
    "address": "element_address.html",
    "card": "element_card.html",
    "email": "element_email.html",
    "express": "element_express.html",
    "wallet": "element_wallet.html",
}
# What is called the same in every language.
BRANDS: Final = {
    "amazon_pay": "Amazon Pay",
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "ideal": "iDEAL",
    "klarna": "Klarna",
    "link": "Link",
    "paypal": "PayPal",
}
CARD_PARTS: Final = ("number", "expiry", "cvc")


@get("/_pages/elements/{name:str}")
async def element(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /_pages/elements/{name}: an Element of the page at `origin`, its only partner in talk."""
    query = request.query_params
    origin, template = query.get("origin", ""), PAGES.get(request.path_params["name"])
    if template is None:
        return Response("There is no such Element.", status_code=404, media_type="text/plain")
    if not _ORIGIN.fullmatch(origin):
        return Response(
            "The `origin` of the embedding page is missing.", status_code=400, media_type="text/plain"
        )
    language = language_of(query.get("locale"))
    said = _said(language)
    part = query.get("part", "")
    return page(
        template,
        framable=True,
        theme=query["theme"] if query.get("theme") in ("night", "flat") else "stripe",
        origin=origin,
        part=part if part in CARD_PARTS else "",
        strings=said,
        kinds=list(KINDS),
        countries=countries(language),
        **{name: said[name] for name in ("language", "labels", "names")},
    )


@get("/_pages/elements/words")
async def element_words(request: Request[Any, Any, Any]) -> Obj:
    """GET /_pages/elements/words?locale=…: what an Element says in another language."""
    return _said(language_of(request.query_params.get("locale")))


@get("/_pages/elements/methods")
async def methods(request: Request[Any, Any, Any]) -> list[str]:
    """GET /_pages/elements/methods?mode=…&currency=…: the methods an intent of that kind would offer.

    `usage` is the `setup_future_usage`, `capture` the capture method, `allowed` and `excluded` are lists.
    """
    query = request.query_params
    setup = query.get("mode") == "setup"
    allowed, excluded = query.get("allowed"), query.get("excluded", "")
    return offered(
        None if setup else query.get("currency", "").lower(),
        manual=query.get("capture") == "manual",
        usage=query.get("usage") or ("off_session" if setup else None),
        allowed=allowed.split(",") if allowed is not None else None,
        excluded=excluded.split(","),
    )


def _said(language: str) -> Obj:
    said = words(language)
    labels = said["labels"] | said["element"]
    names = BRANDS | {kind: labels[kind] for kind in KINDS if kind in labels}
    faults = said["faults"] | said["element_faults"]
    return {"labels": labels, "faults": faults, "names": names, "language": language}


route_handlers: Final = [element, element_words, methods]
