"""Disputes as Stripe shows them, in Kassa's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kassa.stripe.shown import from_stripe


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A dispute as Stripe showed it; amounts in minor units of `currency`.

    `withdrawn` and `fee` are what Stripe has taken from the balance for it, `returned` and `fee_returned` what it
    gave back since; both in `settled_in`, the currency of the balance (None while nothing moved).
    """

    id: str
    status: str
    reason: str
    amount: int
    currency: str
    charge: str
    intent: str | None
    due_by: datetime | None
    submissions: int
    withdrawn: int
    fee: int
    returned: int
    fee_returned: int
    settled_in: str | None
    created_at: datetime


def dispute_of(data: Mapping[str, Any]) -> ProviderDispute:
    """Stripe's dispute; its charge and PaymentIntent may be expanded or not."""
    currency = data["currency"].upper()
    moved = data.get("balance_transactions") or []
    settled = moved[0]["currency"].upper() if moved else None

    def total(member: str, *, sign: int) -> int:
        parts = [from_stripe(entry[member], settled or currency) * sign for entry in moved]
        return sum(part for part in parts if part > 0)

    details = data.get("evidence_details") or {}
    due_by = details.get("due_by")
    return ProviderDispute(
        id=data["id"],
        status=data["status"],
        reason=data["reason"],
        amount=from_stripe(data["amount"], currency),
        currency=currency,
        charge=_id(data["charge"]) or "",
        intent=_id(data.get("payment_intent")),
        due_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        submissions=details.get("submission_count") or 0,
        withdrawn=total("amount", sign=-1),
        fee=total("fee", sign=1),
        returned=total("amount", sign=1),
        fee_returned=total("fee", sign=-1),
        settled_in=settled,
        created_at=datetime.fromtimestamp(data["created"], UTC),
    )


def _id(value: Any) -> str | None:
    found = value["id"] if isinstance(value, dict) else value
    return str(found) if found else None
