"""Paying an order: the Payment Element, wallets, Stripe's own page, and coming back from any of them.

Nothing here says "failed" of its own knowledge: the provider is asked, and as long as it has not answered,
the page says that it is being asked. What is said of a try that came to nothing stands in `troubles`.
"""

from typing import Any, Final
from urllib.parse import urlencode

import structlog
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import checkout, gift_cards, inventory, orders, payments, web
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.errors import Unavailable
from kassa.kernel.speech import N_
from kassa.pricing import limits
from kassa.shop import Shop
from kassa.storefront import forms
from kassa.storefront.pages.orders import bill, written
from kassa.storefront.pages.retrying import ended, ran_out
from kassa.storefront.payer import Payer, checked_payer, payer_of
from kassa.storefront.request import AnyRequest
from kassa.storefront.troubles import TROUBLES, Trouble, of_attempts
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.stripe import Rejected, locale_for

#: A page that waits for the bank looks again by itself after so many seconds each time, and then stops.
_PAUSES: Final = (1, 1, 2, 2, 3, 3, 5, 5, 10, 10, 15, 15, 30, 30, 30)
_TEST_CARDS: Final = (
    ("4242 4242 4242 4242", N_("succeeds")),
    ("4000 0027 6000 3184", N_("asks for 3-D Secure")),
    ("4000 0000 0000 0002", N_("is declined")),
    ("4000 0000 0000 9995", N_("is declined: insufficient funds")),
    ("4000 0000 0000 0069", N_("is declined: expired card")),
    ("4000 0000 0000 0127", N_("is declined: incorrect CVC")),
)
#: What the page's own script may have to say when the shop can't be asked.
_BY_SCRIPT: Final = tuple(
    TROUBLES[code] for code in ("offline", "not_sent", "form_missing", "incomplete", "paid_elsewhere")
)

log = structlog.get_logger()


@get("/orders/{order_id:str}/pay", include_in_schema=False)
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/pay: the order's one attempt to be paid here, made or found again."""
    shop, payer = shop_of(request), await payer_of(request, order_id)
    if (over := await _over(request, payer)) is not None:
        return over
    try:
        payment, _ = await checkout.pay(shop.db, shop.gateway, payer.order.id, "element", clock=shop.clock)
    except payments.NotPayable:
        return payer.done()
    except payments.StillProcessing:
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    except Unavailable:
        return await _pay_page(request, payer, None, trouble=TROUBLES["unreachable"], status=503)
    if payment.state in ("succeeded", "authorized"):
        return payer.done()
    if payment.state == "processing":
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    async with shop.db.connection() as conn:
        trouble = of_attempts(await payments.of_order(conn, payer.order.id))
    return await _pay_page(request, payer, payment, trouble=trouble)


