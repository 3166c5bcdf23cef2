"""Customers through the official SDK: create, change, delete, list, and their payment methods."""

from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.harness import World

ADDRESS = {
    "line1": "1 Main St", "city": "San Francisco", "state": "CA", "postal_code": "94102", "country": "US",
}  # fmt: skip


async def customer(world: World, **params: Any) -> Any:
    """A new customer."""
    return await world.stripe.v1.customers.create_async({"email": "jenny@example.com"} | params)


async def attached(world: World, to: str, method: str = "pm_card_visa") -> str:
    """The id of a method that was attached to a customer."""
    made = await world.stripe.v1.payment_methods.attach_async(method, {"customer": to})
    found: str = made.id
    return found


async def test_a_customer_knows_what_it_was_told(world: World):
    made = await customer(
        world,
        name="Jenny Rosen",
        phone="+15555550100",
        description="Reads a lot",
        address=ADDRESS,
        shipping={"name": "Jenny", "address": ADDRESS, "phone": "+15555550101"},
        preferred_locales=["de", "en"],
        tax_exempt="reverse",
        business_name="Rosen Ltd",
        metadata={"shop": "7"},
    )

    assert (made.name, made.email, made.phone) == ("Jenny Rosen", "jenny@example.com", "+15555550100")
    assert made.address.to_dict() == ADDRESS | {"line2": None}
    assert (made.shipping.name, made.shipping.address.city) == ("Jenny", "San Francisco")
    assert (made.preferred_locales, made.tax_exempt) == (["de", "en"], "reverse")
    assert (made.business_name, made.metadata["shop"]) == ("Rosen Ltd", "7")
    assert await world.types() == ["customer.created"]


async def test_a_customer_of_nothing_has_every_field(world: World):
    made = await world.stripe.v1.customers.create_async()

    assert made.id.startswith("cus_")
    assert (made.balance, made.delinquent, made.discount, made.tax_exempt) == (0, False, None, "none")
    assert (made.address, made.shipping, made.email, made.name) == (None, None, None, None)
    assert made.invoice_settings.to_dict() == {
        "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
    }  # fmt: skip


async def test_an_update_announces_what_changed(world: World):
    made = await customer(world, name="Jenny", metadata={"a": "1"})

    updated = await world.stripe.v1.customers.update_async(
        made.id, {"name": "Jenny Rosen", "metadata": {"b": "2"}, "invoice_settings": {"footer": "Thanks"}}
    )

    assert (updated.name, updated.email) == ("Jenny Rosen", "jenny@example.com")
    assert updated.metadata.to_dict() == {"a": "1", "b": "2"}
    assert await world.types() == ["customer.created", "customer.updated"]
    assert world.received[-1]["data"]["previous_attributes"] == {
        "name": "Jenny", "metadata": {"b": None}, "invoice_settings": {"footer": None},
    }  # fmt: skip


async def test_an_update_that_changes_nothing_is_not_announced(world: World):
    made = await customer(world)

    await world.stripe.v1.customers.update_async(made.id, {"email": "jenny@example.com"})

    assert await world.types() == ["customer.created"]


