"""Failures of shipping."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class UnknownShippingMethod(Invalid):
    """No way of shipping to this place has this code."""

    code = "unknown_shipping_method"


class NotShippedThere(Invalid):
    """There is no way at all to send this to that place."""

    code = "not_shipped_there"


class InvalidZone(Invalid):
    """A zone that nothing could be priced by; `errors` names each fault."""

    code = "invalid_zone"


class ZoneNotFound(NotFound):
    """There is no such zone."""

    code = "zone_not_found"


class CountryTaken(Conflict):
    """A country is in another zone: it can be in one only."""

    code = "country_taken"


class InvalidCalendar(Invalid):
    """A calendar by which nothing could leave; `errors` names each fault."""

    code = "invalid_calendar"
