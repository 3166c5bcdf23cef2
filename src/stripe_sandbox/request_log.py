"""The latest API calls with their bodies, for people who look for a mistake.

A call is noted in memory and written once a second, so the log costs next to nothing and a killed process may
lose its last second; nothing else depends on it. Rows and bodies are bounded. What must not be written down is
not: card numbers and CVCs are taken out of requests, API keys and webhook secrets are masked.
"""

import re
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from stripe_sandbox import keys
from stripe_sandbox.cards import passes_checksum
from stripe_sandbox.store import Obj, Store

KEPT: Final = 2000
MAX_BODY: Final = 16_384
FLUSH_SECONDS: Final = 1.0

_COLUMNS: Final = (
    "id", "at", "method", "path", "status", "milliseconds", "idempotency_key", "replayed", "caller", "fault", "about",
)  # fmt: skip
_INSERT: Final = (
    f"INSERT INTO requests ({', '.join(_COLUMNS)}, sent, answered)"  # noqa: S608 - names from above
    f" VALUES ({', '.join('?' * (len(_COLUMNS) + 2))})"
)
# What a refused caller was told; a body that was cut off is no JSON any more.
_SAID: Final = (
    "CASE WHEN status >= 400 AND json_valid(CAST(answered AS TEXT))"
    " THEN json_extract(CAST(answered AS TEXT), '$.error.message') END"
)
_SELECT: Final = f"SELECT seq, {', '.join(_COLUMNS)}, {_SAID}"
_SHOWN: Final = ("seq", *_COLUMNS, "said")
_MADE: Final = re.compile(rb'{"id":"([a-z]+_[A-Za-z0-9_]+)"')
_ID: Final = re.compile(r"^[a-z]{2,}_[A-Za-z0-9_]{6,}$")
# A card number as typed or as form-encoded, and a CVC in a form or in JSON.
_DIGITS: Final = re.compile(rb"(?<!\d)\d(?:(?:[ +-]|%20)?\d){11,18}(?!\d)")
_CVC: Final = re.compile(rb"((?:\[|%5B)cvc(?:\]|%5D)=|\"cvc\"\s*:\s*\"?)[^&\",}]*", re.IGNORECASE)
_SECRET: Final = re.compile(rb"(whsec_|sk_(?:test|live)_|rk_(?:test|live)_)[A-Za-z0-9_]+")


class RequestLog:
    """What was asked of the API lately, newest last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: deque[tuple[Any, ...]] = deque(maxlen=KEPT)
        self._next_flush = 0.0
        self.noted = 0

    def note(self, *call: Any) -> None:
        """Remember one call: id, time, method, path with query, status (None: no answer), milliseconds,
        idempotency key, whether it was replayed, `Authorization`, fault, body sent, body answered.
        """
        self._pending.append(call)
        self.noted += 1

    def flush(self) -> None:
        """Write down what was noted."""
        if not self._pending:
            return
        rows = [_row(*call) for call in self._pending]
        self._pending.clear()
        with self._store.transaction():
            self._store.many(_INSERT, rows)
            self._store.run("DELETE FROM requests WHERE seq <= (SELECT max(seq) FROM requests) - ?", (KEPT,))

    def flush_sometimes(self, now: float) -> None:
        """Write once a second."""
        if now >= self._next_flush:
            self._next_flush = now + FLUSH_SECONDS
            self.flush()

    def page(self, where: str = "1", values: Sequence[Any] = (), *, limit: int = 50) -> list[Obj]:
        """The newest calls, newest first, for which the SQL condition `where` holds; without bodies."""
        self.flush()
        rows = self._store.rows(
            f"{_SELECT} FROM requests WHERE {where} ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [dict(zip(_SHOWN, row, strict=True)) for row in rows]

    def find(self, id: str) -> Obj | None:
        """One call with `sent` and `answered`, or None if it is unknown or too old."""
        self.flush()
        row = self._store.row(f"{_SELECT}, sent, answered FROM requests WHERE id = ?", (id,))
        return None if row is None else dict(zip((*_SHOWN, "sent", "answered"), row, strict=True))

    def about(self, ids: Sequence[str], *, limit: int) -> list[Obj]:
        """The newest calls that name one of `ids` in their path or their parameters."""
        named = " OR ".join("about = ? OR instr(sent, CAST(? AS BLOB))" for _ in ids) or "0"
        return self.page(named, [id for id in ids for _ in range(2)], limit=limit)

    def forget(self) -> None:
        """Nothing was ever asked."""
        self._pending.clear()
        self._store.run("DELETE FROM requests")


def redact(body: bytes) -> bytes:
    """`body` without card numbers (their last four digits stay), CVCs and secrets."""
    if b"cvc" in body:
        body = _CVC.sub(rb"\1[removed]", body)
    body = _DIGITS.sub(_last4, body)
    return _SECRET.sub(rb"\1[masked]", body)


def _row(
    id: str, at: float, method: str, path: str, status: int | None, milliseconds: float, key: str | None,
    replayed: bool, authorization: str, fault: str | None, sent: bytes, answered: bytes,
) -> tuple[Any, ...]:  # fmt: skip
    about = next((part for part in path.partition("?")[0].split("/") if _ID.match(part)), None)
    if about is None and method == "POST" and (made := _MADE.match(answered)):
        about = made[1].decode()
    return (
        id, at, method, path[:1000], status, milliseconds, key, replayed, keys.masked(authorization), fault, about,
        redact(sent[:MAX_BODY]), _answered(answered[:MAX_BODY], status),
    )  # fmt: skip


def _answered(body: bytes, status: int | None) -> bytes:
    # Answers hold no card numbers, except where an error quotes what was sent.
    return redact(body) if b"sec_" in body or status != 200 else body


def _last4(found: re.Match[bytes]) -> bytes:
    digits = re.sub(rb"%20|\D", b"", found[0])
    return b"[card]" + digits[-4:] if passes_checksum(digits.decode()) else found[0]
