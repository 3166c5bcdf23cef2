"""Carriers whose tracking pages are known. Any other name may be given too; it only has no link."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

#: The name by which a carrier goes, and its public tracking page; `{}` is the number of the parcel.
CARRIERS: Final[Mapping[str, str]] = {
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "DPD": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "GLS": "https://gls-group.com/EU/en/parcel-tracking?match={}",
    "La Poste": "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
}
_BY_NAME: Final = {name.casefold(): page for name, page in CARRIERS.items()}


def tracking_url(carrier: str, number: str) -> str | None:
    """Where everybody can see how far the parcel is; None if we don't know this carrier or the number."""
    page = _BY_NAME.get(carrier.strip().casefold())
    return page.format(quote(number, safe="")) if page and number else None
