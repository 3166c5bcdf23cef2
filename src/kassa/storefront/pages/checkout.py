"""The checkout: one page, one form, one order however often it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post

from kassa import cart, checkout, inventory, notifications, orders, pricing
from kassa.accounts import addresses
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid, Unavailable
from kassa.kernel.ids import new_id, parse_id
from kassa.kernel.speech import N_, _
from kassa.pricing import discounts
from kassa.pricing.explain import explain
from kassa.shop import Shop
from kassa.storefront import checkout_form, forms, refusals, words
from kassa.storefront.checkout_form import BILLING, ELSEWHERE, CheckoutForm, Wanted
from kassa.storefront.pages import codes
from kassa.storefront.pages.bag import waiting_order
from kassa.storefront.placing import settle
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of
from kassa.stripe import Unreachable

_MOVED: Final = N_("The total has changed since you saw it. Please look at it again before you order.")
_SHORT: Final = N_("Somebody was faster: not everything in your bag is left. Nothing was ordered.")
_USED_UP: Final = N_(
    "Somebody else has just had the last use of a discount, so the total has changed. Nothing was ordered: please look "
    "at it again."
)
_AWAY: Final = N_(
    "An order of this bag that waits to be paid must be ended first, and Stripe can't be reached just now. Nothing was "
    "ordered; press again in a moment."
)


@dataclass(frozen=True, slots=True)
class _Till:
    """Everything the page shows: the bag priced for this address, and an order that waits already."""

    priced: cart.PricedCart
    waiting: orders.Order | None


@get("/checkout", include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    """GET /checkout: the form, filled in with what is known of who is signed in, or of an order that still waits."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
        if visitor.cart_id is None:
            return go(visitor, "/cart")
        await visitor.look_around(conn, now=shop_of(request).clock.now())
        book = await _book(conn, visitor)
        form = checkout_form.blank(book, **_known(visitor, book, await waiting_order(conn, visitor)))
    till = await _till(shop_of(request), visitor, form)
    if not till.priced.lines:
        return go(visitor, "/cart")
    return _page(request, visitor, form, till, order_id=new_id())


@post("/checkout", include_in_schema=False)
async def place(request: AnyRequest) -> Response[Any]:
    """POST /checkout: place the order and hold its books, or show the form again and say why not."""
    shop, values = shop_of(request), await forms.read(request, longer=checkout_form.LONGER)
    order_id = parse_id(values.get("order_id", "")) or new_id()
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
        await visitor.look_around(conn, now=shop.clock.now())
        form, wanted = checkout_form.read(values, await _book(conn, visitor))
    if visitor.cart_id is None:
        return go(visitor, "/cart")
    async with shop.db.transaction() as tx:
        await visitor.set_country(tx, form.country())
    if values.get("intent") == "update":
        form.faults = {name: words for name, words in form.faults.items() if name == "vat_id"}
        return await _again(request, visitor, form, order_id, status=200)
    if await _coded(request, visitor, form, values):
        return await _again(request, visitor, form, order_id, status=422 if form.faults else 200)
    if wanted is None:
        return await _again(request, visitor, form, order_id)
    try:
        wish = _wish(visitor, form, wanted, order_id, forms.amount(values, "total_shown"))
        attempt = partial(settle, shop, visitor, wish)
        placed = await checkout.taxed(shop.db, shop.gateway, attempt, clock=shop.clock)
    except checkout.QuoteChanged:
        return await _again(request, visitor, form, order_id, message=_(_MOVED), status=409)
    except discounts.UsedUp:
        return await _again(request, visitor, form, order_id, message=_(_USED_UP), status=409)
    except inventory.InsufficientStock:
        return await _again(request, visitor, form, order_id, message=_(_SHORT), status=409)
    except Unavailable as away:
        message = _(_AWAY) if isinstance(away, Unreachable) else refusals.said(away)
        return await _again(request, visitor, form, order_id, message=message, status=503)
    except (checkout.NothingToBuy, checkout.OrderTaken):
        return go(visitor, "/cart")
    except Invalid as fault:
        form.faults.update(_faults(fault))
        return await _again(request, visitor, form, order_id)
    await _remember(shop, visitor, wanted)
    await _remind(shop, placed, wished=wanted.remind)
    return go(visitor, f"/orders/{placed}/pay")


def _wish(
    visitor: Visitor, form: CheckoutForm, wanted: Wanted, order_id: UUID, total_shown: int | None
) -> checkout.PlaceOrder:
    return checkout.PlaceOrder(
        order_id=order_id, cart_id=visitor.cart_of(), email=wanted.email, currency=visitor.currency,
        shipping_address=wanted.shipping, billing_address=wanted.billing, note=wanted.note,
        vat_id=wanted.vat_id,
        shipping_method=form.values["shipping_method"] or None, total_shown=total_shown,
        customer_id=visitor.customer.id if visitor.customer is not None else None,
    )  # fmt: skip


async def _coded(
    request: AnyRequest, visitor: Visitor, form: CheckoutForm, values: Mapping[str, str]
) -> bool:
    """Whether this was about the discount code: used, taken out, or typed and not used yet. What is wrong with it is
    the form's fault then, and nothing else is."""
    typed, intent = form.values["discount_code"], values.get("intent", "")
    if not typed and intent not in ("code", "no-code"):
        return False
    form.faults = {}
    if intent == "no-code":
        await codes.drop(request, visitor)
        return True
    fault = await codes.enter(request, visitor, typed, form.values["email"])
    if fault:
        form.faults["discount_code"] = fault
    else:
        form.values["discount_code"] = ""
    return True


