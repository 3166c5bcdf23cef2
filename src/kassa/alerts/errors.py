"""What can be refused about an alert."""

from kassa.kernel.errors import Conflict, NotFound


class AlertNotFound(NotFound):
    """There is no such alert (any more), or no such edition."""

    code = "alert_not_found"


class InStock(Conflict):
    """The edition can be bought now: there is nothing to wait for."""

    code = "in_stock"
