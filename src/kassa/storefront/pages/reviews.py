"""What readers say of a book: all of it, and a form for those who have bought it."""

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import catalog, reviews
from kassa.storefront import forms, pace, refusals
from kassa.storefront.about import About, may_review
from kassa.storefront.forms import Form
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, SHARED, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_PAGE: Final = 20
#: A text that is too long comes back to be shortened, up to here.
_LONGER: Final = {"text": 4 * reviews.TEXT_LIMIT}


@get("/products/{slug:str}/reviews", include_in_schema=False)
async def show(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """GET /products/…/reviews: what is published, newest first; and the form, for buyers."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return await _page(request, visitor, forms.slug(slug), said="said" in request.query_params)


@post("/products/{slug:str}/reviews", include_in_schema=False)
async def write(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """POST /products/…/reviews: what a buyer thinks; it waits until somebody has read it."""
    await pace.slow_down(request, pace.REVIEWS)
    shop, values = shop_of(request), await forms.read(request, longer=_LONGER)
    slug, stars = forms.slug(slug), values.get("stars", "")
    number = int(stars) if len(stars) == 1 and stars in "12345" else 0
    said = reviews.Words(values.get("name", ""), number, values.get("text", ""))
    try:
        async with shop.db.transaction() as tx:
            visitor = await checked_visitor(request, tx, values)
            product = await catalog.product(tx, slug, visitor.currency)
            customer_id = visitor.customer.id if visitor.customer is not None else None
            await reviews.write(
                tx,
                product.id,
                said,
                customer_id=customer_id,
                order_ids=visitor.order_ids,
                now=shop.clock.now(),
            )
    except reviews.InvalidReview as error:
        faults = {name: refusals.worded(told, error.code) for name, told in error.errors}
        return await _page(request, visitor, slug, form=Form(values, faults), status=422)
    return go(visitor, f"/products/{slug}/reviews?said=yes#write")


async def _page(
    request: AnyRequest, visitor: Visitor, slug: str, *, form: Form | None = None, said: bool = False,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    after = forms.check_text("after", request.query_params.get("after") or "")
    async with shop_of(request).db.connection() as conn:
        product = await catalog.product(conn, slug, visitor.currency)
        may, mine = await may_review(conn, visitor, product.id)
        found = await reviews.shown(conn, product.id, after=after or None, limit=_PAGE)
        about = About(await reviews.rating(conn, product.id), found.items, may, mine)
    return render(
        request, visitor, "pages/reviews.html", product=product, about=about, after=after, said=said, status=status,
        form=form or Form(_known(visitor, mine)), name_limit=reviews.NAME_LIMIT, text_limit=reviews.TEXT_LIMIT,
        next_url=f"{request.url.path}?{forms.query(after=found.next)}" if found.next else None,
        cache=OWN if may else SHARED,
    )  # fmt: skip


def _known(visitor: Visitor, mine: reviews.Review | None) -> dict[str, str]:
    """What the form begins with: what was written before, or nothing but a name that gives little away."""
    if mine is not None:
        return {"name": mine.name, "stars": str(mine.stars), "text": mine.text}
    return {
        "name": _short(visitor.customer.name if visitor.customer is not None else ""),
        "stars": "",
        "text": "",
    }


def _short(name: str) -> str:
    """ "Anna Karenina" → "Anna K." """
    first, *others = name.split() or [""]
    return f"{first} {others[-1][0]}." if others else first
