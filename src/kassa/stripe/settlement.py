"""What Stripe keeps and when it pays: charges and balance transactions, in Kassa's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kassa.stripe.shown import from_stripe


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """A line of the provider's books: `net` = `amount` − `fee`, in minor units of the currency settled in.

    `type` says what made it (charge, payment, refund, adjustment, payout …), `reporting_category` what it
    counts as; `source` is the charge, refund, dispute or payout behind it.
    """

    id: str
    amount: int
    fee: int
    net: int
    currency: str
    type: str
    reporting_category: str
    source: str | None
    available_on: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as Stripe showed it; `balance_transaction` is None until the money was booked."""

    id: str
    status: str
    amount: int
    captured: int
    refunded: int
    currency: str
    intent: str | None
    balance_transaction: BalanceTransaction | None
    metadata: Mapping[str, str] = field(default_factory=dict)


def balance_transaction_of(data: Mapping[str, Any]) -> BalanceTransaction:
    """Stripe's balance transaction; its source may be expanded or not."""
    currency = data["currency"].upper()
    source = data.get("source")
    return BalanceTransaction(
        id=data["id"],
        amount=from_stripe(data["amount"], currency),
        fee=from_stripe(data["fee"], currency),
        net=from_stripe(data["net"], currency),
        currency=currency,
        type=data["type"],
        reporting_category=data["reporting_category"],
        source=source["id"] if isinstance(source, dict) else source,
        available_on=datetime.fromtimestamp(data["available_on"], UTC),
    )


def charge_of(data: Mapping[str, Any]) -> Charge:
    """Stripe's charge, its balance transaction expanded."""
    currency = data["currency"].upper()
    booked = data.get("balance_transaction")
    return Charge(
        id=data["id"],
        status=data["status"],
        amount=from_stripe(data["amount"], currency),
        captured=from_stripe(data["amount_captured"], currency),
        refunded=from_stripe(data["amount_refunded"], currency),
        currency=currency,
        intent=data.get("payment_intent"),
        balance_transaction=balance_transaction_of(booked) if isinstance(booked, dict) else None,
        metadata=data.get("metadata") or {},
    )
