"""Gift cards: what is left on one, and paying with them, or not after all."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import checkout, gift_cards, payments
from kassa.kernel.errors import Invalid, NotFound, TooMany, Unavailable
from kassa.kernel.ids import parse_id
from kassa.kernel.speech import _
from kassa.storefront import forms, pace
from kassa.storefront.payer import Payer, checked_payer, payer_of
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of

#: Where the demo shop sells them; a shop without such a product shows no way to buy.
PRODUCT: Final = "gift-card"
_CODE_LIMIT: Final = 100


@get("/gift-cards", include_in_schema=False)
async def show(request: AnyRequest) -> Response[str]:
    """GET /gift-cards: where one is bought, and where one is looked up."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return await _page(request, visitor)


@post("/gift-cards", include_in_schema=False)
async def look(request: AnyRequest) -> Response[str]:
    """POST /gift-cards: what is left on a card; its code stands in no address."""
    shop, values = shop_of(request), await forms.read(request)
    typed = values.get("code", "")[:_CODE_LIMIT]
    async with shop.db.connection() as conn:
        visitor = await checked_visitor(request, conn, values)
    try:
        await pace.slow_down(request, gift_cards.GUESSES)
        async with shop.db.connection() as conn:
            card = await gift_cards.find(conn, typed)
    except TooMany:
        fault = _("That were too many codes. Please wait a few minutes.")
        return await _page(request, visitor, typed=typed, fault=fault, status=429)
    except NotFound:
        fault = _("There is no gift card with this code. It has 16 letters and digits.")
        return await _page(request, visitor, typed=typed, fault=fault, status=422)
    return await _page(request, visitor, card=card)


@get("/orders/{order_id:str}/gift-card", include_in_schema=False)
async def ask(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/gift-card: the form alone."""
    return await _form(request, await payer_of(request, order_id))


@post("/orders/{order_id:str}/gift-card", include_in_schema=False)
async def use(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/gift-card: have a card pay what it can; on to what is left to pay, or to the paid order."""
    shop, values = shop_of(request), await forms.read(request)
    payer = await checked_payer(request, order_id, values)
    typed = values.get("code", "")[:_CODE_LIMIT]
    try:
        await pace.slow_down(request, gift_cards.GUESSES)
        order = await checkout.use_gift_cards(
            shop.db, shop.gateway, payer.order.id, [typed], clock=shop.clock
        )
    except TooMany:
        fault = _("That were too many codes. Please wait a few minutes.")
        return await _form(request, payer, typed=typed, fault=fault, status=429)
    except Invalid as refused:
        return await _form(request, payer, typed=typed, fault=refused.detail, status=422)
    except payments.NotPayable:
        return payer.done()
    except payments.StillProcessing:
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    except Unavailable:
        fault = _("Stripe does not answer just now. Nothing was taken off your card; please try again.")
        return await _form(request, payer, typed=typed, fault=fault, status=503)
    if order.due_minor:
        return go(payer.visitor, f"/orders/{order.id}/pay#gift-cards")
    return payer.done()


@post("/orders/{order_id:str}/gift-card/{payment_id:str}", include_in_schema=False)
async def take_off(request: AnyRequest, order_id: FromPath[str], payment_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/gift-card/…: a card is not to pay after all."""
    shop, values = shop_of(request), await forms.read(request)
    payer = await checked_payer(request, order_id, values)
    part = parse_id(payment_id)
    if part is None:
        raise NotFound(_("There is no such gift card."), code="gift_card_not_found")
    try:
        await checkout.take_off_gift_card(shop.db, shop.gateway, payer.order.id, part, clock=shop.clock)
    except payments.NotPayable:
        return payer.done()
    except (payments.StillProcessing, Unavailable):
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    return go(payer.visitor, f"/orders/{payer.order.id}/pay#gift-cards")


async def _form(
    request: AnyRequest, payer: Payer, *, typed: str = "", fault: str = "", status: int = 200
) -> Response[str]:
    return render(
        request, payer.visitor, "pages/gift-card.html", status=status, cache=OWN, order=payer.order, typed=typed,
        fault=fault,
    )  # fmt: skip


async def _page(
    request: AnyRequest, visitor: Visitor, *, card: gift_cards.GiftCard | None = None, typed: str = "",
    fault: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    shop = shop_of(request)
    return render(
        request, visitor, "pages/gift-cards.html", status=status, cache=OWN, card=card, typed=typed, fault=fault,
        product=PRODUCT, expired=card is not None and card.expired(shop.clock.now()),
    )  # fmt: skip
