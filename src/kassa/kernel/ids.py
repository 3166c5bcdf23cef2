"""Ids and secrets: the only place in Kassa where randomness comes from.

Ids are UUIDs of version 7 (RFC 9562 §5.7): time-ordered, so indexes grow at one end, and made before the
row, so a request that is repeated finds what its first try left behind.
"""

import hashlib
import hmac
import os
import secrets
import time
from uuid import UUID

_TOKEN_BYTES = 32


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    millis = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (noise >> 68 & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | noise & ((1 << 62) - 1))


def parse_id(text: str) -> UUID | None:
    """The UUID written in `text`, or None: an id that is no id is simply not found."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def new_token(prefix: str = "") -> str:
    """An unguessable URL-safe secret (256 bits), to be shown once and stored only as its hash."""
    return prefix + secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """What is stored of a token: SHA-256 is enough, since the token itself has 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def same_token(token: str, digest: bytes) -> bool:
    """Whether `token` is the one `digest` was made of, compared in constant time."""
    return hmac.compare_digest(hash_token(token), digest)


def jitter(seconds: float) -> float:
    """`seconds` plus up to a fifth more, so retries of many do not meet again."""
    return seconds * (1 + secrets.randbelow(200) / 1000)
