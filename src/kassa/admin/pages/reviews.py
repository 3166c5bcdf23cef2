"""What buyers have written: somebody reads it before everybody can."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, reviews
from kassa.admin.desk import AnyRequest, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import parse_id

_PAGE: Final = 20
STATE: Final[Mapping[str, Label]] = {
    "pending": Label("To be read", "wait"),
    "published": Label("Published", "good"),
    "refused": Label("Not published", "done"),
}


@get("/admin/reviews")
async def list_reviews(request: AnyRequest) -> Response[Any]:
    """GET /admin/reviews: newest first; without a filter, those that wait to be read."""
    desk, params = await enter(request), request.query_params
    state, after = params.get("state", "pending"), params.get("after") or None
    if state not in STATE:
        raise Invalid("There is no such state.", code="unknown_state")
    async with shop_of(request).db.connection() as conn:
        found = await reviews.page(conn, state, after=after, limit=_PAGE)
    following = urlencode({"state": state, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "reviews.html", reviews=found.items, chosen=state, states=STATE, following=following,
        later=after is not None,
    )  # fmt: skip


@post("/admin/reviews/{review_id:str}/verdict")
async def decide(request: AnyRequest, review_id: FromPath[str]) -> Response[Any]:
    """POST /admin/reviews/{id}/verdict: publish it, or do not."""
    desk, shop, id_ = await enter(request), shop_of(request), parse_id(review_id)
    values = await read_form(request, desk.csrf)
    if id_ is None:
        raise reviews.ReviewNotFound("There is no such review.")
    try:
        verdict = reviews.Verdict(values.get("verdict", ""))
    except ValueError:
        raise Invalid("There is no such verdict.", code="invalid_form") from None
    async with shop.db.transaction() as tx:
        before = (await reviews.get(tx, id_)).state
        if await reviews.decide(tx, id_, verdict):
            await accounts.flash(tx, desk.token, f"{STATE[verdict].text}.", "good")
    return go(f"/admin/reviews?{urlencode({'state': before})}")
