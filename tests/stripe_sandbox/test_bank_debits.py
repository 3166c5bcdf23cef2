"""Bank debits: processing first, and an answer that the bank gives later on the sandbox clock."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World

from stripe_sandbox import bank_accounts

PROCESSING = ["payment_intent.created", "payment_intent.processing", "charge.pending"]


async def debited(world: World, method: str, **params):
    """An intent confirmed with a bank account."""
    currency = "eur" if "sepa" in method else "usd"
    return await world.paid(method=method, currency=currency, expand=["latest_charge"], **params)


async def later(world: World, intent, seconds: float = 10):
    """The intent with its latest charge, some time later."""
    await world.pass_time(seconds)
    return await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})


@pytest.mark.parametrize("method", ["pm_usBankAccount_success", "pm_sepaDebit_success_at"])
async def test_a_debit_is_in_processing_until_the_bank_pays(world: World, method):
    intent = await debited(world, method)
    charge = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("processing", 0)
    assert (charge.status, charge.paid) == ("pending", False)
    assert await world.types() == PROCESSING

    intent = await later(world, intent)

    charge = intent.latest_charge
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    assert charge.balance_transaction.startswith("txn_")
    assert await world.types() == [
        *PROCESSING, "charge.succeeded", "payment_intent.succeeded", "charge.updated",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_usBankAccount_insufficientFunds", "insufficient_funds"),
        ("pm_usBankAccount_debitNotAuthorized", "debit_not_authorized"),
        ("pm_usBankAccount_accountClosed", "account_closed"),
        ("pm_usBankAccount_noAccount", "no_account"),
        ("pm_sepaDebit_failed_at", "incorrect_account_holder_name"),
    ],
)
async def test_a_debit_that_the_bank_returns_fails_later(world: World, method, code):
    intent = await debited(world, method)
    assert intent.status == "processing"

    intent = await later(world, intent)

    charge = intent.latest_charge
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    said = "payment_intent_payment_attempt_failed" if "sepa" in method else code
    assert (intent.last_payment_error.code, intent.last_payment_error.charge) == (said, charge.id)
    assert (charge.status, charge.failure_code, charge.captured) == ("failed", code, False)
    assert await world.types() == [*PROCESSING, "charge.failed", "payment_intent.payment_failed"]


async def test_some_debits_never_end(world: World):
    intent = await debited(world, "pm_usBankAccount_processing")

    intent = await later(world, intent, 30 * 86400)

    assert intent.status == "processing"


async def test_a_delayed_debit_takes_three_minutes_at_least(world: World):
    intent = await debited(world, "pm_sepaDebit_successDelayed_at")
    assert (await later(world, intent, 179)).status == "processing"

    assert (await later(world, intent, 120)).status == "succeeded"


async def test_what_a_bank_is_thinking_about_cannot_be_canceled(world: World):
    intent = await debited(world, "pm_usBankAccount_success")

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.cancel_async(intent.id)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert (await later(world, intent)).status == "succeeded"


@pytest.mark.parametrize(
    ("kind", "details", "currency", "status"),
    [
        ("us_bank_account", {"account_number": "000111111113"}, "usd", "requires_payment_method"),
        ("us_bank_account", {"account_number": "000123456789"}, "usd", "succeeded"),
        ("sepa_debit", {"iban": "AT611904300234573201"}, "eur", "succeeded"),
        ("sepa_debit", {"iban": "AT86 1904 3002 3547 3202"}, "eur", "requires_payment_method"),
    ],
)
async def test_the_number_of_the_account_decides_how_it_ends(world: World, kind, details, currency, status):
    if kind == "us_bank_account":
        details = details | {"routing_number": "110000000", "account_holder_type": "individual"}
    intent = await world.stripe.v1.payment_intents.create_async(
        {
            "amount": 2000, "currency": currency, "confirm": True, "return_url": "https://shop.test/return",
            "payment_method_data": {
                "type": kind, kind: details,
                "billing_details": {"name": "Ada Lovelace", "email": "ada@example.org"},
            },
            "mandate_data": {"customer_acceptance": {"type": "offline"}},
        }
    )  # fmt: skip
    assert intent.status == "processing"

    assert (await later(world, intent)).status == status


@pytest.mark.parametrize(
    ("kind", "details", "param"),
    [
        ("sepa_debit", {"iban": "AT611904300234573202"}, "sepa_debit[iban]"),
        ("sepa_debit", {}, "sepa_debit[iban]"),
        ("us_bank_account", {"routing_number": "110000000"}, "us_bank_account[account_number]"),
        (
            "us_bank_account", {"routing_number": "110000001", "account_number": "000123456789"},
            "us_bank_account[routing_number]",
        ),
        (
            "us_bank_account", {"routing_number": "110000000", "account_number": "12x"},
            "us_bank_account[account_number]",
        ),
    ],
)  # fmt: skip
async def test_an_account_that_cannot_be_is_refused(world: World, kind, details, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_methods.create_async({"type": kind, kind: details})

    assert refused.value.param == param
    methods = await world.stripe.v1.payment_methods.list_async({"type": kind})
    assert methods.data == []


async def test_a_saved_account_is_debited_off_session(world: World):
    customer = await world.stripe.v1.customers.create_async()
    first = await debited(
        world, "pm_usBankAccount_success", customer=customer.id, setup_future_usage="off_session"
    )
    first = await later(world, first)
    assert "payment_method.attached" in await world.types()

    again = await world.paid(method=first.payment_method, customer=customer.id, off_session=True)

    assert again.status == "processing"


async def test_the_debit_carries_its_mandate(world: World):
    intent = await debited(world, "pm_sepaDebit_success_de")

    details = intent.latest_charge.payment_method_details.sepa_debit
    assert (details.country, details.last4) == ("DE", "3000")
    mandate = await world.stripe.v1.mandates.retrieve_async(details.mandate)
    assert (mandate.status, mandate.payment_method) == ("active", intent.payment_method)
    assert (mandate.type, mandate.single_use.amount) == ("single_use", 2000)


async def test_a_debit_may_be_disputed_later(world: World):
    intent = await debited(world, "pm_usBankAccount_dispute")

    await later(world, intent)

    types = await world.types()
    assert types.index("payment_intent.succeeded") < types.index("charge.dispute.created")


@pytest.mark.parametrize("country", ["at", "be", "de", "es", "fi", "fr", "ie", "it", "lu", "nl", "pt"])
@pytest.mark.parametrize("ending", ["success", "failed", "disputed", "successdelayed", "faileddelayed"])
def test_every_country_has_an_account_for_every_ending(country, ending):
    number = bank_accounts.iban(ending, country)

    assert number is not None
    assert (number[:2].lower(), bank_accounts.check_iban(number)) == (country, number)
    assert bank_accounts.iban_ending(number) == ending
