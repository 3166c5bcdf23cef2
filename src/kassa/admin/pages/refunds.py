"""Money that goes back: a form on the order's page, by amount or by line."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from kassa import accounts, disputes, orders, payments, refunds
from kassa.admin.desk import AnyRequest, enter, go, read_form, shop_of, units_by_line
from kassa.kernel.db import Conn
from kassa.kernel.errors import Conflict, Invalid, Unavailable
from kassa.kernel.ids import new_id, parse_id
from kassa.kernel.money import parse_decimal, show
from kassa.refunds import RefundLine

_FIELDS: Final = 110
_REASON_LIMIT: Final = 500
_RESTOCK: Final = "restock:"


@post("/admin/orders/{order_id:str}/refunds")
async def refund(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """POST /admin/orders/{id}/refunds: give money back, and goods to the shelf.

    The form carries the refund's id, drawn when it was shown: sending it twice gives back once.
    """
    desk, shop, id_ = await enter(request), shop_of(request), parse_id(order_id)
    if id_ is None:
        raise orders.OrderNotFound("There is no such order.")
    values = await read_form(request, desk.csrf, fields=_FIELDS)
    try:
        async with shop.db.transaction() as tx:
            order = await orders.get(tx, id_)
            amount, lines = _amount(values, order.currency), _lines(values)
            if amount is None and not lines and values.get("step") != "all":
                raise Invalid("Choose lines, or write an amount.", code="invalid_form")
            made = await refunds.request(
                tx, id_, amount=amount, lines=lines, reason=_reason(values), actor=desk.actor,
                now=shop.clock.now(), refund_id=parse_id(values.get("refund_id", "")),
            )  # fmt: skip
            back = (await orders.get(tx, id_)).refunded_minor - order.refunded_minor
            total = show(back or made.amount_minor, order.currency)
            await accounts.flash(tx, desk.token, f"{total} go back; the provider is being asked.", "good")
    except (Conflict, Invalid, Unavailable) as refused:
        if refused.code == "database_unavailable":
            raise  # whether it was written down is not known; the same form again finds out
        async with shop.db.transaction() as tx:
            await accounts.flash(tx, desk.token, f"Nothing was refunded. {refused.detail}", "bad")
    return go(f"/admin/orders/{id_}#refunds")


@post("/admin/payments/{payment_id:str}/surplus")
async def again(request: AnyRequest, payment_id: FromPath[str]) -> Response[Any]:
    """POST /admin/payments/{id}/surplus: send surplus back another time, after it did not arrive."""
    desk, shop, id_ = await enter(request), shop_of(request), parse_id(payment_id)
    await read_form(request, desk.csrf)
    if id_ is None:
        raise payments.PaymentNotFound("There is no such payment.")
    async with shop.db.transaction() as tx:
        payment = await payments.get(tx, id_)
        made = await refunds.return_surplus(tx, id_, actor=desk.actor, now=shop.clock.now())
        told = "The surplus is sent back again." if made else "Nothing of it is left to send back."
        await accounts.flash(tx, desk.token, told, "good" if made else "bad")
    return go(f"/admin/orders/{payment.order_id}#refunds")


async def shown(conn: Conn, order_id: UUID) -> dict[str, Any]:
    """What the order's page shows of its refunds and disputes, and why nothing can be given back, if so."""
    order = await orders.get(conn, order_id)
    given = await refunds.lines_of_order(conn, order_id)
    left, contested = await refunds.left_minor(conn, order), await disputes.of_order(conn, order_id)
    attempts = await payments.of_order(conn, order_id)
    names = {line.id: line for line in order.lines}
    parts = await refunds.left_of_payments(conn, order)
    return {
        "refundable": refunds.lines_left(order, given),
        "refund_left": left,
        "refund_parts": parts if any(one.payment.gift_card_id for one in parts) else [],
        "no_refund": _why_not(order, left, attempts, contested),
        "new_refund": new_id(),
        "stranded": await _stranded(conn, order, attempts),
        "refunded_lines": [(one, names[one.line_id]) for one in given],
        "shipped": order.state in (orders.State.FULFILLING, orders.State.FULFILLED),
        "disputes": contested,
    }


async def _stranded(conn: Conn, order: orders.Order, attempts: list[payments.Payment]) -> dict[UUID, int]:
    """Surplus by payment, in minor units, whose refund came to nothing: somebody must send it again."""
    gone, tried = await refunds.given(conn, order.id), await refunds.of_order(conn, order.id)
    failed = {one.payment_id for one in tried if not one.own and one.state in ("failed", "canceled")}
    rests = {
        one.id: payments.surplus_minor(one, order) - gone.get(one.id, refunds.Given()).surplus
        for one in attempts
        if one.id in failed
    }
    return {payment_id: rest for payment_id, rest in rests.items() if rest > 0}


def _why_not(
    order: orders.Order, left: int, attempts: list[payments.Payment], contested: list[disputes.Dispute]
) -> str | None:
    if left:
        return None
    if any(one.withdrawn_minor for one in contested):
        return "The customer's bank has taken the money back already: there is nothing left to refund."
    if any(one.state == "succeeded" and not one.surplus for one in attempts):
        return "All that was paid for this order has gone back, or is on its way."
    if any(one.state == "authorized" for one in attempts):
        return "The money is only authorised and was not collected yet: cancel the order instead."
    return "Nothing was paid for this order, so there is nothing to give back."


def _amount(values: Mapping[str, str], currency: str) -> int | None:
    text = values.get("amount", "").strip().replace(",", ".")
    return parse_decimal(text, currency) if text else None


def _lines(values: Mapping[str, str]) -> list[RefundLine]:
    """Units by line, and whether they can be sold again."""
    return [
        RefundLine(line_id, units, restock=f"{_RESTOCK}{line_id}" in values)
        for line_id, units in units_by_line(values).items()
        if units
    ]


def _reason(values: Mapping[str, str]) -> str:
    reason = " ".join(values.get("reason", "").replace("\x00", "").split())
    if len(reason) > _REASON_LIMIT:
        raise Invalid(f"A reason has at most {_REASON_LIMIT} characters.", code="invalid_form")
    return reason or "requested"
