"""Carts: whoever knows a cart's id may use it; every answer is the whole priced cart."""

from datetime import datetime
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath

from kassa import cart
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, shop_of
from kassa.api.discounts import slow_guesses
from kassa.api.doc import documented, reply
from kassa.api.products import currency_of
from kassa.api.requests import (
    AgreementBody,
    CartLineBody,
    CartQuery,
    DiscountBody,
    NewCart,
    QuantityBody,
    identity,
)
from kassa.kernel.db import Conn
from kassa.kernel.money import Money
from kassa.web import read_json, read_query

_LINE_ERRORS = ("cart_not_found", "unknown_sku", "cart_full", "quantity_too_large")


@post(
    "/carts",
    opt=documented(
        summary="Create a cart", tag="Carts", body=NewCart, query=CartQuery, answers={201: shapes.CartOut},
        errors=("unsupported_currency",),
    ),
)  # fmt: skip
async def create(request: AnyRequest) -> Response[bytes]:
    """POST /carts: a new, empty cart."""
    shop = shop_of(request)
    query, body = read_query(request, CartQuery), await read_json(request, NewCart)
    async with shop.db.transaction() as tx:
        made = await cart.create(tx, currency_of(shop, body.currency), now=shop.clock.now())
        shown = await _shown(tx, made.id, query, shop.clock.now())
    return reply(shown, 201)


@get(
    "/carts/{cart_id:str}",
    opt=documented(
        summary="Show a cart", tag="Carts", query=CartQuery, answers={200: shapes.CartOut},
        errors=("cart_not_found", "unknown_shipping_method"),
    ),
)  # fmt: skip
async def show(request: AnyRequest, cart_id: FromPath[str]) -> Response[bytes]:
    """GET /carts/{id}: the cart as it is worth now, sent to `country`."""
    shop, query = shop_of(request), read_query(request, CartQuery)
    async with shop.db.connection() as conn:
        return reply(await _shown(conn, _id(cart_id), query, shop.clock.now()))


@post(
    "/carts/{cart_id:str}/lines",
    status_code=200,
    opt=documented(
        summary="Put something in", tag="Carts", body=CartLineBody, query=CartQuery,
        answers={200: shapes.CartOut}, errors=_LINE_ERRORS,
        description="The quantity is added to what is there.",
    ),
)  # fmt: skip
async def add(request: AnyRequest, cart_id: FromPath[str]) -> Response[bytes]:
    """POST /carts/{id}/lines: so many more of a variant."""
    shop, query, body = (
        shop_of(request),
        read_query(request, CartQuery),
        await read_json(request, CartLineBody),
    )
    async with shop.db.transaction() as tx:
        await cart.add(tx, _id(cart_id), body.sku, body.quantity, now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


@patch(
    "/carts/{cart_id:str}/lines/{sku:str}",
    opt=documented(
        summary="Change a quantity", tag="Carts", body=QuantityBody, query=CartQuery,
        answers={200: shapes.CartOut}, errors=_LINE_ERRORS,
    ),
)  # fmt: skip
async def change(request: AnyRequest, cart_id: FromPath[str], sku: FromPath[str]) -> Response[bytes]:
    """PATCH /carts/{id}/lines/{sku}: exactly so many; zero takes the line out."""
    shop, query, body = (
        shop_of(request),
        read_query(request, CartQuery),
        await read_json(request, QuantityBody),
    )
    async with shop.db.transaction() as tx:
        await cart.change(tx, _id(cart_id), sku, body.quantity, now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


@put(
    "/carts/{cart_id:str}/lines/{sku:str}/agreement",
    opt=documented(
        summary="Agree to a change", tag="Carts", body=AgreementBody, query=CartQuery,
        answers={200: shapes.CartOut}, errors=("cart_not_found",),
        description="To what a notice told, and no more: what has changed again since is told in turn.",
    ),
)  # fmt: skip
async def agree(request: AnyRequest, cart_id: FromPath[str], sku: FromPath[str]) -> Response[bytes]:
    """PUT /carts/{id}/lines/{sku}/agreement: yes to a changed price, or to fewer than were asked for."""
    shop, query, body = (
        shop_of(request),
        read_query(request, CartQuery),
        await read_json(request, AgreementBody),
    )
    price = Money(body.unit_price.amount, body.unit_price.currency) if body.unit_price else None
    async with shop.db.transaction() as tx:
        await cart.accept(tx, _id(cart_id), sku, price=price, quantity=body.quantity, now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


@delete(
    "/carts/{cart_id:str}/lines/{sku:str}",
    status_code=200,
    opt=documented(
        summary="Take a line out", tag="Carts", query=CartQuery, answers={200: shapes.CartOut},
        errors=("cart_not_found",),
    ),
)  # fmt: skip
async def remove(request: AnyRequest, cart_id: FromPath[str], sku: FromPath[str]) -> Response[bytes]:
    """DELETE /carts/{id}/lines/{sku}: gone, if it was there."""
    shop, query = shop_of(request), read_query(request, CartQuery)
    async with shop.db.transaction() as tx:
        await cart.remove(tx, _id(cart_id), sku, now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


@put(
    "/carts/{cart_id:str}/discount",
    opt=documented(
        summary="Use a discount code", tag="Carts", body=DiscountBody, query=CartQuery, answers={200: shapes.CartOut},
        errors=(
            "cart_not_found", "discount_unknown", "discount_not_started", "discount_ended", "discount_used_up",
            "discount_already_used",
        ),
        description=(
            "In place of the one before. One that asks for more than is in the cart is kept, and counts as soon as it "
            "may: `discount_code` says what is missing."
        ),
    ),
)  # fmt: skip
async def use_discount(request: AnyRequest, cart_id: FromPath[str]) -> Response[bytes]:
    """PUT /carts/{id}/discount: the code counts from now on, as far as the cart has what it asks for."""
    shop, query, body = (
        shop_of(request),
        read_query(request, CartQuery),
        await read_json(request, DiscountBody),
    )
    await slow_guesses(request, body.code)
    async with shop.db.transaction() as tx:
        await cart.use_code(tx, _id(cart_id), body.code, now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


@delete(
    "/carts/{cart_id:str}/discount",
    status_code=200,
    opt=documented(
        summary="Use no discount", tag="Carts", query=CartQuery, answers={200: shapes.CartOut},
        errors=("cart_not_found",),
    ),
)  # fmt: skip
async def drop_discount(request: AnyRequest, cart_id: FromPath[str]) -> Response[bytes]:
    """DELETE /carts/{id}/discount: the cart without one."""
    shop, query = shop_of(request), read_query(request, CartQuery)
    async with shop.db.transaction() as tx:
        await cart.drop_code(tx, _id(cart_id), now=shop.clock.now())
        return reply(await _shown(tx, _id(cart_id), query, shop.clock.now()))


def _id(text: str) -> UUID:
    return identity(text, cart.CartNotFound("There is no such cart."))


async def _shown(conn: Conn, cart_id: UUID, query: CartQuery, now: datetime) -> shapes.CartOut:
    priced = await cart.priced(
        conn,
        cart_id,
        country=query.country,
        region=query.region,
        shipping_method=query.shipping_method,
        now=now,
    )
    return answers.priced_cart(priced)
