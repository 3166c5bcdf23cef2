"""What a mail's link opens: a page with a button. Looking uses nothing up, so a mail scanner can't; the button does."""

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import accounts, orders
from kassa.accounts import Link, WeakPassword
from kassa.kernel.errors import Invalid
from kassa.storefront import forms, refusals
from kassa.storefront.forms import Form
from kassa.storefront.pages.account.frame import checked_member, local, member_of, page
from kassa.storefront.pages.account.signing import welcome
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

#: A spent link is gone, one that never was is not there.
_STATUSES: Final = {"used": 410, "over": 410, "unknown": 404}
#: Where to ask for another one.
_ANOTHER: Final = {
    "verify": "/register", "sign_in": "/login/link", "reset": "/password/forgot", "email": "/account/security",
}  # fmt: skip


@get("/verify/{token:str}", include_in_schema=False)
async def show_verify(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """GET /verify/{token}: the address is proved; what it shall be called, and a password for who wants one.

    If it has got an account meanwhile, there is nothing to choose: the link signs in.
    """
    visitor, link = await _look(request, "verify", token)
    return _page(request, visitor, "open" if link.known else "verify", link)


@post("/verify/{token:str}", include_in_schema=False)
async def verify(request: AnyRequest, token: FromPath[str]) -> Response[str] | Redirect:
    """POST /verify/{token}: the account begins, its guest orders are claimed, and its owner is signed in."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, link = await _look(request, "verify", token, values)
    if link.state != "good":
        return _page(request, visitor, "verify", link)
    password, form = values.get("password", ""), Form({"name": values.get("name", "").strip()})
    hashed = await _hashed(form, password, link) if password and not link.known else None
    if form.faults:
        return _page(request, visitor, "verify", link, form)
    try:
        async with shop.db.transaction() as tx:
            visitor = await visitor_of(request, tx)
            customer = await accounts.confirm(
                tx, token, name=form.values["name"], password_hash=hashed, now=shop.clock.now()
            )
            await welcome(request, tx, visitor, customer)
    except Invalid as error:
        form.faults["name"] = refusals.said(error)
        return _page(request, visitor, "verify", link, form)
    return go(visitor, local(request.query_params.get("next"), "/account?said=welcome"))


@get("/login/link/{token:str}", include_in_schema=False)
async def show_link(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """GET /login/link/{token}: who it signs in, and the button that does."""
    visitor, link = await _look(request, "sign_in", token)
    return _page(request, visitor, "open", link)


@post("/login/link/{token:str}", include_in_schema=False)
async def use_link(request: AnyRequest, token: FromPath[str]) -> Response[str] | Redirect:
    """POST /login/link/{token}: sign in; the link is used up."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, link = await _look(request, "sign_in", token, values)
    if link.state != "good":
        return _page(request, visitor, "open", link)
    async with shop.db.transaction() as tx:
        visitor = await visitor_of(request, tx)
        customer = await accounts.use_link(tx, token, now=shop.clock.now())
        await welcome(request, tx, visitor, customer)
    return go(visitor, local(request.query_params.get("next")))


@get("/password/reset/{token:str}", include_in_schema=False)
async def show_reset(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """GET /password/reset/{token}: a field for the new password."""
    visitor, link = await _look(request, "reset", token)
    return _page(request, visitor, "reset", link)


@post("/password/reset/{token:str}", include_in_schema=False)
async def reset(request: AnyRequest, token: FromPath[str]) -> Response[str] | Redirect:
    """POST /password/reset/{token}: the new password; everybody is signed out, and its owner in."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, link = await _look(request, "reset", token, values)
    form = Form()
    if link.state != "good":
        return _page(request, visitor, "reset", link)
    hashed = await _hashed(form, values.get("password", ""), link)
    if hashed is None:
        return _page(request, visitor, "reset", link, form)
    async with shop.db.transaction() as tx:
        customer = await accounts.reset_password(tx, token, hashed, now=shop.clock.now())
        visitor = await visitor_of(request, tx)
        await welcome(request, tx, visitor, customer)
    return go(visitor, "/account/security?said=password")


@get("/account/email/{token:str}", include_in_schema=False)
async def show_email(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """GET /account/email/{token}: the new address, and the button that makes it the account's."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        visitor, customer = await member_of(request, conn)
        link = await accounts.link(conn, "email", token, now=shop.clock.now())
    return _page(request, visitor, "email", link, mine=link.customer_id == customer.id)


@post("/account/email/{token:str}", include_in_schema=False)
async def use_email(request: AnyRequest, token: FromPath[str]) -> Redirect:
    """POST /account/email/{token}: the address is the account's, and orders placed with it are claimed."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        changed = await accounts.change_email(tx, token, customer, now=shop.clock.now())
        await orders.claim(tx, changed.id, changed.email)
    return go(visitor, "/account/security?said=email")


async def _look(
    request: AnyRequest, kind: accounts.LinkKind, token: str, values: dict[str, str] | None = None
) -> tuple[Visitor, Link]:
    """The visitor, checked if a form was sent, and what the link is for."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        if values is None:
            visitor = await visitor_of(request, conn)
        else:
            visitor = await checked_visitor(request, conn, values)
        return visitor, await accounts.link(conn, kind, token, now=shop.clock.now())


async def _hashed(form: Form, password: str, link: Link) -> str | None:
    """What is stored of the password, or None and a fault in the form."""
    try:
        return await accounts.hash_password(password, email=link.email)
    except WeakPassword as error:
        form.faults["password"] = refusals.said(error)
        return None


def _page(
    request: AnyRequest, visitor: Visitor, template: str, link: Link, form: Form | None = None, *,
    mine: bool = True,
) -> Response[str]:  # fmt: skip
    """The page of a link: what it is good for, or kindly that it is not, and where there is another."""
    if link.state != "good" or not mine:
        known = visitor.customer is not None and visitor.customer.email == link.email
        return page(
            request, visitor, "spent", status=_STATUSES.get(link.state, 409), state=link.state, known=known,
            another=_ANOTHER[link.kind],
        )  # fmt: skip
    form = form or Form({"name": ""})
    return page(
        request, visitor, template, status=422 if form.faults else 200, form=form, email=link.email,
        least=accounts.MIN_PASSWORD,
    )  # fmt: skip
