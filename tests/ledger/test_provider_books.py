"""What the ledger says is at the provider is what the provider's own books say, to the minor unit."""

import json

import pytest
from tests.factories import make_variant, place
from tests.money import LawfulTransport, Till

from kassa import checkout, inventory, ledger, orders, reconciliation, refunds
from kassa.ledger import Account as A
from kassa.reconciliation import reconcile
from kassa.stripe import Gateway


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock, on_hand=100)
    yield made
    made.stripe.close()


async def paid(till, db, clock, card="pm_card_visa", currency="EUR"):
    order = await place(db, clock, currency=currency)
    assert await till.confirm(await till.pay(order), card) == "succeeded"
    await settled(till, clock)
    return order


async def settled(till, clock):
    """Let everything happen that is on its way, at the provider too."""
    for _ in range(4):
        await till.settle()
        clock.advance(seconds=90)
    await till.settle()


async def give_back(till, db, clock, order, amount=None):
    async with db.transaction() as tx:
        await refunds.request(
            tx, order.id, amount=amount, reason="wanted", actor="staff:ada", now=clock.now()
        )
    await settled(till, clock)


async def provider(db, currency="EUR"):
    async with db.connection() as conn:
        balances = await ledger.balances(conn)
    for one in {of for of, _ in balances}:
        assert sum(amount for (of, _), amount in balances.items() if of == one) == 0
    return balances.get((currency, A.PROVIDER), 0)


async def at_stripe(till, currency="EUR"):
    balance = await till.stripe.stripe.v1.balance.retrieve_async()
    return sum(
        part.amount for part in [*balance.available, *balance.pending] if part.currency == currency.lower()
    )


async def test_payments_in_two_currencies_less_their_fees(till, db, clock):
    for currency in ("EUR", "USD", "EUR"):
        await paid(till, db, clock, currency=currency)

    for currency in ("EUR", "USD"):
        assert await provider(db, currency) == await at_stripe(till, currency) > 0


async def test_refunds_in_part_and_in_full(till, db, clock):
    first, second = await paid(till, db, clock), await paid(till, db, clock)
    await give_back(till, db, clock, first, 500)
    await give_back(till, db, clock, first)
    await give_back(till, db, clock, second, 1)

    assert await provider(db) == await at_stripe(till)


async def test_a_refund_that_comes_back_later(till, db, clock):
    order = await paid(till, db, clock, card="pm_card_refundFail")
    before = await provider(db)
    await give_back(till, db, clock, order, 700)
    for _ in range(4):
        clock.advance(hours=12)
        await settled(till, clock)

    assert [refund.state for refund in await till.refunds(order)] == ["failed"]
    assert await provider(db) == await at_stripe(till) == before


async def test_surplus_that_went_back_by_itself(till, db, clock):
    order = await place(db, clock)
    payment = await till.pay(order)
    till.deaf = True
    await till.confirm(payment)
    async with db.transaction() as tx:
        await orders.apply(tx, order.id, orders.Event.EXPIRED, now=clock.now(), actor="clock")
        await inventory.adjust(tx, "EMMA-PB", -100, "lost", actor="test", now=clock.now())
    till.deaf = False
    await checkout.sync_payment(db, till.gateway, payment.id, clock=clock, actor="customer")
    await settled(till, clock)

    assert [refund.state for refund in await till.refunds(order)] == ["succeeded"]
    assert await provider(db) == await at_stripe(till) < 0
    async with db.connection() as conn:
        balances = await ledger.balances(conn)
    assert balances["EUR", A.RECEIVABLE] == 0
    assert balances["EUR", A.FEES] == -balances["EUR", A.PROVIDER]


@pytest.mark.parametrize("ending", ["lost", "won"])
async def test_disputes(till, db, clock, ending):
    order = await paid(till, db, clock)
    before = await provider(db)
    [charge] = (await till.stripe.stripe.v1.charges.list_async({"limit": 1})).data
    _, dispute = await till.stripe.control("POST", "/disputes", {"charge": charge.id})
    await settled(till, clock)
    taken = before - await provider(db)
    assert before - taken == await at_stripe(till)
    assert taken > order.total_minor

    await till.stripe.control("POST", f"/disputes/{dispute['id']}/close", {"status": ending})
    await settled(till, clock)

    assert await provider(db) == await at_stripe(till) == (before if ending == "won" else before - taken)


