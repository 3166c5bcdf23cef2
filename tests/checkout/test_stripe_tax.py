"""Taxes that Stripe works out: asked before an order is placed, told when it is paid, taken back with a refund."""

from typing import Any

import pytest
from tests.factories import ADDRESS, HOLD_SECONDS, make_variant
from tests.money import Till

from kassa import checkout, orders, refunds
from kassa.kernel.address import Address
from kassa.kernel.ids import new_id
from kassa.pricing import taxes
from kassa.pricing.explain import explain
from kassa.pricing.taxes import elsewhere
from kassa.refunds import RefundLine

NEW_YORK = Address(
    name="Ada Lovelace", line1="5 Spring St", city="New York", postal_code="10001", country="US", region="NY"
)


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock, on_hand=50)
    async with db.transaction() as tx:
        known = await taxes.settings(tx)
        await taxes.save(
            tx, taxes.Settings(known.home, known.rounding, "stripe", known.on_top, ""), now=clock.now()
        )
    yield made
    made.stripe.close()


async def place(till: Till, quantity: int = 2, **more: Any) -> orders.Order:
    """An order placed as the till places it: what must be asked is asked first."""
    wish = checkout.PlaceOrder(**{
        "order_id": new_id(), "email": "ada@example.org", "currency": "EUR", "shipping_address": ADDRESS,
        "lines": [("EMMA-PB", quantity)],
    } | more)  # fmt: skip

    async def attempt() -> orders.Order:
        async with till.db.transaction() as tx:
            order, _ = await checkout.place_order(
                tx, wish, now=till.clock.now(), hold_seconds=HOLD_SECONDS, actor="customer"
            )
            return order

    return await checkout.taxed(till.db, till.gateway, attempt, clock=till.clock)


async def paid(till: Till, **more: Any) -> orders.Order:
    """An order that was placed and paid, all jobs done."""
    order = await place(till, **more)
    await till.confirm(await till.pay(order))
    await till.settle()
    return await till.order(order)


async def give(till: Till, order: orders.Order, **what: Any) -> refunds.Refund:
    """Money back, all jobs done."""
    async with till.db.transaction() as tx:
        back = await refunds.request(tx, order.id, reason="", actor="test", now=till.clock.now(), **what)
    await till.settle()
    return back


async def sale(till: Till, order: orders.Order) -> elsewhere.Sale:
    async with till.db.connection() as conn:
        found = await elsewhere.sale(conn, order.id)
    assert found is not None
    return found


async def quote(till: Till, order: orders.Order) -> Any:
    async with till.db.connection() as conn:
        return await orders.quote_of(conn, order.id)


async def seen(till: Till, reference: str) -> dict[str, Any]:
    """What Stripe has under an id of its own."""
    found = await till.stripe.stripe.v1.tax.transactions.retrieve_async(reference)
    return found.to_dict()


async def cases(till: Till) -> list[str]:
    async with till.db.connection() as conn:
        return [row["kind"] for row in await conn.fetch("select kind from cases order by kind")]


async def test_an_order_costs_what_stripe_says_and_keeps_the_calculation(till):
    order = await place(till, currency="USD", shipping_address=NEW_YORK)

    made = await quote(till, order)
    assert made.tax_provider == "stripe"
    assert made.tax_reference.startswith("taxcalc_")
    assert order.tax_minor == round(2 * 1499 * 0.04)
    assert order.total_minor == order.subtotal_minor + order.shipping_minor + order.tax_minor
    assert explain(made, total=order.total_minor).agrees
    assert (await sale(till, order)).state == "waiting"


async def test_tax_in_the_price_stays_in_it(till):
    order = await place(till)

    made = await quote(till, order)
    assert order.tax_included
    assert order.total_minor == order.subtotal_minor + order.shipping_minor
    assert [line.basis_points for line in made.tax_lines] == [
        700,
        1900,
    ]  # Stripe taxes what sending costs in full
    assert explain(made, total=order.total_minor).agrees
    assert "Stripe Tax" in explain(made).rule_text


async def test_a_sale_is_told_once_it_is_paid_and_only_once(till):
    order = await paid(till)

    known = await sale(till, order)
    assert known.state == "recorded"
    told = await seen(till, known.transaction)
    assert (told["reference"], told["type"]) == (str(order.id), "transaction")
    await elsewhere.declare(till.db, till.gateway, order.id, clock=till.clock)
    assert await sale(till, order) == known


async def test_an_order_that_dies_is_never_told(till):
    order = await place(till)
    await checkout.cancel(till.db, till.gateway, order.id, clock=till.clock, actor="customer")
    await till.settle()
    assert (await sale(till, order)).state == "waiting"


