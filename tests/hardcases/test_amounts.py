"""One sum, from the shelf to Stripe; and what it costs to work it out."""

import pytest
from tests.factories import ADDRESS, make_variant, place

from kassa import checkout, inventory, orders
from kassa.kernel.address import Address
from kassa.kernel.db import Conn

AMERICA = Address(
    name="Ada", line1="Broadway 1", city="New York", postal_code="10001", country="US", region="NY"
)
STATEMENTS = ("fetch", "fetchrow", "fetchval", "execute", "executemany")
#: Statements of the shop's from a filled form to a held order, and from Stripe's word to a sold one. Of the first, one
#: each is for discounts, taxes, shipping and rates of exchange; of the second, two for discounts and gift cards.
TO_PLACE, TO_PAY = 14, 18


@pytest.mark.parametrize("flow", ["element", "hosted"])
@pytest.mark.parametrize(("currency", "address"), [("EUR", ADDRESS), ("USD", AMERICA), ("EUR", AMERICA)])
async def test_lines_tax_and_shipping_are_the_total_and_the_total_is_what_stripe_asks_for(
    till, db, clock, flow, currency, address
):
    for sku, price in (("ODD", 333), ("ODDER", 1001)):
        await make_variant(db, clock, sku, price=price, on_hand=50)
    lines = [("ODD", 7), ("ODDER", 3), ("EMMA-PB", 1)]
    order = await place(db, clock, lines=lines, currency=currency, shipping_address=address)
    parts = sum(line.total_minor for line in order.lines) + order.shipping_minor
    assert order.total_minor == parts + (0 if order.tax_included else order.tax_minor)

    payment = await till.pay(order, flow)

    stripe = till.stripe.stripe.v1
    if flow == "element":
        asked = (await stripe.payment_intents.retrieve_async(payment.intent_ref)).amount
    else:
        asked = (await stripe.checkout.sessions.retrieve_async(payment.session_ref)).amount_total
    assert asked == order.total_minor == payment.amount_minor


async def test_the_same_book_on_two_lines_is_one_wish(till, db, clock):
    with pytest.raises(inventory.InsufficientStock) as short:
        await place(db, clock, lines=[("EMMA-PB", 3), ("EMMA-PB", 3)])

    assert short.value.extra["items"] == [{"sku": "EMMA-PB", "requested": 6, "available": 5}]
    assert await till.stock() == (5, 0)
    order = await place(db, clock, lines=[("EMMA-PB", 3), ("EMMA-PB", 2)])
    assert [line.quantity for line in order.lines] == [5]
    assert await till.stock() == (5, 5)


async def counted(monkeypatch, work):
    """How many statements `work` sends to the database."""
    count = 0
    with monkeypatch.context() as patch:
        for name in STATEMENTS:

            def counting(told):
                async def send(self, *args):
                    nonlocal count
                    count += 1
                    return await told(self, *args)

                return send

            patch.setattr(Conn, name, counting(getattr(Conn, name)))
        await work
    return count


async def test_the_statements_of_a_purchase_are_few_and_do_not_grow_with_its_lines(
    till, db, clock, monkeypatch
):
    skus = [f"BOOK-{n}" for n in range(20)]
    for sku in skus:
        await make_variant(db, clock, sku)

    async def placed(wanted):
        found.append(await place(db, clock, lines=[(sku, 1) for sku in wanted]))

    till.deaf = True
    found: list[orders.Order] = []
    one = await counted(monkeypatch, placed(skus[:1]))
    twenty = await counted(monkeypatch, placed(skus))
    assert one == twenty <= TO_PLACE

    spent = []
    for order in found:
        payment = await till.pay(order)
        await till.confirm(payment)
        told = checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
        spent.append(await counted(monkeypatch, told))
    assert spent[0] == spent[1] <= TO_PAY
