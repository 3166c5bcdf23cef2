"""The first page of an account."""

from typing import Final

from litestar import Response, get

from kassa.kernel.speech import N_, _
from kassa.storefront.pages.account.frame import member_of, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import shop_of

#: What the page says after something was done: asked for by a word, so that nobody can have it say anything else.
_SAID: Final = {
    "welcome": N_(
        "Your account is open, and this browser is signed in. Orders you placed with this address are in it."
    ),
}


@get("/account", include_in_schema=False)
async def overview(request: AnyRequest) -> Response[str]:
    """GET /account: who is signed in, and the rooms of the account."""
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
    said = _(_SAID.get(request.query_params.get("said", ""), ""))
    return page(request, visitor, "overview", customer=customer, said=said)
