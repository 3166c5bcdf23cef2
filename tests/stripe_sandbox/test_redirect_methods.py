"""Amazon Pay, PayPal, Klarna and iDEAL: the customer agrees on a page of its own."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

RETURN = "https://shop.test/return"


async def redirected(world: World, kind: str = "amazon_pay", currency: str = "usd", **params):
    """An intent confirmed with a redirect method."""
    return await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": currency, "payment_method_data": {"type": kind}, "confirm": True,
            "return_url": RETURN, "automatic_payment_methods": {"enabled": True},
        } | params
    )  # fmt: skip


async def answer(world: World, intent, outcome: str):
    """The customer authorises or fails on the page."""
    return await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": outcome})


@pytest.mark.parametrize(
    ("kind", "currency"),
    [("amazon_pay", "usd"), ("klarna", "usd"), ("paypal", "eur"), ("ideal", "eur"), ("klarna", "sek")],
)
async def test_authorising_on_the_page_pays(world: World, kind, currency):
    intent = await redirected(world, kind, currency)
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == RETURN
    assert intent.next_action.redirect_to_url.url.startswith("http://sandbox.test/_pages/authorize/pi_")

    status, body = await answer(world, intent, "succeed")

    assert (status, body["status"], body["amount_received"]) == (200, "succeeded", 2000)
    charge = await world.stripe.v1.charges.retrieve_async(body["latest_charge"])
    assert charge.id.startswith("py_")
    assert charge.payment_method_details.type == kind
    assert await world.types() == [
        "payment_intent.created", "payment_intent.requires_action", "charge.succeeded",
        "payment_intent.succeeded",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["amazon_pay", "paypal"])
async def test_failing_on_the_page_leaves_the_intent_open_for_another_try(world: World, kind):
    intent = await redirected(world, kind)

    await answer(world, intent, "fail")

    failed = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (failed.status, failed.latest_charge) == ("requires_payment_method", None)
    assert failed.payment_method is None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert (await world.types())[-1] == "payment_intent.payment_failed"


async def test_a_wallet_may_be_captured_by_hand(world: World):
    intent = await redirected(world, capture_method="manual")
    _, body = await answer(world, intent, "succeed")
    assert (body["status"], body["amount_capturable"]) == ("requires_capture", 2000)

    captured = await world.stripe.v1.payment_intents.capture_async(intent.id)

    assert (captured.status, captured.amount_received) == ("succeeded", 2000)


async def test_a_saved_wallet_pays_again_without_its_page(world: World):
    customer = await world.stripe.v1.customers.create_async()
    first = await redirected(world, customer=customer.id, setup_future_usage="off_session")
    _, body = await answer(world, first, "succeed")
    assert "payment_method.attached" in await world.types()

    again = await world.paid(method=body["payment_method"], customer=customer.id, off_session=True)

    assert again.status == "succeeded"


async def test_stripe_js_is_sent_to_the_page_too(world: World):
    intent = await redirected(world, use_stripe_sdk=True)

    assert intent.next_action.type == "redirect_to_url"


async def test_the_page_needs_somewhere_to_return_to(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.create_async(
            {
                "amount": 2000, "currency": "usd", "payment_method_data": {"type": "amazon_pay"},
                "confirm": True, "allowed_payment_method_types": ["amazon_pay"],
            }
        )  # fmt: skip

    assert refused.value.param == "return_url"
    assert await world.types() == []


async def test_without_redirects_no_redirect_method_is_offered(world: World):
    never = {"enabled": True, "allow_redirects": "never"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await redirected(world, automatic_payment_methods=never)
    assert refused.value.code == "payment_intent_incompatible_payment_method"

    intent = await world.stripe.v1.payment_intents.create_async(
        {"amount": 2000, "currency": "eur", "automatic_payment_methods": never}
    )

    assert intent.payment_method_types == ["card", "link", "sepa_debit"]


async def test_a_wallet_cannot_be_attached_without_its_customer_agreeing(world: World):
    customer = await world.stripe.v1.customers.create_async()
    method = await world.stripe.v1.payment_methods.create_async({"type": "amazon_pay"})

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": customer.id})

    again = await world.stripe.v1.payment_methods.retrieve_async(method.id)
    assert again.customer is None


async def test_off_session_a_wallet_that_was_not_saved_is_declined(world: World):
    with pytest.raises(stripe.CardError) as refused:
        await redirected(world, off_session=True)

    assert refused.value.code == "authentication_required"


async def test_a_refund_of_a_wallet_takes_time(world: World):
    intent = await redirected(world)
    await answer(world, intent, "succeed")
    await world.pass_time(5)

    refund = await world.stripe.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "pending"
    await world.pass_time(86400)

    refund = await world.stripe.v1.refunds.retrieve_async(refund.id)
    assert refund.status == "succeeded"
    assert "refund.updated" in await world.types()


async def test_what_is_kept_of_ideal_is_the_bank_account(world: World):
    customer = await world.stripe.v1.customers.create_async()
    intent = await redirected(world, "ideal", "eur", customer=customer.id, setup_future_usage="off_session")
    _, body = await answer(world, intent, "succeed")

    charge = await world.stripe.v1.charges.retrieve_async(
        body["latest_charge"], {"expand": ["payment_method_details.ideal.generated_sepa_debit"]}
    )

    account = charge.payment_method_details.ideal.generated_sepa_debit
    assert (account.type, account.customer) == ("sepa_debit", customer.id)
    again = await world.paid(method=account.id, currency="eur", customer=customer.id, off_session=True)
    assert again.status == "processing"
