"""Coming in and going out."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts
from kassa.admin import desk as door
from kassa.admin.desk import LOGIN_COOKIE, LOGIN_LIFE, STAFF_COOKIE, AnyRequest, go, shop_of
from kassa.admin.view import page
from kassa.kernel.errors import KassaError
from kassa.web import BadCsrf, client_of, request_id
from kassa.web.errors import fault_of

_NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class _Visit:
    """The short session behind a form of somebody who is not logged in; `fresh` if it began just now."""

    token: str
    csrf: str
    fresh: bool


@get("/admin")
async def home() -> Response[Any]:
    """GET /admin: to the orders."""
    return go(door.HOME)


@get("/admin/login")
async def show_login(request: AnyRequest) -> Response[Any]:
    """GET /admin/login: the form, or onwards for somebody who is logged in."""
    wanted = door.safe_next(request.query_params.get("next", ""))
    if await door.seated(request) is not None:
        return go(wanted)
    done = "set" in request.query_params
    return await _form(request, "login.html", email="", wanted=wanted, error=None, password_set=done)


@post("/admin/login")
async def log_in(request: AnyRequest) -> Response[Any]:
    """POST /admin/login: let somebody in, with a new session; or the form again, and why."""
    shop = shop_of(request)
    visit = await _known(request)
    form = await door.read_form(request, visit.csrf)
    email, wanted = form.get("email", "").strip(), door.safe_next(form.get("next", ""))
    client = accounts.client(client_of(request))
    try:
        staff = await accounts.authenticate(
            shop.db, email, form.get("password", ""), client=client, clock=shop.clock
        )
    except (accounts.BadLogin, accounts.TooManyTries) as error:
        return await _form(request, "login.html", email=email, wanted=wanted, error=error, password_set=False)
    async with shop.db.transaction() as tx:
        token = await accounts.rotate(tx, visit.token, now=shop.clock.now(), staff_id=staff.id)
    response = door.without_cookie(go(wanted), LOGIN_COOKIE)
    return door.with_cookie(request, response, STAFF_COOKIE, token, accounts.STAFF_LIFE)


@post("/admin/logout")
async def log_out(request: AnyRequest) -> Response[Any]:
    """POST /admin/logout: end the session."""
    shop = shop_of(request)
    desk = await door.enter(request)
    await door.read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        await accounts.end_session(tx, desk.token)
    return door.without_cookie(go("/admin/login"), STAFF_COOKIE)


@get("/admin/set-password/{token:str}")
async def show_set_password(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """GET /admin/set-password/{token}: the form behind an invitation's link."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        staff = await accounts.invited(conn, token, now=shop.clock.now())
    return await _form(request, "set_password.html", email=staff.email, error=None)


@post("/admin/set-password/{token:str}")
async def set_password(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """POST /admin/set-password/{token}: use the link up, then to the login."""
    shop = shop_of(request)
    visit = await _known(request)
    form = await door.read_form(request, visit.csrf)
    try:
        async with shop.db.transaction() as tx:
            await accounts.set_password(tx, token, form.get("password", ""), now=shop.clock.now())
    except accounts.WeakPassword as error:
        async with shop.db.connection() as conn:
            staff = await accounts.invited(conn, token, now=shop.clock.now())
        return await _form(request, "set_password.html", email=staff.email, error=error)
    return go("/admin/login?set")


async def _form(
    request: AnyRequest, template: str, *, error: KassaError | None, **context: Any
) -> Response[str]:
    """A form of somebody who is not logged in, after `error` if there was one."""
    visit = await _visit(request)
    fault = fault_of(error, request_id(request.scope)) if error else None
    headers = {k: v for k, v in (fault.headers if fault else {}).items() if k == "Retry-After"}
    response = page(
        request, template, status=fault.status if fault else 200, headers={**_NO_REFERRER, **headers},
        csrf=visit.csrf, fault=fault, min_password=accounts.MIN_PASSWORD, **context,
    )  # fmt: skip
    if visit.fresh:
        door.with_cookie(request, response, LOGIN_COOKIE, visit.token, LOGIN_LIFE)
    return response


async def _visit(request: AnyRequest) -> _Visit:
    """The session behind the form; it begins when there is none."""
    shop = shop_of(request)
    try:
        return await _known(request)
    except BadCsrf:
        async with shop.db.transaction() as tx:
            token = await accounts.open_session(tx, now=shop.clock.now(), life=LOGIN_LIFE)
            session = await accounts.session(tx, token, now=shop.clock.now())
    assert session is not None, "it was opened a moment ago"  # noqa: S101
    return _Visit(token, session.csrf, fresh=True)


async def _known(request: AnyRequest) -> _Visit:
    """The session behind a form that was sent.

    Raises:
        BadCsrf: there is none, so the form was not shown to this browser, or too long ago.
    """
    shop, token = shop_of(request), request.cookies.get(LOGIN_COOKIE)
    async with shop.db.connection() as conn:
        session = await accounts.session(conn, token, now=shop.clock.now())
    if token is None or session is None:
        raise BadCsrf("The form was open for too long. Please load the page and send it again.")
    return _Visit(token, session.csrf, fresh=False)
