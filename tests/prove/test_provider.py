"""Prove, with the provider's books: what they say and what we say is the same, object by object."""

import pytest
from tests.checkout.buying import buy, pay
from tests.factories import after_the_hold, make_variant, place
from tests.money import Till
from tests.prove.shop import broken

from kassa import checkout, refunds
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.reconciliation.prove import prove


@pytest.fixture
async def till(db: Database, clock: FrozenClock) -> Till:
    """A shop in which one order was paid and partly paid back, one given up, one lapsed, one is open."""
    till = Till(db, clock)
    await make_variant(db, clock, on_hand=20)
    paid, given_up, lapsed = [await place(db, clock) for _ in range(3)]
    payment = await till.pay(paid)
    await till.confirm(payment)
    await till.settle()
    async with db.transaction() as tx:
        await refunds.request(
            tx, paid.id, amount=500, lines=None, reason="late", actor="staff:ada", now=clock.now()
        )
    await till.pay(given_up)
    await checkout.cancel(db, till.gateway, given_up.id, clock=clock, actor="customer")
    await till.confirm(await till.pay(lapsed), "pm_card_chargeDeclined")
    await till.settle()
    after_the_hold(clock)
    await checkout.expire_due(db, till.gateway, clock=clock)
    await till.pay(await place(db, clock))
    await till.settle()
    clock.advance(seconds=1)
    return till


async def found(till: Till, *, patience: float = 0) -> dict[str, list[str]]:
    """What is broken between the two books. Till builds no mails, so there are no receipts."""
    proof = await prove(till.db, till.gateway, clock=till.clock, patience=patience)
    return {name: said for name, said in broken(proof).items() if name.startswith("provider_")}


async def test_a_shop_that_was_driven_agrees_with_the_provider(till: Till):
    proof = await prove(till.db, till.gateway, clock=till.clock)

    assert set(broken(proof)) <= {"receipts"}
    counted = {check.name: check.counted for check in proof.checks if check.name.startswith("provider_p")}
    assert counted == {"provider_payments": 1, "provider_payable": 4}


async def test_a_success_that_was_lost_here_is_named(till: Till):
    await _by_hand(
        till, "update payments set state = 'canceled', received_minor = 0 where state = 'succeeded'"
    )

    wrong = await found(till)

    assert list(wrong) == ["provider_payments"]
    assert "is succeeded with" in wrong["provider_payments"][0]
    assert "here is canceled with 0 EUR" in wrong["provider_payments"][0]


async def test_another_amount_is_named(till: Till):
    await _by_hand(till, "update payments set received_minor = received_minor + 1 where state = 'succeeded'")

    assert list(await found(till)) == ["provider_payments"]


async def test_a_success_that_nobody_there_knows_is_named(till: Till):
    await _by_hand(till, "update payments set intent_ref = 'pi_dreamt' where state = 'succeeded'")

    wrong = await found(till)

    assert "pi_dreamt succeeded here, and not there" in wrong["provider_payments"]


async def test_what_can_be_paid_without_its_stock_is_named(till: Till):
    await _by_hand(till, "update holds set state = 'released' where state = 'held'")

    wrong = await found(till)

    assert list(wrong) == ["provider_payable"]
    assert "and its stock is released" in wrong["provider_payable"][0]


@pytest.mark.parametrize("declined", [False, True])
async def test_a_page_that_is_open_without_its_stock_is_named(till: Till, declined: bool):
    bought = await buy(till)
    if declined:
        assert await pay(till, bought, "pm_card_visa_chargeDeclined") == 402
        await till.settle()
    assert await found(till) == {}
    await _by_hand(till, "update holds set state = 'released' where id in (select id from buy_nows)")
    await _by_hand(till, "update buy_nows set state = 'expired'")

    wrong = await found(till)

    assert list(wrong) == ["provider_payable"]
    assert f"{bought.session_ref} can be paid, and its stock is released" in wrong["provider_payable"]


async def test_a_page_that_is_closed_while_its_stock_goes_is_not_called_broken(
    till: Till, clock: FrozenClock
):
    bought = await buy(till)
    await pay(till, bought, "pm_card_visa_chargeDeclined")
    await till.settle()
    clock.advance(hours=1)

    await checkout.expire_due(till.db, till.gateway, clock=clock)

    assert await found(till) == {}


async def test_a_refund_that_was_lost_here_is_named(till: Till):
    await _by_hand(till, "delete from refunds")

    wrong = await found(till)

    assert list(wrong) == ["provider_refunds", "provider_balance"]
    assert "but refund (none) here is not known" in wrong["provider_refunds"][0]


async def test_a_refund_that_nobody_there_knows_is_named(till: Till):
    await _by_hand(
        till, "update refunds set provider_ref = 're_dreamt', updated_at = updated_at - interval '1 hour'"
    )

    assert "re_dreamt is a refund here, and not there" in (await found(till))["provider_refunds"]


async def test_a_sum_that_is_not_the_providers_is_named(till: Till, clock: FrozenClock):
    clock.advance(minutes=2)
    await till.settle()
    assert await found(till) == {}
    await _by_hand(till, "update ledger_lines set amount_minor = amount_minor - 7 where account = 'provider'")

    wrong = await found(till, patience=0.001)

    assert list(wrong) == ["provider_balance"]
    assert "EUR of what is in our books, and they say" in wrong["provider_balance"][0]


async def test_what_was_under_way_is_not_called_broken(till: Till, clock: FrozenClock):
    order = await place(till.db, clock)
    till.deaf = True
    await till.confirm(await till.pay(order))
    assert list(await found(till)) == ["provider_payments"]

    till.deaf = False
    proved = prove(till.db, _Meanwhile(till), clock=clock, patience=0.001)

    assert not [name for name in broken(await proved) if name.startswith("provider_")]


class _Meanwhile:
    """The gateway of a shop in which, after its books were read, the webhook arrives."""

    def __init__(self, till: Till) -> None:
        self._till = till

    def __getattr__(self, name: str):
        return getattr(self._till.gateway, name)

    async def intent(self, reference: str):
        """Asked about one object by name: the second look."""
        for payment in await self._open():
            await checkout.sync_payment(
                self._till.db, self._till.gateway, payment, clock=self._till.clock, actor="x"
            )
        return await self._till.gateway.intent(reference)

    async def _open(self):
        async with self._till.db.connection() as conn:
            rows = await conn.fetch("select id from payments where state = 'open'")
        return [row["id"] for row in rows]


async def _by_hand(till: Till, sql: str) -> None:
    till.broken_by_hand = True
    async with till.db.transaction() as tx:
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(sql)
