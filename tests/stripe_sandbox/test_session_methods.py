"""Payment methods of Checkout Sessions: which are offered, and those that redirect or take their time."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import confirm, look, pay
from tests.stripe_sandbox.harness import World, price


async def of_kind(world: World, kind: str) -> str:
    return (await world.stripe.v1.payment_methods.create_async({"type": kind})).id


async def test_a_bank_debit_completes_the_session_before_it_is_paid(world: World):
    session = await world.session()

    status, answer = await pay(world, session.id, "pm_usBankAccount_success")

    assert (status, answer["status"], answer["payment_status"]) == (200, "complete", "unpaid")
    assert await world.types() == [
        "payment_intent.created", "payment_intent.processing", "charge.pending", "checkout.session.completed",
    ]  # fmt: skip
    assert world.received[-1]["data"]["object"]["payment_status"] == "unpaid"


async def test_the_banks_yes_pays_the_session(world: World):
    session = await world.session()
    await pay(world, session.id, "pm_usBankAccount_success")

    await world.pass_time(10)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"
    types = await world.types()
    assert types.index("payment_intent.succeeded") < types.index("checkout.session.async_payment_succeeded")
    assert types.count("checkout.session.completed") == 1


async def test_the_banks_no_leaves_the_session_unpaid(world: World):
    session = await world.session()
    _, answer = await pay(world, session.id, "pm_usBankAccount_insufficientFunds")

    await world.pass_time(10)

    after = await world.stripe.v1.checkout.sessions.retrieve_async(session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert (await world.types())[-1] == "checkout.session.async_payment_failed"
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert intent.status == "requires_payment_method"


async def test_sepa_debits_pay_sessions_in_euros(world: World):
    lines = [{"price_data": price(1500, "Walden") | {"currency": "eur"}, "quantity": 1}]
    session = await world.session(line_items=lines)
    await pay(world, session.id, "pm_sepaDebit_success_de")

    await world.pass_time(10)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


@pytest.mark.parametrize("kind", ["amazon_pay", "klarna", "paypal"])
async def test_a_redirect_method_completes_the_session_once_authorised(world: World, kind):
    session = await world.session()
    _, answer = await pay(world, session.id, await of_kind(world, kind))
    assert (answer["status"], answer["payment_status"]) == ("open", "unpaid")
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert intent.next_action.redirect_to_url.return_url == session.url

    await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": "succeed"})

    after = await world.stripe.v1.checkout.sessions.retrieve_async(session.id)
    assert (after.status, after.payment_status) == ("complete", "paid")
    assert (await world.types()).count("checkout.session.completed") == 1


async def test_a_customer_who_does_not_agree_may_pay_otherwise(world: World):
    session = await world.session()
    _, answer = await pay(world, session.id, await of_kind(world, "amazon_pay"))
    path = f"/payment_intents/{answer['payment_intent']}/authenticate"
    await world.control("POST", path, {"outcome": "fail"})
    assert (await look(world, session))["payment_intent"]["last_payment_error"]

    status, again = await pay(world, session.id)

    assert (status, again["status"]) == (200, "complete")
    assert again["payment_intent"] == answer["payment_intent"]


async def test_what_does_not_suit_the_currency_is_not_offered(world: World):
    lines = [{"price_data": price(1500, "Walden") | {"currency": "eur"}, "quantity": 1}]

    dollars, euros = await world.session(), await world.session(line_items=lines)

    assert "us_bank_account" in dollars.payment_method_types
    assert "ideal" not in dollars.payment_method_types
    assert "ideal" in euros.payment_method_types
    assert "us_bank_account" not in euros.payment_method_types


async def test_allowed_methods_are_a_filter(world: World):
    session = await world.session(allowed_payment_method_types=["card", "ideal"])

    assert (session.payment_method_types, session.allowed_payment_method_types) == (
        ["card"],
        ["card", "ideal"],
    )
    status, _ = await confirm(world, session, payment_method=await of_kind(world, "amazon_pay"))
    assert status == 400
    assert (await world.stripe.v1.charges.list_async()).data == []


async def test_excluded_methods_are_not_offered(world: World):
    session = await world.session(excluded_payment_method_types=["klarna"])

    assert "klarna" not in session.payment_method_types
    assert session.excluded_payment_method_types == ["klarna"]


async def test_without_a_way_to_pay_there_is_no_session(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(allowed_payment_method_types=["ideal"])

    assert refused.value.param == "allowed_payment_method_types"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_bank_debits_cannot_be_captured_by_hand(world: World):
    session = await world.session(payment_intent_data={"capture_method": "manual"})

    assert "us_bank_account" not in session.payment_method_types
    assert "card" in session.payment_method_types


async def test_an_embedded_page_that_never_redirects_offers_no_redirects(world: World):
    session = await world.stripe.v1.checkout.sessions.create_async(
        {
            "mode": "payment", "ui_mode": "embedded_page", "redirect_on_completion": "never",
            "line_items": [{"price_data": price(1500, "Walden"), "quantity": 1}],
        }
    )  # fmt: skip

    assert "card" in session.payment_method_types
    assert "klarna" not in session.payment_method_types


async def test_a_challenge_can_be_demanded(world: World):
    session = await world.session(payment_method_options={"card": {"request_three_d_secure": "any"}})

    _, answer = await pay(world, session.id, "pm_card_threeDSecureOptional")

    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert (answer["status"], intent.status) == ("open", "requires_action")


async def test_the_intent_is_as_the_shop_described_it(world: World):
    data = {
        "description": "Books", "receipt_email": "ada@shop.test", "statement_descriptor_suffix": "BOOKS",
        "metadata": {"order": "7"}, "setup_future_usage": "on_session",
        "shipping": {"name": "Ada", "address": {"line1": "1 Main Street", "country": "US"}},
    }  # fmt: skip
    session = await world.session(payment_intent_data=data)

    _, answer = await pay(world, session.id)

    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert (intent.description, intent.receipt_email) == ("Books", "ada@shop.test")
    assert (intent.statement_descriptor_suffix, intent.setup_future_usage) == ("BOOKS", "on_session")
    assert (intent.metadata["order"], intent.shipping.name) == ("7", "Ada")


async def test_link_can_be_hidden(world: World):
    shown = await world.session()
    hidden = await world.session(wallet_options={"link": {"display": "never"}})

    assert "link" in shown.payment_method_types
    assert "link" not in hidden.payment_method_types


async def test_the_charge_tells_who_paid(world: World):
    session = await world.session(customer_email="ada@shop.test", billing_address_collection="required")

    _, answer = await pay(world, session.id)

    charge = (await world.stripe.v1.charges.list_async({"payment_intent": answer["payment_intent"]})).data[0]
    assert charge.billing_details.email == "ada@shop.test"
    assert charge.billing_details.address.country == "US"
