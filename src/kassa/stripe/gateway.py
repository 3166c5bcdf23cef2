"""What Kassa asks of Stripe, in Kassa's words. Amounts go in and come out in ISO 4217's minor unit.

Every write takes the caller's idempotency key (the id of the row that asks), so that asking twice is asking
once. Facts come back as small frozen objects of what Stripe said at that moment.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import stripe

from kassa.kernel.money import exponent
from kassa.stripe.errors import Declined, Rejected, Unreachable

_RETRIES: Final = 2
#: Where Stripe's minor unit is not ISO 4217's (https://docs.stripe.com/currencies): two decimals that must
#: be 00 for ISK and UGX, none for MGA.
_STRIPE_EXPONENTS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
_TRANSIENT: Final = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})


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
    """A Checkout Session as Stripe showed it, with its PaymentIntent once there is one."""

    id: str
    status: str
    payment_status: str
    url: str | None
    amount: int
    currency: str
    intent: Intent | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as Stripe showed it; `status` pending, requires_action, succeeded, failed or canceled."""

    id: str
    status: str
    amount: int
    currency: str
    intent: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A line as Stripe's page shows it; `unit` in ISO minor units."""

    title: str
    unit: int
    quantity: int


class Gateway:
    """Stripe by its official SDK. One per process; close it when done."""

    def __init__(
        self, secret_key: str, *, api_base: str | None, transport: stripe.HTTPClient, return_base: str
    ) -> None:
        base = api_base or "https://api.stripe.com"
        addresses: Any = {
            "api": base,
            "connect": api_base or "https://connect.stripe.com",
            "files": api_base or "https://files.stripe.com",
            "meter_events": api_base or "https://meter-events.stripe.com",
        }
        #: Where customers come back to from Stripe's pages: the shop's own base address.
        self.return_base = return_base.rstrip("/")
        self._transport = transport
        self._client = stripe.StripeClient(
            secret_key, base_addresses=addresses, http_client=transport, max_network_retries=_RETRIES
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close_async()  # type: ignore[no-untyped-call]

    async def create_intent(
        self,
        *,
        key: str,
        amount: int,
        currency: str,
        description: str,
        email: str,
        metadata: Mapping[str, str],
    ) -> Intent:
        """A PaymentIntent to be confirmed in the customer's browser."""
        return _intent(
            await _call(
                self._client.v1.payment_intents.create_async(
                    {
                        "amount": to_stripe(amount, currency),
                        "currency": currency.lower(),
                        "automatic_payment_methods": {"enabled": True},
                        "description": description,
                        "receipt_email": email,
                        "metadata": dict(metadata),
                    },
                    {"idempotency_key": key},
                )
            )
        )

    async def intent(self, intent_id: str) -> Intent:
        """The PaymentIntent as it is now."""
        return _intent(await _call(self._client.v1.payment_intents.retrieve_async(intent_id)))

    async def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel it, so that nobody can pay it any more; if it can't be canceled, the intent as it is.

        Canceling twice is canceling once, so the key is the SDK's own, new for each call: a refusal stored
        under a key of ours would be replayed when the intent can be canceled after all.
        """
        try:
            answer = await _call(self._client.v1.payment_intents.cancel_async(intent_id))
        except Rejected as error:
            if error.provider_code != "payment_intent_unexpected_state":
                raise
            return await self.intent(intent_id)
        return _intent(answer)

    async def create_session(
        self, *, key: str, currency: str, lines: Sequence[SessionLine], email: str, reference: str,
        description: str, metadata: Mapping[str, str], success_url: str, cancel_url: str, expires_at: int,
    ) -> Session:  # fmt: skip
        """A hosted Checkout Session; `expires_at` is Unix seconds, at least half an hour away."""
        wish: Any = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "client_reference_id": reference,
            "customer_email": email,
            "line_items": [_line(line, currency) for line in lines],
            "metadata": dict(metadata),
            "payment_intent_data": {"metadata": dict(metadata), "description": description},
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": expires_at,
        }
        made = self._client.v1.checkout.sessions.create_async(wish, {"idempotency_key": key})
        return _session(await _call(made))

    async def session(self, session_id: str) -> Session:
        """The Checkout Session as it is now, with its PaymentIntent."""
        return _session(
            await _call(
                self._client.v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
            )
        )

    async def expire_session(self, session_id: str) -> Session:
        """Expire it, so that nobody can pay it any more; if it is over already, the session as it is."""
        try:
            await _call(self._client.v1.checkout.sessions.expire_async(session_id))
        except Rejected as error:
            if error.provider_code == "resource_missing":
                raise
        return await self.session(session_id)

    async def create_refund(
        self, *, key: str, intent_id: str, amount: int, currency: str, metadata: Mapping[str, str]
    ) -> ProviderRefund:
        """Send `amount` of a payment back."""
        answer = await _call(
            self._client.v1.refunds.create_async(
                {
                    "payment_intent": intent_id,
                    "amount": to_stripe(amount, currency),
                    "metadata": dict(metadata),
                },
                {"idempotency_key": key},
            )
        )
        return _refund(answer)

    async def refund(self, refund_id: str) -> ProviderRefund:
        """The refund as it is now."""
        return _refund(await _call(self._client.v1.refunds.retrieve_async(refund_id)))


def intent_of_event(data: Mapping[str, Any]) -> Intent:
    """The PaymentIntent inside a signed event: a snapshot of that moment, not of now."""
    return _intent(data)


def to_stripe(amount: int, currency: str) -> int:
    """ISO minor units as Stripe counts them."""
    shift = _STRIPE_EXPONENTS.get(currency, exponent(currency)) - exponent(currency)
    return amount * int(10**shift) if shift >= 0 else amount // int(10**-shift)


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ISO counts them."""
    shift = _STRIPE_EXPONENTS.get(currency, exponent(currency)) - exponent(currency)
    return amount // int(10**shift) if shift >= 0 else amount * int(10**-shift)


async def _call(request: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
    """Await an SDK call and sort what can go wrong into the three outcomes."""
    try:
        return (await request).to_dict()
    except stripe.CardError as error:
        raise Declined(_error(error)) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unreachable("Stripe did not answer.") from error
    except stripe.StripeError as error:
        status = error.http_status
        # Below 400 it was done, and the answer can't be read: what became of it is not known either.
        unknown = status is None or status < 400 or status >= 500 or status == 409
        if unknown or error.code in _TRANSIENT:
            raise Unreachable("Stripe could not do it just now.") from error
        raise Rejected(
            str(error.user_message or "Stripe refused the request."), provider_code=error.code
        ) from error


def _error(error: stripe.StripeError) -> dict[str, Any]:
    whole: Any = error.json_body or {}
    body = whole.get("error") or {}
    return {name: body.get(name) for name in ("code", "decline_code", "message") if body.get(name)}


def _line(line: SessionLine, currency: str) -> dict[str, Any]:
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": to_stripe(line.unit, currency),
            "product_data": {"name": line.title},
        },
    }


def _intent(data: Mapping[str, Any]) -> Intent:
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


def _session(data: Mapping[str, Any]) -> Session:
    intent = data.get("payment_intent")
    currency = data["currency"].upper()
    return Session(
        id=data["id"],
        status=data["status"],
        payment_status=data["payment_status"],
        url=data.get("url"),
        amount=from_stripe(data["amount_total"], currency),
        currency=currency,
        intent=_intent(intent) if isinstance(intent, dict) else None,
        metadata=data.get("metadata") or {},
    )


def _refund(data: Mapping[str, Any]) -> ProviderRefund:
    currency = data["currency"].upper()
    return ProviderRefund(
        id=data["id"],
        status=data["status"],
        amount=from_stripe(data["amount"], currency),
        currency=currency,
        intent=data.get("payment_intent"),
        metadata=data.get("metadata") or {},
        failure_reason=data.get("failure_reason"),
    )
