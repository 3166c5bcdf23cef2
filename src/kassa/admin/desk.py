"""Who sits at the desk: the staff session behind the cookie, and the forms they send.

Two cookies, both SameSite=Strict: `kassa_staff` is the session of somebody logged in; `kassa_login` is the short
one behind the login form. They are two because a Strict cookie is not sent when a link from elsewhere leads
here: the login page that is shown then must not overwrite a session it can't see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from kassa import accounts
from kassa.kernel.errors import Invalid, Unauthenticated
from kassa.kernel.ids import parse_id
from kassa.shop import Shop
from kassa.web import check_csrf

AnyRequest = Request[Any, Any, Any]
Answer = TypeVar("Answer", bound=Response[Any])

STAFF_COOKIE: Final = "kassa_staff"
LOGIN_COOKIE: Final = "kassa_login"
LOGIN_LIFE: Final = timedelta(hours=1)
HOME: Final = "/admin/orders"

_FIELDS_LIMIT: Final = 20
_VALUE_LIMIT: Final = 2_000
_NEXT_LIMIT: Final = 500
_QUANTITY: Final = "quantity:"
_DIGITS: Final = 6


class LoginNeeded(Unauthenticated):
    """Nobody is logged in here."""

    code = "login_needed"


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work: what pages and forms need of their session."""

    token: str
    email: str
    role: str
    csrf: str
    flashes: Sequence[accounts.Flash] = ()

    @property
    def actor(self) -> str:
        """How the journal names them."""
        return f"staff:{self.email}"


def shop_of(request: AnyRequest) -> Shop:
    """The shop this request came to."""
    shop: Shop = request.app.state.shop
    return shop


async def enter(request: AnyRequest) -> Desk:
    """Who sends this request; every page of the desk begins with this.

    Raises:
        LoginNeeded: nobody, or their session is over.
    """
    desk = await seated(request)
    if desk is None:
        raise LoginNeeded("Please log in.")
    return desk


async def seated(request: AnyRequest) -> Desk | None:
    """Who sends this request, or None."""
    shop, token = shop_of(request), request.cookies.get(STAFF_COOKIE)
    if not token:
        return None
    async with shop.db.connection() as conn:
        session = await accounts.session(conn, token, now=shop.clock.now())
    if session is None or session.staff_email is None or session.staff_role is None:
        return None
    flashes: Sequence[accounts.Flash] = ()
    if session.flash and request.method == "GET":
        async with shop.db.transaction() as tx:
            flashes = await accounts.take_flash(tx, token)
    return Desk(token, session.staff_email, session.staff_role, session.csrf, flashes)


async def read_form(
    request: AnyRequest, csrf: str, *, fields: int = _FIELDS_LIMIT, value: int = _VALUE_LIMIT
) -> dict[str, str]:
    """The text fields, at most `fields` of them, of a form that was sent from our own page.

    Raises:
        Invalid: it is no form, or too large a one.
        BadCsrf: it does not carry `csrf`.
    """
    try:
        sent = await request.form()
    except HTTPException:
        raise
    except (ValueError, LookupError):
        raise Invalid("The form could not be read.", code="invalid_form") from None
    values = {name: text for name, text in sent.items() if isinstance(text, str)}
    if len(values) > fields or any(len(text) > value for text in values.values()):
        raise Invalid("The form is too large.", code="invalid_form")
    check_csrf(values.get("csrf_token"), csrf)
    return values


def units_by_line(values: Mapping[str, str]) -> dict[UUID, int]:
    """How many units of each line of an order, from the fields `quantity:ID` of a form; an empty field is none.

    Raises:
        Invalid: a quantity is no whole number.
    """
    units: dict[UUID, int] = {}
    for name, text in values.items():
        line_id = parse_id(name.removeprefix(_QUANTITY)) if name.startswith(_QUANTITY) else None
        if line_id is None:
            continue
        if not (text.strip() or "0").isdecimal() or len(text) > _DIGITS:
            raise Invalid("A quantity is a whole number.", code="invalid_form")
        units[line_id] = int(text.strip() or "0")
    return units


def with_cookie(request: AnyRequest, response: Answer, name: str, token: str, life: timedelta) -> Answer:
    """The answer, with a cookie only the desk's own pages are sent."""
    response.set_cookie(
        Cookie(
            name, value=token, path="/admin", httponly=True, samesite="strict",
            secure=shop_of(request).settings.production, max_age=int(life.total_seconds()),
        )
    )  # fmt: skip
    return response


def without_cookie(response: Answer, name: str) -> Answer:
    """The answer, with the cookie taken away."""
    response.set_cookie(Cookie(name, value="", path="/admin", httponly=True, samesite="strict", max_age=0))
    return response


def go(address: str) -> Redirect:
    """Off to another page, with GET."""
    return Redirect(address, status_code=303, headers={"Cache-Control": "no-store"})


def login_address(request: AnyRequest) -> str:
    """The login, which leads back to where this request wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == HOME:
        return "/admin/login"
    return f"/admin/login?next={quote(wanted, safe='')}"


def safe_next(address: str) -> str:
    """`address` if it is a page of the desk, else its first page: a link to the login leads nowhere else."""
    ours = address.startswith("/admin/") and address.isprintable() and "\\" not in address
    if not ours or len(address) > _NEXT_LIMIT or address.startswith(("/admin/login", "/admin/logout")):
        return HOME
    return address
