"""Passwords: argon2id, never without work, never while a transaction waits."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kassa.accounts.errors import WeakPassword

MIN_PASSWORD: Final = 10
#: Hashing is work that strangers can ask for: nobody's password is a book.
MAX_PASSWORD: Final = 256
#: Fewer different characters than this are a pattern and not a password.
_DIFFERENT: Final = 5

#: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, 2025).
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Verified for an unknown e-mail, so that it takes as long as a known one. It is of a password nobody knows.
NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$FsXAJlEjAbFZfBXn0+Uq0A$zDVabZAnK2MJ0tuVJXMySYDWwqgFzhmge5zZgh3C+vI"
)


async def hash_password(password: str, *, email: str = "") -> str:
    """What is stored of a password. `email`, if given, is whose it is to be.

    Raises:
        WeakPassword: shorter than 10 or longer than 256 characters, the address itself, or a few characters again
            and again.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")
    if len(set(password)) < _DIFFERENT or (email and password.lower() in (email, email.partition("@")[0])):
        raise WeakPassword(
            "This would be guessed at once. A few words that do not belong together are better."
        )
    return await hashed(password)


async def hashed(password: str) -> str:
    """The hash of a password, whatever it is worth."""
    return await asyncio.to_thread(HASHER.hash, password)


async def fits(known: str | None, password: str) -> bool:
    """Whether it is the password `known` was made of; with no `known` it takes the same work, and is not."""
    verified = await asyncio.to_thread(verify, known or NOBODY, password[:MAX_PASSWORD])
    return verified and known is not None and len(password) <= MAX_PASSWORD


def verify(password_hash: str, password: str) -> bool:
    """Whether a password is the one of a hash."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)
