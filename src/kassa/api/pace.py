"""How often somebody may try codes."""

from collections.abc import Sequence

from kassa import gift_cards
from kassa.accounts import throttle
from kassa.api.auth import AnyRequest, shop_of
from kassa.kernel.errors import TooMany
from kassa.web import client_of


async def slow_down(request: AnyRequest, codes: Sequence[str]) -> None:
    """Count each code that a client tries; the count stays, whatever becomes of the request.

    Raises:
        TooMany: that was one too many; `retry_after` says when it may be tried again.
    """
    shop, wait = shop_of(request), 0
    async with shop.db.transaction() as tx:
        for _ in codes:
            client = throttle.client(client_of(request))
            wait = max(wait, await throttle.count(tx, gift_cards.GUESSES, client, now=shop.clock.now()))
    if wait:
        raise TooMany("That was too often. Please wait a little.", retry_after=wait)
