"""Keys, errors, headers and parameters: Stripe's manners, whatever the resource."""

import base64

import pytest
import stripe
from tests.stripe_sandbox.harness import World, check, exchange

INTENT = "amount=1000&currency=usd"


def test_the_judge_of_all_bodies_can_say_no():
    with pytest.raises(AssertionError):
        check("payment_intent", {"id": "pi_1", "object": "payment_intent"})


async def test_every_answer_names_its_request_and_version(world: World):
    status, headers, _ = await world.raw("POST", "/v1/payment_intents", INTENT, idempotency_key="k")

    assert status == 200
    assert headers["request-id"].startswith("req_")
    assert (headers["stripe-version"], headers["idempotency-key"]) == ("2026-10-28.endive", "k")


@pytest.mark.parametrize(
    "key", ["", "Bearer ", "Bearer sk_live_abc", "Bearer nonsense", "Basic !!!", "Basic OjpA"]
)
async def test_no_or_a_wrong_key_is_401(world: World, key):
    status, _, body = await world.raw("GET", "/v1/payment_intents", authorization=key)

    assert (status, body["error"]["type"]) == (401, "invalid_request_error")
    check("error", body)


async def test_the_key_may_come_as_basic_user(world: World):
    basic = base64.b64encode(b"sk_test_abc:").decode()

    assert (await world.raw("GET", "/v1/payment_intents", authorization=f"Basic {basic}"))[0] == 200


async def test_an_unknown_url_is_404(world: World):
    status, _, body = await world.raw("GET", "/v1/nothing")

    assert (status, body["error"]["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ("currency=usd", "parameter_missing", "amount"),
        ("amount=1000", "parameter_missing", "currency"),
        ("amount=&currency=usd", "parameter_invalid_empty", "amount"),
        ("amount=ten&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=10.5&currency=usd", "parameter_invalid_integer", "amount"),
        ("amount=99999999999999999999999&currency=usd", "parameter_invalid_integer", "amount"),
        (f"{INTENT}&planet=mars", "parameter_unknown", "planet"),
        (f"{INTENT}&shipping[address][planet]=mars", "parameter_unknown", "shipping[address][planet]"),
        (f"{INTENT}&shipping[name]=A", "parameter_missing", "shipping[address]"),
        (f"{INTENT}&capture_method=sometime", None, "capture_method"),
        (f"{INTENT}&confirm=perhaps", None, "confirm"),
        (f"{INTENT}&shipping=home", None, "shipping"),
        (f"{INTENT}&expand=latest_charge", None, "expand"),
        ("amount=1000&currency=zzz", None, "currency"),
        (f"{INTENT}&customer=cus_none", "resource_missing", "customer"),
        (f"{INTENT}&payment_method=pm_none", "resource_missing", "payment_method"),
        ("amount[a=1&currency=usd", None, "amount[a"),
        ("a[b]=1&a=2&currency=usd", "parameter_unknown", "a"),
        (f"{INTENT}&" + "x" + "[y]" * 30 + "=1", None, None),
    ],
)
async def test_a_bad_parameter_is_named_in_bracket_form(world: World, body, code, param):
    status, _, answer = await world.raw("POST", "/v1/payment_intents", body)

    assert (status, answer["error"].get("code")) == (400, code)
    assert param is None or answer["error"]["param"] == param
    check("error", answer)
    assert (await world.stripe.v1.payment_intents.list_async()).data == []


@pytest.mark.parametrize("body", ["\x00\xff", "{}", "%zz=%zz", "=1", "&&&", "a" * 70_000])
async def test_garbage_is_a_400(world: World, body):
    status, _, answer = await world.raw("POST", "/v1/payment_intents", body)

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")


async def test_a_huge_body_is_413(world: World):
    assert (await world.raw("POST", "/v1/payment_intents", "x" * 2_000_000))[0] == 413


async def test_emoji_are_only_text(world: World):
    intent = await world.paid(description="📚 für dich", metadata={"note": "❤️"})

    assert (intent.description, intent.metadata["note"]) == ("📚 für dich", "❤️")


@pytest.mark.parametrize(
    "metadata",
    [
        {f"k{i}": "v" for i in range(51)},
        {"k" * 41: "v"},
        {"k": "v" * 501},
    ],
)
async def test_metadata_has_limits(world: World, metadata):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.customers.create_async({"metadata": metadata})

    assert refused.value.param.startswith("metadata")


