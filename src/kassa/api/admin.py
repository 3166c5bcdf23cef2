"""The administrator's routes: products, stock and every order."""

from functools import partial

from litestar import Response, get, post, put
from litestar.params import FromPath

from kassa import catalog, inventory, orders
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, encode, reply
from kassa.api.products import currency_of
from kassa.api.requests import AdjustmentBody, OrdersQuery, ProductBody, identity
from kassa.kernel.errors import Invalid
from kassa.pricing import limits
from kassa.web import Idempotency, keep, read_json, read_query


@put(
    "/products/{slug:str}",
    opt=documented(
        summary="Create or replace a product", tag="Admin", body=ProductBody, admin=True,
        answers={201: shapes.ProductOut, 200: shapes.ProductOut},
        errors=("invalid_product", "sku_taken", "below_reserved"),
    ),
)  # fmt: skip
async def put_product(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """PUT /admin/products/{slug}: the product is exactly as given afterwards."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, ProductBody)
    now = shop.clock.now()
    set_on_hand = partial(inventory.set_on_hand, actor=caller.actor, now=now, kind="adjustment")
    currency = currency_of(shop, None)
    _check_prices(body)
    async with shop.db.transaction() as tx:
        _, created = await catalog.put_product(tx, slug, _input(body), set_on_hand=set_on_hand, now=now)
        found = await catalog.product(tx, slug, currency, include_draft=True)
    return reply(answers.product(found, currency), 201 if created else 200)


@get(
    "/stock/{sku:str}",
    opt=documented(
        summary="Show stock", tag="Admin", answers={200: shapes.StockOut}, errors=("unknown_sku",), admin=True
    ),
)  # fmt: skip
async def show_stock(request: AnyRequest, sku: FromPath[str]) -> Response[bytes]:
    """GET /admin/stock/{sku}: how many there are and how many are promised."""
    async with shop_of(request).db.connection() as conn:
        return reply(answers.stock(await inventory.stock(conn, sku)))


@post(
    "/stock/{sku:str}/adjustments",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Adjust stock", tag="Admin", body=AdjustmentBody, answers={201: shapes.StockOut},
        errors=("unknown_sku", "below_reserved"), admin=True,
    ),
)  # fmt: skip
async def adjust(request: AnyRequest, sku: FromPath[str]) -> Response[bytes]:
    """POST /admin/stock/{sku}/adjustments: a movement with its reason."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, AdjustmentBody)
    async with shop.db.transaction() as tx:
        found = await inventory.adjust(
            tx, sku, body.delta, body.reason, actor=caller.actor, now=shop.clock.now()
        )
        content = encode(answers.stock(found))
        await keep(request, tx, 201, content)
    return reply(content, 201)


@get(
    "/orders",
    opt=documented(
        summary="List all orders", tag="Admin", query=OrdersQuery, answers={200: shapes.OrderList},
        errors=("invalid_cursor",), admin=True,
    ),
)  # fmt: skip
async def list_orders(request: AnyRequest) -> Response[bytes]:
    """GET /admin/orders: everybody's, newest first."""
    query = read_query(request, OrdersQuery)
    async with shop_of(request).db.connection() as conn:
        page = await orders.list_orders(
            conn, states=[query.state] if query.state else None, q=query.q, after=query.after,
            limit=query.limit,
        )  # fmt: skip
    return reply(shapes.OrderList([answers.order_item(item) for item in page.items], page.next))


@get(
    "/orders/{order_id:str}",
    opt=documented(
        summary="Show any order", tag="Admin", answers={200: shapes.OrderOut}, errors=("order_not_found",),
        admin=True,
    ),
)  # fmt: skip
async def show_order(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """GET /admin/orders/{id}: the order with its payments and journal."""
    missing = orders.OrderNotFound("There is no such order.")
    async with shop_of(request).db.snapshot() as conn:
        found = await orders.get(conn, identity(order_id, missing))
        return reply(await answers.order(conn, found))


def _check_prices(body: ProductBody) -> None:
    """Refuse prices that nobody could pay: finer than the provider can charge in their currency."""
    faults = [
        (f"variants[{index}].prices.{currency}", f"must be a multiple of {limits.step(currency)}")
        for index, variant in enumerate(body.variants)
        for currency, amount in variant.prices.items()
        if amount % limits.step(currency)
    ]
    if faults:
        raise Invalid(
            "A price is finer than can be charged in its currency.", code="invalid_product", errors=faults
        )


def _input(body: ProductBody) -> catalog.ProductInput:
    return catalog.ProductInput(
        title=body.title,
        description=body.description,
        vendor=body.vendor,
        kind=body.kind,
        tags=body.tags,
        status=body.status,
        attributes={name: str(value) for name, value in body.attributes.items()},
        collections=body.collections,
        variants=[
            catalog.VariantInput(
                sku=variant.sku, title=variant.title, options=variant.options, prices=variant.prices,
                on_hand=variant.on_hand, weight_grams=variant.weight_grams, translations=variant.translations,
                automatic=variant.automatic,
            )
            for variant in body.variants
        ],
        translations=None if body.translations is None else {
            language: catalog.Text(said.title, said.description, said.seo_title, said.seo_description)
            for language, said in body.translations.items()
        },
    )  # fmt: skip
