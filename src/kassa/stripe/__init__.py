"""Stripe, through its official SDK: the only room that imports it.

Nothing here knows orders. Three outcomes of a call: `Declined` (the bank said no: show it), `Rejected` (our
request is wrong: a bug, never repeat it), `Unreachable` (unknown: the same key again, or ask).
"""

from kassa.stripe.books import BookLine, Payout, ProviderEvent, Window
from kassa.stripe.contested import ProviderDispute
from kassa.stripe.customers import Customers, SavedMethod
from kassa.stripe.errors import Declined, Rejected, Unreachable
from kassa.stripe.gateway import Gateway
from kassa.stripe.locales import locale_for
from kassa.stripe.refunded import ProviderRefund
from kassa.stripe.settlement import BalanceTransaction, Charge
from kassa.stripe.shown import Intent, Session, SessionLine, intent_of_event
from kassa.stripe.signature import BadSignature, verify
from kassa.stripe.taxes import Calculation, Due, Taxable, TaxWish
from kassa.stripe.transport import Transport
from kassa.stripe.wired import Wired

__all__ = [
    "BadSignature",
    "BalanceTransaction",
    "BookLine",
    "Calculation",
    "Charge",
    "Customers",
    "Declined",
    "Due",
    "Gateway",
    "Intent",
    "Payout",
    "ProviderDispute",
    "ProviderEvent",
    "ProviderRefund",
    "Rejected",
    "SavedMethod",
    "Session",
    "SessionLine",
    "TaxWish",
    "Taxable",
    "Transport",
    "Unreachable",
    "Window",
    "Wired",
    "intent_of_event",
    "locale_for",
    "verify",
]
