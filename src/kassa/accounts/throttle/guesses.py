"""Guessing passwords is slow work: so many failures, then a rest for whoever failed."""

from datetime import datetime, timedelta
from typing import Final, Literal

from kassa.accounts.throttle.limits import Limit, count, forget
from kassa.kernel.db import Tx

Door = Literal["customers", "staff"]

#: One client at one address; nobody else's guesses count here, so nobody can lock somebody else out with it.
GUESSES: Final = Limit("guesses", 10, timedelta(minutes=15))
#: One client at all addresses.
CLIENT_GUESSES: Final = Limit("client_guesses", 100, timedelta(minutes=15))
#: All clients that together guess at one customer (NIST SP 800-63B §5.2.2 allows a hundred). Links and passkeys
#: stay open meanwhile, so the owner gets in. Staff have neither, so nobody else's guesses count against them.
ADDRESS_GUESSES: Final = Limit("address_guesses", 100, timedelta(hours=1))


async def guess(tx: Tx, door: Door, client: str, address: str, *, now: datetime) -> int:
    """Count a guess before it is made, whether the address is known or not; the seconds to wait, 0 if it may be."""
    waits = [
        await count(tx, CLIENT_GUESSES, door, client, now=now),
        await count(tx, GUESSES, door, client, address, now=now),
    ]
    if door == "customers":
        waits.append(await count(tx, ADDRESS_GUESSES, door, address, now=now))
    return max(waits)


async def guessed_right(tx: Tx, door: Door, client: str, address: str) -> None:
    """It was no guess: what this client failed at this address counts no more."""
    await forget(tx, GUESSES, door, client, address)
