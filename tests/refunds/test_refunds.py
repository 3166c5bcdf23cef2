"""Money that goes back: promised before anybody is asked, never more than there is, and in the books."""

import asyncpg
import pytest
from tests.factories import place

from kassa import orders, refunds
from kassa.refunds import RefundLine
from kassa.stripe import Unreachable

S = orders.State


async def test_an_order_is_refunded_in_full(till):
    order = await till.sold()

    made = await till.give_back(order)
    assert (made.state, made.amount_minor) == ("requested", order.total_minor)
    assert (await till.order(order)).refunded_minor == order.total_minor
    await till.settle()

    after = await till.order(order)
    assert (after.state, after.refunded_minor) == (S.REFUNDED, order.total_minor)
    assert await till.states(order) == [("requested", order.total_minor, "succeeded")]
    assert await till.charged() == [0]
    assert await till.stock() == (3, 0)
    assert (await till.journal(order))[-3:] == [
        "refund.requested", "refund.succeeded", "order.refunded_in_full",
    ]  # fmt: skip


async def test_several_amounts_go_back_until_nothing_is_left(till):
    order = await till.sold()

    for amount in (500, 1, order.total_minor - 501):
        await till.give_back(order, amount)
        await till.settle()

    assert [state for _, _, state in await till.states(order)] == ["succeeded"] * 3
    assert (await till.order(order)).state is S.REFUNDED
    assert await till.charged() == [0]
    with pytest.raises(refunds.RefundTooLarge):
        await till.give_back(order)


async def test_part_of_the_money_leaves_the_order_where_it_is(till):
    order = await till.sold()

    await till.give_back(order, 700)
    await till.settle()

    after = await till.order(order)
    assert (after.state, after.refunded_minor) == (S.PAID, 700)
    assert await till.charged() == [order.total_minor - 700]


@pytest.mark.parametrize("more", [1, 10**9])
async def test_more_than_is_left_is_refused_and_nothing_is_sent(till, more):
    order = await till.sold()
    await till.give_back(order, 500)
    before = await till.journal(order)

    with pytest.raises(refunds.RefundTooLarge) as refused:
        await till.give_back(order, order.total_minor - 500 + more)

    assert refused.value.extra == {"left": order.total_minor - 500, "currency": "EUR"}
    assert await till.states(order) == [("requested", 500, "requested")]
    assert await till.journal(order) == before
    assert (await till.order(order)).refunded_minor == 500


@pytest.mark.parametrize("amount", [0, -1])
async def test_a_refund_of_nothing_is_refused(till, amount):
    order = await till.sold()

    with pytest.raises(refunds.InvalidRefund):
        await till.give_back(order, amount)

    assert await till.states(order) == []


async def test_an_order_nobody_paid_has_nothing_to_give_back(till):
    order = await place(till.db, till.clock)

    with pytest.raises(refunds.NothingToRefund):
        await till.give_back(order)

    assert await till.states(order) == []


async def test_the_database_itself_refuses_more_than_was_received(till):
    order = await till.sold()
    await till.give_back(order, order.total_minor)

    with pytest.raises(asyncpg.CheckViolationError):
        async with till.db.transaction() as tx:
            await tx.execute("update refunds set amount_minor = amount_minor + 1")

    assert await till.states(order) == [("requested", order.total_minor, "requested")]


async def test_a_refund_whose_answer_is_lost_is_made_once(till):
    order = await till.sold()
    refund = await till.give_back(order, 900)
    fault = {"match": {"path": "/v1/refunds"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", fault)

    with pytest.raises(Unreachable):
        await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)
    assert await till.states(order) == [("requested", 900, "requested")]
    await till.settle()
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)

    assert await till.states(order) == [("requested", 900, "succeeded")]
    assert await till.charged() == [order.total_minor - 900]


async def test_a_refund_asked_for_again_after_days_is_looked_for_first(till):
    till.deaf = True
    order = await till.sold_unheard()
    refund = await till.give_back(order, 900)
    fault = {"match": {"path": "/v1/refunds"}, "fault": "lose_answer", "count": 3}
    await till.stripe.control("POST", "/faults", fault)
    with pytest.raises(Unreachable):
        await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)

    till.clock.advance(days=3)
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)

    assert await till.states(order) == [("requested", 900, "succeeded")]
    assert await till.charged() == [order.total_minor - 900]


async def test_a_refund_whose_job_was_lost_is_asked_for_by_the_clock(till):
    order = await till.sold()
    await till.give_back(order, 900)
    async with till.db.transaction() as tx:
        await tx.execute("delete from jobs")

    till.clock.advance(minutes=6)
    await refunds.look_after(till.db, till.gateway, clock=till.clock)
    await till.settle()

    assert await till.states(order) == [("requested", 900, "succeeded")]


