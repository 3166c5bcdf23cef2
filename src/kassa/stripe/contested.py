"""Disputes as Stripe shows them, in Kassa's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kassa.stripe.settlement import BalanceTransaction, balance_transaction_of
from kassa.stripe.shown import from_stripe


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A dispute as Stripe showed it; `amount` in minor units of `currency`.

    `moved` is what it took from the balance and gave back, oldest first: the bank may change its mind more than
    once. The sums are of these, in `settled_in`, the currency of the balance (None while nothing moved).
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
    moved: Sequence[BalanceTransaction]
    created_at: datetime

    @property
    def settled_in(self) -> str | None:
        """The currency of what moved."""
        return self.moved[0].currency if self.moved else None

    @property
    def withdrawn(self) -> int:
        """What was taken of the disputed amount, however often."""
        return sum(-line.amount for line in self.moved if line.amount < 0)

    @property
    def fee(self) -> int:
        """What was taken as a fee, however often."""
        return sum(line.fee for line in self.moved if line.fee > 0)

    @property
    def returned(self) -> int:
        """What came back of the disputed amount."""
        return sum(line.amount for line in self.moved if line.amount > 0)

    @property
    def fee_returned(self) -> int:
        """What came back of the fee."""
        return sum(-line.fee for line in self.moved if line.fee < 0)


def dispute_of(data: Mapping[str, Any]) -> ProviderDispute:
    """Stripe's dispute; its charge and PaymentIntent may be expanded or not."""
    currency = data["currency"].upper()
    moved = [balance_transaction_of(line) for line in data.get("balance_transactions") or []]
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
        moved=moved,
        created_at=datetime.fromtimestamp(data["created"], UTC),
    )


def _id(value: Any) -> str | None:
    found = value["id"] if isinstance(value, dict) else value
    return str(found) if found else None
