"""Refunds as Stripe shows them, in Kassa's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kassa.stripe.settlement import BalanceTransaction, balance_transaction_of
from kassa.stripe.shown import from_stripe


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as Stripe showed it; `status` pending, requires_action, succeeded, failed or canceled.

    `moved` is what it took from the balance and, if it did not arrive, gave back; empty where it was not asked for.
    """

    id: str
    status: str
    amount: int
    currency: str
    intent: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    failure_reason: str | None = None
    moved: Sequence[BalanceTransaction] = ()


def refund_of(data: Mapping[str, Any]) -> ProviderRefund:
    """Stripe's refund; the lines of the balance may be expanded or not."""
    currency = data["currency"].upper()
    lines = (data.get("balance_transaction"), data.get("failure_balance_transaction"))
    return ProviderRefund(
        id=data["id"],
        status=data["status"],
        amount=from_stripe(data["amount"], currency),
        currency=currency,
        intent=data.get("payment_intent"),
        metadata=data.get("metadata") or {},
        failure_reason=data.get("failure_reason"),
        moved=[balance_transaction_of(line) for line in lines if isinstance(line, dict)],
    )
