"""Taxes that somebody else works out: Stripe Tax.

Tables: `tax_answers` (what was answered, by the key of the question, for as long as it holds), `tax_sales` (one per
order that was priced by it), `tax_reversals` (one per refund of such an order). Invariants: an order is placed with the
answer that was shown; nobody is asked inside a transaction; a paid order's sale is told once, and each refund of it
once, or a case says why not; where Stripe does not answer, the table does, and the order's quote says so (its
`tax_reference` begins with `stripe:`).

Life of a sale: waiting (for the payment) → due → recorded | impossible. Of a reversal: due → recorded | impossible.
"""

from kassa.pricing.taxes.elsewhere.asking import INSTEAD, PROVIDER, ask, look_up
from kassa.pricing.taxes.elsewhere.queries import Reversal, Sale, reversal, sale, sweep
from kassa.pricing.taxes.elsewhere.source import Elsewhere, Unanswered
from kassa.pricing.taxes.elsewhere.telling import declare, gave_back, placed, reverse, sold

__all__ = [
    "INSTEAD",
    "PROVIDER",
    "Elsewhere",
    "Reversal",
    "Sale",
    "Unanswered",
    "ask",
    "declare",
    "gave_back",
    "look_up",
    "placed",
    "reversal",
    "reverse",
    "sale",
    "sold",
    "sweep",
]
