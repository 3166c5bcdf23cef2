"""Shipping: where parcels go, by which ways, what that costs and when they arrive.

Tables: `shipping_zones` (each with its ways, one document that is replaced as a whole), `shipping_countries`,
`shipping_calendar` (one row; its `version` changes with everything here, which is how processes notice).
Invariants: a country is in one zone at most, and one zone at most is the rest of the world; an order keeps the ways it
was offered in its quote, so nothing here changes what was agreed.
"""

from kassa.pricing.zones.engine import ANY, HOME, ZONES, Band, Table, Way, Zone, amount_in, methods, zone_of
from kassa.pricing.zones.errors import (
    CountryTaken,
    InvalidCalendar,
    InvalidZone,
    NotShippedThere,
    UnknownShippingMethod,
    ZoneNotFound,
)
from kassa.pricing.zones.provider import (
    NOTHING,
    Convert,
    Parcel,
    PickupPoint,
    ShippingMethod,
    ShippingProvider,
)
from kassa.pricing.zones.service import (
    calendar,
    change_zone,
    put_calendar,
    put_zone,
    remove_zone,
    table,
    zone,
    zones,
)
from kassa.pricing.zones.words import arrival, delivery, place, span
from kassa.pricing.zones.workdays import Calendar

__all__ = [
    "ANY",
    "HOME",
    "NOTHING",
    "ZONES",
    "Band",
    "Calendar",
    "Convert",
    "CountryTaken",
    "InvalidCalendar",
    "InvalidZone",
    "NotShippedThere",
    "Parcel",
    "PickupPoint",
    "ShippingMethod",
    "ShippingProvider",
    "Table",
    "UnknownShippingMethod",
    "Way",
    "Zone",
    "ZoneNotFound",
    "amount_in",
    "arrival",
    "calendar",
    "change_zone",
    "delivery",
    "methods",
    "place",
    "put_calendar",
    "put_zone",
    "remove_zone",
    "span",
    "table",
    "zone",
    "zone_of",
    "zones",
]
