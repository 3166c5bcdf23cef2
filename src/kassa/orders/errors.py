"""What can be refused about an order."""

from kassa.kernel.errors import Conflict, NotFound


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""

    code = "order_not_found"


class InvalidTransition(Conflict):
    """The order's state has no place for this event; nothing changed."""

    code = "invalid_transition"
