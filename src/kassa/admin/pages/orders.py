"""Orders: the list, and everything about one of them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from kassa import (
    inventory,
    invoices,
    ledger,
    notifications,
    orders,
    payments,
    reconciliation,
    refunds,
    returns,
)
from kassa.admin import words
from kassa.admin.desk import AnyRequest, enter, shop_of
from kassa.admin.pages import fulfilments
from kassa.admin.pages import refunds as giving
from kassa.admin.pages.ledger import told
from kassa.admin.view import desk_page
from kassa.config import Settings
from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import parse_id
from kassa.pricing.explain import explain

_PAGE = 50
_SEARCH_LIMIT = 200


@get("/admin/orders")
async def list_orders(request: AnyRequest) -> Response[Any]:
    """GET /admin/orders: newest first; without a filter, those that were paid once. A search looks at all."""
    desk = await enter(request)
    params = request.query_params
    q, state = params.get("q", "").strip()[:_SEARCH_LIMIT], params.get("state", "")
    states = _states("all" if q and not state else state)
    async with shop_of(request).db.connection() as conn:
        found = await orders.list_orders(
            conn, states=states, q=q or None, after=params.get("after") or None, limit=_PAGE
        )
    following = urlencode({"state": state, "q": q, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "orders.html", orders=found.items, q=q, chosen=state, following=following,
        filters=words.FILTERS, later=bool(params.get("after")),
    )  # fmt: skip


@get("/admin/orders/{order_id:str}")
async def show_order(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /admin/orders/{id}: lines, money, stock, mails and the journal, all of one moment."""
    desk = await enter(request)
    shop = shop_of(request)
    id_ = parse_id(order_id)
    if id_ is None:
        raise orders.OrderNotFound("There is no such order.")
    async with shop.db.snapshot() as conn:
        order, quote = await orders.get(conn, id_), await orders.quote_of(conn, id_)
        context = {
            "order": order,
            "way": quote.way if quote is not None else None,
            "explanation": explain(quote, total=order.total_minor) if quote is not None else None,
            "payments": await payments.of_order(conn, id_),
            "refunds": await refunds.of_order(conn, id_),
            "refunded_minor": await refunds.refunded_minor(conn, id_),
            "hold": await _hold(conn, id_),
            "papers": await invoices.of_order(conn, id_),
            "mails": await notifications.of_order(conn, id_),
            "events": await orders.events(conn, id_),
            "journal_break": await orders.chain_break(conn, id_),
            **await fulfilments.shown(conn, id_),
            **await giving.shown(conn, id_),
            "books": told(await ledger.of_order(conn, id_)),
            "cases": await reconciliation.cases_of_order(conn, id_),
            "returns": [
                one for one in await returns.of_order(conn, id_) if one.state in ("asked", "accepted")
            ],
        }
    return await desk_page(request, desk, "order.html", provider=_provider(shop.settings), **context)


def _states(chosen: str) -> list[str] | None:
    for value, _, states in words.FILTERS:
        if value == chosen:
            return list(states) if states is not None else None
    raise Invalid("There is no such state.", code="unknown_state")


async def _hold(conn: Conn, order_id: UUID) -> inventory.Hold | None:
    try:
        return await inventory.hold(conn, order_id)
    except inventory.HoldNotFound:
        return None


def _provider(settings: Settings) -> str | None:
    """Where a PaymentIntent can be looked up by a person; None for the sandbox, which has one page for all."""
    if settings.sandbox:
        return None
    mode = "test/" if settings.stripe_secret_key.startswith(("sk_test_", "rk_test_")) else ""
    return f"https://dashboard.stripe.com/{mode}payments/"
