"""How often somebody may do what costs others work, or mails somebody."""

from datetime import timedelta
from typing import Final

from kassa.accounts import throttle
from kassa.accounts.throttle import Limit
from kassa.kernel.errors import TooMany
from kassa.kernel.speech import _
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import shop_of
from kassa.web import client_of

_HOUR: Final = timedelta(hours=1)
ALERTS: Final = Limit("alerts", 20, _HOUR)
PAPERS: Final = Limit("papers", 120, _HOUR)
RETURNS: Final = Limit("returns", 20, _HOUR)
REVIEWS: Final = Limit("reviews", 30, _HOUR)


async def slow_down(request: AnyRequest, limit: Limit) -> None:
    """Count one more of whoever asks; the count stays, whatever becomes of the request.

    Raises:
        TooMany: that was one too many; `retry_after` says when it may be tried again.
    """
    shop = shop_of(request)
    async with shop.db.transaction() as tx:
        wait = await throttle.count(tx, limit, throttle.client(client_of(request)), now=shop.clock.now())
    if wait:
        raise TooMany(_("That was too often. Please wait a little."), retry_after=wait)
