"""A till with two books in stock, and a hand that gives money back."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import checkout, ledger, refunds


class Office(Till):
    """A till whose orders are paid, and what a member of staff does with them."""

    async def sold(self, *lines, card="pm_card_visa", **more):
        """A paid order."""
        order = await place(self.db, self.clock, lines=list(lines or [("EMMA-PB", 2)]), **more)
        assert await self.confirm(await self.pay(order), card) == "succeeded"
        await self.settle()
        return await self.order(order)

    async def sold_unheard(self):
        """A paid order, while no webhook arrives."""
        order = await place(self.db, self.clock)
        payment = await self.pay(order)
        await self.confirm(payment)
        await checkout.sync_payment(self.db, self.gateway, payment.id, clock=self.clock, actor="customer")
        return await self.order(order)

    async def pass_time(self, **how_long):
        """Let the banks do what they do, and hear of it."""
        await self.settle()
        self.clock.advance(**(how_long or {"minutes": 10}))
        await self.settle()

    async def give_back(self, order, amount=None, lines=None):
        """Written down, not yet asked for."""
        async with self.db.transaction() as tx:
            return await refunds.request(
                tx, order.id, amount=amount, lines=lines, reason="came back", actor="staff:ada@example.org",
                now=self.clock.now(),
            )  # fmt: skip

    async def states(self, order):
        """(kind, amount, state) of its refunds, oldest first."""
        return [(r.kind, r.amount_minor, str(r.state)) for r in await self.refunds(order)]

    async def books(self):
        """What stands in each account, in euros."""
        async with self.db.connection() as conn:
            return {str(account): sum_ for (_, account), sum_ in (await ledger.balances(conn, "EUR")).items()}

    async def cases(self):
        """(kind, cause) of the cases, in order of their kind."""
        async with self.db.connection() as conn:
            return [tuple(row) for row in await conn.fetch("select kind, cause from cases order by kind")]

    async def intent(self, order):
        """What Stripe calls its payment."""
        return next(p.intent_ref for p in await self.payments(order) if p.state == "succeeded")

    async def dashboard_refund(self, order, amount):
        """Somebody gives money back in Stripe's dashboard."""
        wish = {"payment_intent": await self.intent(order), "amount": amount}
        return await self.stripe.stripe.v1.refunds.create_async(wish)


@pytest.fixture
async def till(db, clock):
    made = Office(db, clock)
    await make_variant(db, clock)
    await make_variant(db, clock, "WALDEN-HB", price=2100)
    yield made
    made.stripe.close()