class Exchange(LawfulTransport):
    """A Stripe that settles dollars in euros, at ninety cents, and a cent less when it gives them back."""

    async def request_async(self, *args, **kwargs):
        body, status, headers = await super().request_async(*args, **kwargs)
        return json.dumps(exchanged(json.loads(body))).encode(), status, headers


def exchanged(told):
    """The same answer, its lines of the balance in euros."""
    if isinstance(told, list):
        return [exchanged(part) for part in told]
    if not isinstance(told, dict):
        return told
    told = {name: exchanged(part) for name, part in told.items()}
    if told.get("object") == "balance_transaction" and told["currency"] == "usd":
        worth, fee = round(told["amount"] * 0.9) - (told["amount"] < 0), round(told["fee"] * 0.9)
        told |= {"currency": "eur", "amount": worth, "fee": fee, "net": worth - fee, "exchange_rate": 0.9}
    return told


@pytest.fixture
def abroad(till):
    """A till whose Stripe account is kept in euros alone."""
    till.gateway = Gateway(
        "sk_test_shop", api_base="http://sandbox.test", transport=Exchange(till.stripe.app),
        return_base="http://shop.test",
    )  # fmt: skip
    return till


async def agrees(till, db):
    """Nothing of what was sold in dollars stands at the provider in dollars, and the euros are its own."""
    proof = await reconciliation.prove(db, till.gateway)
    # No mails are built here, so there are no receipts.
    assert [check.violations for check in proof.checks if check.violations and check.name != "receipts"] == []
    lines = (await till.gateway._client.v1.balance_transactions.list_async({"limit": 100})).data
    assert await provider(db, "USD") == 0
    assert await provider(db, "EUR") == sum(line.net for line in lines)


async def test_what_is_settled_in_another_currency_is_refunded_in_it(abroad, db, clock):
    order = await paid(abroad, db, clock, currency="USD")
    await agrees(abroad, db)

    await give_back(abroad, db, clock, order, 500)
    await agrees(abroad, db)

    await give_back(abroad, db, clock, order)
    await agrees(abroad, db)
    async with db.connection() as conn:
        books = await ledger.balances(conn)
    assert books["USD", A.REFUNDS] == order.total_minor


async def test_a_refund_that_comes_back_in_another_currency_is_exchanged_twice(abroad, db, clock):
    order = await paid(abroad, db, clock, card="pm_card_refundFail", currency="USD")
    await give_back(abroad, db, clock, order, 700)
    for _ in range(4):
        clock.advance(hours=12)
        await settled(abroad, clock)

    assert [refund.state for refund in await abroad.refunds(order)] == ["failed"]
    await agrees(abroad, db)
    async with db.connection() as conn:
        kinds = [entry.kind for entry in await ledger.of_order(conn, order.id)]
    assert kinds.count("exchange_in") == kinds.count("exchange_out") == 3


@pytest.mark.parametrize("ending", ["lost", "won"])
async def test_a_dispute_settled_in_another_currency(abroad, db, clock, ending):
    await paid(abroad, db, clock, currency="USD")
    [charge] = (await abroad.stripe.stripe.v1.charges.list_async({"limit": 1})).data
    _, dispute = await abroad.stripe.control("POST", "/disputes", {"charge": charge.id})
    await settled(abroad, clock)
    await agrees(abroad, db)

    await abroad.stripe.control("POST", f"/disputes/{dispute['id']}/close", {"status": ending})
    await settled(abroad, clock)

    await agrees(abroad, db)


async def test_an_exchange_that_the_books_lack_is_found_in_the_balance(abroad, db, clock):
    order = await paid(abroad, db, clock, currency="USD")
    plain, abroad.gateway = abroad.gateway, Gateway(
        "sk_test_shop", api_base="http://sandbox.test", transport=LawfulTransport(abroad.stripe.app),
        return_base="http://shop.test",
    )  # fmt: skip
    await give_back(abroad, db, clock, order, 500)  # the lines of the balance were not there yet
    abroad.gateway = plain
    assert (await provider(db, "USD")) == -500

    await reconcile.reconcile(db, abroad.gateway, clock=clock)

    await agrees(abroad, db)