async def test_money_that_goes_back_is_taken_off_the_sale(till, db):
    order = await paid(till)
    half = await give(till, order, lines=[RefundLine(order.lines[0].id, 1, restock=False)])
    rest = await give(till, order)

    async with db.connection() as conn:
        backs = {row["refund_id"]: row for row in await conn.fetch("select * from tax_reversals")}
    assert {row["state"] for row in backs.values()} == {"recorded"}
    assert not any(row["whole"] for row in backs.values())
    assert sum(row["amount_minor"] for row in backs.values()) == order.total_minor
    for back in (half, rest):
        told = await seen(till, backs[back.id]["reference"])
        assert (told["type"], told["reference"]) == ("reversal", str(back.id))


async def test_all_of_it_at_once_is_one_whole_reversal(till, db):
    order = await paid(till)
    await give(till, order)
    async with db.connection() as conn:
        (row,) = await conn.fetch("select whole, state, reference from tax_reversals")
    assert (row["whole"], row["state"]) == (True, "recorded")


async def test_the_same_question_on_the_same_day_is_asked_once_and_both_sales_are_told(till):
    first, second = await paid(till), await paid(till)

    assert (await quote(till, first)).tax_reference == (await quote(till, second)).tax_reference
    told = [await sale(till, order) for order in (first, second)]
    assert [one.state for one in told] == ["recorded", "recorded"]
    assert told[0].transaction != told[1].transaction
    assert await cases(till) == []


async def test_while_stripe_is_away_the_table_answers_and_the_order_says_so(till):
    fault = {"match": {"path": "/v1/tax/calculations"}, "fault": "lose_request", "count": 9}
    await till.stripe.control("POST", "/faults", fault)
    order = await place(till)

    made = await quote(till, order)
    assert (made.tax_provider, made.tax_reference) == ("table", "stripe:unreachable")
    assert [line.basis_points for line in made.tax_lines] == [700]
    assert "tax.by_table" in await till.journal(order)
    async with till.db.connection() as conn:
        assert await elsewhere.sale(conn, order.id) is None
    await till.stripe.control("DELETE", "/faults")
    # What was answered holds for whoever was shown it; later Stripe is asked again.
    assert (await quote(till, await place(till))).tax_provider == "table"
    till.clock.advance(seconds=601)
    assert (await quote(till, await place(till))).tax_provider == "stripe"


async def test_an_answer_that_is_lost_is_asked_for_again_and_makes_one_transaction(till):
    order = await place(till)
    fault = {
        "match": {"path": "/v1/tax/transactions/create_from_calculation"},
        "fault": "lose_answer",
        "count": 3,
    }
    await till.stripe.control("POST", "/faults", fault)
    await till.confirm(await till.pay(order))
    await till.settle()
    assert (await sale(till, order)).state == "due"

    till.clock.advance(seconds=60)
    await till.settle()
    assert (await sale(till, order)).state == "recorded"
    assert await cases(till) == []


async def test_a_sale_that_stripe_refuses_for_good_is_a_case_and_so_its_refund_is_none(till, db):
    order = await place(till)
    async with db.transaction() as tx:
        await tx.execute(
            "update tax_sales set calculation = 'taxcalc_gone', wish = jsonb_set(wish, '{lines,0,amount}', '1')"
        )
    await till.confirm(await till.pay(order))
    await till.settle()

    assert (await sale(till, order)).state == "impossible"
    assert await cases(till) == ["tax_not_recorded"]
    await give(till, order)
    async with db.connection() as conn:
        assert await conn.fetchval("select state from tax_reversals") == "impossible"
    assert await cases(till) == ["tax_not_recorded"]


async def test_a_refund_that_stripe_refuses_is_a_case(till):
    order = await paid(till)
    known = await sale(till, order)
    await till.gateway.taxes.reverse(
        known.transaction, reference="by hand", amount=None, currency="EUR", key="by hand"
    )
    await give(till, order)
    assert await cases(till) == ["tax_not_reversed"]


async def test_a_place_that_stripe_cant_tell_is_left_to_the_table(till):
    nowhere = Address(name="A", line1="1 St", city="X", postal_code="00000", country="US", region="NY")
    made = await quote(till, await place(till, currency="USD", shipping_address=nowhere))
    assert (made.tax_provider, made.tax_reference) == ("table", "stripe:customer_tax_location_invalid")


async def test_a_shop_with_a_table_asks_nobody(till, db, clock):
    async with db.transaction() as tx:
        known = await taxes.settings(tx)
        await taxes.save(
            tx, taxes.Settings(known.home, known.rounding, "table", known.on_top, ""), now=clock.now()
        )
    order = await paid(till)
    assert (await quote(till, order)).tax_provider == "table"
    async with db.connection() as conn:
        assert await elsewhere.sale(conn, order.id) is None
        assert await conn.fetchval("select count(*) from tax_answers") == 0