@post("/orders/{order_id:str}/pay/hosted", include_in_schema=False)
async def hosted(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/pay/hosted: off to Stripe's own page for this order."""
    shop, values = shop_of(request), await forms.read(request)
    payer = await checked_payer(request, order_id, values)
    if (over := await _over(request, payer)) is not None:
        return over
    try:
        payment, _ = await checkout.pay(
            shop.db, shop.gateway, payer.order.id, "hosted", clock=shop.clock, saved_cards=payer.saved_cards
        )
    except payments.NotPayable:
        return payer.done()
    except payments.StillProcessing:
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    except Unavailable:
        return await _pay_page(request, payer, None, trouble=TROUBLES["unreachable"], status=503)
    if payment.state == "authorized":
        return payer.done()
    return go(payer.visitor, payment.url or f"/orders/{payer.order.id}/return")


@get("/orders/{order_id:str}/return", include_in_schema=False)
async def come_back(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/return: ask the provider what became of the payment, and lead on."""
    shop, payer = shop_of(request), await payer_of(request, order_id)
    try:
        await _ask(shop, payer.order)
    except Unavailable:
        return _checking(request, payer, TROUBLES["silent"])
    async with shop.db.connection() as conn:
        order = await orders.get(conn, payer.order.id)
        latest = await payments.of_order(conn, order.id)
        lost = await ran_out(conn, order, await inventory.hold(conn, order.id), shop)
    if lost is not None:
        return go(payer.visitor, f"/orders/{order.id}/pay")
    if order.state is not orders.State.PENDING or any(one.state == "authorized" for one in latest):
        return payer.done() if payer.own else _settled(request, payer, order)
    if any(payment.state == "processing" for payment in latest):
        return _checking(request, payer, TROUBLES["deciding"])
    return go(payer.visitor, f"/orders/{order.id}/pay")


@post("/orders/{order_id:str}/cancel", include_in_schema=False)
async def cancel(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/cancel: give a pending order up; nobody can pay it afterwards, and the books go back."""
    shop, values = shop_of(request), await forms.read(request)
    payer = await checked_payer(request, order_id, values)
    try:
        await checkout.cancel(shop.db, shop.gateway, payer.order.id, clock=shop.clock, actor="customer")
    except (orders.InvalidTransition, payments.StillProcessing):
        return go(payer.visitor, f"/orders/{payer.order.id}/return")
    return payer.done()


async def _over(request: AnyRequest, payer: Payer) -> Response[Any] | None:
    """The page that says that there is no time left, if there is none.

    It says that nothing was charged, so Stripe is asked first; if it is silent, the page that says so has the word.
    """
    shop, order = shop_of(request), payer.order
    if await _lost(shop, order) is None:
        return None
    try:
        await _ask(shop, order)
    except Unavailable:
        return go(payer.visitor, f"/orders/{order.id}/return")
    async with shop.db.connection() as conn:
        order = await orders.get(conn, order.id)
    lost = await _lost(shop, order)
    return ended(request, payer.visitor, order, lost, own=payer.own) if lost is not None else None


async def _lost(shop: Shop, order: orders.Order) -> Trouble | None:
    async with shop.db.connection() as conn:
        return await ran_out(conn, order, await inventory.hold(conn, order.id), shop)


async def _ask(shop: Shop, order: orders.Order) -> None:
    """Ask Stripe about every attempt that may still come to something."""
    async with shop.db.connection() as conn:
        attempts = [one for one in await payments.of_order(conn, order.id) if one.payable]
    for attempt in attempts:
        await checkout.sync_payment(shop.db, shop.gateway, attempt.id, clock=shop.clock, actor="customer")


async def _pay_page(
    request: AnyRequest,
    payer: Payer,
    payment: payments.Payment | None,
    *,
    trouble: Trouble | None,
    status: int = 200,
) -> Response[str]:
    shop, order = shop_of(request), payer.order
    async with shop.db.connection() as conn:
        hold, parts = await inventory.hold(conn, order.id), await gift_cards.parts(conn, order.id)
    now, settings = shop.clock.now(), shop.settings
    if trouble is None and "canceled" in request.query_params:
        trouble = TROUBLES["came_back"]
    return render(
        request, payer.visitor, "pages/pay.html", status=status, cache=OWN, order=order, bill=bill(order),
        payment=payment, hold=hold, now=now, trouble=trouble, by_script=_BY_SCRIPT, own=payer.own,
        minutes_left=max(0, int((hold.expires_at - now).total_seconds()) // 60),
        sent=payer.own and "sent" in request.query_params,
        saved_cards=await _saved_cards(shop, payer, payment), stripe_js_url=settings.stripe_js_url,
        stripe_origin=web.origin(settings.stripe_js_url), policy=_policy(settings),
        publishable_key=settings.stripe_publishable_key, stripe_locale=locale_for(speech.language()),
        address=written(order.shipping_address),
        return_url=f"{settings.front(speech.language())}/orders/{order.id}/return", sandbox=settings.sandbox,
        test_cards=_TEST_CARDS, parts=parts, payable=True, least=limits.least(order.currency),
    )  # fmt: skip


async def _saved_cards(shop: Shop, payer: Payer, payment: payments.Payment | None) -> str | None:
    """The secret with which the page may show the customer's saved cards, to nobody else; None: there are none."""
    if payment is None or payment.customer_ref is None or not payer.saved_cards:
        return None
    try:
        return await shop.gateway.customers.session(payment.customer_ref)
    except (Rejected, Unavailable) as error:
        log.warning("no saved cards", order=str(payer.order.id), code=error.code)
        return None  # the card can be typed all the same


def _policy(settings: Settings) -> str:
    """What Stripe.js needs (https://docs.stripe.com/security/guide, 2025), or the sandbox in its place."""
    if settings.sandbox:
        stripe = [web.origin(settings.stripe_js_url), web.origin(settings.stripe_api_base)]
        return web.content_security_policy(scripts=stripe, frames=stripe, connects=stripe, forms=stripe)
    scripts = [web.origin(settings.stripe_js_url), "https://*.js.stripe.com"]
    return web.content_security_policy(
        scripts=scripts,
        frames=[*scripts, "https://hooks.stripe.com"],
        connects=["https://api.stripe.com"],
        forms=["https://checkout.stripe.com"],
    )


def _settled(request: AnyRequest, payer: Payer, order: orders.Order) -> Response[str]:
    """How an order stands, for whoever came to pay it and may not see it."""
    return render(request, payer.visitor, "pages/settled.html", cache=OWN, order=order)


def _checking(request: AnyRequest, payer: Payer, trouble: Trouble) -> Response[str]:
    text = request.query_params.get("n", "0")
    turn = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    again_in = _PAUSES[turn] if turn < len(_PAUSES) else None
    again = f"{request.url.path}?{urlencode({'n': turn + 1})}"
    response = render(
        request, payer.visitor, "pages/checking.html", cache=OWN, order=payer.order, trouble=trouble, own=payer.own,
        again_in=again_in, again_url=again if again_in else request.url.path,
    )  # fmt: skip
    if again_in:
        response.headers["Refresh"] = f"{again_in}; url={web.prefix()}{again}"
    return response
