"""Making and changing Checkout Sessions: which parameters go together, and what the session shows of them."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import DE, US, look, pay
from tests.stripe_sandbox.harness import World, price

LINES = [{"price_data": price(1500, "Walden"), "quantity": 2}]


async def of_mode(world: World, ui_mode: str, **params):
    return await world.stripe.v1.checkout.sessions.create_async(
        {"mode": "payment", "ui_mode": ui_mode, "line_items": LINES} | params
    )


@pytest.mark.parametrize(
    ("ui_mode", "urls", "secret"),
    [
        ("hosted_page", {"success_url": "https://a.test", "cancel_url": "https://b.test"}, False),
        ("embedded_page", {"return_url": "https://a.test"}, True),
        ("elements", {"return_url": "https://a.test"}, True),
        ("form", {"return_url": "https://a.test"}, True),
    ],
)
async def test_each_ui_mode_has_its_addresses(world: World, ui_mode, urls, secret):
    session = await of_mode(world, ui_mode, **urls)

    assert (session.ui_mode, bool(session.url), bool(session.client_secret)) == (ui_mode, not secret, secret)
    assert all(session[name] == url for name, url in urls.items())


@pytest.mark.parametrize(
    ("ui_mode", "params", "param"),
    [
        ("hosted", {"success_url": "https://a.test"}, "ui_mode"),
        ("embedded", {"return_url": "https://a.test"}, "ui_mode"),
        ("custom", {"return_url": "https://a.test"}, "ui_mode"),
        ("hosted_page", {}, "success_url"),
        ("hosted_page", {"success_url": "https://a.test", "return_url": "https://a.test"}, "return_url"),
        ("hosted_page", {"success_url": "https://a.test", "redirect_on_completion": "never"},
         "redirect_on_completion"),
        ("hosted_page", {"success_url": "/done"}, "success_url"),
        ("embedded_page", {}, "return_url"),
        ("embedded_page", {"return_url": "https://a.test", "success_url": "https://a.test"}, "success_url"),
        ("embedded_page", {"return_url": "https://a.test", "cancel_url": "https://a.test"}, "cancel_url"),
        ("elements", {}, "return_url"),
        ("elements", {"return_url": "https://a.test", "success_url": "https://a.test"}, "success_url"),
        ("elements", {"return_url": "https://a.test", "cancel_url": "https://a.test"}, "cancel_url"),
        ("elements", {"return_url": "https://a.test", "submit_type": "pay"}, "submit_type"),
        ("elements", {"return_url": "https://a.test", "branding_settings": {"display_name": "A"}},
         "branding_settings"),
    ],
)  # fmt: skip
async def test_what_a_ui_mode_cannot_have_is_refused(world: World, ui_mode, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await of_mode(world, ui_mode, **params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


@pytest.mark.parametrize(
    ("ui_mode", "params"),
    [
        ("embedded_page", {"redirect_on_completion": "never"}),
        (
            "embedded_page",
            {"redirect_on_completion": "if_required", "allowed_payment_method_types": ["card"]},
        ),
        ("elements", {"allowed_payment_method_types": ["card"]}),
    ],
)
async def test_without_redirects_no_return_url_is_needed(world: World, ui_mode, params):
    session = await of_mode(world, ui_mode, **params)

    assert session.status == "open"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types",
         "payment_method_types_no_longer_supported"),
        ({"allowed_payment_method_types": ["card"], "excluded_payment_method_types": ["klarna"]},
         "allowed_payment_method_types", "parameters_exclusive"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"customer_update": {"name": "auto"}}, "customer_update", None),
        ({"expires_at": 1}, "expires_at", None),
        ({"mode": "subscription"}, "mode", None),
        ({"setup_intent_data": {"description": "A"}}, "setup_intent_data", None),
        ({"invoice_creation": {"enabled": True}}, "invoice_creation", None),
        ({"payment_intent_data": {"application_fee_amount": 1}},
         "payment_intent_data[application_fee_amount]", None),
        ({"payment_method_options": {"card": {"request_overcapture": "if_available"}}},
         "payment_method_options[card][request_overcapture]", None),
        ({"line_items": [{"price_data": price(10, "A"), "quantity": 1}]}, "line_items", "amount_too_small"),
        ({"line_items": [{"price_data": price(99999999, "A"), "quantity": 2}]}, "line_items",
         "amount_too_large"),
        ({"line_items": LINES * 101}, "line_items", None),
        ({"line_items": [*LINES, {"price_data": price(900, "A") | {"currency": "eur"}, "quantity": 1}]},
         "line_items", None),
        ({"custom_fields": [{"key": "a b", "type": "text", "label": {"type": "custom", "custom": "A"}}]},
         "custom_fields[0][key]", None),
        ({"custom_fields": [{"key": "a", "type": "dropdown", "label": {"type": "custom", "custom": "A"}}]},
         "custom_fields[0][dropdown]", "parameter_missing"),
        ({"custom_fields": [{"key": "a", "type": "text", "label": {"type": "custom", "custom": "A" * 51}}]},
         "custom_fields[0][label][custom]", None),
        ({"custom_fields": [{"key": key, "type": "text", "label": {"type": "custom", "custom": "A"}}
                            for key in "abcd"]}, "custom_fields", None),
        ({"line_items": [LINES[0] | {"price": "price_1"}]}, "line_items[0][price]", "parameters_exclusive"),
        ({"line_items": [LINES[0] | {"quantity": 1000000}]}, "line_items[0][quantity]",
         "parameter_invalid_integer"),
        ({"line_items": [LINES[0] | {"adjustable_quantity": {"enabled": True, "minimum": 3}}]},
         "line_items[0][adjustable_quantity]", None),
        ({"optional_items": [{"price": "price_1", "quantity": 1}] * 11}, "optional_items", None),
        ({"shipping_options": [{"shipping_rate": "shr_1", "shipping_rate_data": {"display_name": "A"}}]},
         "shipping_options[0][shipping_rate]", "parameters_exclusive"),
        ({"automatic_tax": {"enabled": True, "liability": {"type": "account"}}}, "automatic_tax[liability]", None),
        ({"payment_method_collection": "always", "line_items": [{"price_data": price(0, "A"), "quantity": 1}]},
         "payment_method_collection", None),
        ({"mode": None}, "mode", "parameter_missing"),
        ({"permissions": {"update_shipping_details": "server_only"}}, "permissions", None),
        ({"nonsense": 1}, "nonsense", "parameter_unknown"),
    ],
)  # fmt: skip
async def test_parameters_that_make_no_sense_are_refused(world: World, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(**params)

    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


@pytest.mark.parametrize("other", [{"customer_email": "a@b.test"}, {"customer_creation": "always"}])
async def test_a_customer_is_known_or_not(world: World, other):
    owner = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(customer=owner.id, **other)

    assert refused.value.code == "parameters_exclusive"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


@pytest.mark.parametrize(
    ("seconds", "is_right"), [(1500, False), (1800, True), (86400, True), (90000, False)]
)
async def test_a_session_lasts_half_an_hour_to_a_day(world: World, seconds, is_right):
    expires_at = int(world.now) + seconds
    if is_right:
        assert (await world.session(expires_at=expires_at)).expires_at == expires_at
        return

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(expires_at=expires_at)

    assert refused.value.param == "expires_at"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_inactive_and_recurring_prices_are_not_sold(world: World):
    product = (await world.stripe.v1.products.create_async({"name": "Emma"})).id
    old = {"product": product, "currency": "usd", "unit_amount": 900, "active": False}
    monthly = {"product": product, "currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"}}
    for params in (old, monthly):
        stored = await world.stripe.v1.prices.create_async(params)

        with pytest.raises(stripe.InvalidRequestError) as refused:
            await world.session(line_items=[{"price": stored.id, "quantity": 1}])

        assert refused.value.param == "line_items[0][price]"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_a_price_is_sold_in_the_currency_asked_for(world: World):
    stored = await world.stripe.v1.prices.create_async(
        {
            "product_data": {"name": "Emma"}, "currency": "usd", "unit_amount": 900,
            "currency_options": {"eur": {"unit_amount": 850}},
        }
    )  # fmt: skip

    session = await world.session(line_items=[{"price": stored.id, "quantity": 2}], currency="eur")

    assert (session.currency, session.amount_total) == ("eur", 1700)


async def test_quantities_may_be_adjustable(world: World):
    lines = [LINES[0] | {"adjustable_quantity": {"enabled": True}}]

    session = await world.session(line_items=lines, expand=["line_items"])

    bounds = session.line_items.data[0].adjustable_quantity
    assert (bounds.enabled, bounds.minimum, bounds.maximum) == (True, 0, 99)


async def test_line_items_come_in_pages(world: World):
    lines = [{"price_data": price(100 + n, f"Book {n}"), "quantity": 1} for n in range(12)]
    session = await world.session(line_items=lines)

    listed = world.stripe.v1.checkout.sessions.line_items.list_async
    first = await listed(session.id)
    rest = await listed(session.id, {"starting_after": first.data[-1].id, "limit": 5})

    assert (len(first.data), first.has_more) == (10, True)
    assert ([item.description for item in rest.data], rest.has_more) == (["Book 10", "Book 11"], False)


async def test_what_was_sent_is_shown(world: World):
    session = await world.session(
        locale="de",
        submit_type="donate",
        client_reference_id="order-7",
        billing_address_collection="required",
        phone_number_collection={"enabled": True},
        consent_collection={"terms_of_service": "required"},
        custom_text={"submit": {"message": "Thank you"}},
        name_collection={"business": {"enabled": True}},
        branding_settings={"display_name": "Books", "button_color": "#ff0000"},
        wallet_options={"link": {"display": "never"}},
        tax_id_collection={"enabled": True},
    )

    assert (session.locale, session.submit_type, session.client_reference_id) == ("de", "donate", "order-7")
    assert (session.billing_address_collection, session.phone_number_collection.enabled) == ("required", True)
    assert session.consent_collection.terms_of_service == "required"
    assert (session.custom_text.submit.message, session.custom_text.after_submit) == ("Thank you", None)
    assert (session.name_collection.business.enabled, session.name_collection.business.optional) == (
        True,
        False,
    )
    assert (session.branding_settings.display_name, session.branding_settings.button_color) == (
        "Books",
        "#ff0000",
    )
    assert (session.wallet_options.link.display, session.tax_id_collection.required) == ("never", "never")


async def test_the_customers_own_data_is_filled_in(world: World):
    owner = await world.stripe.v1.customers.create_async(
        {"email": "ada@shop.test", "name": "Ada", "address": DE}
    )

    session = await world.session(customer=owner.id)

    assert (session.customer, session.customer_creation) == (owner.id, None)
    assert (session.customer_details.email, session.customer_details.address.city) == (
        "ada@shop.test",
        "Berlin",
    )


async def test_the_customer_learns_what_was_filled_in(world: World):
    owner = await world.stripe.v1.customers.create_async({"name": "Ada"})
    session = await world.session(
        customer=owner.id,
        billing_address_collection="required",
        customer_update={"address": "auto", "shipping": "auto"},
        shipping_address_collection={"allowed_countries": ["US"]},
    )

    await pay(world, session.id, email="ada@shop.test")

    after = await world.stripe.v1.customers.retrieve_async(owner.id)
    assert (after.email, after.name, after.address.country) == ("ada@shop.test", "Ada", "US")
    assert after.shipping.address.country == "US"


async def test_the_customer_is_not_changed_without_leave(world: World):
    owner = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})
    session = await world.session(customer=owner.id, billing_address_collection="required")

    await pay(world, session.id)

    assert (await world.stripe.v1.customers.retrieve_async(owner.id)).address is None


async def test_metadata_changes_at_any_time(world: World):
    session = await world.session(metadata={"a": "1", "b": "2"})
    await pay(world, session.id)

    changed = await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"metadata": {"a": "", "c": "3"}}
    )

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


async def test_the_shop_sends_its_lines_again(world: World):
    session = await of_mode(world, "elements", return_url="https://a.test", expand=["line_items"])
    kept = session.line_items.data[0].id

    changed = await world.stripe.v1.checkout.sessions.update_async(
        session.id,
        {
            "line_items": [{"price_data": price(900, "Emma"), "quantity": 1}, {"id": kept, "quantity": 1}],
            "expand": ["line_items"],
        },
    )

    assert [(item.description, item.quantity) for item in changed.line_items.data] == [
        ("Emma", 1), ("Walden", 1),
    ]  # fmt: skip
    assert (changed.amount_total, changed.line_items.data[1].id) == (2400, kept)


async def test_the_shop_changes_a_line(world: World):
    rate = await world.stripe.v1.tax_rates.create_async(
        {"display_name": "VAT", "percentage": 10, "inclusive": False}
    )
    session = await of_mode(world, "elements", return_url="https://a.test", expand=["line_items"])
    line = {
        "id": session.line_items.data[0].id, "price_data": price(900, "Emma"), "tax_rates": [rate.id],
        "adjustable_quantity": {"enabled": False}, "metadata": {"a": "b"},
    }  # fmt: skip

    changed = await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"line_items": [line], "expand": ["line_items"]}
    )

    item = changed.line_items.data[0]
    assert (item.id, item.description, item.quantity, item.amount_tax) == (line["id"], "Emma", 2, 180)
    assert (item.adjustable_quantity.enabled, item.metadata["a"]) == (False, "b")


async def test_the_shop_changes_how_it_ships(world: World):
    session = await of_mode(world, "elements", return_url="https://a.test")
    fixed = {"amount": 500, "currency": "usd"}
    post = {"display_name": "Post", "type": "fixed_amount", "fixed_amount": fixed}

    changed = await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"shipping_options": [{"shipping_rate_data": post}]}
    )

    assert (changed.amount_total, changed.shipping_cost.amount_total) == (3500, 500)
    cleared = await world.stripe.v1.checkout.sessions.update_async(session.id, {"shipping_options": ""})
    assert (cleared.amount_total, cleared.shipping_options) == (3000, [])


async def test_the_shop_changes_what_the_intent_will_say(world: World):
    session = await of_mode(world, "elements", return_url="https://a.test")

    await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"payment_intent_data": {"description": "Books", "metadata": {"a": "b"}}}
    )

    _, answer = await pay(world, session.id, "pm_card_authenticationRequired")
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert (intent.description, intent.metadata["a"]) == ("Books", "b")
    await world.stripe.v1.checkout.sessions.update_async(
        session.id, {"payment_intent_data": {"description": "More books"}}
    )
    intent = await world.stripe.v1.payment_intents.retrieve_async(intent.id)
    assert (intent.description, intent.status) == ("More books", "requires_payment_method")


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"collected_information": {"shipping_details": {"name": "Ada", "address": US}}},
         "collected_information"),
        ({"payment_intent_data": {"description": "A"}}, "payment_intent_data"),
        ({"line_items": [{"id": "li_none"}]}, "line_items[0][id]"),
    ],
)  # fmt: skip
async def test_a_hosted_session_refuses_what_its_page_would_not_show(world: World, params, param):
    session = await world.session()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.checkout.sessions.update_async(session.id, params)

    assert refused.value.param == param
    assert (await look(world, session))["amount_total"] == 3000


async def test_a_finished_session_takes_no_new_lines(world: World):
    session = await world.session()
    await pay(world, session.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.checkout.sessions.update_async(session.id, {"line_items": LINES})

    assert (await look(world, session))["amount_total"] == 3000
