"""Cards that Stripe remembers for a customer. None is ever kept here: what is shown is asked for each time."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from kassa.accounts import Customer
from kassa.kernel.errors import NotFound, Unavailable
from kassa.storefront import forms
from kassa.storefront.pages.account.frame import checked_member, member_of, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor
from kassa.stripe import Rejected, SavedMethod

_BRANDS: Final = {
    "amex": "American Express", "cartes_bancaires": "Cartes Bancaires", "diners": "Diners Club",
    "discover": "Discover", "eftpos_au": "Eftpos", "jcb": "JCB", "mastercard": "Mastercard",
    "unionpay": "UnionPay", "visa": "Visa",
}  # fmt: skip
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SAID: Final = {"deleted": "The card is deleted. Stripe does not remember it any more."}


@get("/account/cards", include_in_schema=False)
async def cards(request: AnyRequest) -> Response[str]:
    """GET /account/cards: what Stripe remembers, or plainly that it can't be asked."""
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
    return await _show(request, visitor, customer)


@post("/account/cards/delete", include_in_schema=False)
async def delete(request: AnyRequest) -> Response[str] | Redirect:
    """POST /account/cards/delete: have Stripe forget a card, for good; one that is gone is gone already."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.connection() as conn:
        visitor, customer = await checked_member(request, conn, values)
    method = values.get("card", "")
    if customer.stripe_ref is None or not method.startswith("pm_"):
        raise NotFound("There is no such card.", code="card_not_found")
    try:
        known = await shop.gateway.customers.forget_method(customer.stripe_ref, method)
    except (Unavailable, Rejected):
        return await _show(request, visitor, customer, failed=True)
    if not known:
        raise NotFound("There is no such card.", code="card_not_found")
    return go(visitor, "/account/cards?said=deleted")


def called(method: SavedMethod) -> str:
    """A way to pay as its owner calls it: "Visa ending in 4242"."""
    if method.last4 is None:
        return method.type.replace("_", " ").capitalize()
    return f"{_BRANDS.get(method.brand or '', 'Card')} ending in {method.last4}"


def expires(method: SavedMethod) -> str:
    """When a card ends: "Good until the end of December 2034"; "" for what does not."""
    if method.exp_month is None or method.exp_year is None:
        return ""
    return f"Good until the end of {_MONTHS[method.exp_month - 1]} {method.exp_year}"


async def _show(
    request: AnyRequest, visitor: Visitor, customer: Customer, *, failed: bool = False
) -> Response[str]:
    found: list[SavedMethod] | None = []
    try:
        if customer.stripe_ref is not None:
            found = await shop_of(request).gateway.customers.methods(customer.stripe_ref)
    except (Unavailable, Rejected):
        found = None
    shown = [(one.id, called(one), expires(one)) for one in found or []]
    return page(
        request, visitor, "cards", status=503 if found is None or failed else 200, cards=shown,
        silent=found is None, failed=failed, said=_SAID.get(request.query_params.get("said", "")),
    )  # fmt: skip
