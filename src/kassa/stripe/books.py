"""Stripe's own books: all its objects of a stretch of time, newest first, page by page.

Each list is an asynchronous iterator of pages, of which one is in memory at a time; it can be taken up again after
any page. What is made while the pages are read is not in them: a list ends at its window's end.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

import msgspec
import stripe

from kassa.stripe.calls import call
from kassa.stripe.contested import ProviderDispute, dispute_of
from kassa.stripe.refunded import ProviderRefund, refund_of
from kassa.stripe.settlement import BalanceTransaction, Charge, balance_transaction_of, charge_of
from kassa.stripe.shown import Intent, from_stripe, intent_of

T = TypeVar("T")

_PAGE: Final = 100
#: More pages than this are no list but a fault: a hundred million objects.
_PAGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to `until`, both included; Stripe counts whole seconds."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some objects, and the name of the last of them, after which the next page begins."""

    items: Sequence[T]
    last: str


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An event as its webhook would have brought it; `body` is the JSON of it."""

    id: str
    type: str
    object_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line of the balance with what is behind it: `object` is the source's type, `intent` its PaymentIntent.

    `charge` is the charge that the source is, or is about; `metadata` are the source's.
    """

    booked: BalanceTransaction
    object: str
    intent: str | None
    charge: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way to the bank, in minor units; negative if it was fetched back.

    `returned`: it did not arrive (failed or canceled), and is in the balance again.
    """

    id: str
    status: str
    amount: int
    currency: str
    created_at: datetime
    returned: bool
    failure: str | None


class Books:
    """The lists. `after` is the name of the object after which to go on."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    def events(self, window: Window, after: str | None = None) -> AsyncIterator[Page[ProviderEvent]]:
        """What happened. Stripe keeps events for thirty days."""
        return _pages(self._v1.events.list_async, _event_of, window, after)

    def intents(self, window: Window, after: str | None = None) -> AsyncIterator[Page[Intent]]:
        """PaymentIntents by the time they were made, also those of Checkout Sessions."""
        return _pages(self._v1.payment_intents.list_async, intent_of, window, after)

    def charges(self, window: Window, after: str | None = None) -> AsyncIterator[Page[Charge]]:
        """Charges, each with its line of the balance."""
        expand = {"expand": ["data.balance_transaction"]}
        return _pages(self._v1.charges.list_async, charge_of, window, after, expand)

    def refunds(self, window: Window, after: str | None = None) -> AsyncIterator[Page[ProviderRefund]]:
        """Refunds."""
        return _pages(self._v1.refunds.list_async, refund_of, window, after)

    def disputes(self, window: Window, after: str | None = None) -> AsyncIterator[Page[ProviderDispute]]:
        """Disputes and inquiries."""
        return _pages(self._v1.disputes.list_async, dispute_of, window, after)

    def lines(self, window: Window, after: str | None = None) -> AsyncIterator[Page[BookLine]]:
        """Everything that moved money, when it did."""
        expand = {"expand": ["data.source"]}
        return _pages(self._v1.balance_transactions.list_async, _line_of, window, after, expand)

    def payouts(self, window: Window, after: str | None = None) -> AsyncIterator[Page[Payout]]:
        """Payouts to the bank."""
        return _pages(self._v1.payouts.list_async, _payout_of, window, after)

    async def payout(self, payout_id: str) -> Payout:
        """The payout as it is now."""
        return _payout_of(await call(self._v1.payouts.retrieve_async(payout_id)))


async def _pages(
    ask: Callable[[Any], Awaitable[Any]],
    read: Callable[[Mapping[str, Any]], T],
    window: Window,
    after: str | None,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Page[T]]:
    created = {"gte": int(window.since.timestamp()), "lte": int(window.until.timestamp())}
    wish: dict[str, Any] = {"limit": _PAGE, "created": created, **(more or {})}
    for _ in range(_PAGES):
        page = await call(ask({**wish, "starting_after": after} if after else wish))
        if not page["data"]:
            return
        after = page["data"][-1]["id"]
        yield Page([read(data) for data in page["data"]], str(after))
        if not page["has_more"]:
            return


def _event_of(data: Mapping[str, Any]) -> ProviderEvent:
    about = data["data"]["object"]
    name = about.get("id") or data["id"]
    return ProviderEvent(data["id"], data["type"], str(name)[:255], msgspec.json.encode(data))


def _line_of(data: Mapping[str, Any]) -> BookLine:
    source = data.get("source")
    booked = balance_transaction_of(data)
    if not isinstance(source, dict):
        return BookLine(booked, "", None, None, {})
    kind = source["object"]
    charge = source["id"] if kind == "charge" else _name(source.get("charge"))
    return BookLine(booked, kind, _name(source.get("payment_intent")), charge, source.get("metadata") or {})


def _payout_of(data: Mapping[str, Any]) -> Payout:
    currency = data["currency"].upper()
    return Payout(
        id=data["id"],
        status=data["status"],
        amount=from_stripe(data["amount"], currency),
        currency=currency,
        created_at=datetime.fromtimestamp(data["created"], UTC),
        returned=data["status"] in ("failed", "canceled"),
        failure=data.get("failure_code"),
    )


def _name(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return str(found) if found else None
