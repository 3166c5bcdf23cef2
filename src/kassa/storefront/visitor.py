"""Who is looking: the session behind the cookie, made only when there is something to remember.

A form of a visitor with a session carries the session's CSRF token. A visitor without one has nothing to
forge, but may not be given a session by another site either, so the browser's own word on where a request
comes from counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie

from kassa import accounts, cart, web, wishlists
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Conflict
from kassa.kernel.speech import _
from kassa.pricing import taxes
from kassa.shop import Shop
from kassa.storefront import detecting, whereabouts
from kassa.storefront.request import AnyRequest

Answer = TypeVar("Answer", bound=Response[Any])


class Visitor:
    """One browser: its bag, its currency, its orders, what the next page has to tell it, and who is signed in."""

    __slots__ = (
        "_detected", "_fresh", "_secure", "_token", "cart_id", "count", "country", "csrf", "currency", "customer",
        "device", "flash",
        "order_ids", "prices", "session_id", "signed_in_at", "wished",
    )  # fmt: skip

    def __init__(self, currency: str, *, secure: bool = False) -> None:
        self.currency = currency
        self.country = ""
        self.prices: str | None = None
        self.csrf = ""
        self.cart_id: UUID | None = None
        self.order_ids: Sequence[UUID] = ()
        self.flash: Sequence[str] = ()
        self.count: int | None = 0
        self.customer: accounts.Customer | None = None
        self.signed_in_at: datetime | None = None
        self.session_id: UUID | None = None
        self.wished: frozenset[UUID] = frozenset()
        self.device = ""
        self._token: str | None = None
        self._detected = False
        self._fresh = False
        self._secure = secure

    @property
    def wisher(self) -> wishlists.Owner:
        """Whose wish list this browser shows: the customer's, or its own."""
        customer_id = self.customer.id if self.customer is not None else None
        return wishlists.Owner(session_id=self.session_id, customer_id=customer_id)

    def cart_of(self) -> UUID:
        """The id of the bag.

        Raises:
            Conflict: there is none (any more).
        """
        if self.cart_id is None:
            raise Conflict(_("Your bag is empty."), code="no_cart")
        return self.cart_id

    def token_of(self) -> str:
        """The token of the session; "" for a stranger."""
        return self._token or ""

    async def keep(self, tx: Tx, *, now: datetime) -> str:
        """See to it that there is a session to remember things in; its token."""
        if self._token is None:
            self._token = await accounts.open_session(tx, now=now)
            self._fresh = True
            await self._settle_currency(tx)
        return self._token

    async def set_cart(self, tx: Tx, cart_id: UUID) -> None:
        """This is the visitor's bag from now on; `keep` comes first.

        Somebody who is signed in has one bag on every device: if another device has begun one meanwhile, it is
        that, and `cart_id` says so.
        """
        if self.customer is not None:
            cart_id = await accounts.claim_cart(tx, self.customer.id, cart_id) or cart_id
        await accounts.set_cart(tx, self._known(), cart_id)
        self.cart_id = cart_id

    async def sign_in(self, tx: Tx, customer: accounts.Customer, *, now: datetime) -> None:
        """This browser is the customer's from now on: under a new token, and with the customer's bag.

        What was in the browser's own bag is put into it; the bag of somebody else who was signed in here is not.
        """
        own = self.cart_id if self.customer is None else None
        if self.customer is not None and self.customer.id != customer.id:
            self.order_ids = ()
        if self.customer is None and self.session_id is not None:
            await wishlists.merge(tx, session_id=self.session_id, customer_id=customer.id, now=now)
        self._token = await accounts.sign_in(tx, self._token, customer.id, now=now, device=self.device)
        self._fresh = True
        await self._settle_currency(tx)
        self.customer, self.signed_in_at, self.cart_id = customer, now, customer.cart_id
        bag = await accounts.claim_cart(tx, customer.id, own) if own is not None else None
        if own is not None and bag is not None:
            await cart.merge(tx, own, bag, now=now)
            await accounts.set_cart(tx, self._known(), bag)
            self.cart_id = bag

    async def sign_out(self, tx: Tx) -> None:
        """Nobody is signed in here any more, and the browser has forgotten its bag and its orders."""
        if self._token is not None:
            await accounts.sign_out(tx, self._token)
        self._token, self._fresh = None, True
        self.customer, self.signed_in_at, self.csrf = None, None, ""
        self.cart_id, self.count, self.order_ids, self.session_id = None, 0, (), None
        self.wished = frozenset()

    async def set_currency(self, tx: Tx, currency: str) -> None:
        """Show prices in this currency from now on; `keep` comes first."""
        await accounts.set_currency(tx, self._known(), currency)
        self.currency, self._detected = currency, False

    async def set_country(self, tx: Tx, country: str) -> None:
        """Show prices as they are there from now on; somebody without a session is not remembered."""
        if self._token is not None and country != self.country:
            await accounts.set_country(tx, self._token, country)
            self.country = country

    async def look_around(self, conn: Conn, *, now: datetime) -> None:
        """Find out where the visitor shops, at the shop's home if nobody said, and what is in the prices there."""
        self.shop_by(await taxes.tables(conn), now.date())

    def shop_by(self, table: taxes.Source, day: date) -> None:
        """As `look_around`, for a page that knows the taxes already."""
        self.country = self.country or table.home
        self.prices = whereabouts.prices(table, self.country, day)

    def show_in(self, currency: str) -> None:
        """Show prices in the currency that was detected; the session remembers it as soon as there is one."""
        self.currency, self._detected = currency, True

    async def _settle_currency(self, tx: Tx) -> None:
        """What was detected on the first visit stays, wherever the browser is next."""
        if self._detected:
            await self.set_currency(tx, self.currency)

    async def remember_order(self, tx: Tx, order_id: UUID) -> None:
        """This browser may see this order; `keep` comes first."""
        await accounts.remember_order(tx, self._known(), order_id)
        self.order_ids = [*self.order_ids, order_id]

    def remember(self, response: Answer) -> Answer:
        """The answer, with the cookie if the session is new, and taking it away if there is none any more."""
        if self._fresh:
            response.set_cookie(
                Cookie(
                    web.SESSION_COOKIE, value=self._token or "", path="/", httponly=True, samesite="lax",
                    secure=self._secure, max_age=int(accounts.SHOPPER_LIFE.total_seconds()) if self._token else 0,
                )
            )  # fmt: skip
        return response

    async def load(self, conn: Conn, token: str | None, shop: Shop) -> None:
        """Read the session, if the cookie's token opens one."""
        session = await accounts.session(conn, token, now=shop.clock.now())
        if session is None:
            return
        self._token = token
        self.csrf = session.csrf
        self.cart_id = session.cart_id
        self.country = session.country or self.country
        self.order_ids = tuple(session.order_ids)
        self.customer, self.signed_in_at, self.session_id = session.customer, session.signed_in_at, session.id
        self.wished = await wishlists.product_ids(conn, self.wisher)
        await accounts.seen(conn, self._known(), session, now=shop.clock.now())
        if await accounts.prolong(conn, self._known(), session, now=shop.clock.now()):
            self._fresh = True
        if session.currency in shop.settings.currencies:
            self.currency = session.currency
        if self.cart_id is not None:
            self.count = await cart.count(conn, self.cart_id)

    async def look_again(self, conn: Conn, shop: Shop) -> None:
        """Read the session once more: another request of the same browser may have changed it."""
        await self.load(conn, self._token, shop)

    def check(self, request: AnyRequest, values: Mapping[str, str]) -> None:
        """Refuse a form that another site may have sent.

        Raises:
            BadCsrf: the CSRF token is not the session's, or the browser says the form is not from here.
        """
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site not in (None, "same-origin", "none") or (
            site is None and origin and urlsplit(origin).netloc != request.headers.get("host")
        ):
            raise web.BadCsrf(_("This form was not sent by the shop."))
        given = values.get("csrf_token", "")
        if self._token is None or (not given and site == "same-origin"):
            return  # the form may be older than the session, on a page that was open in another tab
        web.check_csrf(given, self.csrf)

    def _known(self) -> str:
        assert self._token is not None, "keep the session before remembering something in it"  # noqa: S101
        return self._token


async def visitor_of(request: AnyRequest, conn: Conn) -> Visitor:
    """The visitor who sent this request."""
    shop: Shop = request.app.state.shop
    visitor = Visitor(shop.settings.currencies[0], secure=shop.settings.production)
    visitor.device = accounts.device(request.headers.get("user-agent", ""))
    await visitor.load(conn, request.cookies.get(web.SESSION_COOKIE), shop)
    detected = None if visitor.token_of() else detecting.currency(request)
    if detected is not None:
        visitor.show_in(detected)
    return visitor


async def checked_visitor(request: AnyRequest, conn: Conn, values: Mapping[str, str]) -> Visitor:
    """The visitor who sent this form.

    Raises:
        BadCsrf: it may have been sent by another site.
    """
    visitor = await visitor_of(request, conn)
    visitor.check(request, values)
    return visitor


def stranger(request: AnyRequest) -> Visitor:
    """A visitor of whom nothing is known, for pages that must not need a database."""
    shop: Shop | None = getattr(request.app.state, "shop", None)
    visitor = Visitor(shop.settings.currencies[0] if shop is not None else "EUR")
    visitor.count = None
    return visitor
