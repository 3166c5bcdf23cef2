"""Orders: placed, shown to whom they belong, canceled."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import cart, checkout, orders
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, Caller, caller_of, shop_of
from kassa.api.discounts import slow_guesses
from kassa.api.doc import documented, encode, reply
from kassa.api.pace import slow_down
from kassa.api.products import currency_of
from kassa.api.requests import EmptyBody, OrdersQuery, PlaceOrderBody, email, identity
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid, Unauthenticated
from kassa.kernel.ids import new_id
from kassa.shop import Shop
from kassa.web import Idempotency, keep, read_json, read_query


class LinesOrCart(Invalid):
    """An order is made of lines or of a cart: of exactly one of them."""

    code = "lines_or_cart"


@post(
    "/orders",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Place an order", tag="Orders", body=PlaceOrderBody, answers={201: shapes.OrderOut},
        errors=(
            "insufficient_stock", "unknown_sku", "empty_order", "too_many_lines", "invalid_address",
            "invalid_email", "unsupported_currency", "unknown_shipping_method", "not_shipped_there",
            "amount_below_minimum", "amount_too_large",
            "amount_uneven", "lines_or_cart", "cart_not_found", "discount_unknown",
            "discount_not_started", "discount_ended", "discount_used_up", "discount_already_used",
            "discount_wrong_currency", "discount_minimum_not_reached", "discount_not_applicable",
            "discount_too_few_units", "bad_vat_id",
            "gift_card_not_found", "gift_card_expired", "gift_card_empty", "gift_card_currency", "gift_card_no_use",
            "too_many_gift_cards",
        ),
        description=(
            "Holds the stock and waits for payment. The answer carries `token`: a guest shows it in "
            "`X-Order-Token`. Prices are the shop's to say and refused in the body."
        ),
    ),
)  # fmt: skip
async def place(request: AnyRequest) -> Response[bytes]:
    """POST /orders: a pending order with its stock held, or nothing at all."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, PlaceOrderBody)
    await slow_down(request, body.gift_cards)
    if body.discount_code:
        await slow_guesses(request, body.discount_code)

    async def placed() -> bytes:
        async with shop.db.transaction() as tx:
            order, token = await checkout.place_order(
                tx, await _wish(tx, shop, caller, body), now=shop.clock.now(),
                hold_seconds=shop.settings.hold_seconds, actor=caller.actor,
            )  # fmt: skip
            content = encode(await answers.order(tx, order, token=token))
            await keep(request, tx, 201, content)
        return content

    return reply(await checkout.taxed(shop.db, shop.gateway, placed, clock=shop.clock), 201)


@get(
    "/orders",
    opt=documented(
        summary="List own orders", tag="Orders", query=OrdersQuery, answers={200: shapes.OrderList},
        errors=("unauthenticated", "invalid_cursor"),
    ),
)  # fmt: skip
async def list_own(request: AnyRequest) -> Response[bytes]:
    """GET /orders: the orders that this key placed, or that this browser knows; newest first."""
    shop, caller, query = shop_of(request), caller_of(request), read_query(request, OrdersQuery)
    if not caller.known:
        raise Unauthenticated("A guest has no list of orders; an order is read with its X-Order-Token.")
    async with shop.db.connection() as conn:
        if caller.owner == "guest":
            return reply(await _of_session(conn, caller, query))
        page = await orders.list_orders(
            conn, owner=caller.owner, states=[query.state] if query.state else None, q=query.q,
            after=query.after, limit=query.limit,
        )  # fmt: skip
    return reply(shapes.OrderList([answers.order_item(item) for item in page.items], page.next))


@get(
    "/orders/{order_id:str}",
    opt=documented(
        summary="Show an order", tag="Orders", answers={200: shapes.OrderOut}, errors=("order_not_found",),
        order_token=True,
    ),
)  # fmt: skip
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """GET /orders/{id}: the order with its payments and journal, all of one moment."""
    async with shop_of(request).db.snapshot() as conn:
        found = await visible_order(conn, caller_of(request), order_id)
        return reply(await answers.order(conn, found))


@post(
    "/orders/{order_id:str}/cancellation",
    status_code=200,
    middleware=[Idempotency],
    opt=documented(
        summary="Cancel a pending order", tag="Orders", body=EmptyBody, answers={200: shapes.OrderOut},
        errors=("order_not_found", "invalid_transition", "payment_processing", "provider_unreachable"),
        description="Closes what could be paid at the provider first, then releases the stock.",
        order_token=True,
    ),
)  # fmt: skip
async def cancel(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /orders/{id}/cancellation: give a pending order up."""
    shop, caller = shop_of(request), caller_of(request)
    await read_json(request, EmptyBody)
    async with shop.db.connection() as conn:
        found = await visible_order(conn, caller, order_id)
    await checkout.cancel(shop.db, shop.gateway, found.id, clock=shop.clock, actor=caller.actor)
    return reply(await shown_order(shop, found.id))


async def visible_order(conn: Conn, caller: Caller, order_id: str) -> orders.Order:
    """The order, if it is this caller's to see.

    Raises:
        OrderNotFound: there is none, or it is somebody else's: nobody can tell which.
    """
    missing = orders.OrderNotFound("There is no such order.")
    found = await orders.get(conn, identity(order_id, missing))
    if not caller.may_see(found):
        raise missing
    return found


async def shown_order(shop: Shop, order_id: UUID) -> shapes.OrderOut:
    """The order as it stands now, all of one moment."""
    async with shop.db.snapshot() as conn:
        return await answers.order(conn, await orders.get(conn, order_id))


async def _wish(tx: Tx, shop: Shop, caller: Caller, body: PlaceOrderBody) -> checkout.PlaceOrder:
    if (body.lines is None) == (body.cart_id is None):
        raise LinesOrCart(
            "An order needs either lines or cart_id.", errors=[("lines", "or cart_id is required")]
        )
    cart_id = None
    currency = body.currency
    if body.cart_id is not None:
        cart_id = identity(body.cart_id, cart.CartNotFound("There is no such cart."))
        currency = currency or (await cart.get(tx, cart_id)).currency
    return checkout.PlaceOrder(
        order_id=new_id(),
        lines=[(line.sku, line.quantity) for line in body.lines] if body.lines is not None else None,
        cart_id=cart_id,
        email=email(body.email),
        currency=currency_of(shop, currency),
        shipping_address=body.shipping_address,
        billing_address=body.billing_address,
        shipping_method=body.shipping_method,
        locale=_locale(shop, body.locale),
        note=body.note.strip(),
        gift_cards=body.gift_cards,
        vat_id=body.vat_id,
        discount_code=body.discount_code or None,
        owner=caller.owner,
        customer_id=caller.customer_id,
    )


def _locale(shop: Shop, wanted: str | None) -> str:
    """The shop's language nearest to the one wished for."""
    locales = shop.settings.locales
    asked = (wanted or locales[0]).replace("_", "-")
    for candidate in (asked, asked.partition("-")[0]):
        if candidate in locales:
            return candidate
    return locales[0]


async def _of_session(conn: Conn, caller: Caller, query: OrdersQuery) -> shapes.OrderList:
    """A browser remembers at most fifty orders, so they are one page."""
    found = []
    for order_id in sorted(caller.order_ids, reverse=True)[: query.limit]:
        order = await orders.get(conn, order_id)
        if query.state in (None, order.state.value):
            found.append(answers.order_item(order))
    return shapes.OrderList(found, None)
