"""A till with books and gift cards for sale, and cards in customers' hands."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa import catalog, checkout, gift_cards, inventory, ledger, refunds
from kassa.kernel.ids import new_id

SECRET = "a secret of thirty-two characters"
STAFF = "staff:ada@example.org"


class Counter(Till):
    """A till where gift cards are sold and spent."""

    async def card(self, amount, currency="EUR", expires_at=None):
        """A card in somebody's hand; its code."""
        card_id = new_id()
        async with self.db.transaction() as tx:
            card = await gift_cards.issue(
                tx, card_id, amount=amount, currency=currency, email="bob@example.org", reason="sorry", actor=STAFF,
                now=self.clock.now(), expires_at=expires_at,
            )  # fmt: skip
            assert await gift_cards.seal(tx, card, SECRET)
        return gift_cards.code_of(SECRET, card_id)

    async def look(self, code):
        """(balance, promised) of the card of a code."""
        async with self.db.connection() as conn:
            card = await gift_cards.find(conn, code)
            return card.balance_minor, card.reserved_minor

    async def place(self, *codes, lines=(("EMMA-PB", 1),), **more):
        """An order that cards pay, or begin to pay."""
        return await place(self.db, self.clock, lines=list(lines), gift_cards=codes, **more)

    async def use(self, order, *codes):
        """What the pay page does."""
        return await checkout.use_gift_cards(self.db, self.gateway, order.id, codes, clock=self.clock)

    async def paid(self, *codes, lines=(("EMMA-PB", 1),)):
        """A paid order, by cards and then by bank."""
        order = await self.place(*codes, lines=lines)
        if order.state == "pending":
            assert await self.confirm(await self.pay(order)) == "succeeded"
        await self.settle()
        return await self.order(order)

    async def late(self, order, meanwhile=None):
        """The money of an order comes when we believe it is over: the row says canceled, Stripe does not."""
        payment = await self.pay(order)
        async with self.db.transaction() as tx:
            await tx.execute(
                "update payments set state = 'canceled', sync_at = null where id = $1", payment.id
            )
        await checkout.cancel(self.db, self.gateway, order.id, clock=self.clock, actor="customer")
        if meanwhile:
            await meanwhile()
        assert await self.confirm(payment) == "succeeded"
        await self.settle()

    async def sold(self, order):
        """The codes of the cards that an order bought."""
        async with self.db.transaction() as tx:
            cards = await gift_cards.of_order(tx, order.id)
            for card in cards:
                assert await gift_cards.seal(tx, card, SECRET)
        return [gift_cards.code_of(SECRET, card.id) for card in cards]

    async def give_back(self, order, amount=None, lines=None):
        """Money goes back, all the way."""
        async with self.db.transaction() as tx:
            await refunds.request(
                tx,
                order.id,
                amount=amount,
                lines=lines,
                reason="came back",
                actor=STAFF,
                now=self.clock.now(),
            )
        await self.settle()
        self.clock.advance(minutes=10)
        await self.settle()

    async def dashboard_refund(self, order, amount):
        """Somebody gives money back in Stripe's dashboard."""
        intent = next(one.intent_ref for one in await self.payments(order) if one.intent_ref)
        await self.stripe.stripe.v1.refunds.create_async({"payment_intent": intent, "amount": amount})

    async def sent_back(self, order):
        """(flow of the payment, amount, state) of its refunds, the provider's first."""
        flows = {payment.id: payment.flow for payment in await self.payments(order)}
        made = [
            (flows[one.payment_id], one.amount_minor, str(one.state)) for one in await self.refunds(order)
        ]
        return sorted(made)

    async def parts(self, order):
        """(flow, state, amount) of its payments."""
        return sorted((one.flow, one.state, one.amount_minor) for one in await self.payments(order))

    async def books(self):
        """What stands in each account, in euros."""
        async with self.db.connection() as conn:
            return {str(account): sum_ for (_, account), sum_ in (await ledger.balances(conn, "EUR")).items()}


async def gift_card_product(db, clock, sku="GIFT-25", price=2500):
    """A gift card that is for sale."""

    async def set_on_hand(tx, variant_id, quantity):
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    variant = catalog.VariantInput(sku=sku, prices={"EUR": price, "USD": price}, on_hand=100)
    given = catalog.ProductInput(title="Gift card", kind="Gift card", variants=[variant])
    async with db.transaction() as tx:
        await catalog.put_product(tx, catalog.slugify(sku), given, set_on_hand=set_on_hand, now=clock.now())


@pytest.fixture
async def till(db, clock):
    made = Counter(db, clock)
    await make_variant(db, clock, on_hand=50)
    await make_variant(db, clock, "WALDEN-HB", price=2100)
    await gift_card_product(db, clock)
    yield made
    made.stripe.close()