async def _remember(shop: Shop, visitor: Visitor, wanted: Wanted) -> None:
    """Put the address into the customer's book, as asked; a full book keeps nobody from paying."""
    if visitor.customer is None or not wanted.save:
        return
    try:
        async with shop.db.transaction() as tx:
            await addresses.save(tx, visitor.customer.id, wanted.shipping, now=shop.clock.now())
    except addresses.BookFull:
        return


async def _remind(shop: Shop, order_id: UUID, *, wished: bool) -> None:
    """Write down whether the customer wants to be reminded of this order, should it not be paid."""
    async with shop.db.transaction() as tx:
        order = await orders.get(tx, order_id)
        if order.state is not orders.State.PENDING:
            return
        if wished:
            now, hold = shop.clock.now(), shop.settings.hold_seconds
            await notifications.abandoned.agree(tx, order, now=now, hold_seconds=hold)
        else:
            await notifications.abandoned.take_back(tx, order_id)


async def _book(conn: Conn, visitor: Visitor) -> list[addresses.SavedAddress]:
    return await addresses.saved(conn, visitor.customer.id) if visitor.customer is not None else []


async def _again(
    request: AnyRequest, visitor: Visitor, form: CheckoutForm, order_id: UUID, *, message: str = "",
    status: int = 422,
) -> Response[Any]:  # fmt: skip
    till = await _till(shop_of(request), visitor, form)
    if not till.priced.lines:
        return go(visitor, "/cart")
    return _page(request, visitor, form, till, order_id=order_id, message=message, status=status)


async def _till(shop: Shop, visitor: Visitor, form: CheckoutForm) -> _Till:
    """The bag at the prices of the address given so far; a way that does not lead there is dropped."""

    async def looked() -> _Till:
        async with shop.db.connection() as conn:
            waiting = await waiting_order(conn, visitor)
            look = partial(
                cart.priced, conn, visitor.cart_of(), email=form.values["email"],
                order_id=waiting.id if waiting is not None else None, currency=visitor.currency, country=form.country(),
                region=form.region(), postal_code=form.postal_code(), vat_id=form.vat_id, now=shop.clock.now(),
                insist=True,
            )  # fmt: skip
            try:
                priced = await look(shipping_method=form.values["shipping_method"] or None)
            except pricing.UnknownShippingMethod:
                form.values["shipping_method"] = ""
                priced = await look()
            return _Till(priced, waiting)

    return await checkout.taxed(shop.db, shop.gateway, looked, clock=shop.clock)


def _page(
    request: AnyRequest, visitor: Visitor, form: CheckoutForm, till: _Till, *, order_id: UUID, message: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kept = {line.sku: line.quantity for line in till.waiting.lines} if till.waiting else {}
    blocked = any(
        line.problem == "no_price"
        or (line.problem and line.quantity > kept.get(line.sku, 0) + line.available)
        for line in till.priced.lines
    )
    return render(
        request, visitor, "pages/checkout.html", status=status, cache=OWN, form=form, cart=till.priced,
        quote=till.priced.quote, sums=_sums(till.priced.quote), waiting=till.waiting, order_id=order_id,
        message=message,
        explanation=explain(till.priced.quote) if till.priced.quote is not None else None,
        blocked=blocked, countries=checkout_form.names_of_countries().items(),
        country_names=checkout_form.names_of_countries(),
        hold_minutes=words.span(shop_of(request).settings.hold_seconds), note_limit=checkout_form.NOTE_LIMIT,
        reminder=notifications.abandoned.BOX,
    )  # fmt: skip


def _sums(quote: pricing.Quote | None) -> dict[str, int]:
    """What the lines cost before discounts: net, where the customer owes the tax."""
    return {line.sku: line.unit * line.quantity for line in quote.lines} if quote is not None else {}


def _known(
    visitor: Visitor, book: list[addresses.SavedAddress], waiting: orders.Order | None
) -> dict[str, str]:
    """What is known before anybody types: of whoever is signed in, and of an order of this bag that waits."""
    known = {"country": visitor.country, f"{BILLING}country": visitor.country}
    if visitor.customer is not None:
        known |= {"email": visitor.customer.email, "name": visitor.customer.name}
    if waiting is None:
        return known
    there = next((str(one.id) for one in book if one.address == waiting.shipping_address), ELSEWHERE)
    return {
        **known, **checkout_form.address_known(waiting.shipping_address), "email": waiting.email,
        "shipping_method": waiting.shipping_method, "note": waiting.note,
        "vat_id": waiting.vat_id, "saved_address": there if book else "",
        **checkout_form.address_known(waiting.billing_address or {}, BILLING),
        "bill_elsewhere": "on" if waiting.billing_address else "",
    }  # fmt: skip


def _faults(fault: Invalid) -> dict[str, str]:
    found = {path.rpartition(".")[2]: refusals.field(message) for path, message in fault.errors}
    return found or {"order": refusals.said(fault)}
