"""Which methods an intent offers, and PaymentMethods of every kind."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

KINDS = ["card", "link", "amazon_pay", "klarna", "paypal", "us_bank_account", "ideal", "sepa_debit"]


async def offered(world: World, **params):
    """The payment method types of a new intent."""
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 20000, "currency": "usd"} | params)
    return intent.payment_method_types


@pytest.mark.parametrize(
    ("params", "types"),
    [
        ({}, ["card", "link", "amazon_pay", "klarna", "paypal", "us_bank_account"]),
        ({"currency": "eur"}, ["card", "link", "klarna", "paypal", "ideal", "sepa_debit"]),
        ({"currency": "jpy"}, ["card", "link"]),
        ({"automatic_payment_methods": {"enabled": True}, "currency": "brl"}, ["card", "link"]),
        ({"automatic_payment_methods": {"enabled": False}}, ["card"]),
        (
            {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}},
            ["card", "link", "us_bank_account"],
        ),
        ({"allowed_payment_method_types": ["sepa_debit", "card", "alipay"]}, ["card"]),
        ({"allowed_payment_method_types": ["amazon_pay"]}, ["amazon_pay"]),
        ({"excluded_payment_method_types": ["card", "klarna"]}, ["link", "amazon_pay", "paypal", "us_bank_account"]),
        ({"capture_method": "manual", "currency": "eur"}, ["card", "link", "klarna", "paypal"]),
        ({"setup_future_usage": "on_session"}, ["card", "link", "klarna", "us_bank_account"]),
    ],
)  # fmt: skip
async def test_what_fits_is_offered(world: World, params, types):
    assert await offered(world, **params) == types


@pytest.mark.parametrize(
    "params",
    [
        {"allowed_payment_method_types": ["ideal", "sepa_debit"]},
        {"currency": "jpy", "excluded_payment_method_types": ["card"], "capture_method": "manual"},
    ],
)
async def test_an_intent_that_could_not_be_paid_is_refused_or_offers_what_is_left(world: World, params):
    if params.get("currency") == "jpy":
        assert await offered(world, **params) == ["link"]
        return

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await offered(world, **params)

    assert refused.value.param == "allowed_payment_method_types"
    assert await world.types() == []


async def test_an_update_of_the_currency_changes_what_is_offered(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 2000, "currency": "usd"})

    intent = await world.stripe.v1.payment_intents.update_async(intent.id, {"currency": "eur"})

    assert "sepa_debit" in intent.payment_method_types
    assert "us_bank_account" not in intent.payment_method_types


@pytest.mark.parametrize("call", ["create", "update", "confirm"])
async def test_payment_method_types_can_no_longer_be_sent(world: World, call):
    intents = world.stripe.v1.payment_intents
    intent = await intents.create_async({"amount": 2000, "currency": "usd"})
    types = {"payment_method_types": ["card"]}

    sent = {
        "create": lambda: intents.create_async({"amount": 2000, "currency": "usd"} | types),
        "update": lambda: intents.update_async(intent.id, types),
        "confirm": lambda: intents.confirm_async(intent.id, types),
    }[call]

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await sent()

    assert (refused.value.http_status, refused.value.code) == (
        400,
        "payment_method_types_no_longer_supported",
    )
    assert await world.types() == ["payment_intent.created"]


@pytest.mark.parametrize(
    "params",
    [
        {"excluded_payment_method_types": ["klarna"]},
        {"automatic_payment_methods": {"enabled": True}},
    ],
)
async def test_allowed_types_go_with_nothing_else(world: World, params):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await offered(world, allowed_payment_method_types=["card"], **params)

    assert refused.value.code == "parameters_exclusive"


async def test_a_method_that_does_not_fit_is_refused(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(method="pm_sepaDebit_success_at", currency="usd")

    assert refused.value.code == "payment_intent_incompatible_payment_method"
    assert await world.types() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_method_of_every_kind_is_created_and_read(world: World, kind):
    details = {
        "card": {"token": "tok_visa"},
        "ideal": {"bank": "ing"},
        "klarna": {"dob": {"day": 10, "month": 12, "year": 1815}},
        "sepa_debit": {"iban": "DE89370400440532013000"},
        "us_bank_account": {
            "account_number": "000123456789", "routing_number": "110000000", "account_holder_type": "company",
        },
    }.get(kind, {})  # fmt: skip
    made = await world.stripe.v1.payment_methods.create_async(
        {
            "type": kind, "metadata": {"a": "b"},
            "billing_details": {"email": "ada@example.org", "name": "Ada Lovelace"},
        } | ({kind: details} if details else {})
    )  # fmt: skip

    read = await world.stripe.v1.payment_methods.retrieve_async(made.id)

    assert read.to_dict() == made.to_dict()
    assert (read.type, read.customer, read.metadata["a"]) == (kind, None, "b")
    assert kind in read


async def test_details_of_another_kind_are_refused(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_methods.create_async(
            {"type": "paypal", "sepa_debit": {"iban": "DE89370400440532013000"}}
        )

    assert refused.value.param == "sepa_debit"


async def test_a_kind_that_is_not_modelled_is_refused_by_name(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_methods.create_async({"type": "alipay"})

    assert refused.value.param == "type"


async def test_link_pays_at_once(world: World):
    intent = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": "eur", "confirm": True, "return_url": "https://shop.test/return",
            "payment_method_data": {"type": "link", "billing_details": {"email": "ada@example.org"}},
            "expand": ["latest_charge", "payment_method"],
        }
    )  # fmt: skip

    assert intent.status == "succeeded"
    assert intent.payment_method.link.email == "ada@example.org"
    assert intent.latest_charge.payment_method_details.type == "link"


async def test_a_page_makes_a_method_with_its_publishable_key(world: World):
    method = await world.page.v1.payment_methods.create_async({"type": "card", "card": {"token": "tok_visa"}})

    assert method.type == "card"


async def test_without_a_customer_a_method_is_good_for_one_payment(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}}
    )
    await world.paid(method=method.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.paid(method=method.id)

    charges = await world.stripe.v1.charges.list_async()
    assert len(charges.data) == 1


async def test_a_method_that_shall_be_used_again_may_get_its_customer_afterwards(world: World):
    intent = await world.paid(setup_future_usage="off_session")
    with pytest.raises(stripe.InvalidRequestError):
        await world.paid(method=intent.payment_method)
    customer = await world.stripe.v1.customers.create_async()

    method = await world.stripe.v1.payment_methods.attach_async(
        intent.payment_method, {"customer": customer.id}
    )

    again = await world.paid(method=method.id, customer=customer.id, off_session=True)
    assert again.status == "succeeded"


async def test_a_saved_method_is_attached_before_the_payment_succeeds(world: World):
    customer = await world.stripe.v1.customers.create_async()

    intent = await world.paid(customer=customer.id, setup_future_usage="on_session")

    method = await world.stripe.v1.payment_methods.retrieve_async(intent.payment_method)
    assert method.customer == customer.id
    types = await world.types()
    assert types.index("payment_method.attached") < types.index("payment_intent.succeeded")
    assert (await world.paid(method=method.id, customer=customer.id)).status == "succeeded"


async def test_another_customers_method_is_refused(world: World):
    owner = await world.stripe.v1.customers.create_async()
    other = await world.stripe.v1.customers.create_async()
    method = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": owner.id})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.paid(method=method.id, customer=other.id)

    assert (refused.value.http_status, refused.value.param) == (400, "payment_method")
    charges = await world.stripe.v1.charges.list_async()
    assert charges.data == []


async def test_a_detached_method_can_never_be_attached_again(world: World):
    customer = await world.stripe.v1.customers.create_async()
    method = await world.stripe.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    await world.stripe.v1.payment_methods.detach_async(method.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": customer.id})

    again = await world.stripe.v1.payment_methods.retrieve_async(method.id)
    assert again.customer is None


async def test_the_option_of_a_kind_goes_before_the_intents_own(world: World):
    customer = await world.stripe.v1.customers.create_async()

    intent = await world.paid(
        customer=customer.id,
        payment_method_options={"card": {"capture_method": "manual", "setup_future_usage": "off_session"}},
    )

    assert intent.status == "requires_capture"
    method = await world.stripe.v1.payment_methods.retrieve_async(intent.payment_method)
    assert method.customer == customer.id


async def test_ideal_takes_a_single_cent(world: World):
    assert await offered(world, amount=1, currency="eur", allowed_payment_method_types=["ideal"]) == ["ideal"]


async def test_what_a_hold_may_be_asked_for_is_answered_with_no(world: World):
    asked = {"request_multicapture": "if_available", "request_overcapture": "if_available"}

    intent = await world.paid(
        capture_method="manual", payment_method_options={"card": asked}, expand=["latest_charge"]
    )

    card = intent.latest_charge.payment_method_details.card
    assert (card.multicapture.status, card.overcapture.status) == ("unavailable", "unavailable")
    assert card.overcapture.maximum_amount_capturable == 2000


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("us_bank_account", {"verification_method": "microdeposits"}),
        ("sepa_debit", {"target_date": "2030-01-01"}),
        ("card", {"moto": True}),
    ],
)
async def test_options_that_would_be_ignored_are_refused(world: World, kind, option):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await offered(world, payment_method_options={kind: option})

    assert refused.value.param == f"payment_method_options[{kind}][{next(iter(option))}]"
    assert await world.types() == []


async def test_a_bank_account_may_come_with_its_permissions(world: World):
    intent = await world.paid(
        method="pm_usBankAccount_success",
        payment_method_options={
            "us_bank_account": {"financial_connections": {"permissions": ["payment_method"]}}
        },
    )

    shown = intent.payment_method_options.us_bank_account.financial_connections
    assert shown.permissions == ["payment_method"]


async def attached(world: World, method: str = "pm_card_visa"):
    """A method of a new customer."""
    customer = await world.stripe.v1.customers.create_async()
    return await world.stripe.v1.payment_methods.attach_async(method, {"customer": customer.id})


async def test_an_update_of_a_customers_method_tells_what_changed(world: World):
    method = await attached(world)

    updated = await world.stripe.v1.payment_methods.update_async(
        method.id,
        {
            "card": {"exp_month": 3, "exp_year": 2041},
            "billing_details": {"name": "Ada"},
            "metadata": {"a": "b"},
            "allow_redisplay": "always",
        },
    )

    assert (updated.card.exp_month, updated.card.exp_year, updated.allow_redisplay) == (3, 2041, "always")
    await world.types()
    event = world.received[-1]
    assert event["type"] == "payment_method.updated"
    assert event["data"]["previous_attributes"] == {
        "allow_redisplay": "unspecified",
        "billing_details": {"name": None},
        "card": {"exp_month": method.card.exp_month, "exp_year": method.card.exp_year},
        "metadata": {"a": None},
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"card": {"exp_month": 13}}, "invalid_expiry_month"),
        ({"card": {"exp_year": 2001}}, "invalid_expiry_year"),
        ({"us_bank_account": {"account_type": "savings"}}, None),
    ],
)
async def test_an_update_that_cannot_be_changes_nothing(world: World, change, code):
    method = await attached(world)

    with pytest.raises((stripe.CardError, stripe.InvalidRequestError)) as refused:
        await world.stripe.v1.payment_methods.update_async(method.id, change)

    assert refused.value.code == code
    again = await world.stripe.v1.payment_methods.retrieve_async(method.id)
    assert again.to_dict() == method.to_dict()


async def test_a_bank_account_may_change_its_holder(world: World):
    method = await attached(world, "pm_usBankAccount_success")

    updated = await world.stripe.v1.payment_methods.update_async(
        method.id, {"us_bank_account": {"account_holder_type": "company"}}
    )

    assert updated.us_bank_account.account_holder_type == "company"


async def test_only_a_customers_method_can_be_updated(world: World):
    method = await world.stripe.v1.payment_methods.create_async(
        {"type": "card", "card": {"token": "tok_visa"}}
    )

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.payment_methods.update_async(method.id, {"metadata": {"a": "b"}})

    again = await world.stripe.v1.payment_methods.retrieve_async(method.id)
    assert again.to_dict() == method.to_dict()
