"""Opening an account, signing in and out. Whatever is asked about an address, the answer is the same."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from kassa import accounts, orders
from kassa.accounts import BadLogin, Customer, InvalidEmail, TooManyTries
from kassa.kernel.db import Tx
from kassa.kernel.errors import KassaError
from kassa.kernel.speech import N_, _
from kassa.storefront import forms, refusals
from kassa.storefront.forms import Form
from kassa.storefront.pages.account.frame import HOME, client_of, is_fresh, local, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

_EMAIL: Final = N_("This is not an e-mail address. It looks like ada@example.org.")
#: Which page asks for which mail, and its template.
_ASKING: Final[dict[str, tuple[accounts.Wish, str]]] = {
    "/register": ("register", "register"),
    "/login/link": ("sign_in", "link"),
    "/password/forgot": ("reset", "forgot"),
}


@get(["/register", "/login/link", "/password/forgot"], include_in_schema=False)
async def show_ask(request: AnyRequest) -> Response[str] | Redirect:
    """GET /register, /login/link, /password/forgot: a form for an address; the rest comes by mail."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    following = local(request.query_params.get("next"), "")
    if visitor.customer is not None and request.url.path == "/register":
        return go(visitor, following or HOME)
    email = visitor.customer.email if visitor.customer is not None else ""
    _, template = _ASKING[request.url.path]
    return page(request, visitor, template, form=Form({"email": email}), following=following, message=None)


@post(["/register", "/login/link", "/password/forgot"], include_in_schema=False)
async def ask(request: AnyRequest) -> Response[str]:
    """POST /register, /login/link, /password/forgot: have the mail sent, and say that it is."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    wish, template = _ASKING[request.url.path]
    email, following = values.get("email", "").strip(), local(values.get("next"), "")
    try:
        await accounts.ask(
            shop.db, wish, email, client=client_of(request), following=following, clock=shop.clock
        )
    except InvalidEmail:
        form = Form({"email": email}, {"email": _(_EMAIL)})
        return page(request, visitor, template, status=422, form=form, following=following, message=None)
    except TooManyTries as error:
        form = Form({"email": email})
        response = page(
            request,
            visitor,
            template,
            status=429,
            form=form,
            following=following,
            message=refusals.said(error),
        )
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return page(
        request, visitor, "sent", wish=wish, action=request.url.path, email=email, following=following
    )


@get("/login", include_in_schema=False)
async def show_login(request: AnyRequest) -> Response[str] | Redirect:
    """GET /login: the ways in; or onwards, for somebody who is signed in and need not show it again."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    following, again = local(request.query_params.get("next"), ""), "again" in request.query_params
    if visitor.customer is not None and (not again or is_fresh(request, visitor)):
        return go(visitor, following or HOME)
    email = visitor.customer.email if visitor.customer is not None else ""
    return _login(request, visitor, email, following, again=again and visitor.customer is not None)


@post("/login", include_in_schema=False)
async def log_in(request: AnyRequest) -> Response[str] | Redirect:
    """POST /login: let somebody in who knows the password; or the form again, and why."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    email, following = values.get("email", "").strip(), local(values.get("next"), "")
    try:
        customer = await accounts.by_password(
            shop.db, email, values.get("password", ""), client=client_of(request), clock=shop.clock
        )
    except (BadLogin, TooManyTries) as error:
        return _login(request, visitor, email, following, error=error)
    async with shop.db.transaction() as tx:
        visitor = await visitor_of(request, tx)
        await welcome(request, tx, visitor, customer)
    return go(visitor, following or HOME)


@post("/logout", include_in_schema=False)
async def log_out(request: AnyRequest) -> Redirect:
    """POST /logout: end the session; the browser forgets the bag and the orders it knew."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, values)
        await visitor.sign_out(tx)
    return go(visitor, "/login?out=1")


async def welcome(request: AnyRequest, tx: Tx, visitor: Visitor, customer: Customer) -> None:
    """The one door into an account: a new session, one bag, and the orders that were placed with its address.

    An account's address is always a proved one, so those orders are its owner's. Bags are locked before orders: the
    payment of an order that was made of this bag may be coming in at the same moment.
    """
    await visitor.sign_in(tx, customer, now=shop_of(request).clock.now())
    await orders.claim(tx, customer.id, customer.email)


def _login(
    request: AnyRequest, visitor: Visitor, email: str, following: str, *, again: bool = False,
    error: KassaError | None = None,
) -> Response[str]:  # fmt: skip
    settings = shop_of(request).settings
    status = 200 if error is None else 429 if isinstance(error, TooManyTries) else 401
    response = page(
        request, visitor, "login", status=status, form=Form({"email": email}), following=following, again=again,
        message=refusals.said(error) if error is not None else None, out="out" in request.query_params,
        deleted="deleted" in request.query_params, place=accounts.place(settings.base_url, settings.name),
    )  # fmt: skip
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
