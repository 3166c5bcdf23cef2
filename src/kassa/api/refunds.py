"""Refunds: an order's money goes back, by staff."""

from typing import Annotated

from litestar import Response, post
from litestar.params import FromPath
from msgspec import Meta

from kassa import orders, refunds
from kassa.api import answers, shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, encode, reply
from kassa.api.requests import Body, Short, identity
from kassa.web import Idempotency, keep, read_json

_MINOR = Meta(ge=1, le=99_999_999_999, description="In the order's minor unit.")


class RefundLineBody(Body, frozen=True):
    """So many units of a line; `restock`: they go to the shelf again."""

    line_id: Short
    quantity: Annotated[int, Meta(ge=1, le=1_000)]
    restock: bool = False


class RefundBody(Body, frozen=True, kw_only=True):
    """An `amount`, or what `lines` were paid with, or both: then the lines say what the amount is for. Without
    either: everything that is left."""

    amount: Annotated[int, _MINOR] | None = None
    lines: Annotated[list[RefundLineBody], Meta(min_length=1, max_length=50)] | None = None
    reason: Annotated[str, Meta(max_length=500, description="For the journal and the customer's mail.")] = ""


@post(
    "/orders/{order_id:str}/refunds",
    status_code=201,
    middleware=[Idempotency],
    opt=documented(
        summary="Refund an order", tag="Admin", body=RefundBody, answers={201: shapes.RefundOut},
        errors=(
            "order_not_found", "refund_too_large", "nothing_to_refund", "already_restocked", "invalid_refund",
        ),
        description=(
            "Written down at once, and counted from then on; the provider is asked right after. "
            "What became of it is told by the order's `refunds`."
        ),
        admin=True,
    ),
)  # fmt: skip
async def refund(request: AnyRequest, order_id: FromPath[str]) -> Response[bytes]:
    """POST /admin/orders/{id}/refunds: give money back, and goods to the shelf, or nothing at all."""
    shop, caller, body = shop_of(request), caller_of(request), await read_json(request, RefundBody)
    id_ = identity(order_id, orders.OrderNotFound("There is no such order."))
    lines = [_line(index, line) for index, line in enumerate(body.lines or ())]
    async with shop.db.transaction() as tx:
        made = await refunds.request(
            tx, id_, amount=body.amount, lines=lines, reason=body.reason.strip() or "requested",
            actor=caller.actor, now=shop.clock.now(),
        )  # fmt: skip
        given = [line for line in await refunds.lines_of_order(tx, id_) if line.refund_id == made.id]
        content = encode(answers.refund(made, given))
        await keep(request, tx, 201, content)
    return reply(content, 201)


def _line(index: int, line: RefundLineBody) -> refunds.RefundLine:
    path = f"lines[{index}].line_id"
    missing = refunds.InvalidRefund("The order has no such line.", errors=[(path, "is not of this order")])
    return refunds.RefundLine(identity(line.line_id, missing), line.quantity, line.restock)
