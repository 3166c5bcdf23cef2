"""Invoices and credit notes: papers with numbers, for what was paid and for what went back.

Tables: `invoice_counters`, `invoices`; reads orders, payments and refunds. Invariants: the numbers of a kind and a
year run from one without a gap, because a number is taken in the transaction that writes its paper; an order has
at most one invoice and a refund at most one credit note; what a paper says is frozen when it is issued and never
changes, nor does the language that it says it in. A paper is drawn from that whenever it is asked for, so none is
stored twice.
Locks: the order, then the counter. Why it is so: docs/adr/0014-invoices.md.
"""

from kassa.invoices.drawing import pdf
from kassa.invoices.errors import NotInvoiced
from kassa.invoices.papers import Content
from kassa.invoices.queries import Paper, get, of_order
from kassa.invoices.service import issue, issue_due, shown_number

__all__ = ["Content", "NotInvoiced", "Paper", "get", "issue", "issue_due", "of_order", "pdf", "shown_number"]
