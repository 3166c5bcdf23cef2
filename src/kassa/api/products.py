"""The catalogue, for everybody."""

from litestar import Response, get
from litestar.params import FromPath

from kassa import catalog
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import CurrencyQuery, ProductQuery
from kassa.kernel.errors import Invalid
from kassa.shop import Shop
from kassa.web import read_query

_VALUES_LIMIT = 50


class UnsupportedCurrency(Invalid):
    """The shop does not sell in this currency."""

    code = "unsupported_currency"


@get(
    "/products",
    opt=documented(
        summary="List products", tag="Products", query=ProductQuery, answers={200: shapes.ProductList},
        errors=("invalid_sort", "invalid_cursor", "unsupported_currency"),
    ),
)  # fmt: skip
async def list_products(request: AnyRequest) -> Response[bytes]:
    """GET /products: a page of what is for sale, with the facets of everything found."""
    query = read_query(request, ProductQuery)
    currency = currency_of(shop_of(request), query.currency)
    facets = {name: request.query_params.getall(name, [])[:_VALUES_LIMIT] for name in catalog.FACETS}
    async with shop_of(request).db.connection() as conn:
        page = await catalog.list_products(
            conn, currency=currency, q=query.q, collection=query.collection, sort=query.sort, facets=facets,
            limit=query.limit, after=query.after, exact=query.exact,
        )  # fmt: skip
    return reply(answers.product_list(page))


@get(
    "/products/{slug:str}",
    opt=documented(
        summary="Show a product", tag="Products", query=CurrencyQuery, answers={200: shapes.ProductOut},
        errors=("product_not_found", "unsupported_currency"),
    ),
)  # fmt: skip
async def show_product(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """GET /products/{slug}: a product with its variants, prices and availability."""
    currency = currency_of(shop_of(request), read_query(request, CurrencyQuery).currency)
    async with shop_of(request).db.connection() as conn:
        found = await catalog.product(conn, slug, currency)
    return reply(answers.product(found, currency))


def currency_of(shop: Shop, wanted: str | None) -> str:
    """The currency asked for, or the shop's own.

    Raises:
        UnsupportedCurrency: the shop has no prices in it.
    """
    currencies = shop.settings.currencies
    if wanted is not None and wanted not in currencies:
        listed = ", ".join(currencies)
        raise UnsupportedCurrency(
            f"The shop does not sell in {wanted}.", errors=[("currency", f"is not one of {listed}")]
        )
    return wanted or currencies[0]
