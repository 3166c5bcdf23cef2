"""Tax calculations: what is due, where, and why."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

BERLIN = {"line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"}
BOOKS = "txcd_35010000"
DAY = 86400


def at(country: str, **more):
    """A customer at an address."""
    return {"customer_details": {"address": {"country": country} | more, "address_source": "shipping"}}


async def calculate(world: World, *lines, **params):
    """A calculation in EUR, of 10.00 EUR without tax to Berlin if nothing else is said."""
    usual = {"currency": "eur", "line_items": list(lines) or [line()], **at(**BERLIN)}
    return await world.stripe.v1.tax.calculations.create_async(usual | params)


def line(amount: int = 1000, reference: str | None = None, **more):
    """A line of a calculation."""
    return {"amount": amount, "reference": reference, "tax_behavior": "exclusive"} | more


async def test_tax_comes_on_top_of_what_does_not_include_it(world: World):
    made = await calculate(world, line(1000), line(501))

    assert (made.amount_total, made.tax_amount_exclusive, made.tax_amount_inclusive) == (1501 + 285, 285, 0)
    assert made.id.startswith("taxcalc_")
    assert (made.expires_at - int(world.now), made.tax_date) == (90 * DAY, int(world.now))


async def test_tax_is_taken_out_of_what_includes_it(world: World):
    made = await calculate(world, line(1190, tax_behavior="inclusive"))

    assert (made.amount_total, made.tax_amount_exclusive, made.tax_amount_inclusive) == (1190, 0, 190)
    assert made.tax_breakdown[0].inclusive is True
    assert made.tax_breakdown[0].taxable_amount == 1000


async def test_the_breakdown_says_what_is_taken_and_why(world: World):
    made = await calculate(world, line(1000, tax_code=BOOKS), line(1000), line(2000))

    assert [one.to_dict() for one in made.tax_breakdown] == [
        {
            "amount": 70,
            "inclusive": False,
            "tax_rate_details": {
                "country": "DE", "flat_amount": None, "percentage_decimal": "7.0", "rate_type": "percentage",
                "state": None, "tax_type": "vat",
            },
            "taxability_reason": "reduced_rated",
            "taxable_amount": 1000,
        },
        {
            "amount": 570,
            "inclusive": False,
            "tax_rate_details": {
                "country": "DE", "flat_amount": None, "percentage_decimal": "19.0", "rate_type": "percentage",
                "state": None, "tax_type": "vat",
            },
            "taxability_reason": "standard_rated",
            "taxable_amount": 3000,
        },
    ]  # fmt: skip


async def test_each_line_is_rounded_half_up(world: World):
    made = await calculate(world, line(50, tax_code=BOOKS), line(50, tax_code=BOOKS))

    assert made.tax_amount_exclusive == 8


@pytest.mark.parametrize(
    ("address", "tax_code", "tax"),
    [
        ({"country": "FR"}, BOOKS, 550),
        ({"country": "FI"}, None, 2550),
        ({"country": "IE"}, BOOKS, 0),
        ({"country": "GB"}, None, 2000),
        ({"country": "GB"}, BOOKS, 0),
        ({"country": "CH"}, None, 810),
        ({"country": "CH"}, BOOKS, 260),
        ({"country": "NO"}, None, 2500),
        ({"country": "AU"}, None, 1000),
        ({"country": "JP"}, None, 1000),
        ({"country": "US", "state": "CA", "postal_code": "94080"}, None, 725),
        ({"country": "US", "postal_code": "10001"}, None, 400),
        ({"country": "US", "state": "OR"}, None, 0),
        ({"country": "US", "state": "WA"}, "txcd_00000000", 0),
        ({"country": "CA", "state": "ON"}, None, 1300),
        ({"country": "CA", "postal_code": "H2X 1Y4"}, None, 500 + 998),
        ({"country": "CA", "state": "ON"}, BOOKS, 500),
        ({"country": "BR"}, None, 0),
    ],
)
async def test_every_place_takes_its_own_tax(world: World, address, tax_code, tax):
    made = await calculate(world, line(10_000, tax_code=tax_code), **at(**address))

    assert made.tax_amount_exclusive == tax
    assert sum(one.amount for one in made.tax_breakdown) == tax
    assert made.customer_details.address.country == address["country"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ({"country": "US", "state": "OR"}, "not_subject_to_tax"),
        ({"country": "BR"}, "not_collecting"),
        ({"country": "GB"}, "zero_rated"),
        ({"country": "DE"}, "reduced_rated"),
        ({"country": "DK"}, "standard_rated"),
    ],
)
async def test_a_book_is_taxed_or_not_for_a_reason(world: World, address, reason):
    made = await calculate(world, line(tax_code=BOOKS), **at(**address))

    assert made.tax_breakdown[0].taxability_reason == reason


async def test_a_place_may_have_two_taxes(world: World):
    made = await calculate(world, **at("CA", state="QC"))

    kinds = [
        (one.tax_rate_details.tax_type, one.tax_rate_details.percentage_decimal) for one in made.tax_breakdown
    ]
    assert kinds == [("gst", "5.0"), ("qst", "9.975")]
    assert [one.amount for one in made.tax_breakdown] == [50, 100]


@pytest.mark.parametrize(
    "address",
    [
        {"country": "US"},
        {"country": "US", "postal_code": "00000"},
        {"country": "US", "state": "XX"},
        {"country": "US", "state": "CA", "postal_code": "ABC"},
        {"country": "CA"},
        {"country": "QQ"},
    ],
)
async def test_an_address_that_is_nowhere_is_refused(world: World, address):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await calculate(world, **at(**address))

    assert (refused.value.http_status, refused.value.code) == (400, "customer_tax_location_invalid")
    assert refused.value.param == "customer_details[address]"


@pytest.mark.parametrize(
    ("lines", "params", "param"),
    [
        ([], {"line_items": []}, "line_items"),
        ([line(reference="a"), line(reference="a")], {}, "line_items[0][reference]"),
        ([line(-1)], {}, "line_items[0][amount]"),
        ([line(10**12)], {}, "line_items[0][amount]"),
        ([line(quantity=0)], {}, "line_items[0][quantity]"),
        ([line(tax_code="books")], {}, "line_items[0][tax_code]"),
        ([line(product="prod_nobody")], {}, "line_items[0][product]"),
        ([line(performance_location="x")], {}, "line_items[0][performance_location]"),
        ([line(tax_behavior="unspecified")], {}, "line_items[0][tax_behavior]"),
        ([line()], {"currency": "xxx"}, "currency"),
        ([line()], {"customer_details": None}, "customer_details"),
        ([line()], {"customer_details": {"ip_address": "192.0.2.1"}}, "customer_details[ip_address]"),
        ([line()], {"customer": "cus_nobody"}, "customer"),
        ([line()], {"shipping_cost": {"tax_behavior": "inclusive"}}, "shipping_cost[amount]"),
        ([line()], {"shipping_cost": {"amount": -1}}, "shipping_cost[amount]"),
        ([line()], {"shipping_cost": {"amount": 1, "shipping_rate": "shr_1"}}, "shipping_cost[amount]"),
        ([line()], {"shipping_cost": {"shipping_rate": "shr_nobody"}}, "shipping_cost[shipping_rate]"),
    ],
)
async def test_a_calculation_that_makes_no_sense_is_refused(world: World, lines, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await calculate(world, *lines, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)


async def test_lines_keep_what_they_are_told(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Emma", "tax_code": BOOKS})
    made = await calculate(
        world, line(3000, "emma", quantity=3, product=product.id, metadata={"a": "1"}), line(),
        expand=["line_items"],
    )  # fmt: skip

    first, second = made.line_items.data

    assert (first.reference, first.quantity, first.product, first.tax_code) == ("emma", 3, product.id, BOOKS)
    assert (first.amount, first.amount_tax, first.metadata["a"]) == (3000, 210, "1")
    assert (second.reference, second.tax_code, second.quantity) == ("L2", "txcd_99999999", 1)


async def test_a_line_says_what_is_taken_of_it(world: World):
    made = await calculate(world, **at("US", postal_code="94080"), expand=["line_items.data.tax_breakdown"])

    assert made.line_items.data[0].tax_breakdown[0].to_dict() == {
        "amount": 73,
        "jurisdiction": {"country": "US", "display_name": "California", "level": "state", "state": "CA"},
        "sourcing": "destination",
        "tax_rate_details": {
            "display_name": "Sales Tax", "percentage_decimal": "7.25", "tax_type": "sales_tax",
        },
        "taxability_reason": "standard_rated",
        "taxable_amount": 1000,
    }  # fmt: skip


async def test_lines_are_absent_unless_expanded_and_come_in_pages(world: World):
    calculations = world.stripe.v1.tax.calculations
    made = await calculate(world, *[line(100, f"line {n}") for n in range(12)])

    first = await calculations.line_items.list_async(made.id)
    rest = await calculations.line_items.list_async(made.id, {"starting_after": first.data[-1].id})

    assert "line_items" not in await calculations.retrieve_async(made.id)
    assert (len(first.data), first.has_more) == (10, True)
    assert [one.reference for one in rest.data] == ["line 10", "line 11"]


async def test_shipping_is_taxed_too(world: World):
    made = await calculate(world, shipping_cost={"amount": 500})

    assert (made.shipping_cost.amount_tax, made.shipping_cost.tax_code) == (95, "txcd_92010001")
    assert (made.amount_total, made.tax_amount_exclusive) == (1785, 285)
    assert made.tax_breakdown[0].taxable_amount == 1500


async def test_shipping_may_be_a_shipping_rate(world: World):
    rate = await world.stripe.v1.shipping_rates.create_async(
        {
            "display_name": "Post",
            "fixed_amount": {"amount": 595, "currency": "eur"},
            "tax_behavior": "inclusive",
        }
    )

    made = await calculate(world, shipping_cost={"shipping_rate": rate.id})

    assert made.shipping_cost.shipping_rate == rate.id
    assert (made.shipping_cost.amount_tax, made.tax_amount_inclusive) == (95, 95)


async def test_businesses_in_another_country_of_the_eu_pay_the_tax_themselves(world: World):
    made = await calculate(
        world,
        customer_details={"address": BERLIN, "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}]},
        ship_from_details={"address": {"country": "FR"}},
    )

    assert (made.tax_amount_exclusive, made.amount_total) == (0, 1000)
    assert made.tax_breakdown[0].taxability_reason == "reverse_charge"
    assert made.customer_details.tax_ids[0].value == "DE123456789"
    assert made.ship_from_details.address.country == "FR"


async def test_businesses_in_the_same_country_pay_as_everybody(world: World):
    made = await calculate(
        world,
        customer_details={"address": BERLIN, "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}]},
        ship_from_details={"address": {"country": "DE"}},
    )

    assert made.tax_amount_exclusive == 190


async def test_a_vat_id_that_is_none_is_refused(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await calculate(
            world, customer_details={"address": BERLIN, "tax_ids": [{"type": "eu_vat", "value": "12"}]}
        )

    assert refused.value.code == "tax_id_invalid"
    assert refused.value.param == "customer_details[tax_ids][0][value]"


@pytest.mark.parametrize("override", ["customer_exempt", "reverse_charge"])
async def test_the_shop_may_say_that_nothing_is_due(world: World, override):
    made = await calculate(world, customer_details={"address": BERLIN, "taxability_override": override})

    assert made.tax_amount_exclusive == 0
    assert made.tax_breakdown[0].taxability_reason == override
    assert made.customer_details.taxability_override == override


async def test_a_customers_own_address_counts(world: World):
    customer = await world.stripe.v1.customers.create_async(
        {"address": {"country": "FR"}, "shipping": {"name": "A", "address": BERLIN}, "tax_exempt": "none"}
    )

    made = await calculate(world, customer=customer.id, customer_details=None)

    assert made.customer == customer.id
    assert (made.customer_details.address.country, made.customer_details.address_source) == ("DE", "shipping")
    assert made.tax_amount_exclusive == 190


async def test_an_exempt_customer_pays_no_tax(world: World):
    customer = await world.stripe.v1.customers.create_async({"address": BERLIN, "tax_exempt": "exempt"})

    made = await calculate(world, customer=customer.id, customer_details=None)

    assert made.tax_breakdown[0].taxability_reason == "customer_exempt"
    assert made.customer_details.address_source == "billing"


async def test_a_customers_own_tax_ids_count(world: World):
    customer = await world.stripe.v1.customers.create_async(
        {"address": BERLIN, "tax_id_data": [{"type": "eu_vat", "value": "DE123456789"}]}
    )

    made = await calculate(world, customer=customer.id, customer_details=None)

    assert [one.value for one in made.customer_details.tax_ids] == ["DE123456789"]
    assert made.tax_breakdown[0].taxability_reason == "reverse_charge"


async def test_a_customer_without_an_address_is_refused(world: World):
    customer = await world.stripe.v1.customers.create_async({"email": "a@b.test"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await calculate(world, customer=customer.id, customer_details=None)

    assert (refused.value.code, refused.value.param) == ("customer_tax_location_invalid", "customer")


async def test_a_calculation_can_be_read_again(world: World):
    made = await calculate(world)

    found = await world.stripe.v1.tax.calculations.retrieve_async(made.id)

    assert found.to_dict() == made.to_dict()


async def test_an_unknown_calculation_is_not_found(world: World):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await world.stripe.v1.tax.calculations.retrieve_async("taxcalc_nobody")

    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
