"""The API behind the pages of Checkout Sessions: who may call it, what it shows, what a customer changes."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import CARD, DE, US, change, confirm, look, pay
from tests.stripe_sandbox.harness import World, check, price

KEY = {"authorization": "Bearer pk_test_page"}
BOOKS = [
    {
        "price_data": price(1500, "Walden"),
        "quantity": 2,
        "adjustable_quantity": {"enabled": True, "minimum": 0, "maximum": 5},
    },
    {"price_data": price(900, "Emma"), "quantity": 1},
]


async def embedded(world: World, ui_mode: str = "elements", **params):
    return await world.stripe.v1.checkout.sessions.create_async(
        {
            "mode": "payment", "ui_mode": ui_mode, "line_items": BOOKS,
            "return_url": "https://shop.test/back?session={CHECKOUT_SESSION_ID}",
        } | params
    )  # fmt: skip


async def test_the_page_sees_what_it_sells(world: World):
    session = await world.session(line_items=BOOKS, metadata={"secret": "1"}, client_reference_id="7")

    page = await look(world, session)

    assert [line["price"]["product"]["name"] for line in page["line_items"]["data"]] == ["Walden", "Emma"]
    assert (page["amount_total"], page["status"], page["requires"]) == (3900, "open", ["email"])
    assert page["return_url"] == f"https://shop.test/done?session={session.id}"
    assert not {"metadata", "client_reference_id"} & set(page)


async def test_a_server_sees_the_whole_page(world: World):
    session = await world.session(metadata={"secret": "1"})

    status, _, page = await world.raw("GET", f"/v1/payment_pages/{session.id}")

    assert (status, page["metadata"]) == (200, {"secret": "1"})


@pytest.mark.parametrize("ui_mode", ["embedded_page", "elements", "form"])
async def test_a_session_within_a_page_wants_its_secret(world: World, ui_mode):
    session = await embedded(world, ui_mode)
    path = f"/v1/payment_pages/{session.id}"

    without = await world.raw("GET", path, **KEY)
    wrong = await world.raw("GET", f"{path}?client_secret={session.client_secret}x", **KEY)
    page = await look(world, session)

    assert (without[0], without[2]["error"]["param"]) == (400, "client_secret")
    assert (wrong[0], wrong[2]["error"]["param"]) == (400, "client_secret")
    assert page["return_url"] == f"https://shop.test/back?session={session.id}"


async def test_an_unknown_session_has_no_page(world: World):
    status, _, answer = await world.raw("GET", "/v1/payment_pages/cs_test_none", **KEY)

    assert (status, answer["error"]["code"]) == (404, "resource_missing")


async def test_the_customer_pays_with_a_card(world: World):
    session = await embedded(world)

    status, page = await confirm(
        world, session, payment_method_data=CARD, email="ada@shop.test", expected_amount=3900
    )

    assert (status, page["status"], page["payment_intent"]["status"]) == (200, "complete", "succeeded")
    assert page["customer_details"]["email"] == "ada@shop.test"
    assert "latest_charge" not in page["payment_intent"]
    check("checkout.session", (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).to_dict())


async def test_a_confirmation_token_pays(world: World):
    token = await world.stripe.v1.test_helpers.confirmation_tokens.create_async(
        {"payment_method": "pm_card_visa"}
    )
    session = await embedded(world)

    status, page = await confirm(world, session, confirmation_token=token.id)

    assert (status, page["payment_status"]) == (200, "paid")
    used = await world.stripe.v1.confirmation_tokens.retrieve_async(token.id)
    assert used.payment_intent == page["payment_intent"]["id"]


async def test_a_decline_shows_the_page_what_went_wrong(world: World):
    session = await embedded(world)

    status, answer = await confirm(world, session, payment_method="pm_card_visa_chargeDeclined")

    assert (status, answer["error"]["code"]) == (402, "card_declined")
    assert "latest_charge" not in answer["error"]["payment_intent"]
    page = await look(world, session)
    assert (page["status"], page["payment_intent"]["last_payment_error"]["code"]) == ("open", "card_declined")
    assert (await confirm(world, session, payment_method="pm_card_visa"))[1]["status"] == "complete"


async def test_a_challenge_is_asked_by_script(world: World):
    session = await embedded(world)

    _, page = await confirm(
        world, session, payment_method="pm_card_authenticationRequired", use_stripe_sdk=True
    )

    assert page["payment_intent"]["next_action"]["type"] == "use_stripe_sdk"
    assert page["status"] == "open"


async def test_a_redirect_comes_back_to_the_shop(world: World):
    session = await embedded(world)

    _, page = await confirm(world, session, payment_method_data={"type": "amazon_pay"})

    redirect = page["payment_intent"]["next_action"]["redirect_to_url"]
    assert redirect["return_url"] == f"https://shop.test/back?session={session.id}"


async def test_a_confirmation_without_a_method_is_refused(world: World):
    session = await embedded(world)

    status, answer = await confirm(world, session)

    assert (status, answer["error"]["param"]) == (400, "payment_method")
    assert (await look(world, session))["payment_intent"] is None


async def test_the_customer_tells_who_they_are(world: World):
    session = await world.session(phone_number_collection={"enabled": True})

    _, page = await change(
        world,
        session,
        email="ada@shop.test",
        customer_details={"name": "Ada", "phone": "+491234567", "address": DE},
    )

    details = page["customer_details"]
    assert (details["email"], details["name"], details["phone"]) == ("ada@shop.test", "Ada", "+491234567")
    assert (details["address"]["city"], page["requires"]) == ("Berlin", [])


async def test_the_shops_word_on_the_email_stands(world: World):
    session = await world.session(customer_email="shop@shop.test")

    _, page = await change(world, session, email="other@shop.test")

    assert page["customer_details"]["email"] == "shop@shop.test"


async def test_the_customer_adjusts_a_quantity(world: World):
    session = await world.session(line_items=BOOKS)
    walden = (await look(world, session))["line_items"]["data"][0]["id"]

    _, page = await change(world, session, line_items=[{"id": walden, "quantity": 5}])

    assert (page["amount_total"], page["line_items"]["data"][0]["quantity"]) == (8400, 5)
    _, page = await change(world, session, line_items=[{"id": walden, "quantity": 0}])
    assert (page["amount_total"], len(page["line_items"]["data"])) == (900, 1)


@pytest.mark.parametrize(("line", "quantity"), [(0, 6), (0, -1), (1, 2), (1, 0)])
async def test_a_quantity_the_shop_did_not_allow_is_refused(world: World, line, quantity):
    session = await world.session(line_items=BOOKS)
    item = (await look(world, session))["line_items"]["data"][line]["id"]

    status, answer = await change(world, session, line_items=[{"id": item, "quantity": quantity}])

    assert (status, answer["error"]["param"]) == (400, "line_items[0][quantity]")
    assert (await look(world, session))["amount_total"] == 3900


async def test_one_thing_must_remain(world: World):
    session = await world.session(line_items=BOOKS[:1])
    walden = (await look(world, session))["line_items"]["data"][0]["id"]

    status, _ = await change(world, session, line_items=[{"id": walden, "quantity": 0}])

    assert status == 400
    assert (await look(world, session))["amount_total"] == 3000


async def test_the_customer_takes_an_optional_item(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Wrapping"})
    extra = await world.stripe.v1.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 250}
    )
    session = await world.session(optional_items=[{"price": extra.id, "quantity": 1}])
    item = (await look(world, session))["optional_items"][0]
    assert (item["price"]["product"]["name"], item["selected"]) == ("Wrapping", False)

    _, page = await change(world, session, optional_items=[{"price": extra.id, "quantity": 1}])

    assert (page["amount_total"], page["optional_items"][0]["selected"]) == (3250, True)
    _, page = await change(world, session, optional_items=[{"price": extra.id, "quantity": 0}])
    assert (page["amount_total"], page["optional_items"][0]["selected"]) == (3000, False)


async def test_what_is_not_offered_cannot_be_taken(world: World):
    session = await world.session()

    for wish in (
        {"optional_items": [{"price": "price_none", "quantity": 1}]},
        {"line_items": [{"id": "li_none", "quantity": 1}]},
        {"tax_id": {"type": "eu_vat", "value": "DE123456789"}},
    ):
        assert (await change(world, session, **wish))[0] == 400
    assert (await look(world, session))["amount_total"] == 3000


async def test_names_are_asked_for_and_collected(world: World):
    session = await world.session(
        name_collection={"individual": {"enabled": True}, "business": {"enabled": True, "optional": True}}
    )
    assert (await look(world, session))["requires"] == ["email", "individual_name"]

    _, page = await change(
        world, session, customer_details={"individual_name": "Ada", "business_name": "Ada Ltd"}
    )

    assert page["requires"] == ["email"]
    assert page["collected_information"]["individual_name"] == "Ada"
    assert page["customer_details"]["business_name"] == "Ada Ltd"


async def test_the_customer_takes_an_address_back(world: World):
    session = await world.session(shipping_address_collection={"allowed_countries": ["US"]})
    await change(world, session, shipping_details={"name": "Ada", "address": US})

    _, page = await change(world, session, shipping_details={"name": ""})

    assert page["collected_information"]["shipping_details"] is None


FIELDS = [
    {"key": "engraving", "label": {"type": "custom", "custom": "Engraving"}, "type": "text",
     "text": {"maximum_length": 10}},
    {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown", "optional": True,
     "dropdown": {"default_value": "m", "options": [{"label": "M", "value": "m"}, {"label": "L", "value": "l"}]}},
    {"key": "floor", "label": {"type": "custom", "custom": "Floor"}, "type": "numeric", "optional": True},
]  # fmt: skip


async def test_custom_fields_are_asked_and_kept(world: World):
    session = await world.session(custom_fields=FIELDS)
    assert "custom_fields.engraving" in (await look(world, session))["requires"]

    status, _ = await confirm(
        world,
        session,
        payment_method="pm_card_visa",
        custom_fields=[{"key": "engraving", "value": "Ada"}],
    )

    assert status == 200
    kept = (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).custom_fields
    assert (kept[0].text.value, kept[1].dropdown.value, kept[2].numeric.value) == ("Ada", "m", None)


@pytest.mark.parametrize(
    ("key", "value"), [("engraving", "far too long"), ("size", "xl"), ("floor", "first"), ("none", "1")]
)
async def test_an_answer_that_does_not_fit_its_field_is_refused(world: World, key, value):
    session = await world.session(custom_fields=FIELDS)

    status, _ = await change(world, session, custom_fields=[{"key": key, "value": value}])

    assert status == 400
    assert (await look(world, session))["custom_fields"][0]["text"]["value"] is None


async def test_terms_must_be_accepted(world: World):
    session = await world.session(consent_collection={"terms_of_service": "required"})
    status, answer = await confirm(world, session, payment_method="pm_card_visa")
    assert (status, answer["error"]["param"]) == (400, "terms_of_service")

    status, page = await confirm(
        world, session, payment_method="pm_card_visa", consent={"terms_of_service": "accepted"}
    )

    assert (status, page["consent"]["terms_of_service"]) == (200, "accepted")


async def test_consent_that_was_not_asked_for_is_refused(world: World):
    session = await world.session()

    status, _ = await change(world, session, consent={"promotions": "opt_in"})

    assert status == 400
    assert (await look(world, session))["consent"] is None


async def test_a_tax_id_is_asked_for_where_there_are_some(world: World):
    session = await world.session(tax_id_collection={"enabled": True, "required": "if_supported"})

    _, page = await change(world, session, email="a@b.test", customer_details={"address": DE})
    assert page["requires"] == ["tax_id"]
    assert (await change(world, session, tax_id={"type": "moon_vat", "value": "1"}))[0] == 400

    _, page = await change(world, session, tax_id={"type": "eu_vat", "value": "DE123456789"})
    assert page["requires"] == []


async def test_a_change_ends_a_challenge_over_another_amount(world: World):
    session = await world.session(line_items=BOOKS)
    _, answer = await pay(world, session.id, "pm_card_authenticationRequired")
    walden = (await look(world, session))["line_items"]["data"][0]["id"]

    await change(world, session, line_items=[{"id": walden, "quantity": 1}])

    path = f"/payment_intents/{answer['payment_intent']}/authenticate"
    assert (await world.control("POST", path, {"outcome": "succeed"}))[0] == 400
    _, paid = await pay(world, session.id)
    intent = await world.stripe.v1.payment_intents.retrieve_async(paid["payment_intent"])
    assert (intent.id, intent.amount_received) == (answer["payment_intent"], 2400)


async def test_a_session_that_is_over_does_not_change(world: World):
    session = await world.session()
    await pay(world, session.id)

    status, _ = await change(world, session, customer_details={"address": US})

    assert status == 400
    after = await world.stripe.v1.checkout.sessions.retrieve_async(session.id)
    assert after.customer_details.address is None


async def test_shipping_only_the_server_may_change(world: World):
    session = await embedded(
        world,
        shipping_address_collection={"allowed_countries": ["US"]},
        permissions={"update_shipping_details": "server_only"},
    )
    told = {"name": "Ada", "address": US}

    status, answer = await change(world, session, shipping_details=told)
    changed = await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"collected_information": {"shipping_details": told}}
    )

    assert (status, answer["error"]["param"]) == (400, "shipping_details")
    assert changed.collected_information.shipping_details.address.city == "Austin"


async def test_a_publishable_key_gets_no_further_than_the_page(world: World):
    session = await world.session()

    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.checkout.sessions.retrieve_async(session.id)

    assert (await look(world, session))["status"] == "open"
