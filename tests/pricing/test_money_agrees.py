"""Displayed = charged = receipt = ledger = Σ refunds, whatever is bought, from where, and with what.

Each example is a shop's whole day: a bag is shown, ordered, paid at the sandbox (by gift card, by card or both),
papered, and given back piece by piece; at the end of all examples everything must be proved, too.
"""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.money import Till

from kassa import cart, catalog, checkout, gift_cards, inventory, invoices, ledger, orders, payments, refunds
from kassa.config import Settings
from kassa.kernel.address import Address
from kassa.kernel.ids import new_id
from kassa.kernel.money import show
from kassa.ledger import Account
from kassa.notifications import render
from kassa.pricing import Rounding, discounts, taxes
from kassa.pricing.discounts import DiscountInput, Kind
from kassa.pricing.explain import explain
from kassa.pricing.taxes import elsewhere
from kassa.refunds import RefundLine

SHOP = Settings(base_url="http://shop.test", secret_key="s" * 40)
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
#: Prices that do not divide well; those in dinars end in 0, or nobody could charge them.
PRICES = (1299, 1, 3333, 999, 25001, 7)
PLACES = {
    "DE": Address(name="Ada", line1="Torstr. 1", city="Berlin", postal_code="10119", country="DE"),
    "FR": Address(name="Ada", line1="1 rue de Rivoli", city="Paris", postal_code="75001", country="FR"),
    "US": Address(
        name="Ada", line1="5 Spring St", city="New York", postal_code="10001", country="US", region="NY"
    ),
    "JP": Address(
        name="Ada", line1="1-1 Chiyoda", city="Chiyoda-ku", postal_code="100-0001", country="JP", region="Tokyo"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """What happens: (place in the pool, units) bought, by what rules, how paid, and which units come back first."""

    currency: str
    place: str
    rule: Rounding
    wanted: tuple[tuple[int, int], ...]
    kind: Kind | None
    value: int
    card_percent: int
    first_back: int
    vat_id: str
    provider: str


days = st.builds(
    Day,
    currency=st.sampled_from(CURRENCIES),
    place=st.sampled_from(sorted(PLACES)),
    rule=st.sampled_from(list(Rounding)),
    wanted=st.lists(
        st.tuples(st.integers(0, len(PRICES) - 1), st.integers(1, 5)),
        min_size=1, max_size=4, unique_by=lambda pair: pair[0],
    ).map(tuple),
    kind=st.sampled_from([None, *Kind]),
    value=st.integers(1, 90),
    card_percent=st.sampled_from([0, 0, 37, 100]),
    first_back=st.integers(1, 5),
    vat_id=st.sampled_from(["", "", "FR40303265045"]),
    provider=st.sampled_from(["table", "table", "stripe"]),
)  # fmt: skip


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)

    async def stocked(tx, variant_id, quantity):
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    for number, price in enumerate(PRICES):
        variant = catalog.VariantInput(
            sku=f"SKU-{number}", prices=dict.fromkeys(CURRENCIES, (price + 200) * 10), on_hand=10_000,
            weight_grams=300 * number,
        )  # fmt: skip
        kind = "Book" if number % 2 else "Stationery"
        product = catalog.ProductInput(title=f"Thing {number}", kind=kind, variants=[variant])
        async with db.transaction() as tx:
            await catalog.put_product(tx, f"thing-{number}", product, set_on_hand=stocked, now=clock.now())
    yield made
    made.stripe.close()


async def bag(till: Till, day: Day) -> tuple[UUID, str | None]:
    """A bag with everything in it, and the code of a discount that was made for it."""
    now, code = till.clock.now(), f"D{new_id().hex[-12:]}".upper() if day.kind else None
    async with till.db.transaction() as tx:
        known = await taxes.settings(tx)
        wish = taxes.Settings(known.home, day.rule, day.provider, known.on_top, known.vat_id)
        await taxes.save(tx, wish, now=now)
        if day.kind is not None and code is not None:
            given = DiscountInput(
                kind=day.kind, value=day.value * (100 if day.kind is not Kind.FIXED else 10),
                currency=day.currency if day.kind is Kind.FIXED else None,
                buy=1 if day.kind is Kind.BUY_X_GET_Y else 0, get=1 if day.kind is Kind.BUY_X_GET_Y else 0,
            )  # fmt: skip
            await discounts.put(tx, code, given, now=now)
        made = await cart.create(tx, day.currency, now=now)
        for number, quantity in day.wanted:
            await cart.change(tx, made.id, f"SKU-{number}", quantity, now=now)
    return made.id, code


async def card(till: Till, day: Day, total: int) -> list[str]:
    """A gift card worth so much of the total, in what can be charged."""
    worth = total if day.card_percent == 100 else total * day.card_percent // 100 // 10 * 10
    if not worth:
        return []
    async with till.db.transaction() as tx:
        made = await gift_cards.issue(
            tx, new_id(), amount=worth, currency=day.currency, email="ada@example.org", reason="test", actor="test",
            now=till.clock.now(),
        )  # fmt: skip
        assert await gift_cards.seal(tx, made, SHOP.secret_key)
    return [gift_cards.code_of(SHOP.secret_key, made.id)]


async def ordered(till: Till, day: Day) -> orders.Order:
    """The order, placed for what was shown."""
    bag_id, code = await bag(till, day)
    place, now = PLACES[day.place], till.clock.now()
    vat_id = day.vat_id if day.place == "FR" else ""
    if code:
        async with till.db.transaction() as tx:
            await cart.use_code(tx, bag_id, code, now=now)

    async def look() -> cart.PricedCart:
        async with till.db.connection() as conn:
            return await cart.priced(
                conn, bag_id, country=place.country, region=place.region, postal_code=place.postal_code, vat_id=vat_id,
                email="ada@example.org", insist=True, now=now,
            )  # fmt: skip

    seen = await checkout.taxed(till.db, till.gateway, look, clock=till.clock)
    assert seen.quote is not None
    shown = seen.quote.total
    wish = checkout.PlaceOrder(
        order_id=new_id(), email="ada@example.org", currency=day.currency, shipping_address=place, cart_id=bag_id,
        total_shown=shown, vat_id=vat_id, gift_cards=await card(till, day, shown),
    )  # fmt: skip
    async with till.db.transaction() as tx:
        order, _ = await checkout.place_order(tx, wish, now=now, hold_seconds=900, actor="customer")
    assert order.total_minor == shown, "what is ordered is what was shown"
    return order


async def pay(till: Till, order: orders.Order) -> orders.Order:
    if order.state is orders.State.PENDING:
        await till.confirm(await till.pay(order))
    await till.settle()
    return await till.order(order)


async def papers(till: Till, order: orders.Order) -> list[invoices.Paper]:
    async with till.db.transaction() as tx:
        return await invoices.issue(tx, order.id, seller=("Kassa",), now=till.clock.now())


async def moved(till: Till, order: orders.Order) -> dict[str, int]:
    """The books of an order: its balance in each account."""
    sums: dict[str, int] = {}
    async with till.db.connection() as conn:
        for entry in await ledger.of_order(conn, order.id):
            for account, amount in entry.lines.items():
                sums[account] = sums.get(account, 0) + amount
    return sums


async def back(till: Till, order: orders.Order, day: Day) -> list[refunds.Refund]:
    """Everything goes back: some units of each line first, one line after the other, then all the rest."""
    for line in order.lines:
        units = min(day.first_back, line.quantity)
        if not line.total_minor + line.tax_minor:
            continue
        async with till.db.transaction() as tx:
            if await refunds.left_minor(tx, await orders.get(tx, order.id)) == 0:
                break
            wish = [RefundLine(line.id, units, restock=True)]
            await refunds.request(tx, order.id, lines=wish, reason="", actor="test", now=till.clock.now())
        await till.settle()
    async with till.db.transaction() as tx:
        if await refunds.left_minor(tx, await orders.get(tx, order.id)):
            await refunds.request(tx, order.id, reason="", actor="test", now=till.clock.now())
    await till.settle()
    return await till.refunds(order)


async def told(till: Till, order: orders.Order) -> tuple[int, int]:
    """The tax that Stripe was told of a sale, and what of the sale it was not told to take back."""
    async with till.db.connection() as conn:
        sale = await elsewhere.sale(conn, order.id)
        backs = await conn.fetch(
            "select reference, amount_minor from tax_reversals where order_id = $1", order.id
        )
    if sale is None:
        return 0, 0
    tax = till.stripe.stripe.v1.tax.transactions
    whole = await tax.retrieve_async(str(sale.transaction), {"expand": ["line_items"]})
    parts = [*whole.line_items.data, whole.shipping_cost] if whole.line_items else []
    assert all(row["reference"] for row in backs), "each refund was told"
    return sum(one.amount_tax for one in parts if one), order.total_minor - sum(
        row["amount_minor"] for row in backs
    )


def check_receipt(order: orders.Order, paid: list[payments.Payment]) -> None:
    letter = render.receipt(order, paid, journal="0" * 16, settings=SHOP)
    assert show(order.total_minor, order.currency, "en") in letter.text
    for line in order.tax_lines:
        assert not line["tax"] or show(line["tax"], order.currency, "en") in letter.text


def check_papers(order: orders.Order, invoice: invoices.Paper, notes: list[invoices.Paper]) -> None:
    assert invoice.content.total_minor == order.total_minor
    assert sum(tax.tax_minor for tax in invoice.content.taxes) == order.tax_minor
    assert sum(note.content.total_minor for note in notes) == order.total_minor
    for at, tax in enumerate(invoice.content.taxes):
        assert sum(note.content.taxes[at].tax_minor for note in notes) == tax.tax_minor
        assert sum(note.content.taxes[at].base_minor for note in notes) == tax.base_minor


@given(days)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_displayed_is_charged_is_receipt_is_ledger_is_what_goes_back(till: Till, day: Day) -> None:
    order = await pay(till, await ordered(till, day))
    assert order.state is orders.State.PAID
    attempts = [one for one in await till.payments(order) if one.state == "succeeded"]
    by_card = sum(one.received_minor for one in attempts if one.gift_card_id is None)
    async with till.db.connection() as conn:
        quote = await orders.quote_of(conn, order.id)
        of_cards = [await gift_cards.get(conn, one.gift_card_id) for one in attempts if one.gift_card_id]
    assert quote is not None
    assert explain(quote, total=order.total_minor).agrees, "and every cent can be told"

    assert sum(one.received_minor for one in attempts) == order.total_minor, "charged"
    at_stripe = [
        await till.stripe.stripe.v1.payment_intents.retrieve_async(one.intent_ref)
        for one in attempts if one.intent_ref
    ]  # fmt: skip
    assert sum(one.amount_received for one in at_stripe) == by_card
    assert sum(card.balance_minor for card in of_cards) == 0

    check_receipt(order, attempts)
    books = await moved(till, order)
    assert books.get(Account.RECEIVABLE, 0) == 0
    assert books.get(Account.TAX, 0) == -order.tax_minor
    earned = books.get(Account.SALES, 0) + books.get(Account.DISCOUNTS, 0) + books.get(Account.SHIPPING, 0)
    assert -(earned + books.get(Account.TAX, 0)) == order.total_minor, "the ledger"

    given = [one for one in await back(till, order, day) if one.own]
    assert {one.state for one in given} == {refunds.State.SUCCEEDED}
    assert sum(one.amount_minor for one in given) == order.total_minor, "all of it went back, and no more"
    for one in at_stripe:
        charge = await till.stripe.stripe.v1.charges.retrieve_async(str(one.latest_charge))
        assert charge.amount_refunded == one.amount_received
    async with till.db.connection() as conn:
        restored = [await gift_cards.get(conn, card.id) for card in of_cards]
    assert sum(card.balance_minor for card in restored) == order.total_minor - by_card
    assert (await moved(till, order)).get(Account.REFUNDS, 0) == order.total_minor
    assert await told(till, order) == (order.tax_minor if quote.tax_provider == "stripe" else 0, 0)
    invoice, *notes = await papers(till, await till.order(order))
    check_papers(order, invoice, notes)
