"""How an order's total came about, cent by cent."""

from litestar import Response, get
from litestar.params import FromPath

from kassa import orders
from kassa.api import shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.orders import visible_order
from kassa.kernel.errors import NotFound
from kassa.pricing.explain import Account, Explanation, Step, explain


class ExplanationNotKept(NotFound):
    """The order is from before the shop kept how its amounts came about."""

    code = "explanation_not_kept"


@get(
    "/orders/{order_id:str}/explain",
    opt=documented(
        summary="Explain an order's total", tag="Orders", answers={200: shapes.ExplanationOut},
        errors=("order_not_found", "explanation_not_kept"), order_token=True,
        description=(
            "Every amount as steps that add up: unit × quantity, each discount's share, tax and how it was rounded, "
            "where what was left over went. It is made of what was kept when the order was placed and never changes."
        ),
    ),
)  # fmt: skip
async def show(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """GET /orders/{id}/explain: what the order was priced by, in steps."""
    async with shop_of(request).db.connection() as conn:
        order = await visible_order(conn, caller_of(request), order_id)
        quote = await orders.quote_of(conn, order.id)
    if quote is None:
        raise ExplanationNotKept("How this order's amounts came about was not kept when it was placed.")
    return reply(_answer(order, explain(quote, total=order.total_minor)))


def _answer(order: orders.Order, told: Explanation) -> shapes.ExplanationOut:
    return shapes.ExplanationOut(
        order_id=str(order.id),
        total=shapes.Amount(told.total, told.currency),
        tax_included=told.tax_included,
        tax_rounding=told.rule,
        tax_rounding_text=told.rule_text,
        lines=[_account(line, told.currency) for line in told.lines],
        shipping=_account(told.shipping, told.currency),
        totals=[_step(one, told.currency) for one in told.totals],
        taxes=[_step(one, told.currency) for one in told.taxes],
        agrees=told.agrees,
    )


def _account(one: Account, currency: str) -> shapes.AccountOut:
    return shapes.AccountOut(
        one.title, one.sku or None, [_step(step, currency) for step in one.steps],
        shapes.Amount(one.total, currency), _step(one.tax, currency) if one.tax else None,
    )  # fmt: skip


def _step(one: Step, currency: str) -> shapes.StepOut:
    return shapes.StepOut(
        one.kind, one.label, shapes.Amount(one.amount, currency), one.exact or None,
        one.leftover if one.exact else None, one.note,
    )  # fmt: skip
