"""The card form inside a shop's page: an iframe of the sandbox's origin, so card numbers reach nobody else."""

import re
from typing import Any, Final

from litestar import Request, Response, get

from stripe_sandbox.pages.countries import countries
from stripe_sandbox.pages.rendering import page
from stripe_sandbox.pages.words import language_of, words

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\-_\[\]:]{1,255}")


@get("/_pages/elements/payment")
async def payment_element(request: Request[Any, Any, Any]) -> Response[str]:
    """GET /_pages/elements/payment: the Payment Element of the page at `origin`, its only partner in talk."""
    query = request.query_params
    origin = query.get("origin", "")
    if not _ORIGIN.fullmatch(origin):
        return Response(
            "The `origin` of the embedding page is missing.", status_code=400, media_type="text/plain"
        )
    language = language_of(query.get("locale"))
    said = words(language)
    return page(
        "element.html",
        framable=True,
        language=language,
        theme="night" if query.get("theme") == "night" else "stripe",
        origin=origin,
        labels=said["labels"],
        strings={"faults": said["faults"], "language": language},
        countries=countries(language),
    )


route_handlers: Final = [payment_element]
