"""Checkout Sessions: open, paid, expired; what the hosted page may do."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World, check, price


async def pay(world: World, session: str, method: str = "pm_card_visa"):
    return await world.control("POST", f"/checkout/sessions/{session}/pay", {"payment_method": method})


async def test_an_open_session_has_a_page_and_no_intent(world: World):
    session = await world.session(
        client_reference_id="order-7", metadata={"a": "b"}, customer_email="a@b.test"
    )

    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url == f"http://sandbox.test/c/pay/{session.id}"
    assert (session.amount_subtotal, session.amount_total, session.currency) == (3000, 3000, "usd")
    assert session.id.startswith("cs_test_")
    assert session.expires_at - session.created == 86400
    assert await world.types() == []


async def test_paying_the_page_completes_the_session(world: World):
    session = await world.session(payment_intent_data={"metadata": {"order": "7"}, "description": "Books"})

    status, answer = await pay(world, session.id)

    assert (status, answer["status"], answer["payment_status"], answer["url"]) == (
        200,
        "complete",
        "paid",
        None,
    )
    check("checkout.session", answer)
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert (intent.status, intent.metadata["order"], intent.description) == ("succeeded", "7", "Books")
    await world.pass_time(2)
    assert await world.types() == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
        "checkout.session.completed", "charge.updated",
    ]  # fmt: skip
    completed = world.received[3]["data"]["object"]
    assert (completed["payment_status"], completed["payment_intent"]) == ("paid", intent.id)


async def test_a_decline_keeps_the_session_open_and_its_intent(world: World):
    session = await world.session()

    status, answer = await pay(world, session.id, "pm_card_visa_chargeDeclined")
    assert (status, answer["error"]["code"]) == (402, "card_declined")
    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == "open"

    await pay(world, session.id)

    paid = await world.stripe.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent", "line_items"]}
    )
    assert (paid.status, paid.payment_intent.id) == ("complete", answer["error"]["payment_intent"]["id"])
    assert (
        len((await world.stripe.v1.charges.list_async({"payment_intent": paid.payment_intent.id})).data) == 2
    )
    assert [(item.description, item.quantity, item.amount_total) for item in paid.line_items.data] == [
        ("Walden", 2, 3000)
    ]


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "complete"), ("fail", "open")])
async def test_a_challenge_decides_the_session(world: World, outcome, status):
    session = await world.session()
    _, answer = await pay(world, session.id, "pm_card_authenticationRequired")
    assert answer["status"] == "open"
    intent = await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    assert intent.status == "requires_action"

    await world.control("POST", f"/payment_intents/{intent.id}/authenticate", {"outcome": outcome})

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == status


async def test_a_challenge_left_behind_does_not_hinder_another_card(world: World):
    session = await world.session()
    await pay(world, session.id, "pm_card_authenticationRequired")

    status, answer = await pay(world, session.id)

    assert (status, answer["status"]) == (200, "complete")
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_a_session_is_paid_once(world: World):
    session = await world.session()
    await pay(world, session.id)

    status, _ = await pay(world, session.id)

    assert status == 400
    assert len((await world.stripe.v1.charges.list_async()).data) == 1


async def test_an_expired_session_cannot_be_paid(world: World):
    session = await world.session()

    expired = await world.stripe.v1.checkout.sessions.expire_async(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert (await pay(world, session.id))[0] == 400
    assert await world.types() == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.checkout.sessions.expire_async(session.id)


async def test_expiry_in_the_middle_of_a_challenge_cancels_the_intent(world: World):
    session = await world.session()
    _, answer = await pay(world, session.id, "pm_card_authenticationRequired")

    await world.stripe.v1.checkout.sessions.expire_async(session.id)

    assert (
        await world.stripe.v1.payment_intents.retrieve_async(answer["payment_intent"])
    ).status == "canceled"
    path = f"/payment_intents/{answer['payment_intent']}/authenticate"
    assert (await world.control("POST", path, {"outcome": "succeed"}))[0] == 400


async def test_a_complete_session_cannot_be_expired(world: World):
    session = await world.session()
    await pay(world, session.id)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.checkout.sessions.expire_async(session.id)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_a_session_expires_by_the_clock(world: World):
    session = await world.session(expires_at=int(world.now) + 1800)

    await world.pass_time(1801)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    assert await world.types() == ["checkout.session.expired"]


async def test_a_sessions_intent_is_the_sessions_alone(world: World):
    session = await world.session()
    _, answer = await pay(world, session.id, "pm_card_authenticationRequired")
    intents = world.stripe.v1.payment_intents

    for call in (
        intents.cancel_async(answer["payment_intent"]),
        intents.confirm_async(
            answer["payment_intent"], {"payment_method": "pm_card_visa", "return_url": "https://a"}
        ),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await call
        assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_held_session_is_complete_and_unpaid_until_capture(world: World):
    session = await world.session(payment_intent_data={"capture_method": "manual"})

    _, answer = await pay(world, session.id)
    assert (answer["status"], answer["payment_status"]) == ("complete", "unpaid")
    await world.stripe.v1.payment_intents.capture_async(answer["payment_intent"])

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_the_page_pays_with_its_publishable_key(world: World):
    session = await world.session()
    path = f"/v1/payment_pages/{session.id}"
    key = "Bearer pk_test_page"

    _, _, shown = await world.raw("GET", path, authorization=key)
    wrong = await world.raw(
        "POST", f"{path}/confirm", "expected_amount=1&payment_method=pm_card_visa", authorization=key
    )
    body = (
        "expected_amount=3000&email=a%40b.test&payment_method_data[type]=card"
        "&payment_method_data[card][number]=4242424242424242&payment_method_data[card][exp_month]=1"
        "&payment_method_data[card][exp_year]=2040&payment_method_data[card][cvc]=123"
    )
    status, _, paid = await world.raw("POST", f"{path}/confirm", body, authorization=key)

    assert (shown["status"], shown["line_items"]["data"][0]["description"]) == ("open", "Walden")
    assert (wrong[0], wrong[2]["error"]["param"]) == (400, "expected_amount")
    assert (status, paid["status"], paid["payment_intent"]["status"]) == (200, "complete", "succeeded")
    assert paid["customer_details"]["email"] == "a@b.test"


async def test_an_embedded_session_has_a_secret_and_a_return_url_instead_of_a_page(world: World):
    create = world.stripe.v1.checkout.sessions.create_async
    lines = [{"price_data": price(1500, "Walden"), "quantity": 1}]
    for ui_mode in ("embedded_page", "elements"):
        session = await create(
            {"mode": "payment", "ui_mode": ui_mode, "return_url": "https://shop.test", "line_items": lines}
        )
        assert (session.url, session.ui_mode) == (None, ui_mode)
        assert session.client_secret.startswith(f"{session.id}_secret_")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"ui_mode": "embedded"}, "ui_mode"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"success_url": "", "ui_mode": "hosted_page"}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"ui_mode": "elements", "return_url": "https://a.test"}, "success_url"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        ({"line_items": [{"price_data": price(1500, "A")}]}, "line_items[0][quantity]"),
        ({"line_items": [{"price_data": price(1500, "A"), "quantity": 0}]}, "line_items[0][quantity]"),
        (
            {"line_items": [{"price_data": price(-1, "A"), "quantity": 1}]},
            "line_items[0][price_data][unit_amount]",
        ),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        (
            {"line_items": [{"price_data": {"currency": "usd"}, "quantity": 1}]},
            "line_items[0][price_data][product_data]",
        ),
        ({"customer": "cus_none"}, "customer"),
        ({"mode": "subscription"}, "mode"),
        ({"mode": "setup"}, "line_items"),
        ({"expires_at": 1}, "expires_at"),
        ({"expires_at": 99999999999}, "expires_at"),
    ],
)
async def test_a_session_that_makes_no_sense_is_refused(world: World, change, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(**change)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []


async def test_a_session_may_sell_a_stored_price(world: World):
    product = await world.stripe.v1.products.create_async({"name": "Emma", "metadata": {"sku": "E"}})
    stored = await world.stripe.v1.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 900}
    )

    session = await world.session(line_items=[{"price": stored.id, "quantity": 3}])

    assert session.amount_total == 2700
    items = await world.stripe.v1.checkout.sessions.line_items.list_async(session.id, {"limit": 1})
    assert (items.data[0].price.id, items.data[0].description) == (stored.id, "Emma")


async def test_a_customer_is_made_only_on_request(world: World):
    guest, regular = (
        await world.session(),
        await world.session(customer_creation="always", customer_email="a@b.test"),
    )

    await pay(world, guest.id)
    _, answer = await pay(world, regular.id)

    assert (await world.stripe.v1.checkout.sessions.retrieve_async(guest.id)).customer is None
    assert (await world.stripe.v1.customers.retrieve_async(answer["customer"])).email == "a@b.test"


async def test_sessions_are_found_by_intent_and_status(world: World):
    paid, still_open = await world.session(), await world.session()
    _, answer = await pay(world, paid.id)
    listed = world.stripe.v1.checkout.sessions.list_async

    assert [s.id for s in (await listed({"payment_intent": answer["payment_intent"]})).data] == [paid.id]
    assert [s.id for s in (await listed({"status": "open"})).data] == [still_open.id]


async def test_the_customer_returns_to_the_address_with_the_sessions_id(world: World):
    session = await world.session()

    assert world.box.session_return_url(session.id) == f"https://shop.test/done?session={session.id}"


async def test_sessions_are_found_by_customer_address_and_time(world: World):
    owner = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})
    mine = await world.session(customer=owner.id)
    await world.session(customer_email="eve@shop.test")
    await world.pass_time(100)
    listed = world.stripe.v1.checkout.sessions.list_async

    late = await world.session()

    assert [s.id for s in (await listed({"customer": owner.id})).data] == [mine.id]
    assert [s.id for s in (await listed({"customer_details": {"email": "ada@shop.test"}})).data] == [mine.id]
    assert [s.id for s in (await listed({"created": {"gt": mine.created}})).data] == [late.id]
    assert [s.id for s in (await listed({"limit": 1})).data] == [late.id]


async def test_what_a_session_refers_to_can_be_expanded(world: World):
    owner = await world.stripe.v1.customers.create_async({"email": "ada@shop.test"})
    session = await world.session(customer=owner.id)
    await pay(world, session.id)

    found = await world.stripe.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["customer", "payment_intent.latest_charge", "line_items.data.price.product"]}
    )
    listed = await world.stripe.v1.checkout.sessions.list_async({"expand": ["data.line_items"]})

    assert found.customer.email == "ada@shop.test"
    assert found.payment_intent.latest_charge.paid
    assert found.line_items.data[0].price.product.name == "Walden"
    assert listed.data[0].line_items.data[0].description == "Walden"


async def test_who_is_known_by_no_address_cannot_be(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.session(customer_email="nobody")

    assert (refused.value.param, refused.value.code) == ("customer_email", "email_invalid")
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []
