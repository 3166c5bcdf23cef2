"""What the provider says of an attempt, whichever object it came from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kassa.payments import states
from kassa.stripe import Intent, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`received` in minor units of `currency`; `capture_before` is when an authorisation lapses."""

    state: str
    currency: str
    received: int
    intent_ref: str | None = None
    session_ref: str | None = None
    charge: str | None = None
    client_secret: str | None = None
    url: str | None = None
    last_error: Mapping[str, Any] | None = None
    capture_before: datetime | None = None


def of_intent(intent: Intent) -> Facts:
    """What a PaymentIntent says."""
    return Facts(
        state=states.of_intent(intent),
        currency=intent.currency,
        received=intent.received,
        intent_ref=intent.id,
        charge=intent.charge,
        client_secret=intent.client_secret,
        last_error=intent.last_error,
    )


def of_session(session: Session) -> Facts:
    """What a Checkout Session says, with its PaymentIntent once there is one."""
    intent = session.intent
    return Facts(
        state=states.of_session(session),
        currency=intent.currency if intent else session.currency,
        received=intent.received if intent else 0,
        intent_ref=intent.id if intent else None,
        session_ref=session.id,
        charge=intent.charge if intent else None,
        url=session.url,
        last_error=intent.last_error if intent else None,
    )
