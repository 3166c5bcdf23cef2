"""CustomerSessions through the official SDK, and what a page may read and remove with their secret."""

from typing import Any
from urllib.parse import urlencode

import pytest
import stripe
from tests.stripe_sandbox.harness import World, check_answer

PAGE = {"authorization": "Bearer pk_test_page"}
ELEMENT = "components[payment_element][features]"


async def customer_with_cards(world: World, *redisplay: str) -> tuple[str, list[str]]:
    """A customer with one saved card per value of `allow_redisplay`, oldest first."""
    customer = await world.stripe.v1.customers.create_async({"email": "jenny@example.com"})
    cards = []
    for value in redisplay:
        card = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123"}
        method = await world.stripe.v1.payment_methods.create_async(
            {"type": "card", "card": card, "allow_redisplay": value}  # type: ignore[typeddict-item]
        )
        await world.stripe.v1.payment_methods.attach_async(method.id, {"customer": customer.id})
        cards.append(method.id)
    return customer.id, cards


async def session_of(world: World, customer: str, **features: Any) -> Any:
    """A CustomerSession for the Payment Element."""
    element = {"enabled": True, "features": features}
    return await world.stripe.v1.customer_sessions.create_async(
        {"customer": customer, "components": {"payment_element": element}}  # type: ignore[typeddict-item]
    )


async def seen_by_page(world: World, secret: str) -> tuple[int, Any]:
    """What a page with the publishable key is answered: status and body."""
    path = "/v1/elements/customer_session"
    status, _, body = await world.raw("GET", f"{path}?{urlencode({'client_secret': secret})}", **PAGE)
    check_answer("GET", path, status, body, restricted=True)
    return status, body


async def removed_by_page(world: World, secret: str, method: str) -> tuple[int, Any]:
    """What a page is answered that removes a saved method."""
    path, sent = "/v1/elements/customer_session/detach", {"client_secret": secret, "payment_method": method}
    status, _, body = await world.raw("POST", path, urlencode(sent), **PAGE)
    check_answer("POST", path, status, body, restricted=True)
    return status, body


async def test_a_session_lasts_half_an_hour(world: World):
    customer, _ = await customer_with_cards(world)

    session = await session_of(world, customer)

    assert session.client_secret.startswith("cuss_secret_")
    assert session.expires_at == session.created + 1800
    assert session.customer == customer


async def test_what_is_not_said_has_stripes_defaults(world: World):
    customer, _ = await customer_with_cards(world)

    session = await session_of(world, customer)

    assert session.components.payment_element.to_dict() == {
        "enabled": True,
        "features": {
            "payment_method_allow_redisplay_filters": ["always"],
            "payment_method_redisplay": "disabled",
            "payment_method_redisplay_limit": 3,
            "payment_method_remove": "disabled",
            "payment_method_save": "disabled",
            "payment_method_save_usage": None,
        },
    }
    assert session.components.customer_sheet.to_dict() == {"enabled": False, "features": None}
    assert session.components.pricing_table.enabled is False


