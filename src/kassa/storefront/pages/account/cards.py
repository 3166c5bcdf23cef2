"""Cards that Stripe remembers for a customer. None is ever kept here: what is shown is asked for each time."""

from datetime import date
from typing import Final

from babel.dates import format_skeleton
from litestar import Response, get, post
from litestar.response import Redirect

from kassa.accounts import Customer
from kassa.kernel import speech
from kassa.kernel.errors import NotFound, Unavailable
from kassa.kernel.speech import N_, _
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
_SAID: Final = {"deleted": N_("The card is deleted. Stripe does not remember it any more.")}


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
        raise NotFound(_("There is no such card."), code="card_not_found")
    try:
        known = await shop.gateway.customers.forget_method(customer.stripe_ref, method)
    except (Unavailable, Rejected):
        return await _show(request, visitor, customer, failed=True)
    if not known:
        raise NotFound(_("There is no such card."), code="card_not_found")
    return go(visitor, "/account/cards?said=deleted")


def called(method: SavedMethod) -> str:
    """A way to pay as its owner calls it: "Visa ending in 4242"."""
    if method.last4 is None:
        return method.type.replace("_", " ").capitalize()
    brand = _BRANDS.get(method.brand or "") or _("Card")
    return _("%(card)s ending in %(digits)s", card=brand, digits=method.last4)


def expires(method: SavedMethod) -> str:
    """When a card ends: "Good until the end of December 2034"; "" for what does not."""
    if method.exp_month is None or method.exp_year is None:
        return ""
    end = format_skeleton("yMMMM", date(method.exp_year, method.exp_month, 1), locale=speech.locale())
    return _("Good until the end of %(month)s", month=end)


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
        silent=found is None, failed=failed, said=_(_SAID.get(request.query_params.get("said", ""), "")),
    )  # fmt: skip
