"""Checkout Sessions in mode `setup`, and cards saved and shown again in mode `payment`."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import change, confirm, look, pay
from tests.stripe_sandbox.harness import World


async def setting_up(world: World, **params):
    return await world.stripe.v1.checkout.sessions.create_async(
        {"mode": "setup", "success_url": "https://shop.test/done", "currency": "usd"} | params
    )


async def customer(world: World) -> str:
    return (await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})).id


async def test_a_session_that_sets_up_has_an_intent_and_no_amount(world: World):
    session = await setting_up(world, setup_intent_data={"metadata": {"a": "b"}, "description": "Later"})

    assert (session.amount_total, session.payment_status) == (None, "no_payment_required")
    assert (session.payment_intent, session.status) == (None, "open")
    intent = await world.stripe.v1.setup_intents.retrieve_async(session.setup_intent)
    assert (intent.status, intent.usage, intent.description) == (
        "requires_payment_method", "off_session", "Later",
    )  # fmt: skip
    assert intent.metadata.to_dict() == {"a": "b"}


async def test_the_customers_card_is_saved(world: World):
    owner = await customer(world)
    session = await setting_up(world, customer=owner)

    status, page = await confirm(world, session, payment_method="pm_card_visa")

    assert (status, page["status"], page["setup_intent"]["status"]) == (200, "complete", "succeeded")
    whole = await world.stripe.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["setup_intent"]})
    assert whole.setup_intent.customer == owner
    saved = (await world.stripe.v1.payment_methods.list_async({"customer": owner})).data
    assert [method.card.last4 for method in saved] == ["4242"]
    types = await world.types()
    assert types[-3:] == ["payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"]


async def test_a_customer_is_made_for_the_card_on_request(world: World):
    session = await setting_up(world, customer_creation="always")

    _, answer = await pay(world, session.id)

    saved = (await world.stripe.v1.payment_methods.list_async({"customer": answer["customer"]})).data
    assert [method.card.last4 for method in saved] == ["4242"]


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "complete"), ("fail", "open")])
async def test_a_challenge_decides_the_set_up(world: World, outcome, status):
    session = await setting_up(world, customer=await customer(world))
    await pay(world, session.id, "pm_card_authenticationRequired")

    await world.control("POST", f"/setup_intents/{session.setup_intent}/authenticate", {"outcome": outcome})

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == status


async def test_a_card_that_is_refused_leaves_the_session_open(world: World):
    session = await setting_up(world, customer=await customer(world))

    status, answer = await pay(world, session.id, "pm_card_visa_chargeDeclined")

    assert (status, answer["error"]["code"]) == (402, "card_declined")
    assert (await look(world, session))["status"] == "open"


async def test_the_sessions_intent_ends_with_the_session(world: World):
    session = await setting_up(world)
    intents = world.stripe.v1.setup_intents
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await intents.cancel_async(session.setup_intent)
    assert refused.value.code == "setup_intent_unexpected_state"

    await world.stripe.v1.checkout.sessions.expire_async(session.id)

    assert (await intents.retrieve_async(session.setup_intent)).status == "canceled"


@pytest.mark.parametrize(
    "name",
    ["line_items", "payment_intent_data", "discounts", "shipping_options", "automatic_tax"],
)
async def test_what_has_a_price_is_refused_in_mode_setup(world: World, name):
    given = {
        "line_items": [{"price": "price_1", "quantity": 1}],
        "payment_intent_data": {"description": "A"},
        "discounts": [{"coupon": "a"}],
        "shipping_options": [{"shipping_rate": "shr_1"}],
        "automatic_tax": {"enabled": True},
    }

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await setting_up(world, **{name: given[name]})

    assert refused.value.param == name
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_setup_future_usage_saves_the_card_that_pays(world: World):
    owner = await customer(world)
    session = await world.session(customer=owner, payment_intent_data={"setup_future_usage": "off_session"})

    await pay(world, session.id)

    saved = (await world.stripe.v1.payment_methods.list_async({"customer": owner})).data
    assert [method.customer for method in saved] == [owner]
    types = await world.types()
    assert types.index("payment_method.attached") < types.index("payment_intent.succeeded")


async def test_the_card_is_saved_with_the_customer_made_for_the_session(world: World):
    session = await world.session(
        customer_creation="always", payment_intent_data={"setup_future_usage": "on_session"}
    )

    _, answer = await pay(world, session.id)

    saved = (await world.stripe.v1.payment_methods.list_async({"customer": answer["customer"]})).data
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert (len(saved), intent.customer) == (1, answer["customer"])


async def saved_card(world: World, owner: str, allow: str = "always") -> str:
    method = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}, "allow_redisplay": allow}
    )
    return (await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": owner})).id


async def test_a_returning_customer_sees_and_uses_their_card(world: World):
    owner = await customer(world)
    card = await saved_card(world, owner)
    session = await world.session(customer=owner)
    assert [method["id"] for method in (await look(world, session))["saved_payment_methods"]] == [card]

    status, page = await confirm(world, session, payment_method=card)

    assert (status, page["payment_status"]) == (200, "paid")


async def test_only_cards_that_may_be_shown_are_shown(world: World):
    owner = await customer(world)
    limited = await saved_card(world, owner, "limited")

    plain = await world.session(customer=owner)
    wide = await world.session(
        customer=owner, saved_payment_method_options={"allow_redisplay_filters": ["always", "limited"]}
    )

    assert (await look(world, plain))["saved_payment_methods"] == []
    assert [one["id"] for one in (await look(world, wide))["saved_payment_methods"]] == [limited]


async def test_the_customer_saves_a_card_by_choice(world: World):
    owner = await customer(world)
    session = await world.session(
        customer=owner, saved_payment_method_options={"payment_method_save": "enabled"}
    )

    await confirm(world, session, payment_method="pm_card_visa", save_payment_method=True)

    saved = (await world.stripe.v1.payment_methods.list_async({"customer": owner})).data
    assert [method.allow_redisplay for method in saved] == ["always"]


async def test_nothing_is_saved_where_the_shop_does_not_offer_it(world: World):
    owner = await customer(world)
    session = await world.session(customer=owner)

    status, answer = await confirm(world, session, payment_method="pm_card_visa", save_payment_method=True)

    assert (status, answer["error"]["param"]) == (400, "save_payment_method")
    assert (await world.stripe.v1.payment_methods.list_async({"customer": owner})).data == []


@pytest.mark.parametrize(("may", "left"), [("enabled", 0), ("disabled", 1)])
async def test_the_shop_decides_whether_saved_cards_can_be_removed(world: World, may, left):
    owner = await customer(world)
    card = await saved_card(world, owner)
    session = await world.session(customer=owner, saved_payment_method_options={"payment_method_remove": may})

    status, _ = await change(world, session, remove_payment_method=card)

    assert status == (400 if left else 200)
    assert len((await look(world, session))["saved_payment_methods"]) == left


async def test_a_challenge_can_be_demanded_for_a_set_up(world: World):
    session = await setting_up(
        world,
        customer=await customer(world),
        payment_method_options={"card": {"request_three_d_secure": "any"}},
    )

    await pay(world, session.id, "pm_card_threeDSecureOptional")

    intent = await world.stripe.v1.setup_intents.retrieve_async(session.setup_intent)
    assert intent.status == "requires_action"
