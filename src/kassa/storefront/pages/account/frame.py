"""What all pages of an account share: who may see them, their frame, and where one goes from here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Response

from kassa import accounts, web
from kassa.accounts import Customer
from kassa.kernel.db import Conn
from kassa.kernel.errors import Unauthenticated
from kassa.kernel.speech import N_, _
from kassa.storefront import forms
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, render, shop_of
from kassa.storefront.visitor import Visitor, visitor_of

HOME: Final = "/account"
#: The pages of an account, as its own list of contents calls them.
SECTIONS: Final[list[tuple[str, str]]] = [
    (HOME, N_("Overview")),
    ("/account/orders", N_("Orders")),
    ("/account/addresses", N_("Addresses")),
    ("/account/cards", N_("Cards")),
    ("/account/security", N_("Sign-in and security")),
    ("/account/data", N_("Your data")),
]
#: What changes who may come in is only for somebody who has just shown who they are.
FRESH: Final = timedelta(minutes=30)

_NEXT_LIMIT: Final = 300


class SignInFirst(Unauthenticated):
    """Nobody is signed in here; or so long ago that it may be somebody else by now (`again`)."""

    code = "sign_in_first"

    def __init__(self, following: str, *, again: bool = False) -> None:
        where = f"/login?{forms.query(next=following, **({'again': '1'} if again else {}))}"
        super().__init__(_("Please sign in first."), extra={"sign_in": where})


async def member_of(request: AnyRequest, conn: Conn) -> tuple[Visitor, Customer]:
    """The visitor, and the customer who is signed in; every page of an account begins with this.

    Raises:
        SignInFirst: nobody is; browsers are led to the login and back to this page.
    """
    visitor = await visitor_of(request, conn)
    if visitor.customer is None:
        following = request.url.path if request.method == "GET" else HOME
        raise SignInFirst(following)
    return visitor, visitor.customer


async def checked_member(
    request: AnyRequest,
    conn: Conn,
    values: Mapping[str, str],
    *,
    fresh: bool = False,
    following: str = "/account/security",
) -> tuple[Visitor, Customer]:
    """The visitor who sent this form, and the customer who is signed in; with `fresh`, since half an hour at most.

    Raises:
        SignInFirst: nobody is, or it is too long ago.
        BadCsrf: the form may have been sent by another site.
    """
    visitor, customer = await member_of(request, conn)
    visitor.check(request, values)
    if fresh and not is_fresh(request, visitor):
        raise SignInFirst(following, again=True)
    return visitor, customer


def is_fresh(request: AnyRequest, visitor: Visitor) -> bool:
    """Whether the visitor has shown within the last half hour who they are."""
    since = visitor.signed_in_at
    return since is not None and shop_of(request).clock.now() - since < FRESH


def page(
    request: AnyRequest, visitor: Visitor, template: str, *, status: int = 200, **context: Any
) -> Response[str]:
    """A page of an account or of the ways into one: nobody keeps it, and its address is told to nobody."""
    response = render(
        request, visitor, f"account/{template}.html", status=status, cache=OWN, sections=SECTIONS, **context
    )
    # Not `no-referrer`: browsers would send its forms with `Origin: null`, which is what a stranger's page looks like.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def local(address: str | None, otherwise: str = HOME) -> str:
    """The address, if it is a page of this shop; else `otherwise`."""
    page_of_ours = forms.next_page({"next": address or ""}, otherwise)
    return page_of_ours if page_of_ours.isascii() and len(page_of_ours) <= _NEXT_LIMIT else otherwise


def client_of(request: AnyRequest) -> str:
    """For whom to count a try."""
    return accounts.client(web.client_of(request))
