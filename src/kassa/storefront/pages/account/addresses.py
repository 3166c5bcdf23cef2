"""The address book: where parcels go, kept for the next time."""

from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa.accounts import Customer, addresses
from kassa.accounts.addresses import BookFull, SavedAddress
from kassa.kernel.address import Address
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import N_, _
from kassa.storefront import checkout_form, forms, refusals
from kassa.storefront.checkout_form import CheckoutForm
from kassa.storefront.pages.account.frame import checked_member, member_of, page
from kassa.storefront.pages.orders import written
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor

_HERE: Final = "/account/addresses"
_NEW: Final = "new"
_SAID: Final = {
    "saved": N_("The address is in your book."),
    "changed": N_("The address is changed. Orders that are placed already keep the old one."),
    "removed": N_("The address is removed."),
    "preferred": N_("The checkout begins with this address from now on."),
}


@get(_HERE, include_in_schema=False)
async def show_all(request: AnyRequest) -> Response[str]:
    """GET /account/addresses: the book, the preferred address first."""
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
        book = await addresses.saved(conn, customer.id)
    shown = [(one, written(one.address)) for one in book]
    said = _(_SAID.get(request.query_params.get("said", ""), ""))
    return page(request, visitor, "addresses", book=shown, full=len(book) >= addresses.MOST, said=said)


@get("/account/addresses/{address_id:str}", include_in_schema=False)
async def show(request: AnyRequest, address_id: FromPath[str]) -> Response[str]:
    """GET /account/addresses/new, /account/addresses/{id}: a form for one of them."""
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
        entry = await _entry(conn, customer, address_id)
    known = checkout_form.address_known(entry.address) if entry else {"name": customer.name}
    return _form(request, visitor, address_id, checkout_form.blank((), **known))


@post("/account/addresses/{address_id:str}", include_in_schema=False)
async def save(request: AnyRequest, address_id: FromPath[str]) -> Response[str] | Redirect:
    """POST /account/addresses/new, /account/addresses/{id}: write it; or only the fields of another country."""
    shop, values = shop_of(request), await forms.read(request, longer=checkout_form.LONGER)
    form, typed = checkout_form.read_address(values)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        entry = await _entry(tx, customer, address_id)
        if values.get("intent") == "update":
            form.faults.clear()
            return _form(request, visitor, address_id, form)
        if typed is None:
            return _form(request, visitor, address_id, form)
        try:
            return go(visitor, f"{_HERE}?said={await _write(request, tx, customer, entry, typed)}")
        except BookFull as full:
            form.faults["country"] = refusals.said(full)
    return _form(request, visitor, address_id, form)


@post("/account/addresses/{address_id:str}/remove", include_in_schema=False)
async def remove(request: AnyRequest, address_id: FromPath[str]) -> Redirect:
    """POST /account/addresses/{id}/remove: strike it out."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        if not await addresses.remove(tx, customer.id, _id(address_id)):
            raise _none()
    return go(visitor, f"{_HERE}?said=removed")


@post("/account/addresses/{address_id:str}/prefer", include_in_schema=False)
async def prefer(request: AnyRequest, address_id: FromPath[str]) -> Redirect:
    """POST /account/addresses/{id}/prefer: the checkout begins with it."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        if not await addresses.prefer(tx, customer.id, _id(address_id)):
            raise _none()
    return go(visitor, f"{_HERE}?said=preferred")


async def _write(
    request: AnyRequest, tx: Tx, customer: Customer, entry: SavedAddress | None, typed: Address
) -> str:
    if entry is None:
        await addresses.save(tx, customer.id, typed, now=shop_of(request).clock.now())
        return "saved"
    if not await addresses.change(tx, customer.id, entry.id, typed):
        raise _none()
    return "changed"


async def _entry(conn: Conn, customer: Customer, address_id: str) -> SavedAddress | None:
    """The entry of the book; None for a new one.

    Raises:
        NotFound: this customer has no such address.
    """
    if address_id == _NEW:
        return None
    wanted = _id(address_id)
    found = [one for one in await addresses.saved(conn, customer.id) if one.id == wanted]
    if not found:
        raise _none()
    return found[0]


def _id(address_id: str) -> UUID:
    found = parse_id(address_id)
    if found is None:
        raise _none()
    return found


def _none() -> NotFound:
    return NotFound(_("There is no such address."), code="address_not_found")


def _form(request: AnyRequest, visitor: Visitor, address_id: str, form: CheckoutForm) -> Response[str]:
    return page(
        request, visitor, "address", status=422 if form.faults else 200, form=form, address_id=address_id,
        new=address_id == _NEW, countries=list(checkout_form.names_of_countries().items()),
    )  # fmt: skip
