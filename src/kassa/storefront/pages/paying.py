"""Paying an order: the Payment Element, Stripe's own page, and coming back from either.

Nothing here says "failed" of its own knowledge: the provider is asked, and as long as it has not answered,
the page says that it is being asked.
"""

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from kassa import checkout, inventory, orders, payments, web
from kassa.config import Settings
from kassa.kernel.errors import Unavailable
from kassa.storefront import forms, words
from kassa.storefront.pages.orders import bill, checked_order, own_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, render, shop_of
from kassa.storefront.visitor import Visitor

#: A page that waits for the bank looks again by itself after so many seconds each time, and then stops.
_PAUSES: Final = (1, 1, 2, 2, 3, 3, 5, 5, 10, 10, 15, 15, 30, 30, 30)
_TEST_CARDS: Final = (
    ("4242 4242 4242 4242", "succeeds"),
    ("4000 0027 6000 3184", "asks for 3-D Secure"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0000 0000 0069", "is declined: expired card"),
    ("4000 0000 0000 0127", "is declined: incorrect CVC"),
)
_UNREACHED: Final = (
    "Stripe can't be reached just now. Reload this page in a moment; you will not be charged twice."
)


@get("/orders/{order_id:str}/pay", include_in_schema=False)
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/pay: the order's one attempt to be paid here, made or found again."""
    shop = shop_of(request)
    visitor, order = await own_order(request, order_id)
    try:
        payment, _ = await checkout.pay(shop.db, shop.gateway, order.id, "element", clock=shop.clock)
    except payments.NotPayable:
        return go(visitor, f"/orders/{order.id}")
    except payments.StillProcessing:
        return go(visitor, f"/orders/{order.id}/return")
    except Unavailable:
        return await _pay_page(request, visitor, order, None, trouble=_UNREACHED, status=503)
    if payment.state in ("succeeded", "authorized"):
        return go(visitor, f"/orders/{order.id}")
    if payment.state == "processing":
        return go(visitor, f"/orders/{order.id}/return")
    return await _pay_page(request, visitor, order, payment, trouble=await _last_trouble(request, order))


@post("/orders/{order_id:str}/pay/hosted", include_in_schema=False)
async def hosted(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /orders/…/pay/hosted: off to Stripe's own page for this order."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    try:
        payment, _ = await checkout.pay(shop.db, shop.gateway, order.id, "hosted", clock=shop.clock)
    except payments.NotPayable:
        return go(visitor, f"/orders/{order.id}")
    except payments.StillProcessing:
        return go(visitor, f"/orders/{order.id}/return")
    except Unavailable:
        return await _pay_page(request, visitor, order, None, trouble=_UNREACHED, status=503)
    if payment.state == "authorized":
        return go(visitor, f"/orders/{order.id}")
    return go(visitor, payment.url or f"/orders/{order.id}/return")


@get("/orders/{order_id:str}/return", include_in_schema=False)
async def come_back(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /orders/…/return: ask the provider what became of the payment, and lead on."""
    shop = shop_of(request)
    visitor, order = await own_order(request, order_id)
    async with shop.db.connection() as conn:
        attempts = [payment for payment in await payments.of_order(conn, order.id) if payment.payable]
    try:
        for attempt in attempts:
            await checkout.sync_payment(shop.db, shop.gateway, attempt.id, clock=shop.clock, actor="customer")
    except Unavailable:
        return _checking(request, visitor, order, "unreachable")
    async with shop.db.connection() as conn:
        order = await orders.get(conn, order.id)
        latest = await payments.of_order(conn, order.id)
    if order.state is not orders.State.PENDING or any(one.state == "authorized" for one in latest):
        return go(visitor, f"/orders/{order.id}")
    if any(payment.state == "processing" for payment in latest):
        return _checking(request, visitor, order, "processing")
    return go(visitor, f"/orders/{order.id}/pay")


@post("/orders/{order_id:str}/cancel", include_in_schema=False)
async def cancel(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    """POST /orders/…/cancel: give a pending order up; nobody can pay it afterwards, and the books go back."""
    shop, values = shop_of(request), await forms.read(request)
    visitor, order = await checked_order(request, order_id, values)
    try:
        await checkout.cancel(shop.db, shop.gateway, order.id, clock=shop.clock, actor="customer")
    except (orders.InvalidTransition, payments.StillProcessing):
        return go(visitor, f"/orders/{order.id}/return")
    return go(visitor, f"/orders/{order.id}")


async def _pay_page(
    request: AnyRequest, visitor: Visitor, order: orders.Order, payment: payments.Payment | None, *, trouble: str,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        hold = await inventory.hold(conn, order.id)
    now, settings = shop.clock.now(), shop.settings
    return render(
        request, visitor, "pages/pay.html", status=status, cache=OWN, order=order, bill=bill(order), payment=payment,
        hold=hold, now=now, minutes_left=max(0, int((hold.expires_at - now).total_seconds()) // 60), trouble=trouble,
        canceled="canceled" in request.query_params and not trouble, stripe_js_url=settings.stripe_js_url,
        stripe_origin=web.origin(settings.stripe_js_url), policy=_policy(settings),
        publishable_key=settings.stripe_publishable_key,
        return_url=f"{settings.base_url}/orders/{order.id}/return", sandbox=settings.sandbox, test_cards=_TEST_CARDS,
    )  # fmt: skip


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


async def _last_trouble(request: AnyRequest, order: orders.Order) -> str:
    """Why the newest attempt that anything is known of came to nothing."""
    async with shop_of(request).db.connection() as conn:
        attempts = await payments.of_order(conn, order.id)
    tried = [attempt for attempt in attempts if attempt.last_error]
    return words.decline(tried[-1].last_error) if tried else ""


def _checking(request: AnyRequest, visitor: Visitor, order: orders.Order, reason: str) -> Response[str]:
    text = request.query_params.get("n", "0")
    turn = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    again_in = _PAUSES[turn] if turn < len(_PAUSES) else None
    again = f"{request.url.path}?{urlencode({'n': turn + 1})}"
    response = render(
        request, visitor, "pages/checking.html", cache=OWN, order=order, reason=reason, again_in=again_in,
        again_url=again if again_in else request.url.path,
    )  # fmt: skip
    if again_in:
        response.headers["Refresh"] = f"{again_in}; url={again}"
    return response
