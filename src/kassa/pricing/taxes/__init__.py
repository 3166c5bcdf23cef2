"""What tax is due on a sale: the shop's own rates, those that come with Kassa, or somebody else's answer.

Tables: `tax_settings` (one row: where the shop sits, how it rounds, where prices are without tax), `tax_rates` (the
operator's own, dated). Invariants: a rate that was used is never changed under an order, because an order keeps its
quote; rates of one place and class that the operator writes never overlap; tax of the lines and of shipping sums to
the tax of the quote; with tax in the price, net + tax is the price.

The seam. `pricing.quote` builds a `Question` (what each line costs after discounts, what sending costs, where it goes)
and asks `rules.taxes.answer(question)`. `rules.taxes` is a `Source`. There are two kinds of it:

- `TaxTable`, pure: by rate, in the shop's rule of rounding.
- one that knows an answer from elsewhere: a provider is asked over the network, so never inside a transaction and never
  by `quote`. Whoever prices makes a quote by the table first, whose `Question` has a `key`; asks the provider that
  question outside of any transaction; writes the `Answer` down by its key; and quotes again with a `Source` that holds
  what is written down and falls back to the table for a question that it has no answer to. The same question has the
  same key, so the order is placed with the answer that was shown. `rate` is always the table's: it says whether prices
  contain tax, and what is net where the customer owes it.

Once an order is paid, the provider may have to be told, and again when money goes back: a row first, then the call with
the row's id as idempotency key, then what came of it.
"""

from kassa.pricing.taxes.errors import BadRate, BadVatId, RateNotFound
from kassa.pricing.taxes.queries import OwnRate, Settings
from kassa.pricing.taxes.service import own_rates, remove, save, settings, tables, write_rate
from kassa.pricing.taxes.source import Answer, Answered, Asked, Question, Source, TaxRate
from kassa.pricing.taxes.table import ON_TOP, VOUCHER, RateRow, TaxTable, built_in, number, table
from kassa.pricing.taxes.vat import EU, VAT_COUNTRIES, vat_id
from kassa.pricing.taxes.words import named, owed_by_customer, percent, said

__all__ = [
    "EU",
    "ON_TOP",
    "VAT_COUNTRIES",
    "VOUCHER",
    "Answer",
    "Answered",
    "Asked",
    "BadRate",
    "BadVatId",
    "OwnRate",
    "Question",
    "RateNotFound",
    "RateRow",
    "Settings",
    "Source",
    "TaxRate",
    "TaxTable",
    "built_in",
    "named",
    "number",
    "owed_by_customer",
    "own_rates",
    "percent",
    "remove",
    "said",
    "save",
    "settings",
    "table",
    "tables",
    "vat_id",
    "write_rate",
]
