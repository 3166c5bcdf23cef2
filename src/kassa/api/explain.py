"""How an order's total came about, cent by cent."""

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from kassa import orders
from kassa.api import shapes
from kassa.api.auth import AnyRequest, caller_of, shop_of
from kassa.api.doc import documented, reply
from kassa.api.orders import visible_order
from kassa.kernel.errors import NotFound
from kassa.pricing.explain import Account, Explanation, Step, explain


class StepOut(msgspec.Struct, frozen=True):
    """One amount on the way to the total; negative where something is taken off.

    `kind`: price, discount, rounding, shipping, tax, subtotal or total. `exact` and `leftover` (what rounding gave or
    took) are fractions of a minor unit ("123/7"), null where nothing was rounded; `note` says it in words.
    """

    kind: str
    label: str
    amount: shapes.Amount
    exact: str | None
    leftover: str | None
    note: str


class AccountOut(msgspec.Struct, frozen=True):
    """A line, or shipping (`sku` null): `steps` add up to `total`; `tax` is in it, or on top of it."""

    title: str
    sku: str | None
    steps: list[StepOut]
    total: shapes.Amount
    tax: StepOut | None


class ExplanationOut(msgspec.Struct, frozen=True):
    """How an order's total came about. `totals` add up to `total`; `taxes` are the sums by rate.

    `tax_rounding`: `line`, `sum_by_net` or `sum_by_net_keep_gross`. `agrees`: every sum was worked out anew and is
    what the order says.
    """

    order_id: str
    total: shapes.Amount
    tax_included: bool
    tax_rounding: str
    tax_rounding_text: str
    lines: list[AccountOut]
    shipping: AccountOut
    totals: list[StepOut]
    taxes: list[StepOut]
    agrees: bool


class ExplanationNotKept(NotFound):
    """The order is from before the shop kept how its amounts came about."""

    code = "explanation_not_kept"


@get(
    "/orders/{order_id:str}/explain",
    opt=documented(
        summary="Explain an order's total", tag="Orders", answers={200: ExplanationOut},
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


def _answer(order: orders.Order, told: Explanation) -> ExplanationOut:
    return ExplanationOut(
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


def _account(one: Account, currency: str) -> AccountOut:
    return AccountOut(
        one.title, one.sku or None, [_step(step, currency) for step in one.steps],
        shapes.Amount(one.total, currency), _step(one.tax, currency) if one.tax else None,
    )  # fmt: skip


def _step(one: Step, currency: str) -> StepOut:
    return StepOut(
        one.kind, one.label, shapes.Amount(one.amount, currency), one.exact or None,
        one.leftover if one.exact else None, one.note,
    )  # fmt: skip
