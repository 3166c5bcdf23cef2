"""What can be refused about an event of Stripe's."""

from kassa.kernel.errors import Conflict, NotFound


class EventNotFound(NotFound):
    """No event of this id was ever received."""

    code = "webhook_event_not_found"


class StillWaiting(Conflict):
    """The event is waiting to be heeded already; nothing changed."""

    code = "webhook_event_waiting"
