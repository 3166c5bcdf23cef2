"""Tax transactions: what was sold, and what of it was taken back."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

DAY = 86400


async def calculate(world: World, *amounts: int, behaviour: str = "exclusive", **params):
    """A calculation of lines to Germany, in EUR."""
    return await world.stripe.v1.tax.calculations.create_async(
        {
            "currency": "eur",
            "customer_details": {"address": {"country": "DE"}, "address_source": "shipping"},
            "line_items": [
                {"amount": amount, "reference": f"line {n}", "tax_behavior": behaviour}
                for n, amount in enumerate(amounts)
            ],
        }
        | params
    )


async def record(world: World, calculation, reference: str = "order_1", **params):
    """The transaction of a calculation, with its lines."""
    return await world.stripe.v1.tax.transactions.create_from_calculation_async(
        {"calculation": calculation.id, "reference": reference, "expand": ["line_items"]} | params
    )


async def take_back(world: World, original, reference: str = "refund_1", **params):
    """A reversal, with its lines."""
    return await world.stripe.v1.tax.transactions.create_reversal_async(
        {
            "mode": "partial",
            "original_transaction": original.id,
            "reference": reference,
            "expand": ["line_items"],
        }
        | params
    )


def amounts(transaction) -> list[tuple[int, int]]:
    """Amount and tax of every line."""
    return [(line.amount, line.amount_tax) for line in transaction.line_items.data]


async def test_a_sale_is_recorded_as_it_was_calculated(world: World):
    calculation = await calculate(world, 1000, 500, shipping_cost={"amount": 400})

    sold = await record(world, calculation, metadata={"order": "1"})

    assert (sold.type, sold.reference, sold.currency, sold.reversal) == (
        "transaction",
        "order_1",
        "eur",
        None,
    )
    assert amounts(sold) == [(1000, 190), (500, 95)]
    assert (sold.shipping_cost.amount, sold.shipping_cost.amount_tax) == (400, 76)
    assert (sold.tax_date, sold.posted_at) == (calculation.tax_date, int(world.now))
    assert sold.customer_details.address.country == "DE"
    assert sold.metadata["order"] == "1"


async def test_the_day_of_booking_can_be_told(world: World):
    sold = await record(world, await calculate(world, 1000), posted_at=1_700_000_000)

    assert sold.posted_at == 1_700_000_000


async def test_a_transaction_and_its_lines_can_be_read_again(world: World):
    transactions = world.stripe.v1.tax.transactions
    sold = await record(world, await calculate(world, *[100] * 12))

    found = await transactions.retrieve_async(sold.id)
    page = await transactions.line_items.list_async(sold.id, {"limit": 2})

    assert "line_items" not in found
    assert (found.id, [one.reference for one in page.data], page.has_more) == (
        sold.id, ["line 0", "line 1"], True,
    )  # fmt: skip


async def test_a_reference_is_used_once(world: World):
    await record(world, await calculate(world, 1000))

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await record(world, await calculate(world, 1000))

    assert (refused.value.http_status, refused.value.param) == (400, "reference")


async def test_a_calculation_is_used_once(world: World):
    calculation = await calculate(world, 1000)
    await record(world, calculation)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await record(world, calculation, "order_2")

    assert (refused.value.http_status, refused.value.param) == (400, "calculation")


async def test_a_calculation_of_long_ago_is_not_recorded(world: World):
    calculation = await calculate(world, 1000)
    await world.pass_time(90 * DAY)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await record(world, calculation)

    assert (refused.value.http_status, refused.value.param) == (400, "calculation")


async def test_an_unknown_calculation_is_a_fault_of_the_parameters(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.tax.transactions.create_from_calculation_async(
            {"calculation": "taxcalc_nobody", "reference": "order_1"}
        )

    assert (refused.value.http_status, refused.value.code) == (400, "resource_missing")


async def test_a_full_reversal_takes_everything_back(world: World):
    sold = await record(world, await calculate(world, 1000, 500, shipping_cost={"amount": 400}))

    back = await take_back(world, sold, mode="full")

    assert (back.type, back.reversal.original_transaction) == ("reversal", sold.id)
    assert amounts(back) == [(-1000, -190), (-500, -95)]
    assert (back.shipping_cost.amount, back.shipping_cost.amount_tax) == (-400, -76)
    assert [line.reversal.original_line_item for line in back.line_items.data] == [
        line.id for line in sold.line_items.data
    ]
    assert {line.type for line in back.line_items.data} == {"reversal"}


async def test_a_line_can_be_taken_back_in_part(world: World):
    sold = await record(world, await calculate(world, 1000, 500, shipping_cost={"amount": 400}))
    item = {
        "original_line_item": sold.line_items.data[0].id,
        "amount": -500,
        "amount_tax": -95,
        "quantity": 1,
        "reference": "half",
        "metadata": {"a": "1"},
    }

    back = await take_back(world, sold, line_items=[item])

    assert amounts(back) == [(-500, -95)]
    assert (back.line_items.data[0].reference, back.line_items.data[0].metadata["a"]) == ("half", "1")
    assert back.shipping_cost is None


async def test_shipping_can_be_taken_back_alone(world: World):
    sold = await record(world, await calculate(world, 1000, shipping_cost={"amount": 400}))

    back = await take_back(world, sold, shipping_cost={"amount": -400, "amount_tax": -76})

    assert (back.shipping_cost.amount, back.shipping_cost.amount_tax) == (-400, -76)
    assert back.line_items.data == []


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [("exclusive", [(-500, -95), (-250, -48)]), ("inclusive", [(-595, -95), (-298, -48)])],
)
async def test_a_flat_amount_is_spread_over_everything(world: World, behaviour, expected):
    sold = await record(world, await calculate(world, 1000, 500, behaviour=behaviour))
    flat = sum(amount + (tax if behaviour == "exclusive" else 0) for amount, tax in expected)

    back = await take_back(world, sold, flat_amount=flat)

    assert amounts(back) == expected


async def test_flat_amounts_take_back_all_and_no_more(world: World):
    sold = await record(world, await calculate(world, 999, 333, shipping_cost={"amount": 101}))
    whole = sum(amount + tax for amount, tax in amounts(sold)) + 101 + sold.shipping_cost.amount_tax

    parts = [
        await take_back(world, sold, f"refund_{n}", flat_amount=-part)
        for n, part in enumerate([whole // 3, whole // 3, whole - 2 * (whole // 3)])
    ]

    taken = [sum(line.amount for part in parts for line in part.line_items.data)]
    taken.append(sum(line.amount_tax for part in parts for line in part.line_items.data))
    assert taken == [-1332, -sum(tax for _, tax in amounts(sold))]
    assert sum(part.shipping_cost.amount for part in parts) == -101
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await take_back(world, sold, "refund_9", flat_amount=-1)
    assert refused.value.param == "flat_amount"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"flat_amount": -1786}, "flat_amount"),
        ({"flat_amount": 100}, "flat_amount"),
        ({"flat_amount": -100, "shipping_cost": {"amount": -1, "amount_tax": 0}}, "flat_amount"),
        ({}, "line_items"),
        ({"line_items": [("", -1001, 0)]}, "line_items[0][amount]"),
        ({"line_items": [("", -1000, -191)]}, "line_items[0][amount_tax]"),
        ({"line_items": [("", 1, 0)]}, "line_items[0][amount]"),
        ({"line_items": [("", -600, 0), ("", -600, 0)]}, "line_items[1][amount]"),
        ({"line_items": [("tax_li_nobody", -1, 0)]}, "line_items[0][original_line_item]"),
        ({"shipping_cost": {"amount": -501, "amount_tax": 0}}, "shipping_cost[amount]"),
        ({"mode": "full", "flat_amount": -1}, "flat_amount"),
        ({"original_transaction": "tax_nobody"}, "original_transaction"),
        ({"flat_amount": -1, "reference": "order_1"}, "reference"),
    ],
)
async def test_a_reversal_of_what_is_not_there_is_refused(world: World, params, param):
    sold = await record(world, await calculate(world, 1000, shipping_cost={"amount": 500}))
    if "line_items" in params:
        params = params | {
            "line_items": [
                {
                    "original_line_item": id or sold.line_items.data[0].id,
                    "amount": amount,
                    "amount_tax": tax,
                    "reference": f"part {n}",
                }
                for n, (id, amount, tax) in enumerate(params["line_items"])
            ]
        }

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await take_back(world, sold, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert amounts(await take_back(world, sold, "all", mode="full")) == [(-1000, -190)]


async def test_shipping_that_was_not_sold_is_not_taken_back(world: World):
    sold = await record(world, await calculate(world, 1000))

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await take_back(world, sold, shipping_cost={"amount": -1, "amount_tax": 0})

    assert refused.value.param == "shipping_cost"


async def test_nothing_is_taken_back_twice(world: World):
    sold = await record(world, await calculate(world, 1000))
    back = await take_back(world, sold, mode="full")

    with pytest.raises(stripe.InvalidRequestError) as again:
        await take_back(world, sold, "refund_2", mode="full")
    with pytest.raises(stripe.InvalidRequestError) as reversal:
        await take_back(world, back, "refund_3", mode="full")

    assert (again.value.param, reversal.value.param) == ("mode", "original_transaction")
