"""Coupons: percent or amount off, and how long they can be redeemed."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

from stripe_sandbox.errors import StripeError
from stripe_sandbox.objects import discounts

DAY = 86400


async def coupon(world: World, **params):
    """A coupon for 25.5 % off."""
    usual = {} if "amount_off" in params else {"percent_off": 25.5}
    return await world.stripe.v1.coupons.create_async(usual | params)


def redeem(world: World, id: str) -> None:
    """Redeem a coupon as a completed session does."""
    with world.box.work() as work:
        discounts.redeem(work, discounts.of(work, {"coupon": id}, "discounts[0]"))


def check(world: World, id: str, **options) -> None:
    """Judge a coupon as a new session does."""
    with world.box.work() as work:
        given = {"amount": 1000, "currency": "eur", "customer": None, "param": "discounts[0]"} | options
        discounts.check(work, discounts.of(work, {"coupon": id}, "discounts[0]"), **given)


async def test_a_coupon_takes_a_percentage_off(world: World):
    made = await coupon(world, name="Spring", metadata={"season": "1"})

    assert (made.percent_off, made.amount_off, made.currency) == (25.5, None, None)
    assert (made.duration, made.valid, made.times_redeemed) == ("once", True, 0)
    assert await world.types() == ["coupon.created"]


async def test_a_coupon_takes_an_amount_off(world: World):
    made = await coupon(world, id="FIVER", amount_off=500, currency="EUR", duration="repeating",
                        duration_in_months=3)  # fmt: skip

    assert (made.id, made.amount_off, made.currency, made.percent_off) == ("FIVER", 500, "eur", None)
    assert (made.duration, made.duration_in_months) == ("repeating", 3)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"percent_off": 0}, "percent_off"),
        ({"percent_off": 100.5}, "percent_off"),
        ({"percent_off": 10, "amount_off": 10}, "percent_off"),
        ({"percent_off": None}, "percent_off"),
        ({"amount_off": 100}, "currency"),
        ({"amount_off": 0, "currency": "eur"}, "amount_off"),
        ({"amount_off": 100_000_000, "currency": "eur"}, "amount_off"),
        ({"amount_off": 100, "currency": "xxx"}, "currency"),
        ({"duration": "repeating"}, "duration_in_months"),
        ({"duration_in_months": 2}, "duration_in_months"),
        ({"max_redemptions": 0}, "max_redemptions"),
        ({"redeem_by": 1}, "redeem_by"),
        ({"name": "x" * 41}, "name"),
        ({"applies_to": {"products": ["prod_nobody"]}}, "applies_to[products][0]"),
        ({"currency_options": {"usd": {"amount_off": 100}}}, "currency_options[usd]"),
        (
            {"amount_off": 1, "currency": "eur", "currency_options": {"eur": {"amount_off": 100}}},
            "currency_options[eur]",
        ),
    ],
)
async def test_a_coupon_that_makes_no_sense_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await coupon(world, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.coupons.list_async()).data == []


async def test_a_coupon_id_is_given_once_while_it_lives(world: World):
    await coupon(world, id="SPRING")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await coupon(world, id="SPRING", percent_off=50)

    assert refused.value.code == "resource_already_exists"
    assert (await world.stripe.v1.coupons.retrieve_async("SPRING")).percent_off == 25.5


async def test_only_name_metadata_and_other_currencies_of_a_coupon_change(world: World):
    made = await coupon(world, amount_off=500, currency="eur")

    changed = await world.stripe.v1.coupons.update_async(
        made.id,
        {"name": "Fiver", "currency_options": {"usd": {"amount_off": 600}}, "expand": ["currency_options"]},
    )

    assert changed.name == "Fiver"
    assert {name: one["amount_off"] for name, one in changed.currency_options.to_dict().items()} == {
        "eur": 500, "usd": 600,
    }  # fmt: skip
    assert (await world.types())[-1] == "coupon.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {"name": None}
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.coupons.update_async(made.id, {"amount_off": 1})


async def test_the_products_of_a_coupon_are_shown_when_expanded(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Emma"})
    made = await coupon(world, applies_to={"products": [product.id]})

    shown = await world.stripe.v1.coupons.list_async({"expand": ["data.applies_to"]})

    assert "applies_to" not in made
    assert shown.data[0].applies_to.products == [product.id]


async def test_a_coupon_for_everything_shows_no_products(world: World):
    made = await coupon(world, expand=["applies_to", "currency_options"])

    assert "applies_to" not in made
    assert "currency_options" not in made


async def test_a_coupon_ends_when_it_is_used_up(world: World):
    made = await coupon(world, max_redemptions=2)

    redeem(world, made.id)
    once = await world.stripe.v1.coupons.retrieve_async(made.id)
    redeem(world, made.id)
    twice = await world.stripe.v1.coupons.retrieve_async(made.id)

    assert (once.times_redeemed, once.valid) == (1, True)
    assert (twice.times_redeemed, twice.valid) == (2, False)


async def test_a_coupon_ends_on_its_last_day(world: World):
    made = await coupon(world, redeem_by=int(world.now) + DAY)

    await world.pass_time(DAY - 1)
    before = await world.stripe.v1.coupons.retrieve_async(made.id)
    await world.pass_time(1)
    after = await world.stripe.v1.coupons.retrieve_async(made.id)

    assert (before.valid, after.valid) == (True, False)


async def test_a_coupon_that_ended_is_not_given(world: World):
    made = await coupon(world, max_redemptions=1)
    redeem(world, made.id)

    with pytest.raises(StripeError) as refused:
        check(world, made.id)

    assert (refused.value.status, refused.value.error["code"]) == (400, "coupon_expired")
    assert refused.value.error["param"] == "discounts[0][coupon]"


async def test_a_coupon_counts_only_in_its_currencies(world: World):
    made = await coupon(world, amount_off=100, currency="eur")

    check(world, made.id)
    with pytest.raises(StripeError) as refused:
        check(world, made.id, currency="usd")

    assert refused.value.error["param"] == "discounts[0][coupon]"


async def test_a_deleted_coupon_is_gone(world: World):
    coupons = world.stripe.v1.coupons
    made = await coupon(world, id="SPRING")

    gone = await coupons.delete_async(made.id)

    assert (gone.id, gone.deleted) == ("SPRING", True)
    assert (await world.types())[-1] == "coupon.deleted"
    assert (await coupons.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await coupons.retrieve_async(made.id)
    assert missing.value.http_status == 404
    assert (await coupon(world, id="SPRING")).valid is True
