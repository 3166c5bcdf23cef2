"""Discounts of Checkout Sessions: coupons and promotion codes, from the shop or typed by the customer."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import change, confirm, look, pay
from tests.stripe_sandbox.harness import World, price


async def coupon(world: World, **params):
    return (await world.stripe.v1.coupons.create_async({"percent_off": 10} | params)).id


async def code(world: World, **params):
    promotion = {"type": "coupon", "coupon": await coupon(world, **params.pop("coupon", {}))}
    return await world.stripe.v1.promotion_codes.create_async(
        {"promotion": promotion, "code": "SPRING"} | params
    )


async def test_a_coupon_lowers_what_is_paid(world: World):
    given = await coupon(world)

    session = await world.session(discounts=[{"coupon": given}])

    assert (session.amount_subtotal, session.amount_total) == (3000, 2700)
    assert session.total_details.amount_discount == 300
    assert [one.coupon for one in session.discounts] == [given]
    _, answer = await pay(world, session.id)
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert intent.amount_received == 2700


async def test_a_discount_is_spread_over_the_lines_to_the_cent(world: World):
    lines = [{"price_data": price(amount, str(amount)), "quantity": 1} for amount in (333, 333, 334)]
    given = await coupon(world, percent_off=None, amount_off=100, currency="usd")

    session = await world.session(line_items=lines, discounts=[{"coupon": given}])

    items = (await world.stripe.v1.checkout.sessions.line_items.list_async(session.id)).data
    assert sum(item.amount_discount for item in items) == 100
    assert sum(item.amount_total for item in items) == session.amount_total == 900
    assert [sum(part.amount for part in item.discounts) for item in items] == [
        item.amount_discount for item in items
    ]


async def test_the_shop_may_give_a_promotion_code(world: World):
    given = await code(world)

    session = await world.session(discounts=[{"promotion_code": given.id}])

    assert (session.amount_total, session.discounts[0].promotion_code) == (2700, given.id)


async def test_the_breakdown_is_shown_when_expanded(world: World):
    session = await world.session(discounts=[{"coupon": await coupon(world)}])
    assert "breakdown" not in session.total_details

    expanded = await world.stripe.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["total_details.breakdown", "discounts.coupon"]}
    )

    assert [one.amount for one in expanded.total_details.breakdown.discounts] == [300]
    assert expanded.discounts[0].coupon.percent_off == 10
    again = await world.stripe.v1.checkout.sessions.retrieve_async(session.id)
    assert isinstance(again.discounts[0].coupon, str)


async def test_an_order_that_costs_nothing_needs_no_intent(world: World):
    session = await world.session(discounts=[{"coupon": await coupon(world, percent_off=100)}])
    assert (session.amount_total, session.payment_status) == (0, "no_payment_required")

    status, page = await confirm(world, session, expected_amount=0)

    assert (status, page["status"], page["payment_status"]) == (200, "complete", "no_payment_required")
    assert page["payment_intent"] is None
    assert (await world.types())[-1] == "checkout.session.completed"
    assert (await world.stripe.v1.payment_intents.list_async()).data == []


async def test_a_discount_counts_as_redeemed_when_the_session_is_complete(world: World):
    given = await coupon(world)
    session = await world.session(discounts=[{"coupon": given}])
    assert (await world.stripe.v1.coupons.retrieve_async(given)).times_redeemed == 0

    await pay(world, session.id)

    assert (await world.stripe.v1.coupons.retrieve_async(given)).times_redeemed == 1


async def test_the_last_redemption_goes_to_who_pays_first(world: World):
    given = await coupon(world, max_redemptions=1)
    first, second = (
        await world.session(discounts=[{"coupon": given}]),
        await world.session(discounts=[{"coupon": given}]),
    )
    await pay(world, first.id)

    status, answer = await pay(world, second.id)

    assert (status, answer["error"]["code"]) == (400, "coupon_expired")
    assert (await world.stripe.v1.checkout.sessions.retrieve_async(second.id)).status == "open"


async def test_the_customer_types_a_promotion_code(world: World):
    await code(world)
    session = await world.session(allow_promotion_codes=True)

    status, page = await change(world, session, promotion_code="spring")

    assert (status, page["amount_total"], page["discounts"][0]["amount"]) == (200, 2700, 300)
    assert page["discounts"][0]["promotion_code"]["code"] == "SPRING"
    assert page["discounts"][0]["coupon"]["percent_off"] == 10
    assert (await confirm(world, session, payment_method="pm_card_visa", expected_amount=2700))[0] == 200


async def test_the_customer_takes_a_promotion_code_back(world: World):
    await code(world)
    session = await world.session(allow_promotion_codes=True)
    await change(world, session, promotion_code="SPRING")

    _, page = await change(world, session, promotion_code="")

    assert (page["amount_total"], page["discounts"]) == (3000, [])


@pytest.mark.parametrize(
    "params",
    [
        {"code": "OTHER"},
        {"active": False},
        {"restrictions": {"minimum_amount": 5000, "minimum_amount_currency": "usd"}},
    ],
)
async def test_a_code_that_does_not_count_changes_nothing(world: World, params):
    await code(world, **params)
    session = await world.session(allow_promotion_codes=True)

    status, answer = await change(world, session, promotion_code="SPRING")

    assert (status, answer["error"]["param"].partition("[")[0]) == (400, "promotion_code")
    assert (await look(world, session))["amount_total"] == 3000


async def test_codes_count_only_where_the_shop_allows_them(world: World):
    await code(world)
    session = await world.session()

    status, answer = await change(world, session, promotion_code="SPRING")

    assert (status, answer["error"]["param"]) == (400, "promotion_code")
    assert (await look(world, session))["discounts"] == []


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"discounts": [{"promotion_code": "promo_none"}]}, "discounts[0][promotion_code]"),
        ({"discounts": [{"coupon": "a"}, {"coupon": "b"}]}, "discounts"),
        ({"discounts": [{"coupon": "a"}], "allow_promotion_codes": True}, "allow_promotion_codes"),
    ],
)
async def test_discounts_that_make_no_sense_are_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(**params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_a_code_for_first_orders_is_not_for_guests(world: World):
    await code(world, restrictions={"first_time_transaction": True})
    guest = await world.session(allow_promotion_codes=True)
    known = await world.session(allow_promotion_codes=True, customer_creation="always")

    assert (await change(world, guest, promotion_code="SPRING"))[0] == 400
    assert (await change(world, known, promotion_code="SPRING"))[0] == 200
    assert (await look(world, guest))["discounts"] == []


async def test_what_becomes_free_after_a_decline_cancels_its_intent(world: World):
    await code(world, coupon={"percent_off": 100})
    session = await world.session(allow_promotion_codes=True)
    _, declined = await pay(world, session.id, "pm_card_visa_chargeDeclined")
    await change(world, session, promotion_code="SPRING")

    status, page = await confirm(world, session)

    assert (status, page["status"], page["payment_status"]) == (200, "complete", "no_payment_required")
    intent = await world.stripe.v1.payment_intents.retrieve_async(declined["error"]["payment_intent"]["id"])
    assert intent.status == "canceled"
