"""Idempotency keys: the first answer of a POST is kept for 24 hours and given again to whoever repeats it."""

import hashlib
from typing import Any

import msgspec

from stripe_sandbox.errors import StripeError
from stripe_sandbox.store import Store

MAX_KEY = 255
KEPT_SECONDS = 86400


class Kept(msgspec.Struct, frozen=True):
    """A stored first answer."""

    status: int
    body: bytes
    request: str


class Answers:
    """The answers that keys remember, and the keys whose first request is still running."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: set[str] = set()

    def find(self, key: str, path: str, params: dict[str, Any], now: float) -> Kept | None:
        """The first answer given to `key`, or None if it is new.

        Raises:
            StripeError: 400 if the key was used with another path or other parameters, or is too long; 409 if
            its
                first request is still running.
        """
        if len(key) > MAX_KEY:
            raise StripeError(
                400,
                f"Idempotency key too long: the maximum length is {MAX_KEY} characters.",
                type="idempotency_error",
                stored=False,
            )
        if key in self._running:
            raise StripeError(
                409,
                "There is currently another in-progress request using this Idempotent Key (that probably "
                "means you "
                f"submitted twice, and the other request is still going through): {key}.",
                type="idempotency_error",
                code="idempotency_key_in_use",
                stored=False,
            )
        row = self._store.row(
            "SELECT path, parameters, status, body, request, created FROM answers WHERE key = ?", (key,)
        )
        if row is None:
            return None
        first_path, first_params, status, body, request, created = row
        if created < now - KEPT_SECONDS:
            self._store.run("DELETE FROM answers WHERE key = ?", (key,))
            return None
        if first_path != path:
            raise _reused(
                "Keys for idempotent requests can only be used for the same endpoint they were first used "
                f"for ('{path}' vs '{first_path}'). Try using a key other than '{key}' if you meant to "
                "execute a different request."
            )
        if first_params != fingerprint(params):
            raise _reused(
                "Keys for idempotent requests can only be used with the same parameters they were first used "
                "with. Try "
                f"using a key other than '{key}' if you meant to execute a different request."
            )
        return Kept(status, body, request)

    def begin(self, key: str) -> None:
        """The first request of `key` starts; until `end` a second one is told to wait."""
        self._running.add(key)

    def end(self, key: str) -> None:
        """The first request of `key` is over."""
        self._running.discard(key)

    def keep(
        self, key: str, path: str, params: dict[str, Any], status: int, body: bytes, request: str, now: float
    ) -> None:
        """Remember an answer, in the transaction of its effects."""
        self._store.run(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, path, fingerprint(params), status, body, request, now),
        )


def fingerprint(params: dict[str, Any]) -> bytes:
    """What two requests with the same parameters, in whatever order, have in common."""
    return hashlib.blake2b(msgspec.json.encode(params, order="sorted"), digest_size=16).digest()


def _reused(message: str) -> StripeError:
    return StripeError(400, message, type="idempotency_error", stored=False)
