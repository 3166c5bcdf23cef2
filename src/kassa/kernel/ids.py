"""Ids and secrets: the only place in Kassa where randomness comes from.

Ids are UUIDs of version 7 (RFC 9562 §5.7): time-ordered, so indexes grow at one end, and made before the
row, so a request that is repeated finds what its first try left behind.
"""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Callable
from uuid import UUID

_TOKEN_BYTES = 32
_random_bytes: Callable[[int], bytes] = os.urandom
_nanoseconds: Callable[[], int] = time.time_ns


Chance = tuple[Callable[[int], bytes], Callable[[], int]]


def draw_from(random_bytes: Callable[[int], bytes], nanoseconds: Callable[[], int]) -> Chance:
    """Take chance and time from elsewhere from now on: for a simulation that must be repeatable, and nothing
    else. Where they came from until now, to be given back at its end.
    """
    global _random_bytes, _nanoseconds
    before = _random_bytes, _nanoseconds
    _random_bytes, _nanoseconds = random_bytes, nanoseconds
    return before


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    millis = _nanoseconds() // 1_000_000
    noise = int.from_bytes(_random_bytes(10), "big")
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (noise >> 68 & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | noise & ((1 << 62) - 1))


def derived_id(*parts: str) -> UUID:
    """The same UUIDv8 (RFC 9562 §5.8) for the same parts, and for no others: what is repeated finds its row."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    value = int.from_bytes(digest[:16], "big") & ~(0xF << 76) & ~(0b11 << 62)
    return UUID(int=value | 0x8 << 76 | 0b10 << 62)


def parse_id(text: str) -> UUID | None:
    """The UUID written in `text`, or None: an id that is no id is simply not found."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def new_token(prefix: str = "") -> str:
    """An unguessable URL-safe secret (256 bits), to be shown once and stored only as its hash."""
    return prefix + base64.urlsafe_b64encode(_random_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()


def derived_token(secret: str, *parts: str) -> str:
    """The same unguessable secret for the same parts, to whoever knows `secret`: what is repeated needs no new one."""
    digest = hmac.digest(secret.encode(), "\x1f".join(parts).encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_token(token: str) -> bytes:
    """What is stored of a token: SHA-256 is enough, since the token itself has 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def same_token(token: str, digest: bytes) -> bool:
    """Whether `token` is the one `digest` was made of, compared in constant time."""
    return hmac.compare_digest(hash_token(token), digest)


def jitter(seconds: float) -> float:
    """`seconds` plus up to a fifth more, so retries of many do not meet again."""
    return seconds * (1 + _random_bytes(1)[0] / 1280)