async def test_empty_values_unset(world: World):
    made = await customer(
        world, name="Jenny", address=ADDRESS, business_name="Rosen Ltd", metadata={"a": "1", "b": "2"}
    )
    empty: Any = {"name": "", "address": "", "business_name": "", "metadata": {"a": ""}, "tax_exempt": ""}

    updated = await world.stripe.v1.customers.update_async(made.id, empty)

    assert (updated.name, updated.address, updated.tax_exempt) == (None, None, "none")
    assert "business_name" not in updated.to_dict()
    assert updated.metadata.to_dict() == {"b": "2"}


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"email": "jenny at example.com"}, "email", "email_invalid"),
        ({"invoice_prefix": "lower case"}, "invoice_prefix", None),
        ({"tax": {"validate_location": "immediately"}}, "address", "customer_tax_location_invalid"),
        ({"tax_id_data": [{"type": "eu_vat", "value": "?"}]}, "tax_id_data[0][value]", "tax_id_invalid"),
        (
            {"invoice_settings": {"default_payment_method": "pm_unknown"}},
            "invoice_settings[default_payment_method]",
            "resource_missing",
        ),
        ({"shipping": {"name": "Jenny"}}, "shipping[address]", "parameter_missing"),
        ({"address": {"planet": "Mars"}}, "address[planet]", "parameter_unknown"),
        ({"source": "tok_visa"}, "source", None),
        ({"test_clock": "clock_1"}, "test_clock", None),
    ],
)
async def test_what_cannot_be_is_refused_and_makes_no_customer(world: World, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await customer(world, **params)

    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert (await world.stripe.v1.customers.list_async()).data == []


async def test_lists_are_newest_first_and_find_an_email_exactly(world: World):
    first = await customer(world)
    second = await customer(world, email="Jenny@example.com")

    everyone = await world.stripe.v1.customers.list_async()
    found = await world.stripe.v1.customers.list_async({"email": "jenny@example.com"})

    assert [one.id for one in everyone.data] == [second.id, first.id]
    assert [one.id for one in found.data] == [first.id]


async def test_a_customer_comes_with_a_payment_method(world: World):
    made = await customer(
        world,
        payment_method="pm_card_visa",
        invoice_settings={"default_payment_method": "pm_card_visa"},
        expand=["invoice_settings.default_payment_method"],
    )

    default = made.invoice_settings.default_payment_method
    assert (default.customer, default.card.last4) == (made.id, "4242")
    assert await world.types() == ["payment_method.attached", "customer.created"]


async def test_a_card_that_declines_makes_no_customer(world: World):
    with pytest.raises(stripe.CardError):
        await customer(world, payment_method="pm_card_visa_chargeDeclined")

    assert (await world.stripe.v1.customers.list_async()).data == []


async def test_the_default_method_is_one_of_the_customers_own(world: World):
    owner, other = await customer(world), await customer(world)
    method = await attached(world, owner.id)
    settings: Any = {"invoice_settings": {"default_payment_method": method}}

    updated = await world.stripe.v1.customers.update_async(owner.id, settings)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.customers.update_async(other.id, settings)

    assert updated.invoice_settings.default_payment_method == method
    assert refused.value.param == "invoice_settings[default_payment_method]"
    unchanged = await world.stripe.v1.customers.retrieve_async(other.id)
    assert unchanged.invoice_settings.default_payment_method is None


async def test_a_detached_method_is_no_longer_the_default(world: World):
    made = await customer(world)
    method = await attached(world, made.id)
    await world.stripe.v1.customers.update_async(
        made.id, {"invoice_settings": {"default_payment_method": method}}
    )

    await world.stripe.v1.payment_methods.detach_async(method)

    now = await world.stripe.v1.customers.retrieve_async(made.id)
    assert now.invoice_settings.default_payment_method is None
    assert (await world.types())[-2:] == ["payment_method.detached", "customer.updated"]


async def test_a_customers_methods_are_listed_by_type_and_redisplay(world: World):
    made = await customer(world)
    card = await attached(world, made.id)
    account = await attached(world, made.id, "pm_usBankAccount_success")
    await world.stripe.v1.payment_methods.update_async(card, {"allow_redisplay": "always"})
    listing = world.stripe.v1.customers.payment_methods.list_async

    everything = await listing(made.id)
    cards = await listing(made.id, {"type": "card"})
    always = await listing(made.id, {"allow_redisplay": "always"})
    accounts = await listing(made.id, {"type": "us_bank_account", "allow_redisplay": "unspecified"})

    assert [method.id for method in everything.data] == [account, card]
    assert [method.id for method in cards.data] == [card]
    assert [method.id for method in always.data] == [card]
    assert [method.id for method in accounts.data] == [account]


async def test_one_method_of_a_customer_is_read_through_its_owner_only(world: World):
    owner, other = await customer(world), await customer(world)
    method = await attached(world, owner.id)
    read = world.stripe.v1.customers.payment_methods.retrieve_async

    found = await read(owner.id, method)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await read(other.id, method)

    assert found.id == method
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_a_deleted_customer_is_gone_but_for_its_id(world: World):
    made = await customer(world)
    method = await attached(world, made.id)

    deleted = await world.stripe.v1.customers.delete_async(made.id)

    gone = {"id": made.id, "object": "customer", "deleted": True}
    assert deleted.to_dict() == gone
    assert (await world.stripe.v1.customers.retrieve_async(made.id)).to_dict() == gone
    assert (await world.stripe.v1.customers.list_async()).data == []
    assert (await world.stripe.v1.payment_methods.retrieve_async(method)).customer is None
    assert (await world.types())[-2:] == ["customer.deleted", "payment_method.detached"]


async def test_a_deleted_customer_takes_no_more_calls(world: World):
    made = await customer(world)
    await world.stripe.v1.customers.delete_async(made.id)

    with pytest.raises(stripe.InvalidRequestError) as changing:
        await world.stripe.v1.customers.update_async(made.id, {"name": "Jenny"})
    with pytest.raises(stripe.InvalidRequestError) as deleting:
        await world.stripe.v1.customers.delete_async(made.id)
    with pytest.raises(stripe.InvalidRequestError) as paying:
        await world.paid(customer=made.id)

    assert changing.value.http_status == deleting.value.http_status == 404
    assert (paying.value.http_status, paying.value.param) == (400, "customer")


async def test_a_deleted_customer_stays_expandable(world: World):
    made = await customer(world)
    intent = await world.paid(customer=made.id)
    await world.stripe.v1.customers.delete_async(made.id)

    seen = await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": ["customer"]})

    assert seen.customer.to_dict() == {"id": made.id, "object": "customer", "deleted": True}


async def test_where_a_customer_is_taxed_is_shown_when_asked_for(world: World):
    nowhere = await customer(world, tax={"ip_address": "192.0.2.1"}, expand=["tax"])
    billed = await customer(world, address=ADDRESS, tax={"validate_location": "immediately"}, expand=["tax"])
    shipped = await customer(
        world, address=ADDRESS, shipping={"name": "Jenny", "address": {"country": "DE"}}, expand=["tax"]
    )

    assert (nowhere.tax.automatic_tax, nowhere.tax.ip_address) == ("unrecognized_location", "192.0.2.1")
    assert (billed.tax.automatic_tax, billed.tax.location.to_dict()) == (
        "supported", {"country": "US", "source": "billing_address", "state": "CA"},
    )  # fmt: skip
    assert shipped.tax.location.country == "DE"
    assert "tax" not in (await world.stripe.v1.customers.retrieve_async(billed.id)).to_dict()


async def test_tax_ids_are_shown_when_asked_for(world: World):
    made = await customer(world, tax_id_data=[{"type": "eu_vat", "value": "DE123456789"}])

    seen = await world.stripe.v1.customers.retrieve_async(made.id, {"expand": ["tax_ids"]})

    assert "tax_ids" not in made.to_dict()
    assert [(one.type, one.value, one.country) for one in seen.tax_ids.data] == [
        ("eu_vat", "DE123456789", "DE")
    ]


async def test_a_customer_has_no_discount_to_take_away(world: World):
    made = await customer(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.customers.delete_discount_async(made.id)

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        await world.stripe.v1.customers.delete_discount_async("cus_unknown")
    assert unknown.value.http_status == 404


async def test_a_publishable_key_sees_no_customers(world: World):
    made = await customer(world)

    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.customers.retrieve_async(made.id)
