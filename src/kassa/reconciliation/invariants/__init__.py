"""Everything that must hold of the database, one function per truth.

No tables of its own; it only reads. Each function takes a snapshot (`tx`) and gives the violations it found, each
named in a sentence, at most 101. They read whole tables in sets, so the work grows with the shop in a straight
line, and nothing of it is held in this process but the violations.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kassa.kernel.db import Tx
from kassa.reconciliation.invariants import (
    after_sale,
    discounts,
    gift_cards,
    journal,
    ledger,
    mails,
    orders,
    payments,
    promises,
    refunds,
    stock,
    taxes,
    walk,
)


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that must hold. `counts` is the table whose rows it is about; the promise is the docstring."""

    name: str
    counts: str
    violations: Callable[[Tx], Awaitable[Sequence[str]]]

    @property
    def promise(self) -> str:
        """What must hold, in a sentence."""
        return (self.violations.__doc__ or "").strip().partition("\n")[0].rstrip(".")


async def walks(tx: Tx) -> list[str]:
    """Each journal is a legal walk through the states, and ends where its order is."""
    found: list[str] = []
    wrong = [(one, fault) async for one in journal.walks(tx) if (fault := walk.fault(one))]
    for one, fault in wrong:
        if len(found) <= LIMIT:
            found += [f"order K-{number}: {fault}" for number in await journal.walkers(tx, one)]
    return found[: LIMIT + 1]


#: So many violations of each invariant are named.
LIMIT: Final = 100
INVARIANTS: Final[Sequence[Invariant]] = (
    Invariant("stock_on_hand", "movements", stock.on_hand),
    Invariant("stock_reserved", "stock", stock.reserved),
    Invariant("stock_bounds", "stock", stock.bounds),
    Invariant("stock_sold", "movements", stock.sales),
    Invariant("stock_returned", "movements", stock.returns),
    Invariant("holds_follow_orders", "orders", stock.hold_states),
    Invariant("holds_keep_what_was_ordered", "hold_lines", stock.hold_lines),
    Invariant("holds_have_owners", "holds", stock.hold_owners),
    Invariant("buy_nows", "buy_nows", stock.buy_nows),
    Invariant("discounts_used", "discounts", discounts.used),
    Invariant("discounts_follow_orders", "redemptions", discounts.follow_orders),
    Invariant("discounts_agreed", "redemptions", discounts.agreed),
    Invariant("discounts_on_lines", "order_lines", discounts.on_lines),
    Invariant("order_totals", "order_lines", orders.totals),
    Invariant("order_refunded", "orders", orders.refunded),
    Invariant("orders_paid_for", "orders", orders.paid_for),
    Invariant("orders_refunded_in_full", "orders", orders.refunded_in_full),
    Invariant("journal_chain", "order_events", journal.chain),
    Invariant("journal_walks", "order_events", walks),
    Invariant("journal_on_receipts", "mails", journal.receipt_heads),
    Invariant("payment_facts", "payments", payments.facts),
    Invariant("payments_one_payable", "payments", payments.one_payable),
    Invariant("payments_none_payable_without_stock", "payments", payments.none_payable_without_stock),
    Invariant("payment_references", "payments", payments.references),
    Invariant("payment_surplus", "payments", payments.surplus),
    Invariant("refunds_within_received", "refunds", refunds.within_received),
    Invariant("refunds_belong", "refunds", refunds.belong),
    Invariant("refund_lines", "refund_lines", refunds.lines),
    Invariant("refunds_on_their_way", "refunds", refunds.on_their_way),
    Invariant("disputes", "disputes", refunds.disputes),
    Invariant("parcel_lines", "fulfilment_lines", promises.parcels),
    Invariant("parcels_follow_money", "fulfilments", promises.sent_only_when_paid),
    Invariant("parcels_complete", "fulfilments", promises.complete),
    Invariant("returns", "returns", after_sale.returns),
    Invariant("ratings", "reviews", after_sale.ratings),
    Invariant("gift_card_balances", "gift_cards", gift_cards.balances),
    Invariant("gift_cards_promised", "gift_cards", gift_cards.promised),
    Invariant("gift_cards_follow_orders", "payments", gift_cards.follow_orders),
    Invariant("gift_cards_sold", "gift_cards", gift_cards.sold),
    Invariant("gift_cards_owed", "ledger_entries", gift_cards.owed),
    Invariant("tax_sales", "tax_sales", taxes.sales),
    Invariant("tax_reversals", "tax_reversals", taxes.reversals),
    Invariant("ledger_balanced", "ledger_entries", ledger.balanced),
    Invariant("ledger_sales", "orders", ledger.sales),
    Invariant("ledger_payments", "payments", ledger.payments),
    Invariant("ledger_refunds", "refunds", ledger.refunds),
    Invariant("ledger_fees", "payments", ledger.fees),
    Invariant("ledger_disputes", "disputes", ledger.disputes),
    Invariant("ledger_causes", "ledger_entries", ledger.causes),
    Invariant("receipts", "mails", promises.receipts),
    Invariant("mails_once", "mails", promises.mails),
    Invariant("mails_true", "mails", mails.true),
    Invariant("reminders_agreed", "reminders", mails.agreed),
    Invariant("provider_events", "stripe_events", promises.events),
    Invariant("idempotency_keys", "idempotency_keys", promises.keys),
    Invariant("cases", "cases", promises.cases),
)
