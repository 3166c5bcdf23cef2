"""Promotion codes: what customers type to get a coupon."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

from stripe_sandbox.errors import StripeError
from stripe_sandbox.objects import discounts

DAY = 86400


async def code(world: World, code: str | None = "SPRING", coupon: str | None = None, **params):
    """A promotion code for a coupon of 10 % off."""
    if coupon is None:
        coupon = (await world.stripe.v1.coupons.create_async({"percent_off": 10})).id
    promotion = {"type": "coupon", "coupon": coupon}
    return await world.stripe.v1.promotion_codes.create_async({"promotion": promotion, "code": code} | params)


async def customer(world: World) -> str:
    """A new customer's id."""
    return (await world.stripe.v1.customers.create_async({"email": "a@b.test"})).id


def check(world: World, text: str, amount: int = 1000, currency: str = "eur", by: str | None = None):
    """Type a code into a session and have it judged; the Discount, or the error's message."""
    with world.box.work() as work:
        try:
            found = discounts.typed(work, text, "promotion_code", customer=by)
            discounts.check(work, found, amount, currency, by, "discounts[0]")
        except StripeError as error:
            return error.error
        return found


def redeem(world: World, text: str) -> None:
    """Redeem a code as a completed session does."""
    with world.box.work() as work:
        discounts.redeem(work, discounts.typed(work, text, "promotion_code"))


async def test_a_promotion_code_names_its_coupon(world: World):
    made = await code(world, metadata={"a": "1"})

    assert made.promotion.type == "coupon"
    assert made.restrictions.to_dict() == {
        "first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None,
    }  # fmt: skip
    assert (made.active, made.customer, made.times_redeemed) == (True, None, 0)
    assert (await world.types())[-1] == "promotion_code.created"


async def test_its_coupon_can_be_expanded(world: World):
    await code(world)

    shown = await world.stripe.v1.promotion_codes.list_async({"expand": ["data.promotion.coupon"]})

    assert shown.data[0].promotion.coupon.percent_off == 10


async def test_what_a_promotion_has_not_cannot_be_expanded(world: World):
    made = await code(world)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.promotion_codes.retrieve_async(made.id, {"expand": ["promotion.type"]})
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.promotion_codes.retrieve_async(made.id, {"expand": ["promotion"]})


async def test_a_code_is_made_up_where_none_is_given(world: World):
    made = await code(world, None)

    assert len(made.code) == 8
    assert made.code == made.code.upper()


async def test_an_active_code_is_there_once_whatever_its_case(world: World):
    await code(world, "Spring")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await code(world, "SPRING")

    assert (refused.value.param, refused.value.code) == ("code", "resource_already_exists")
    assert len((await world.stripe.v1.promotion_codes.list_async()).data) == 1


async def test_a_code_is_free_again_once_it_is_inactive(world: World):
    codes = world.stripe.v1.promotion_codes
    old = await code(world)
    await codes.update_async(old.id, {"active": False})

    new = await code(world)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await codes.update_async(old.id, {"active": True})

    assert refused.value.param == "code"
    assert ((await codes.retrieve_async(old.id)).active, new.active) == (False, True)


async def test_two_customers_may_have_the_same_code(world: World):
    one, other = await customer(world), await customer(world)

    await code(world, customer=one)
    await code(world, customer=other)

    found = await world.stripe.v1.promotion_codes.list_async({"customer": one})
    assert [found.customer for found in found.data] == [one]


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"code": "ten percent"}, "code"),
        ({"code": ""}, "code"),
        ({"coupon": "nobody"}, "promotion[coupon]"),
        ({"promotion": {"type": "coupon"}}, "promotion[coupon]"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"expires_at": 1}, "expires_at"),
        ({"max_redemptions": 0}, "max_redemptions"),
        ({"restrictions": {"minimum_amount": 500}}, "restrictions[minimum_amount_currency]"),
        ({"restrictions": {"minimum_amount_currency": "eur"}}, "restrictions[minimum_amount]"),
        (
            {"restrictions": {"minimum_amount": 0, "minimum_amount_currency": "eur"}},
            "restrictions[minimum_amount]",
        ),
        (
            {"restrictions": {"currency_options": {"usd": {"minimum_amount": 1}}}},
            "restrictions[currency_options][usd]",
        ),
    ],
)
async def test_a_code_that_makes_no_sense_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await code(world, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.promotion_codes.list_async()).data == []


