"""What Stripe tells us: kept first, heeded later.

Tables: `stripe_events`. Invariants: 200 means the raw body is on disk; an event id is one row, however often
it is delivered; "received" and "handled" are different facts; an event is a hint, so heeding it means asking
what is true now (only a success of exactly our amount is believed as it stands); what can't be heeded is tried
again with growing pauses and then becomes a case.
"""

from kassa.webhooks.heed import heed_waiting
from kassa.webhooks.receive import MalformedEvent, keep, route_handlers

__all__ = ["MalformedEvent", "heed_waiting", "keep", "route_handlers"]