async def test_every_component_can_be_enabled(world: World):
    customer, _ = await customer_with_cards(world)

    session = await world.stripe.v1.customer_sessions.create_async(
        {
            "customer": customer,
            "components": {
                "active_entitlements": {"enabled": True},
                "buy_button": {"enabled": True},
                "customer_portal": {"enabled": True},
                "customer_sheet": {"enabled": True, "features": {"payment_method_remove": "enabled"}},
                "mobile_payment_element": {"enabled": True},
                "pricing_table": {"enabled": True},
            },
            "expand": ["customer"],
        }
    )

    parts = session.components
    assert [parts[name].enabled for name in ("buy_button", "pricing_table", "customer_portal")] == [True] * 3
    assert parts.customer_sheet.features.payment_method_remove == "enabled"
    assert parts.mobile_payment_element.features.payment_method_save == "disabled"
    assert parts.payment_element.to_dict() == {"enabled": False, "features": None}
    assert session.customer.email == "jenny@example.com"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, "components"),
        ({"components": {}}, "components"),
        ({"components": {"payment_element": {"enabled": False}}}, "components"),
        (
            {"components": {"payment_element": {"features": {"payment_method_save": "enabled"}}}},
            "components[payment_element][enabled]",
        ),
        ({"customer": "cus_unknown", "components": {"buy_button": {"enabled": True}}}, "customer"),
        ({"customer": "", "components": {"buy_button": {"enabled": True}}}, "customer"),
        (
            {
                "components": {
                    "payment_element": {"enabled": True, "features": {"payment_method_redisplay_limit": 11}}
                }
            },
            f"{ELEMENT}[payment_method_redisplay_limit]",
        ),
        (
            {
                "components": {
                    "payment_element": {"enabled": True, "features": {"payment_method_save": "perhaps"}}
                }
            },
            f"{ELEMENT}[payment_method_save]",
        ),
    ],
)
async def test_a_wrong_session_is_refused_by_the_name_of_what_is_wrong(world: World, params, param):
    customer, _ = await customer_with_cards(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.customer_sessions.create_async({"customer": customer} | params)

    assert (refused.value.http_status, refused.value.param) == (400, param)


async def test_a_publishable_key_makes_no_session(world: World):
    customer, _ = await customer_with_cards(world)

    with pytest.raises(stripe.AuthenticationError):
        await world.page.v1.customer_sessions.create_async(
            {"customer": customer, "components": {"buy_button": {"enabled": True}}}
        )


async def test_a_page_sees_no_saved_methods_unless_they_are_redisplayed(world: World):
    customer, _ = await customer_with_cards(world, "always")
    session = await session_of(world, customer)

    _, seen = await seen_by_page(world, session.client_secret)

    assert seen["payment_methods"] == []
    assert seen["features"]["payment_method_redisplay"] == "disabled"


async def test_a_page_sees_the_methods_that_may_always_be_redisplayed(world: World):
    customer, cards = await customer_with_cards(world, "always", "limited", "unspecified", "always")
    session = await session_of(world, customer, payment_method_redisplay="enabled")

    _, seen = await seen_by_page(world, session.client_secret)

    assert [method["id"] for method in seen["payment_methods"]] == [cards[3], cards[0]]
    assert seen["customer_session"]["customer"] == customer


async def test_the_filters_of_a_session_choose_what_a_page_sees(world: World):
    customer, cards = await customer_with_cards(world, "always", "limited", "unspecified")
    session = await session_of(
        world,
        customer,
        payment_method_redisplay="enabled",
        payment_method_allow_redisplay_filters=["limited", "unspecified"],
    )

    _, seen = await seen_by_page(world, session.client_secret)

    assert [method["id"] for method in seen["payment_methods"]] == [cards[2], cards[1]]


async def test_a_page_sees_no_more_than_the_limit(world: World):
    customer, cards = await customer_with_cards(world, *["always"] * 5)
    usual = await session_of(world, customer, payment_method_redisplay="enabled")
    more = await session_of(
        world, customer, payment_method_redisplay="enabled", payment_method_redisplay_limit=4
    )

    seen = [(await seen_by_page(world, one.client_secret))[1] for one in (usual, more)]

    assert [len(one["payment_methods"]) for one in seen] == [3, 4]
    assert seen[0]["payment_methods"][0]["id"] == cards[4]


async def test_a_page_never_sees_another_customers_methods(world: World):
    await customer_with_cards(world, "always")
    other, _ = await customer_with_cards(world)
    session = await session_of(world, other, payment_method_redisplay="enabled")

    _, seen = await seen_by_page(world, session.client_secret)

    assert seen["payment_methods"] == []


async def test_an_expired_secret_opens_nothing(world: World):
    customer, _ = await customer_with_cards(world, "always")
    session = await session_of(world, customer, payment_method_redisplay="enabled")
    await world.pass_time(1800)

    status, body = await seen_by_page(world, session.client_secret)

    assert (status, body["error"]["code"]) == (400, "customer_session_expired")


async def test_a_session_that_ended_long_ago_is_forgotten(world: World):
    customer, _ = await customer_with_cards(world)
    session = await session_of(world, customer)
    await world.pass_time(86400)

    status, body = await seen_by_page(world, session.client_secret)

    assert (status, body["error"]["code"]) == (400, "resource_missing")


async def test_a_wrong_secret_opens_nothing(world: World):
    status, body = await seen_by_page(world, "cuss_secret_guessed")

    assert (status, body["error"]["code"], body["error"]["param"]) == (
        400,
        "resource_missing",
        "client_secret",
    )


async def test_a_session_without_the_payment_element_shows_it_nothing(world: World):
    customer, _ = await customer_with_cards(world, "always")
    session = await world.stripe.v1.customer_sessions.create_async(
        {"customer": customer, "components": {"buy_button": {"enabled": True}}}
    )

    status, body = await seen_by_page(world, session.client_secret)

    assert (status, body["error"]["param"]) == (400, "client_secret")


async def test_a_customer_removes_a_saved_method(world: World):
    customer, cards = await customer_with_cards(world, "always", "always")
    session = await session_of(
        world, customer, payment_method_redisplay="enabled", payment_method_remove="enabled"
    )

    _, seen = await removed_by_page(world, session.client_secret, cards[0])

    assert [method["id"] for method in seen["payment_methods"]] == [cards[1]]
    left = await world.stripe.v1.customers.payment_methods.list_async(customer)
    assert [method.id for method in left.data] == [cards[1]]
    assert (await world.types())[-1] == "payment_method.detached"


async def test_nothing_is_removed_where_removing_is_disabled(world: World):
    customer, cards = await customer_with_cards(world, "always")
    session = await session_of(world, customer, payment_method_redisplay="enabled")

    status, body = await removed_by_page(world, session.client_secret, cards[0])

    assert (status, body["error"]["param"]) == (400, "payment_method")
    kept = await world.stripe.v1.payment_methods.retrieve_async(cards[0])
    assert kept.customer == customer


async def test_what_a_page_is_not_shown_it_cannot_remove(world: World):
    customer, cards = await customer_with_cards(world, "limited")
    session = await session_of(
        world, customer, payment_method_redisplay="enabled", payment_method_remove="enabled"
    )

    status, body = await removed_by_page(world, session.client_secret, cards[0])

    assert (status, body["error"]["code"]) == (400, "resource_missing")
    kept = await world.stripe.v1.payment_methods.retrieve_async(cards[0])
    assert kept.customer == customer
