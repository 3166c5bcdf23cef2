"""Fulfilment: parcels, what is in them, and how far they are.

Tables: `fulfilments`, `fulfilment_lines`. Invariants: of no line more units are in parcels that were not canceled
than were ordered; a unit whose money goes back is not sent, as long as there is one that was not sent yet; a
parcel goes picked → shipped → delivered, or picked → canceled; every step is in the order's journal, and the
order is fulfilled when nothing is left to send and every parcel has arrived.
Locks: the order, always first: it is the mutex of its parcels too.
"""

from kassa.fulfilment.calling_off import CALLED_OFF, call_off, called_off, can_be_called_off
from kassa.fulfilment.carriers import CARRIERS, tracking_url
from kassa.fulfilment.errors import (
    AlreadySent,
    FulfilmentNotFound,
    InvalidStep,
    NothingToCallOff,
    NothingToShip,
    TooMany,
    UnknownLine,
)
from kassa.fulfilment.jobs import finish_later
from kassa.fulfilment.queries import (
    Fulfilment,
    LineLeft,
    ParcelLine,
    ToShip,
    ToShipPage,
    get,
    left,
    of_order,
    to_ship,
)
from kassa.fulfilment.service import (
    cancel,
    check,
    deliver,
    finish,
    pick,
    send,
    ship,
    track,
)
from kassa.fulfilment.states import STEPS, State, Step, after

__all__ = [
    "CALLED_OFF",
    "CARRIERS",
    "STEPS",
    "AlreadySent",
    "Fulfilment",
    "FulfilmentNotFound",
    "InvalidStep",
    "LineLeft",
    "NothingToCallOff",
    "NothingToShip",
    "ParcelLine",
    "State",
    "Step",
    "ToShip",
    "ToShipPage",
    "TooMany",
    "UnknownLine",
    "after",
    "call_off",
    "called_off",
    "can_be_called_off",
    "cancel",
    "check",
    "deliver",
    "finish",
    "finish_later",
    "get",
    "left",
    "of_order",
    "pick",
    "send",
    "ship",
    "to_ship",
    "track",
    "tracking_url",
]
