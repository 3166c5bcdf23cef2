"""A till whose customers' banks change their minds."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import disputes, ledger


class Bureau(Till):
    """A till, the customers' banks, and whoever answers them."""

    async def sold(self, card="pm_card_visa"):
        """A paid order."""
        order = await place(self.db, self.clock, quantity=2)
        assert await self.confirm(await self.pay(order), card) == "succeeded"
        await self.settle()
        return await self.order(order)

    async def contest(self, order, *, told=True, **wish):
        """The customer goes to their bank; the dispute, if we were told of it."""
        (payment,) = await self.payments(order)
        status, made = await self.stripe.control("POST", "/disputes", {"charge": payment.charge_ref, **wish})
        assert status == 200, made
        if not told:
            return made
        await self.settle()
        async with self.db.connection() as conn:
            (dispute,) = await disputes.of_order(conn, order.id)
        return dispute

    async def decide(self, dispute, status):
        """The bank decides."""
        path = f"/disputes/{dispute.provider_ref}/close"
        answer, _ = await self.stripe.control("POST", path, {"status": status})
        assert answer == 200
        await self.settle()
        return await self.now(dispute)

    async def now(self, dispute):
        """The dispute as it stands."""
        async with self.db.connection() as conn:
            return await disputes.get(conn, dispute.id)

    async def stage(self, dispute, **texts):
        """Write down what speaks for us."""
        async with self.db.transaction() as tx:
            return await disputes.stage(
                tx, dispute.id, texts, actor="staff:ada@example.org", now=self.clock.now()
            )

    async def attach(self, dispute, body, kind="receipt", name="Receipt.pdf", type_="application/pdf"):
        """Put a paper beside it."""
        async with self.db.transaction() as tx:
            return await disputes.attach(
                tx, dispute.id, kind, name, type_, body, actor="staff:ada@example.org", now=self.clock.now()
            )

    async def submit(self, dispute):
        """Answer the bank."""
        return await disputes.submit(
            self.db, self.gateway, dispute.id, clock=self.clock, actor="staff:ada@example.org"
        )

    async def books(self):
        """What stands in each account, in euros."""
        async with self.db.connection() as conn:
            found = (await ledger.balances(conn, "EUR")).items()
        return {str(account): sum_ for (_, account), sum_ in found if sum_}

    async def cases(self):
        """(kind, state) of the cases."""
        async with self.db.connection() as conn:
            return [
                tuple(row) for row in await conn.fetch("select kind, state from cases order by opened_at")
            ]


@pytest.fixture
async def till(db, clock):
    made = Bureau(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()