async def test_a_code_cannot_outlive_its_coupon(world: World):
    made = await world.stripe.v1.coupons.create_async(
        {"percent_off": 10, "redeem_by": int(world.now) + DAY, "max_redemptions": 5}
    )

    with pytest.raises(stripe.InvalidRequestError) as late:
        await code(world, coupon=made.id, expires_at=int(world.now) + 2 * DAY)
    with pytest.raises(stripe.InvalidRequestError) as often:
        await code(world, coupon=made.id, max_redemptions=6)

    assert (late.value.param, often.value.param) == ("expires_at", "max_redemptions")


async def test_codes_are_found_by_their_fields(world: World):
    codes = world.stripe.v1.promotion_codes
    first = await code(world, "Spring")
    second = await code(world, "AUTUMN", active=False)

    by_code = await codes.list_async({"code": "SPRING"})
    by_coupon = await codes.list_async({"coupon": second.promotion.coupon})
    by_active = await codes.list_async({"active": False})

    assert [found.id for found in by_code.data] == [first.id]
    assert [found.id for found in by_coupon.data] == [second.id] == [found.id for found in by_active.data]


async def test_a_changed_code_is_announced_with_what_it_was(world: World):
    made = await code(world)

    await world.stripe.v1.promotion_codes.update_async(made.id, {"active": False, "metadata": {"a": "1"}})

    assert (await world.types())[-1] == "promotion_code.updated"
    assert world.received[-1]["data"]["previous_attributes"] == {"active": True, "metadata": {"a": None}}


async def test_a_code_ends_with_its_last_day(world: World):
    made = await code(world, expires_at=int(world.now) + DAY)

    await world.pass_time(DAY)

    assert (await world.stripe.v1.promotion_codes.retrieve_async(made.id)).active is False
    assert check(world, "SPRING")["code"] == "resource_missing"


async def test_a_code_ends_when_it_is_used_up(world: World):
    made = await code(world, max_redemptions=1)

    redeem(world, "spring")

    found = await world.stripe.v1.promotion_codes.retrieve_async(made.id, {"expand": ["promotion.coupon"]})
    assert (found.active, found.times_redeemed) == (False, 1)
    assert found.promotion.coupon.times_redeemed == 1


async def test_codes_end_with_their_coupon(world: World):
    made = await code(world)

    await world.stripe.v1.coupons.delete_async(made.promotion.coupon)

    found = await world.stripe.v1.promotion_codes.retrieve_async(made.id)
    assert found.active is False
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.promotion_codes.update_async(made.id, {"active": True})
    assert refused.value.param == "active"
    with pytest.raises(stripe.InvalidRequestError) as gone:
        await code(world, "OTHER", coupon=made.promotion.coupon)
    assert gone.value.param == "promotion[coupon]"


async def test_a_used_up_coupon_gets_no_codes(world: World):
    made = await code(world, max_redemptions=None)
    spent = await world.stripe.v1.coupons.create_async({"percent_off": 10, "max_redemptions": 1})
    other = await code(world, "OTHER", coupon=spent.id)

    redeem(world, "OTHER")

    assert (await world.stripe.v1.promotion_codes.retrieve_async(other.id)).active is False
    assert (await world.stripe.v1.promotion_codes.retrieve_async(made.id)).active is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await code(world, "THIRD", coupon=spent.id)
    assert refused.value.param == "promotion[coupon]"


