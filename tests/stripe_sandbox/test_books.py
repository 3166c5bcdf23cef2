"""Whatever happens to money, in whatever order, the books agree with what became of it."""

import random

import pytest
import stripe
from tests.stripe_sandbox.harness import World

CARDS = (
    "pm_card_visa", "pm_card_bypassPending", "pm_card_pendingRefund", "pm_card_refundFail",
    "pm_card_createDispute", "pm_card_createDisputeInquiry", "pm_card_createMultipleDisputes",
)  # fmt: skip
EVIDENCE = ("winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "We shipped it.")


class Life:
    """A merchant's days by the dice of one seed; what Stripe refuses simply does not happen."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.intents: list[str] = []

    async def live(self, steps: int) -> None:
        """So many things happen, and then time passes until all is settled."""
        acts = [self._pay, self._pay, self._refund, self._refund, self._dispute, self._answer, self._pay_out]
        for _ in range(steps):
            try:
                await self.dice.choice(acts)()
            except stripe.InvalidRequestError:
                continue
            await self.world.control(
                "POST", "/clock", {"advance_seconds": self.dice.choice((0, 1, 5, 4000, 90_000))}
            )
        await self.world.control("POST", "/clock", {"advance_seconds": 200 * 86400})

    async def _pay(self) -> None:
        intent = await self.world.paid(self.dice.randint(100, 9000), self.dice.choice(CARDS))
        self.intents.append(intent.id)

    async def _refund(self) -> None:
        params = {"payment_intent": self.dice.choice(self.intents or ["pi_none"])}
        if self.dice.random() < 0.7:
            params |= {"amount": self.dice.randint(1, 4000)}
        await self.world.stripe.v1.refunds.create_async(params)

    async def _dispute(self) -> None:
        charges = (await self.world.stripe.v1.charges.list_async()).data
        if charges:
            order = {"charge": self.dice.choice(charges).id, "inquiry": self.dice.random() < 0.5}
            await self.world.control("POST", "/disputes", order)

    async def _answer(self) -> None:
        disputes = (await self.world.stripe.v1.disputes.list_async()).data
        if disputes:
            evidence = {"uncategorized_text": self.dice.choice(EVIDENCE)}
            await self.world.stripe.v1.disputes.update_async(
                self.dice.choice(disputes).id, {"evidence": evidence}
            )

    async def _pay_out(self) -> None:
        params = {"amount": self.dice.randint(1, 9000), "currency": "usd"}
        await self.world.stripe.v1.payouts.create_async(params)


async def everything(service) -> list:
    """All objects of one kind."""
    found, page = [], await service.list_async({"limit": 100})
    found += page.data
    while page.has_more:
        page = await service.list_async({"limit": 100, "starting_after": found[-1].id})
        found += page.data
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_the_books_agree_with_what_became_of_the_money(world: World, seed):
    await Life(world, seed).live(60)

    v1 = world.stripe.v1
    net: dict[str, int] = {}
    for line in await everything(v1.balance_transactions):
        net[line.source] = net.get(line.source, 0) + line.net
    refunds, disputes = await everything(v1.refunds), await everything(v1.disputes)
    for charge in await everything(v1.charges):
        given = [one.amount for one in refunds if one.charge == charge.id and one.status == "succeeded"]
        lost = [one.amount for one in disputes if one.charge == charge.id and one.status == "lost"]
        assert charge.amount_refunded == sum(given), charge.id
        assert sum(given) + sum(lost) <= charge.amount_captured, charge.id
        assert charge.disputed == any(one.charge == charge.id for one in disputes)
    for refund in refunds:
        assert net.get(refund.id, 0) == (-refund.amount if refund.status == "succeeded" else 0), refund.id
    for dispute in disputes:
        assert net.get(dispute.id, 0) == (-dispute.amount - 1500 if dispute.status == "lost" else 0)
        assert dispute.status in ("won", "lost", "warning_closed")
    balance = await v1.balance.retrieve_async()
    assert balance.available[0].amount == sum(net.values())
    assert balance.pending[0].amount == 0
