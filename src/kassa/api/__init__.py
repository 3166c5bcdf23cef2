"""The JSON API: one file per resource, described by the OpenAPI document that is made of its handlers.

No tables of its own. Promises: what CONTRACT's routes promise; every refusal is a problem with a stable code
(`codes.CODES`); amounts are integers with their currency; nobody learns whether a foreign order exists.
"""

from functools import cache
from typing import Any, Final

from litestar import Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from kassa.api import (
    admin,
    buy_now,
    carts,
    cases,
    discounts,
    disputes,
    docs,
    explain,
    fulfilments,
    gift_cards,
    health,
    metrics,
    openapi,
    orders,
    payments,
    products,
    refunds,
    reports,
    shipping,
    taxes,
    webhook_events,
)
from kassa.api.auth import AnyRequest, Authenticate
from kassa.api.doc import reply

PREFIX: Final = "/api/v1"
_PUBLIC: Final[list[HTTPRouteHandler]] = [
    products.list_products,
    products.show_product,
    carts.create,
    carts.show,
    carts.add,
    carts.change,
    carts.agree,
    carts.remove,
    carts.use_discount,
    carts.drop_discount,
    orders.place,
    orders.list_own,
    orders.show,
    orders.cancel,
    explain.show,
    payments.pay,
    payments.sync,
    gift_cards.balance,
    gift_cards.use,
    gift_cards.take_off,
    buy_now.buy,
    buy_now.show,
]
_ADMIN: Final[list[HTTPRouteHandler]] = [
    admin.put_product,
    admin.show_stock,
    admin.adjust,
    admin.list_orders,
    admin.show_order,
    discounts.put_discount,
    discounts.list_discounts,
    discounts.show_discount,
    discounts.end_discount,
    taxes.show,
    taxes.save,
    taxes.put_rate,
    taxes.remove_rate,
    shipping.list_zones,
    shipping.show_zone,
    shipping.put_zone,
    shipping.remove_zone,
    shipping.show_calendar,
    shipping.put_calendar,
    refunds.refund,
    reports.show_report,
    disputes.list_disputes,
    disputes.show,
    disputes.show_evidence,
    disputes.stage,
    disputes.list_files,
    disputes.attach,
    disputes.detach,
    disputes.submit,
    disputes.pack,
    fulfilments.list_to_ship,
    fulfilments.ship,
    fulfilments.show,
    fulfilments.send,
    fulfilments.deliver,
    fulfilments.cancel,
    fulfilments.track,
    cases.list_cases,
    cases.show_case,
    cases.resolve_case,
    webhook_events.list_webhook_events,
    webhook_events.show_webhook_event,
    webhook_events.replay_webhook_event,
]
_OPERATION: Final[list[HTTPRouteHandler]] = [health.healthz, health.readyz]


@cache
def openapi_document() -> dict[str, Any]:
    """The OpenAPI document; needs no database."""
    return openapi.document(
        [
            *((PREFIX, handler) for handler in _PUBLIC),
            *((f"{PREFIX}/admin", handler) for handler in _ADMIN),
            *(("", handler) for handler in _OPERATION),
        ]
    )


@get("/openapi.json", include_in_schema=False)
async def openapi_json(request: AnyRequest) -> Response[bytes]:
    """GET /openapi.json: what the API is, for programs."""
    return reply(openapi_document())


route_handlers: list[ControllerRouterHandler] = [
    Router(PREFIX, route_handlers=_PUBLIC, middleware=[Authenticate]),
    Router(f"{PREFIX}/admin", route_handlers=_ADMIN, middleware=[DefineMiddleware(Authenticate, admin=True)]),
    *_OPERATION,
    metrics.metrics,
    openapi_json,
    docs.docs,
    docs.scalar,
    docs.start,
]

__all__ = ["openapi_document", "route_handlers"]
