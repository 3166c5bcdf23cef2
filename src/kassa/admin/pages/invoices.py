"""Invoices and credit notes at the desk."""

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from kassa import invoices, orders
from kassa.admin.desk import AnyRequest, enter, shop_of
from kassa.invoices import NotInvoiced, Paper
from kassa.kernel.ids import parse_id

_SUFFIX: Final = ".pdf"


@get("/admin/orders/{order_id:str}/invoice.pdf")
async def invoice(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """GET /admin/orders/{id}/invoice.pdf: the invoice, issued now if nobody asked before."""
    await enter(request)
    shop, id_ = shop_of(request), parse_id(order_id)
    if id_ is None:
        raise orders.OrderNotFound("There is no such order.")
    async with shop.db.transaction() as tx:
        papers = await invoices.issue(tx, id_, seller=shop.settings.seller_lines, now=shop.clock.now())
    return await _sheet(papers[0])


@get("/admin/orders/{order_id:str}/papers/{name:str}")
async def paper(request: AnyRequest, order_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """GET /admin/orders/{id}/papers/G-2026-00001.pdf: a paper of an order by its number."""
    await enter(request)
    id_ = parse_id(order_id)
    if id_ is None:
        raise orders.OrderNotFound("There is no such order.")
    async with shop_of(request).db.connection() as conn:
        papers = await invoices.of_order(conn, id_)
    found = [one for one in papers if f"{one.content.number}{_SUFFIX}" == name]
    if not found:
        raise NotInvoiced("There is no such paper.")
    return await _sheet(found[0])


async def _sheet(found: Paper) -> Response[Any]:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{found.content.number}{_SUFFIX}"',
    }
    return Response(await invoices.pdf(found.content), media_type="application/pdf", headers=headers)
