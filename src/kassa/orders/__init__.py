"""Orders: what was agreed with a customer, and everything that ever happened to it.

Tables: `orders`, `order_lines`, `order_events`. Invariants: lines and totals never change once placed; the
state changes only by `apply`, along `TRANSITIONS`; every change has a journal row in the same transaction,
whose hash covers the row before it, and which is never changed; stock follows the state (paid → committed,
canceled or failed → released); an order in `pending` has a hold.
"""

from kassa.orders.errors import InvalidTransition, OrderNotFound
from kassa.orders.listing import OrderPage, OrderSummary, list_orders, of_customer
from kassa.orders.queries import (
    NewOrder,
    Order,
    OrderEvent,
    OrderLine,
    cart_of,
    chain_break,
    chain_head,
    claim,
    customer_of,
    declines,
    disown,
    events,
    get,
    lock,
    numbers,
    quote_of,
    set_gift,
)
from kassa.orders.service import apply, insert, note, shown_number
from kassa.orders.states import TRANSITIONS, Event, State, after

__all__ = [
    "TRANSITIONS",
    "Event",
    "InvalidTransition",
    "NewOrder",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderNotFound",
    "OrderPage",
    "OrderSummary",
    "State",
    "after",
    "apply",
    "cart_of",
    "chain_break",
    "chain_head",
    "claim",
    "customer_of",
    "declines",
    "disown",
    "events",
    "get",
    "insert",
    "list_orders",
    "lock",
    "note",
    "numbers",
    "of_customer",
    "quote_of",
    "set_gift",
    "shown_number",
]