async def test_customers_type_codes_in_any_case(world: World):
    made = await code(world, "Spring")

    assert check(world, " SPRING ")["promotion_code"] == made.id


async def test_nobody_can_use_a_code_that_is_anothers(world: World):
    owner, other = await customer(world), await customer(world)
    made = await code(world, customer=owner)

    assert check(world, "SPRING", by=owner)["source"]["coupon"] == made.promotion.coupon
    assert check(world, "SPRING", by=other)["code"] == "resource_missing"
    assert check(world, "SPRING")["code"] == "resource_missing"


async def test_a_code_may_want_a_minimum_amount(world: World):
    limits = {"minimum_amount": 2000, "minimum_amount_currency": "eur",
              "currency_options": {"usd": {"minimum_amount": 2500}}}  # fmt: skip
    made = await code(world, restrictions=limits)

    assert check(world, "SPRING", 2000)["object"] == "discount"
    assert "minimum amount" in check(world, "SPRING", 1999)["message"]
    assert "minimum amount" in check(world, "SPRING", 2499, "usd")["message"]
    assert check(world, "SPRING", 2500, "usd")["object"] == "discount"
    assert "minimum amount" in check(world, "SPRING", 9999, "gbp")["message"]
    assert made.restrictions.minimum_amount == 2000


async def test_minimum_amounts_in_other_currencies_are_shown_when_expanded(world: World):
    made = await code(world, restrictions={"minimum_amount": 2000, "minimum_amount_currency": "eur"})

    options = {"currency_options": {"usd": {"minimum_amount": 2500}}}
    shown = await world.stripe.v1.promotion_codes.update_async(
        made.id, {"restrictions": options, "expand": ["restrictions.currency_options"]}
    )

    assert "currency_options" not in made.restrictions
    options = shown.restrictions.currency_options.items()
    assert {name: one.minimum_amount for name, one in options} == {"eur": 2000, "usd": 2500}


async def test_a_code_may_be_for_first_purchases_only(world: World):
    new, old = await customer(world), await customer(world)
    await code(world, restrictions={"first_time_transaction": True})
    await world.paid(customer=old)

    assert check(world, "SPRING", by=new)["object"] == "discount"
    assert check(world, "SPRING")["object"] == "discount"
    assert "prior transactions" in check(world, "SPRING", by=old)["message"]


async def test_an_expanded_answer_leaves_the_code_as_it_is(world: World):
    made = await code(world, expand=["promotion.coupon"])

    found = await world.stripe.v1.promotion_codes.retrieve_async(made.id)

    assert found.promotion.coupon == made.promotion.coupon.id


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({}, "discounts[0][coupon]"),
        ({"coupon": "a", "promotion_code": "b"}, "discounts[0][coupon]"),
        ({"promotion_code": "promo_nobody"}, "discounts[0][promotion_code]"),
        ({"coupon": "nobody"}, "discounts[0][coupon]"),
    ],
)
async def test_a_discount_is_one_known_coupon_or_code(world: World, given, param):
    with world.box.work() as work, pytest.raises(StripeError) as refused:
        discounts.of(work, given, "discounts[0]")

    assert refused.value.error["param"] == param


@pytest.mark.parametrize("reason", ["retired", "another customer's"])
async def test_a_code_that_does_not_count_is_not_given(world: World, reason):
    owner = await customer(world)
    made = await code(world, customer=owner if reason == "another customer's" else None)
    if reason == "retired":
        await world.stripe.v1.promotion_codes.update_async(made.id, {"active": False})

    with world.box.work() as work:
        found = discounts.of(work, {"promotion_code": made.id}, "discounts[0]")
    with world.box.work() as work, pytest.raises(StripeError) as refused:
        discounts.check(work, found, 1000, "eur", None, "discounts[0]")

    assert refused.value.error["param"] == "discounts[0][promotion_code]"
