"""The address book of a customer: where their parcels went, to be chosen from at the checkout.

Tables: `customer_addresses`. Invariants: at most `MOST` per customer; the same address is there once; where there
are any, exactly one is preferred; whoever changes the book holds the lock of its customer's row.
"""

from kassa.accounts.addresses.queries import SavedAddress, saved
from kassa.accounts.addresses.service import MOST, BookFull, change, prefer, remove, save

__all__ = ["MOST", "BookFull", "SavedAddress", "change", "prefer", "remove", "save", "saved"]
