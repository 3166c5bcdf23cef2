"""Search through the official SDK: Stripe's query language over five kinds of object."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World


async def paid(world: World, amount: int, **params: Any) -> str:
    """The id of a new PaymentIntent that was paid."""
    found: str = (await world.paid(amount, **params)).id
    return found


async def intents(world: World, query: str, **params: Any) -> list[str]:
    """The ids of the PaymentIntents that a query finds."""
    found = await world.stripe.v1.payment_intents.search_async({"query": query} | params)
    return [intent.id for intent in found.data]


async def refusal(world: World, query: str, **params: Any) -> Any:
    """The error that a query for PaymentIntents is answered."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await intents(world, query, **params)
    assert refused.value.http_status == 400
    return refused.value


async def test_a_result_is_a_page_with_an_address(world: World):
    intent = await paid(world, 2000)

    found = await world.stripe.v1.payment_intents.search_async({"query": 'status:"succeeded"'})

    assert (found.object, found.url) == ("search_result", "/v1/payment_intents/search")
    assert (found.has_more, found.next_page) == (False, None)
    assert [one.id for one in found.data] == [intent]


async def test_clauses_joined_by_and_or_a_space_must_all_hold(world: World):
    wanted = await paid(world, 2000, metadata={"order": "7"})
    await paid(world, 2000, metadata={"order": "8"})

    assert await intents(world, 'status:"succeeded" AND metadata["order"]:"7"') == [wanted]
    assert await intents(world, "status:'succeeded' metadata['order']:'7'") == [wanted]
    assert await intents(world, 'status:"canceled" and metadata["order"]:"7"') == []


async def test_one_of_the_clauses_joined_by_or_is_enough(world: World):
    first, second = await paid(world, 1000), await paid(world, 2000)
    await paid(world, 3000)

    assert await intents(world, "amount:1000 OR amount:2000") == [second, first]


async def test_and_and_or_are_not_mixed(world: World):
    error = await refusal(world, 'amount:1 AND amount:2 OR status:"succeeded"')

    assert error.param == "query"


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("amount>2000", [3000]),
        ("amount>=2000", [3000, 2000]),
        ("amount<2000", [1000]),
        ("amount<=2000", [2000, 1000]),
        ('amount:"2000"', [2000]),
        ("-amount:2000", [3000, 1000]),
        ("amount>1000 amount<3000", [2000]),
    ],
)
async def test_numbers_are_compared(world: World, query, amounts):
    for amount in (1000, 2000, 3000):
        await paid(world, amount)

    found = await world.stripe.v1.payment_intents.search_async({"query": query})

    assert [intent.amount for intent in found.data] == amounts


async def test_times_are_compared_as_seconds(world: World):
    first = await paid(world, 1000)
    await world.pass_time(100)
    second = await paid(world, 1000)
    between = int(world.now) + 50

    assert await intents(world, f"created>{between}") == [second]
    assert await intents(world, f"created<{between}") == [first]


async def test_equality_does_not_mind_the_case(world: World):
    intent = await paid(world, 2000, metadata={"Name": "Walden"})

    assert await intents(world, 'currency:"USD"') == [intent]
    assert await intents(world, 'metadata["Name"]:"walden"') == [intent]
    assert await intents(world, 'metadata["name"]:"Walden"') == []


async def test_a_minus_turns_a_clause_round(world: World):
    first = await paid(world, 1000, metadata={"order": "7"})
    second = await paid(world, 2000)

    assert await intents(world, '-metadata["order"]:"7"') == [second]
    assert await intents(world, '-status:"canceled"') == [second, first]


async def test_null_stands_for_what_is_not_there(world: World):
    customer = (await world.stripe.v1.customers.create_async()).id
    first = await paid(world, 1000, metadata={"order": "7"})
    second = await paid(world, 2000, customer=customer)

    assert await intents(world, 'metadata["order"]:null') == [second]
    assert await intents(world, '-metadata["order"]:null') == [first]
    assert await intents(world, "customer:null") == [first]


async def test_keys_and_values_may_hold_any_character(world: World):
    odd = 'a"b.c $'
    intent = await paid(world, 1000, metadata={odd: 'x "y"'})

    assert await intents(world, r'metadata["a\"b.c $"]:"x \"y\""') == [intent]


async def test_customers_are_found_by_a_part_of_their_email(world: World):
    amy = await world.stripe.v1.customers.create_async(
        {"email": "Amy@rocketrides.io", "name": "Amy Pond", "metadata": {"tier": "gold plus"}}
    )
    await world.stripe.v1.customers.create_async({"email": "rory@example.com"})
    search = world.stripe.v1.customers.search_async

    for query in ('email~"amy"', 'name~"pond"', 'email:"amy@rocketrides.io"', 'metadata["tier"]~"plus"'):
        found = await search({"query": query})
        assert [one.id for one in found.data] == [amy.id], query


