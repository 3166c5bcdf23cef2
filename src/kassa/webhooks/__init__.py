"""What Stripe tells us: kept first, heeded later.

No tables of its own: what comes is kept in `inbox`. Promises: 200 means the raw body is on disk; an event is a
hint, so heeding it means asking what is true now (only a success of exactly our amount is believed as it
stands); what can't be heeded is tried again with growing pauses and then becomes a case.
"""

from kassa.webhooks.heed import HEEDED, heed_waiting
from kassa.webhooks.ignored import IGNORED
from kassa.webhooks.receive import MalformedEvent, keep, route_handlers

__all__ = ["HEEDED", "IGNORED", "MalformedEvent", "heed_waiting", "keep", "route_handlers"]
