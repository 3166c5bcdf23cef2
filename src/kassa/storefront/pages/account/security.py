"""How somebody comes in, and where they are in: name, address, password, passkeys, sessions."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from kassa import accounts
from kassa.accounts import Customer, InvalidEmail, TooManyTries, WeakPassword
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid, KassaError
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import N_, _
from kassa.storefront import forms, refusals
from kassa.storefront.forms import Form
from kassa.storefront.pages.account.frame import checked_member, client_of, is_fresh, member_of, page
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import go, shop_of
from kassa.storefront.visitor import Visitor

_HERE: Final = "/account/security"
#: What the page says after something was done; see overview.
_SAID: Final = {
    "name": N_("Your name is changed."),
    "email": N_("Your e-mail address is changed. The old one was told."),
    "asked": N_(
        "A mail is on its way to the new address. Open the link in it, in this browser, to use it from now on."
    ),
    "password": N_("Your password is set. Everybody else who was signed in has been signed out."),
    "no-password": N_("Your password is removed. You sign in with a link by mail, or with a passkey."),
    "passkey": N_("Your passkey is ready. Next time it is all you need."),
    "renamed": N_("The passkey has a new name."),
    "removed": N_("The passkey opens nothing any more."),
    "session": N_("That browser is signed out."),
    "others": N_("Every other browser is signed out."),
}


@get("/account/security", include_in_schema=False)
async def security(request: AnyRequest) -> Response[str]:
    """GET /account/security: everything about coming in, on one page."""
    async with shop_of(request).db.connection() as conn:
        visitor, customer = await member_of(request, conn)
        return await _show(request, conn, visitor, customer)


@post("/account/name", include_in_schema=False)
async def rename(request: AnyRequest) -> Response[str] | Redirect:
    """POST /account/name: be called something else."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        try:
            await accounts.rename(tx, customer.id, values.get("name", ""))
        except Invalid as error:
            return await _show(request, tx, visitor, customer, Form(values, {"name": refusals.said(error)}))
    return go(visitor, f"{_HERE}?said=name")


@post("/account/email", include_in_schema=False)
async def change_email(request: AnyRequest) -> Response[str] | Redirect:
    """POST /account/email: have a link mailed to a new address."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.connection() as conn:
        visitor, customer = await checked_member(request, conn, values, fresh=True)
    given = values.get("email", "").strip()
    try:
        await accounts.ask_for_email(shop.db, customer, given, client=client_of(request), clock=shop.clock)
    except (Invalid, InvalidEmail, TooManyTries) as error:
        words = _("This is not an e-mail address. It looks like ada@example.org.")
        fault = words if isinstance(error, InvalidEmail) else refusals.said(error)
        return await _again(request, visitor, customer, Form({"email": given}, {"email": fault}), error)
    return go(visitor, f"{_HERE}?said=asked")


@post("/account/password", include_in_schema=False)
async def set_password(request: AnyRequest) -> Response[str] | Redirect:
    """POST /account/password: set or change it; everybody else is signed out."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.connection() as conn:
        visitor, customer = await checked_member(request, conn, values, fresh=True)
    try:
        hashed = await accounts.hash_password(values.get("password", ""), email=customer.email)
    except WeakPassword as error:
        return await _again(request, visitor, customer, Form({}, {"password": refusals.said(error)}), error)
    async with shop.db.transaction() as tx:
        keep = await visitor.keep(tx, now=shop.clock.now())
        await accounts.set_customer_password(tx, customer, hashed, keep=keep, now=shop.clock.now())
    return go(visitor, f"{_HERE}?said=password")


@post("/account/password/remove", include_in_schema=False)
async def remove_password(request: AnyRequest) -> Redirect:
    """POST /account/password/remove: do without one."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values, fresh=True)
        if customer.has_password:
            await accounts.remove_password(tx, customer, now=shop.clock.now())
    return go(visitor, f"{_HERE}?said=no-password")


@post("/account/sessions/end", include_in_schema=False)
async def end_session(request: AnyRequest) -> Redirect:
    """POST /account/sessions/end: sign out one other browser."""
    shop, values = shop_of(request), await forms.read(request)
    session_id = parse_id(values.get("session", ""))
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        if session_id is None:
            raise accounts.SessionNotFound(_("That session is over already."))
        await accounts.revoke(tx, customer.id, session_id)
    return go(visitor, f"{_HERE}?said=session#sessions")


@post("/account/sessions/end-others", include_in_schema=False)
async def end_others(request: AnyRequest) -> Redirect:
    """POST /account/sessions/end-others: sign out everywhere but here."""
    shop, values = shop_of(request), await forms.read(request)
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        await accounts.revoke_others(tx, customer.id, await visitor.keep(tx, now=shop.clock.now()))
    return go(visitor, f"{_HERE}?said=others#sessions")


async def _again(
    request: AnyRequest, visitor: Visitor, customer: Customer, form: Form, error: KassaError
) -> Response[str]:
    """The page once more, with what is wrong beside its field."""
    async with shop_of(request).db.connection() as conn:
        response = await _show(request, conn, visitor, customer, form)
    if isinstance(error, TooManyTries):
        response.status_code = 429
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _show(
    request: AnyRequest, conn: Conn, visitor: Visitor, customer: Customer, form: Form | None = None
) -> Response[str]:
    shop, form = shop_of(request), form or Form()
    form.values = {"name": customer.name, **{k: v for k, v in form.values.items() if k in ("name", "email")}}
    return page(
        request, visitor, "security", status=422 if form.faults else 200, customer=customer, form=form,
        passkeys=await accounts.passkeys(conn, customer.id), fresh=is_fresh(request, visitor),
        sessions=await accounts.signed_in(conn, customer.id, visitor.token_of(), now=shop.clock.now()),
        place=accounts.place(shop.settings.base_url, shop.settings.name), least=accounts.MIN_PASSWORD,
        said=_(_SAID.get(request.query_params.get("said", ""), "")),
    )  # fmt: skip
