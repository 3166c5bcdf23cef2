"""What Stripe shows, in Kassa's words: small frozen objects of one moment, amounts in ISO 4217's minor unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kassa.kernel.money import exponent

#: Where Stripe's minor unit is not ISO 4217's (https://docs.stripe.com/currencies): two decimals that must
#: be 00 for ISK and UGX, none for MGA.
_STRIPE_EXPONENTS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent as Stripe showed it; `last_error` is {code, decline_code, message} or None."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    client_secret: str | None
    charge: str | None
    last_error: Mapping[str, Any] | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session as Stripe showed it, with its PaymentIntent once there is one.

    `email`, `ship_to` and `bill_to` are what the customer told its page; addresses with our names of their parts.
    """

    id: str
    status: str
    payment_status: str
    url: str | None
    amount: int
    currency: str
    intent: Intent | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    email: str | None = None
    ship_to: Mapping[str, str] | None = None
    bill_to: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A Checkout Session in a list of Stripe's: who can still pay, and whose it is."""

    id: str
    status: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A line as Stripe's page shows it; `unit` in ISO minor units."""

    title: str
    unit: int
    quantity: int


def intent_of_event(data: Mapping[str, Any]) -> Intent:
    """The PaymentIntent inside a signed event: a snapshot of that moment, not of now."""
    return intent_of(data)


def to_stripe(amount: int, currency: str) -> int:
    """ISO minor units as Stripe counts them."""
    shift = _STRIPE_EXPONENTS.get(currency, exponent(currency)) - exponent(currency)
    return amount * int(10**shift) if shift >= 0 else amount // int(10**-shift)


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ISO counts them."""
    shift = _STRIPE_EXPONENTS.get(currency, exponent(currency)) - exponent(currency)
    return amount // int(10**shift) if shift >= 0 else amount * int(10**-shift)


def line_for(line: SessionLine, currency: str) -> dict[str, Any]:
    """A line as Stripe wants to be told of it."""
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": to_stripe(line.unit, currency),
            "product_data": {"name": line.title},
        },
    }


def page_of(data: Mapping[str, Any]) -> Page:
    """Stripe's Checkout Session as it is in a list."""
    return Page(data["id"], data["status"], data.get("metadata") or {})


def intent_of(data: Mapping[str, Any]) -> Intent:
    """Stripe's PaymentIntent; its charge may be expanded or not."""
    currency = data["currency"].upper()
    error = data.get("last_payment_error")
    charge = data.get("latest_charge")
    return Intent(
        id=data["id"],
        status=data["status"],
        amount=from_stripe(data["amount"], currency),
        received=from_stripe(data["amount_received"], currency),
        currency=currency,
        client_secret=data.get("client_secret"),
        charge=charge["id"] if isinstance(charge, dict) else charge,
        last_error={k: error.get(k) for k in ("code", "decline_code", "message") if error.get(k)}
        if error
        else None,
        metadata=data.get("metadata") or {},
    )


def session_of(data: Mapping[str, Any]) -> Session:
    """Stripe's Checkout Session, its PaymentIntent expanded."""
    intent = data.get("payment_intent")
    currency = data["currency"].upper()
    return Session(
        id=data["id"],
        status=data["status"],
        payment_status=data["payment_status"],
        url=data.get("url"),
        amount=from_stripe(data["amount_total"], currency),
        currency=currency,
        intent=intent_of(intent) if isinstance(intent, dict) else None,
        metadata=data.get("metadata") or {},
        email=(data.get("customer_details") or {}).get("email"),
        ship_to=_postal((data.get("collected_information") or {}).get("shipping_details")),
        bill_to=_postal(data.get("customer_details")),
    )


def _postal(details: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Name and address as orders keep them; None without a country."""
    given = (details or {}).get("address") or {}
    if not given.get("country"):
        return None
    parts = {"name": (details or {}).get("name"), "region": given.get("state")}
    parts |= {name: given.get(name) for name in ("line1", "line2", "city", "postal_code", "country")}
    return {name: str(value) for name, value in parts.items() if value}
