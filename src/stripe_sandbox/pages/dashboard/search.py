"""Finding an object by whatever one remembers of it: an id, an e-mail address, an amount, a metadata value."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from stripe_sandbox.defaults import Obj
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.work import public

MAX_FOUND: Final = 50
# The newest objects are looked through; a search shall not hold up the API for long.
MAX_SEARCHED: Final = 20_000
_AMOUNT: Final = re.compile(r"[^\d-]*(\d{1,3}(?:[ ,]?\d{3})*|\d+)(?:[.](\d{1,3}))?[^\d]*")


def kind_of(box: Sandbox, id: str) -> str | None:
    """The kind of the object with exactly this id, or None."""
    row = box.store.row("SELECT type FROM objects WHERE id = ?", (id,))
    return None if row is None else str(row[0])


def search(box: Sandbox, wanted: str) -> list[Obj]:
    """The newest objects of which some value contains `wanted`, or whose amount it is; newest first."""
    text = wanted.strip().lower()
    if not text:
        return []
    amounts = _amounts(text)
    encoded = msgspec.json.encode(text).decode()[1:-1]
    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", encoded) + "%"
    numbers = "".join(
        f" OR json_extract(body, '$.{name}') IN ({', '.join(map(str, amounts))})"
        for name in ("amount", "amount_total", "unit_amount")
        if amounts
    )
    # What is put into the text are numbers of ours and fixed names.
    rows = box.store.rows(
        "SELECT body FROM (SELECT seq, body FROM objects WHERE type <> 'event' ORDER BY seq DESC LIMIT ?)"  # noqa: S608
        f" WHERE lower(CAST(body AS TEXT)) LIKE ? ESCAPE '\\'{numbers} ORDER BY seq DESC LIMIT ?",
        (MAX_SEARCHED, pattern, MAX_FOUND * 10),
    )
    found = (public(msgspec.json.decode(row[0])) for row in rows)
    return [body for body in found if _is_meant(body, text, amounts)][:MAX_FOUND]


def _is_meant(body: Obj, text: str, amounts: set[int]) -> bool:
    if any(body.get(name) in amounts for name in ("amount", "amount_total", "unit_amount")):
        return True
    return any(text in value.lower() for value in _values(body))


def _values(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for inner in node.values():
            yield from _values(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _values(inner)
    elif isinstance(node, str):
        yield node


def _amounts(text: str) -> set[int]:
    """The minor units somebody may mean: 42 → 42 and 4200, 42.00 → 4200, ¥1,200 → 1200."""
    match = _AMOUNT.fullmatch(text)
    if match is None or len(text) > 20:
        return set()
    whole, places = int(re.sub(r"[ ,]", "", match[1])), match[2] or ""
    if places:
        return {whole * 10 ** len(places) + int(places)}
    return {whole, whole * 100}