async def test_deleted_customers_are_not_found(world: World):
    customer = await world.stripe.v1.customers.create_async({"email": "amy@example.com"})
    await world.stripe.v1.customers.delete_async(customer.id)

    found = await world.stripe.v1.customers.search_async({"query": 'email:"amy@example.com"'})

    assert found.data == []


async def test_charges_are_found_by_their_card_and_what_became_of_them(world: World):
    visa = await world.paid(2000)
    amex = await world.paid(2000, "pm_card_amex")
    await world.stripe.v1.refunds.create_async({"payment_intent": amex.id})
    search = world.stripe.v1.charges.search_async

    by_card = await search({"query": 'payment_method_details.card.last4:"4242"'})
    by_brand = await search({"query": 'payment_method_details.card.brand:"amex" AND refunded:"true"'})
    kept = await search({"query": "refunded:false AND disputed:false"})

    assert [charge.id for charge in by_card.data] == [visa.latest_charge]
    assert [charge.id for charge in by_brand.data] == [amex.latest_charge]
    assert [charge.id for charge in kept.data] == [visa.latest_charge]


async def test_products_and_prices_are_found(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Walden", "description": "By a pond"})
    price = await world.stripe.v1.prices.create_async(
        {"product": product.id, "unit_amount": 1500, "currency": "usd", "lookup_key": "walden"}
    )
    products = world.stripe.v1.products.search_async
    prices = world.stripe.v1.prices.search_async

    by_name = await products({"query": 'active:"true" AND name~"wald"'})
    by_text = await products({"query": 'description~"pond"'})
    by_product = await prices({"query": f'product:"{product.id}" AND active:"true"'})
    by_key = await prices({"query": 'lookup_key:"walden" type:"one_time" currency:"usd"'})

    assert [one.id for one in by_name.data] == [one.id for one in by_text.data] == [product.id]
    assert [one.id for one in by_product.data] == [one.id for one in by_key.data] == [price.id]


async def test_pages_follow_each_other_newest_first(world: World):
    made = [await paid(world, 1000 + number) for number in range(5)]
    query = {"query": 'status:"succeeded"', "limit": 2}

    first = await world.stripe.v1.payment_intents.search_async(query)
    second = await world.stripe.v1.payment_intents.search_async(query | {"page": first.next_page})
    third = await world.stripe.v1.payment_intents.search_async(query | {"page": second.next_page})

    pages = [[intent.id for intent in page.data] for page in (first, second, third)]
    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert [page.has_more for page in (first, second, third)] == [True, True, False]
    assert third.next_page is None


async def test_a_page_of_another_query_is_refused(world: World):
    for amount in (1000, 2000):
        await paid(world, amount)
    first = await world.stripe.v1.payment_intents.search_async({"query": "amount>1", "limit": 1})

    other = await refusal(world, "amount>2", page=first.next_page)
    invented = await refusal(world, "amount>1", page="invented")

    assert other.param == invented.param == "page"


async def test_results_can_be_expanded(world: World):
    await paid(world, 2000)

    found = await world.stripe.v1.payment_intents.search_async(
        {"query": "amount:2000", "expand": ["data.latest_charge"]}
    )

    assert found.data[0].latest_charge.status == "succeeded"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status",
        "status:",
        "status:succeeded",
        'status:"succeeded',
        'status:"succeeded" AND',
        'AND status:"succeeded"',
        '(status:"succeeded")',
        'planet:"Mars"',
        'status["x"]:"y"',
        'metadata:"7"',
        'status>"a"',
        'status~"succ"',
        'amount~"100"',
        'amount>"many"',
        "status>null",
        'metadata["order"]~"7"',
        " ".join(["amount:1"] * 11),
    ],
)
async def test_a_query_that_means_nothing_is_refused(world: World, query):
    assert (await refusal(world, query)).param == "query"


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_page_holds_between_one_and_a_hundred(world: World, limit):
    assert (await refusal(world, "amount:1", limit=limit)).param == "limit"


async def test_a_query_is_required(world: World):
    nothing: Any = {}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.customers.search_async(nothing)

    assert (refused.value.code, refused.value.param) == ("parameter_missing", "query")


async def test_a_publishable_key_searches_nothing(world: World):
    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.customers.search_async({"query": 'email:"amy@example.com"'})