async def test_metadata_is_merged_and_unset_by_empty_values(world: World):
    customers = world.stripe.v1.customers
    customer = await customers.create_async({"metadata": {"a": "1", "b": "2"}})

    customer = await customers.update_async(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert customer.metadata.to_dict() == {"a": "1", "c": "3"}

    customer = await customers.update_async(customer.id, {"metadata": ""})
    assert customer.metadata.to_dict() == {}


async def test_a_page_sees_only_its_own_intent_and_little_of_it(world: World):
    intent = await world.stripe.v1.payment_intents.create_async(
        {"amount": 1000, "currency": "usd", "metadata": {"secret": "1"}}
    )

    seen = await world.page.v1.payment_intents.retrieve_async(
        intent.id, {"client_secret": intent.client_secret}
    )

    assert (seen.amount, seen.status) == (1000, "requires_payment_method")
    assert {"metadata", "customer", "latest_charge", "amount_received"}.isdisjoint(seen.to_dict())
    for secret in ({}, {"client_secret": f"{intent.id}_secret_guess"}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await world.page.v1.payment_intents.retrieve_async(intent.id, secret)
        assert refused.value.param == "client_secret"


async def test_a_page_confirms_with_the_client_secret_and_needs_no_return_url(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"})
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 40, "cvc": "123"}

    paid = await world.page.v1.payment_intents.confirm_async(
        intent.id,
        {
            "client_secret": intent.client_secret, "use_stripe_sdk": True,
            "payment_method_data": {"type": "card", "card": card, "billing_details": {"name": "A"}},
        },
    )  # fmt: skip

    assert paid.status == "succeeded"
    assert "latest_charge" not in paid.to_dict()


async def test_a_declined_page_sees_no_more_than_an_accepted_one(world: World):
    intent = await world.stripe.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"})

    with pytest.raises(stripe.CardError) as refused:
        await world.page.v1.payment_intents.confirm_async(
            intent.id,
            {"client_secret": intent.client_secret, "payment_method": "pm_card_visa_chargeDeclined"},
        )

    assert "metadata" not in refused.value.json_body["error"]["payment_intent"]


async def test_a_page_may_not_do_what_only_a_server_may(world: World):
    for call in (
        world.page.v1.payment_intents.create_async({"amount": 1000, "currency": "usd"}),
        world.page.v1.payment_intents.list_async(),
        world.page.v1.customers.create_async({}),
        world.page.v1.refunds.create_async({"payment_intent": "pi_1"}),
    ):
        with pytest.raises(stripe.AuthenticationError) as refused:
            await call
        assert refused.value.json_body["error"]["code"] == "secret_key_required"


async def test_browsers_may_call_from_other_origins(world: World):
    status, headers, _ = await world.raw("OPTIONS", "/v1/payment_methods", origin="https://shop.test")

    assert status == 204
    assert headers["access-control-allow-origin"] == "*"
    assert "Authorization" in headers["access-control-allow-headers"]


async def test_lists_are_newest_first_and_paged_by_cursor(world: World):
    ids = [(await world.stripe.v1.customers.create_async({})).id for _ in range(5)]
    listed = world.stripe.v1.customers.list_async

    first = await listed({"limit": 2})
    second = await listed({"limit": 2, "starting_after": first.data[-1].id})
    back = await listed({"limit": 1, "ending_before": second.data[0].id})

    assert [one.id for one in first.data] == [ids[4], ids[3]]
    assert ([one.id for one in second.data], second.has_more) == ([ids[2], ids[1]], True)
    assert ([one.id for one in back.data], back.has_more) == ([ids[3]], True)
    assert (first.url, first.has_more) == ("/v1/customers", True)
    walked = [one.id async for one in (await listed({"limit": 2})).auto_paging_iter()]
    assert walked == ids[::-1]


@pytest.mark.parametrize(
    "bad",
    [
        {"limit": 0}, {"limit": 101}, {"limit": -1}, {"starting_after": "cus_none"},
        {"starting_after": "a", "ending_before": "b"}, {"planet": "mars"},
    ],
)  # fmt: skip
async def test_a_bad_page_is_a_400(world: World, bad):
    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.customers.list_async(bad)


async def test_lists_filter_by_field_and_time(world: World):
    customers = world.stripe.v1.customers
    early = await customers.create_async({"email": "a@b.test"})
    world.now += 100
    late = await customers.create_async({"email": "c@d.test"})

    assert [c.id for c in (await customers.list_async({"email": "a@b.test"})).data] == [early.id]
    assert [c.id for c in (await customers.list_async({"created": {"gt": early.created}})).data] == [late.id]
    assert [c.id for c in (await customers.list_async({"created": early.created})).data] == [early.id]


async def test_expansion_reaches_through_objects_and_lists(world: World):
    customer = await world.stripe.v1.customers.create_async({})
    intent = await world.paid(customer=customer.id, capture_method="automatic", expand=["customer"])
    assert intent.customer.id == customer.id

    listed = await world.stripe.v1.payment_intents.list_async(
        {"expand": ["data.latest_charge.balance_transaction", "data.payment_method"]}
    )
    assert listed.data[0].latest_charge.balance_transaction.source == listed.data[0].latest_charge.id
    assert listed.data[0].payment_method.card.brand == "visa"

    charge = await world.stripe.v1.charges.retrieve_async(intent.latest_charge, {"expand": ["refunds"]})
    assert charge.refunds.data == []
    assert "refunds" not in (await world.stripe.v1.charges.retrieve_async(intent.latest_charge)).to_dict()


@pytest.mark.parametrize(
    "path",
    ["amount", "planet", "latest_charge.planet", "customer.default_source.a.b.c", "latest_charge.a.b.c.d"],
)
async def test_what_cannot_be_expanded_is_a_400(world: World, path):
    intent = await world.paid()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.payment_intents.retrieve_async(intent.id, {"expand": [path]})

    assert refused.value.param == "expand"


async def test_a_null_field_may_still_be_expanded(world: World):
    intent = await world.stripe.v1.payment_intents.create_async(
        {"amount": 1000, "currency": "usd", "expand": ["latest_charge.balance_transaction", "customer"]}
    )

    assert (intent.latest_charge, intent.customer) == (None, None)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v2/core/events", "/v1/customers/cus_1/nothing"])
async def test_whatever_is_not_of_the_api_is_an_unknown_url(world: World, path: str):
    status, headers, body = await world.raw("POST", path)

    assert (status, body["error"]["type"]) == (404, "invalid_request_error")
    assert headers["request-id"].startswith("req_")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "BREW"])
