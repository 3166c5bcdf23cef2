"""Limits, and counting against them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from kassa.accounts.throttle import queries
from kassa.kernel.db import Conn, Tx

#: No window is longer, so nothing has to be remembered for longer.
LONGEST: Final = timedelta(hours=1)
KEPT: Final = 200_000
_SWEPT_AT_ONCE: Final = 10_000
#: Who has one IPv6 address has 2^64 of them.
_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a window that begins with the first."""

    name: str
    most: int
    window: timedelta


async def count(tx: Tx, limit: Limit, *what: str, now: datetime) -> int:
    """Count a try of `what`; the seconds until there may be another, 0 if this one may be made.

    It raises nothing, so that whoever refuses can commit the count first.
    """
    tried, since = await queries.count(tx, _key(limit, what), limit.most, limit.window, now=now)
    return 0 if tried <= limit.most else max(1, int((since + limit.window - now).total_seconds()) + 1)


async def wait(conn: Conn, limit: Limit, *what: str, now: datetime) -> int:
    """The seconds until `what` may be tried again, 0 if it may be now; counts nothing."""
    since = await queries.full_since(conn, _key(limit, what), limit.most, now - limit.window)
    return 0 if since is None else max(1, int((since + limit.window - now).total_seconds()) + 1)


async def forget(tx: Tx, limit: Limit, *what: str) -> None:
    """It succeeded: nothing counts any more."""
    await queries.forget(tx, _key(limit, what))


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete what no window holds any more; how many there were."""
    return await queries.sweep(tx, now - LONGEST, KEPT, _SWEPT_AT_ONCE)


def client(address: str) -> str:
    """For whom to count a request from this address: the address, or the network it has to itself."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:_NETWORK_BITS]
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, _NETWORK_BITS), strict=False))
    return str(known)


def _key(limit: Limit, what: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\x1f".join((limit.name, *what)).encode()).digest()
