"""The inbox: every event that Stripe signed and sent us, as it came, and what became of it.

Tables: `stripe_events`. Invariants: an event id is one row, however often it is delivered; the raw body never
changes; "received" and "handled" are different facts (state received → handled | ignored | dead); of one
object only the oldest waiting event is taken; a replay puts an event back to `received` and counts.
"""

from kassa.inbox.errors import EventNotFound, StillWaiting
from kassa.inbox.queries import STATES, Event, EventPage, Summary, WaitingEvent, get, heard_of, missing, page
from kassa.inbox.service import claim, keep, keep_missed, postpone, replay, settle

__all__ = [
    "STATES",
    "Event",
    "EventNotFound",
    "EventPage",
    "StillWaiting",
    "Summary",
    "WaitingEvent",
    "claim",
    "get",
    "heard_of",
    "keep",
    "keep_missed",
    "missing",
    "page",
    "postpone",
    "replay",
    "settle",
]
