"""A shop that is shut: nobody listens, nobody works, and at the provider life goes on."""

from typing import Any

from tests.factories import make_variant, place
from tests.money import Till

from kassa import ledger, orders, payments, reconciliation
from kassa.kernel.db import Database
from kassa.reconciliation import reconcile
from kassa.reconciliation.prove import prove
from kassa.reconciliation.reconcile import Report

TABLES = (
    "orders", "payments", "refunds", "disputes", "ledger_entries", "order_events", "cases", "stripe_events", "jobs",
)  # fmt: skip


class Shut(Till):
    """A till that can be left alone for days."""

    async def compare(self, **window: Any) -> Report:
        """What `kassa reconcile` does."""
        return await reconcile.reconcile(self.db, self.gateway, clock=self.clock, **window)

    async def sold(self, flow: str = "element") -> tuple[orders.Order, payments.Payment]:
        """An order that its customer pays; what is here of it is as it was before he did."""
        order = await place(self.db, self.clock)
        payment = await self.pay(order, flow)
        if flow == "element":
            assert await self.confirm(payment) == "succeeded"
        else:
            assert await self.hosted(payment) == 200
        return order, payment

    async def give_back(self, payment: payments.Payment, amount: int) -> str:
        """Somebody refunds in the provider's dashboard; its name."""
        wish = {"payment_intent": payment.intent_ref, "amount": amount}
        return (await self.stripe.stripe.v1.refunds.create_async(wish)).id

    async def contest(self, payment: payments.Payment) -> str:
        """The customer goes to his bank; the dispute's name."""
        intent = await self.stripe.stripe.v1.payment_intents.retrieve_async(payment.intent_ref)
        status, made = await self.stripe.control("POST", "/disputes", {"charge": intent.latest_charge})
        assert status == 200
        return made["id"]

    async def days(self, count: int) -> None:
        """Time passes at the provider; nothing is delivered to us, and nobody works."""
        for _ in range(count * 4):
            self.clock.advance(hours=6)
            await self.stripe.box.deliver_due()

    async def cases(self) -> list[tuple[str, str]]:
        """(kind, cause) of each case."""
        async with self.db.connection() as conn:
            found = await reconciliation.page(conn)
        return sorted((case.kind, case.cause) for case in found.items)

    async def books(self) -> dict[str, int]:
        """What stands in each account."""
        async with self.db.connection() as conn:
            return {
                str(account): amount for (_, account), amount in (await ledger.balances(conn, "EUR")).items()
            }

    async def broken(self) -> list[str]:
        """What the proof, with the provider's books, finds wrong."""
        proof = await prove(self.db, self.gateway, clock=self.clock)
        checks = [check for check in proof.checks if check.name != "receipts"]
        return [f"{check.name}: {violation}" for check in checks for violation in check.violations]

    async def rows(self) -> dict[str, int]:
        """How many rows everything has."""
        async with self.db.connection() as conn:
            return {table: await conn.fetchval(f"select count(*) from {table}") for table in TABLES}


async def shut_shop(db: Database, clock: Any) -> Shut:
    """A shop with stock, deaf."""
    made = Shut(db, clock)
    made.deaf = True
    await make_variant(db, clock, on_hand=50)
    return made