async def test_a_method_the_api_does_not_know_is_an_unknown_url(world: World, method: str):
    status, _, body = await world.raw(method, "/v1/customers")

    assert status == 404
    assert body["error"]["message"].startswith(f"Unrecognized request URL ({method}: /v1/customers)")


async def test_no_key_is_told_how_to_send_one(world: World):
    status, headers, body = await world.raw("GET", "/v1/customers", authorization="")

    assert (status, headers["www-authenticate"]) == (401, 'Basic realm="Stripe"')
    assert body["error"]["message"].startswith("You did not provide an API key.")
    assert headers["request-id"].startswith("req_")


async def test_a_wrong_key_is_quoted_without_being_told(world: World):
    _, _, body = await world.raw("GET", "/v1/customers", authorization="Bearer sk_live_abcdefghijklmnop")

    assert body["error"]["message"].startswith("Invalid API Key provided: sk_live_")
    assert "abcdefghijkl" not in body["error"]["message"]


@pytest.mark.parametrize("version", ["tomorrow", "2026", "2026-10-28 endive", "2026-10-28.endive; x"])
async def test_a_version_that_is_none_is_a_400(world: World, version: str):
    status, _, body = await world.raw("GET", "/v1/customers", stripe_version=version)

    assert (status, body["error"]["message"]) == (400, f"Invalid Stripe API version: {version}")


async def test_another_version_is_answered_in_ours_and_told_so(world: World):
    status, headers, _ = await world.raw("GET", "/v1/customers", stripe_version="2024-06-20")

    assert (status, headers["stripe-version"]) == (200, "2026-10-28.endive")


async def test_json_is_no_form(world: World):
    status, _, body = await world.raw("POST", "/v1/customers", "{}", content_type="application/json")

    assert status == 400
    assert "form-encoded" in body["error"]["message"]
    assert (await world.stripe.v1.customers.list_async()).data == []


async def test_parameters_may_stand_in_the_query_of_a_post(world: World):
    _, _, body = await world.raw("POST", "/v1/customers?email=a%40b.test", "name=Jenny")

    assert (body["email"], body["name"]) == ("a@b.test", "Jenny")


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"metadata[k{i}]=v" for i in range(2001)),
        "shipping" + "[a]" * 200 + "=1",
        "metadata[a][b]=1",
        "expand[0][x]=customer",
        "expand[]=customer&expand=customer",
        "%FF%FE=1",
    ],
)
async def test_parameters_without_end_or_sense_are_a_400(world: World, body: str):
    status, _, answer = await world.raw("POST", "/v1/customers", body)

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert (await world.stripe.v1.customers.list_async()).data == []


async def test_bytes_that_are_no_text_are_a_400(world: World):
    head = {"authorization": "Bearer sk_test_x", "content-type": "application/x-www-form-urlencoded"}

    status, _, _ = await exchange(world.app, "POST", "/v1/customers", head, b"name=\xff\xfe")

    assert status == 400


async def test_an_error_points_at_its_place_in_the_request_log(world: World):
    _, headers, body = await world.raw("POST", "/v1/payment_intents", "amount=ten")

    assert body["error"]["request_log_url"].endswith(f"/_sandbox/requests/{headers['request-id']}")


async def test_a_huge_body_has_a_request_id_too(world: World):
    _, headers, _ = await world.raw("POST", "/v1/payment_intents", "x" * 2_000_000)

    assert headers["request-id"].startswith("req_")
