"""Guessing discount codes is slow work: what names nothing is counted, and who guesses too often hears nothing more."""

from datetime import datetime, timedelta
from typing import Final

from kassa.accounts import throttle
from kassa.accounts.throttle import Limit
from kassa.kernel.db import Tx
from kassa.pricing import discounts

#: Codes that are no codes, of one client.
GUESSES: Final = Limit("discount_codes", 30, timedelta(minutes=10))


async def guess_code(tx: Tx, code: str, address: str, *, now: datetime) -> int:
    """Count it if no discount has this code; the seconds that this client has to wait, 0 if it may be tried.

    It raises nothing, so that whoever refuses can commit the count first. `address` is the client's.
    """
    client = throttle.client(address)
    if await discounts.known(tx, code):
        return await throttle.wait(tx, GUESSES, client, now=now)
    return await throttle.count(tx, GUESSES, client, now=now)
