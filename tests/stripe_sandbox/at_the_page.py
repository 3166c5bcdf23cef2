"""Customers of Checkout Sessions in tests: at the hosted page, by command or through the page's own API."""

from typing import Any
from urllib.parse import urlencode

from tests.stripe_sandbox.harness import World

CARD = {
    "type": "card",
    "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123"},
}
US = {"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"}
DE = {"line1": "Hauptstraße 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}


async def pay(world: World, session: str, method: str = "pm_card_visa", **more: Any) -> tuple[int, Any]:
    """The customer pays, by command."""
    return await world.control("POST", f"/checkout/sessions/{session}/pay", {"payment_method": method} | more)


async def look(world: World, session: Any) -> Any:
    """The session as its page sees it."""
    secret = f"?client_secret={session.client_secret}" if session.client_secret else ""
    status, _, body = await world.raw(
        "GET", f"/v1/payment_pages/{session.id}{secret}", authorization="Bearer pk_test_page"
    )
    assert status == 200, body
    return body


async def change(world: World, session: Any, **params: Any) -> tuple[int, Any]:
    """The customer changes something on the page: status and answer."""
    return await _post(world, session, "", params)


async def confirm(world: World, session: Any, **params: Any) -> tuple[int, Any]:
    """The customer confirms on the page: status and answer."""
    return await _post(world, session, "/confirm", params)


async def _post(world: World, session: Any, action: str, params: dict[str, Any]) -> tuple[int, Any]:
    if session.client_secret:
        params = {"client_secret": session.client_secret} | params
    status, _, body = await world.raw(
        "POST",
        f"/v1/payment_pages/{session.id}{action}",
        urlencode(list(_pairs(params))),
        authorization="Bearer pk_test_page",
    )
    return status, body


def _pairs(value: Any, name: str = "") -> Any:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _pairs(inner, f"{name}[{key}]" if name else str(key))
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
