"""Invoices and credit notes, for whoever may see their order: its customer, its browser, or whoever has its link."""

from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from kassa import invoices
from kassa.invoices import NotInvoiced, Paper
from kassa.kernel.speech import _
from kassa.storefront import pace
from kassa.storefront.pages.orders import own_order
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, shop_of
from kassa.storefront.visitor import Visitor

_SUFFIX: Final = ".pdf"


@get(
    ["/orders/{order_id:str}/invoice.pdf", "/account/orders/{order_id:str}/invoice.pdf"],
    include_in_schema=False,
)
async def invoice(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """GET /orders/…/invoice.pdf, /account/orders/…/invoice.pdf: the invoice of an order that was paid."""
    shop = shop_of(request)
    visitor, order = await own_order(request, order_id)
    async with shop.db.transaction() as tx:
        papers = await invoices.issue(tx, order.id, seller=shop.settings.seller_lines, now=shop.clock.now())
    return await _sheet(request, visitor, papers[0])


@get("/orders/{order_id:str}/papers/{name:str}", include_in_schema=False)
async def paper(request: AnyRequest, order_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """GET /orders/…/papers/G-2026-00001.pdf: a paper of an order by its number."""
    visitor, order = await own_order(request, order_id)
    async with shop_of(request).db.connection() as conn:
        papers = await invoices.of_order(conn, order.id)
    found = [one for one in papers if f"{one.content.number}{_SUFFIX}" == name]
    if not found:
        raise NotInvoiced(_("There is no such paper."))
    return await _sheet(request, visitor, found[0])


async def _sheet(request: AnyRequest, visitor: Visitor, found: Paper) -> Response[bytes]:
    """The paper, drawn: work that everybody's papers wait for, so nobody has it done without end."""
    await pace.slow_down(request, pace.PAPERS)
    headers = {
        "Cache-Control": OWN,
        "Content-Disposition": f'inline; filename="{found.content.number}{_SUFFIX}"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    drawn = await invoices.pdf(found.content)
    return visitor.remember(Response(drawn, media_type="application/pdf", headers=headers))
