"""What the judge of a run takes for granted."""

import pytest
from tests.reconciliation.shut import shut_shop

from kassa import reconciliation
from kassa.chaos import queries


@pytest.fixture
async def till(db, clock):
    made = await shut_shop(db, clock)
    yield made
    made.stripe.close()


async def test_surplus_of_which_somebody_sent_a_part_back_stays_but_for_that_part(till):
    order, _ = await till.sold()
    await till.compare()
    wish = {
        "amount": order.total_minor, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa",
        "metadata": {"kassa_order": str(order.id)},
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }  # fmt: skip
    stray = await till.stripe.stripe.v1.payment_intents.create_async(wish)
    await till.compare()
    await till.stripe.stripe.v1.refunds.create_async({"payment_intent": stray.id, "amount": 50})

    await till.settle()
    await till.compare()

    async with till.db.connection() as conn:
        assert await queries.bounced(conn) == {str(order.id): order.total_minor - 50}
        assert sorted(await till.charged()) == [order.total_minor - 50, order.total_minor]


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        ("RefundTooLarge: A refund of ours for the same money is not decided yet.", False),
        ("KeyError: 'id'", True),
    ],
)
async def test_what_could_not_be_reconciled_is_told_unless_it_only_had_to_wait(till, clock, error, is_told):
    async with till.db.transaction() as tx:
        await reconciliation.open_case(tx, "not_reconciled", "re_1", known={"error": error}, now=clock.now())

    async with till.db.connection() as conn:
        assert bool(await queries.cases(conn, ["dispute_opened"])) is is_told