async def test_a_refund_the_provider_refuses_has_failed_and_is_a_case(till):
    order = await till.sold()
    refund = await till.give_back(order, 1000)
    till.deaf = True
    await till.dashboard_refund(order, order.total_minor)

    await till.settle()

    assert await till.states(order) == [("requested", 1000, "failed")]
    assert (await till.order(order)).refunded_minor == 0
    assert await till.cases() == [("refund_failed", f"refund:{refund.id}")]
    assert (await till.books()).get("refunds", 0) == 0


async def test_lines_go_back_with_what_was_paid_for_them_and_to_the_shelf_if_they_can_be_sold(till):
    order = await till.sold(("EMMA-PB", 2), ("WALDEN-HB", 1))
    emma, walden = order.lines

    await till.give_back(order, lines=[RefundLine(emma.id, 1, restock=True), RefundLine(walden.id, 1)])
    await till.settle()

    assert await till.states(order) == [("requested", 1299 + 2100, "succeeded")]
    assert await till.stock("EMMA-PB") == (4, 0)
    assert await till.stock("WALDEN-HB") == (4, 0)
    async with till.db.connection() as conn:
        assert await refunds.refunded_units(conn, order.id) == {emma.id: 1, walden.id: 1}
        moved = await conn.fetch("select delta, order_id from movements where kind = 'return'")
    assert [tuple(row) for row in moved] == [(1, order.id)]


async def test_more_units_than_were_sold_are_refused(till):
    order = await till.sold(("EMMA-PB", 2), ("WALDEN-HB", 1))
    (emma, _), before = order.lines, await till.stock()
    await till.give_back(order, lines=[RefundLine(emma.id, 1, restock=True)])

    with pytest.raises(refunds.RefundTooLarge) as refused:
        await till.give_back(order, lines=[RefundLine(emma.id, 2, restock=True)])

    assert refused.value.extra["left"] == 1
    assert await till.stock() == (before[0] + 1, 0)


async def test_a_line_that_is_not_the_orders_is_refused(till):
    order, other = await till.sold(), await till.sold()

    for lines in ([RefundLine(other.lines[0].id, 1)], [RefundLine(order.lines[0].id, 1)] * 2,
                  [RefundLine(order.lines[0].id, 0)]):  # fmt: skip
        with pytest.raises(refunds.InvalidRefund):
            await till.give_back(order, lines=lines)

    assert await till.states(order) == []


async def test_an_amount_for_lines_may_be_less_than_they_were_worth(till):
    order = await till.sold()
    (line,) = order.lines

    await till.give_back(order, 999, [RefundLine(line.id, 2, restock=True)])

    assert await till.states(order) == [("requested", 999, "requested")]
    assert await till.stock() == (5, 0)
    async with till.db.connection() as conn:
        (given,) = await refunds.lines_of_order(conn, order.id)
    assert (given.quantity, given.amount_minor, given.restock) == (2, 999, True)


async def test_goods_that_went_to_the_shelf_do_not_go_there_again_when_the_money_came_back(till):
    order = await till.sold(card="pm_card_refundFail")
    (line,) = order.lines
    await till.give_back(order, lines=[RefundLine(line.id, 2, restock=True)])
    await till.pass_time()
    assert [state for *_, state in await till.states(order)] == ["failed"]

    with pytest.raises(refunds.AlreadyRestocked):
        await till.give_back(order, lines=[RefundLine(line.id, 2, restock=True)])
    await till.give_back(order, lines=[RefundLine(line.id, 2)])

    assert await till.stock() == (5, 0)


async def test_a_refund_that_was_written_down_is_not_written_down_again(till):
    order = await till.sold()
    first = await till.give_back(order, 500)

    async with till.db.transaction() as tx:
        again = await refunds.request(
            tx, order.id, amount=500, reason="", actor="x", now=till.clock.now(), refund_id=first.id
        )

    assert again.id == first.id
    assert len(await till.states(order)) == 1


async def test_what_a_bank_took_back_is_not_given_back_a_second_time(till):
    order = await till.sold()
    await till.give_back(order, 500)
    await till.settle()
    (payment,) = await till.payments(order)
    await till.stripe.control("POST", "/disputes", {"charge": payment.charge_ref})
    await till.settle()

    with pytest.raises(refunds.RefundTooLarge) as refused:
        await till.give_back(order, 1)

    assert refused.value.extra["left"] == 0
    assert len(await till.states(order)) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_stripe_does_not_know_fails_no_refund(till, status):
    order = await till.sold()
    refund = await till.give_back(order, amount=500)
    fault = {"match": {"path": "/v1/refunds"}, "fault": "status", "status": status, "count": 1}
    await till.stripe.control("POST", "/faults", fault)

    with pytest.raises(Unreachable):
        await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)

    assert await till.states(order) == [("requested", 500, "requested")]
    await refunds.submit(till.db, till.gateway, refund.id, clock=till.clock)
    assert await till.states(order) == [("requested", 500, "succeeded")]
    assert await till.cases() == []
