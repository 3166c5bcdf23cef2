"""The books: the trial balance of each currency, and every entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get

from kassa import ledger, orders
from kassa.admin.desk import AnyRequest, enter, shop_of
from kassa.admin.view import desk_page
from kassa.kernel.errors import Invalid
from kassa.ledger import Account

_PAGE: Final = 50
#: What an account is called, and what a balance in it means.
ACCOUNT: Final[Mapping[Account, tuple[str, str]]] = {
    Account.RECEIVABLE: ("Customers", "owed by customers; on the credit side, owed to them"),
    Account.PROVIDER: ("Stripe", "what Stripe holds for the shop"),
    Account.BANK: ("Bank", "paid out by Stripe"),
    Account.GIFT_CARDS: ("Gift cards", "owed to their holders"),
    Account.SALES: ("Sales", "goods sold, without tax and shipping"),
    Account.TAX: ("Tax", "collected for the state"),
    Account.SHIPPING: ("Shipping", "charged for shipping"),
    Account.DISCOUNTS: ("Discounts", "given up by discount"),
    Account.REFUNDS: ("Refunds", "given back to customers"),
    Account.DISPUTES: ("Disputes", "taken back by customers' banks"),
    Account.FEES: ("Stripe's fees", "kept by Stripe"),
    Account.EXCHANGE: ("Exchange", "between two currencies"),
}
#: What was posted, in words; a kind that is not here is shown as it is written.
KIND: Final[Mapping[str, str]] = {
    "sale": "Sold",
    "payment": "Payment received",
    "fee": "Stripe's fee",
    "gift_card_given": "Gift card given away",
    "gift_card_voided": "Gift card voided",
    "provider_fee": "Stripe's fee for other services",
    "refund": "Refund sent",
    "refund_failed": "Refund came back",
    "dispute": "Disputed money taken away",
    "dispute_won": "Disputed money returned",
    "exchange_out": "Exchanged into another currency",
    "exchange_in": "Exchanged from another currency",
    "payout": "Paid out to the bank",
    "payout_failed": "Payout came back",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An account's line: one of `debit` and `credit` is not 0; minor units."""

    name: str
    meaning: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The trial balance of a currency; debits equal credits, or the books are broken."""

    currency: str
    lines: Sequence[Line]
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry in words, its debits first."""

    what: str
    cause: str
    at: datetime
    currency: str
    order_id: UUID | None
    lines: Sequence[Line]


@get("/admin/ledger")
async def show(request: AnyRequest) -> Response[Any]:
    """GET /admin/ledger: the trial balance per currency, and the entries, newest first."""
    desk = await enter(request)
    params = request.query_params
    after, currency = params.get("after") or None, params.get("currency", "")
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise Invalid("There are no books in this currency.", code="unsupported_currency")
    async with shop_of(request).db.snapshot() as conn:
        totals = {} if after else await ledger.balances(conn)
        page = await ledger.page(conn, after, _PAGE, currency=currency or None)
        about = {entry.order_id for entry in page.items if entry.order_id}
        numbers = await orders.numbers(conn, list(about))
    following = urlencode({"currency": currency, "after": page.next}) if page.next else None
    balances = trial_balances(totals)
    return await desk_page(
        request, desk, "ledger.html", balances=[b for b in balances if currency in ("", b.currency)],
        currencies=[balance.currency for balance in balances], entries=told(page.items), numbers=numbers,
        chosen=currency, following=following, later=after is not None,
    )  # fmt: skip


def told(entries: Sequence[ledger.Entry]) -> list[ToldEntry]:
    """The entries as the pages show them."""
    return [
        ToldEntry(
            KIND.get(entry.kind, entry.kind), entry.cause, entry.at, entry.currency, entry.order_id,
            sorted((_line(*line) for line in entry.lines.items()), key=lambda line: not line.debit),
        )
        for entry in entries
    ]  # fmt: skip


def trial_balances(totals: Mapping[tuple[str, Account], int]) -> list[Balance]:
    """One per currency, in alphabetical order; the accounts in the order of the chart."""
    found = []
    for currency in sorted({currency for currency, _ in totals}):
        lines = [
            _line(account, totals[currency, account])
            for account in Account
            if totals.get((currency, account))
        ]
        debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
        found.append(Balance(currency, lines, debit, credit))
    return found


def _line(account: Account, amount: int) -> Line:
    name, meaning = ACCOUNT[account]
    return Line(name, meaning, max(amount, 0), max(-amount, 0))
