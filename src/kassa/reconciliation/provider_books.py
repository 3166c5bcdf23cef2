"""The provider's books beside ours, as a part of the proof.

They are read before the snapshot is taken, page by page into a file, for nobody speaks to the network while a
transaction is open, and no number of orders fills this process. What was under way between the two moments is
looked at once more before it is called broken.
"""

import asyncio
import hashlib
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final, Protocol, TypeVar

import msgspec

from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import parse_id
from kassa.reconciliation import provider_balance
from kassa.reconciliation.invariants import provider
from kassa.reconciliation.invariants.provider import Difference, Seen
from kassa.reconciliation.provider_balance import Lines
from kassa.stripe import Gateway, Intent, ProviderRefund, Rejected

NAMES: Final = {
    "provider_payments": "Each success in the provider's books is one of ours, of the same amount, and the reverse",
    "provider_payable": "Nothing can be paid at the provider whose stock is not kept",
    "provider_refunds": "Each refund in the provider's books is one of ours, of the same amount, and the reverse",
    provider_balance.NAME: provider_balance.PROMISE,
}
_LIMIT: Final = 101
_MARKS: Final = ("kassa_payment", "kassa_buy_now")


class _Named(Protocol):
    """An object of the provider's."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


@dataclass(slots=True)
class Books:
    """What the provider showed: in a file, but for eight bytes of each object, by which ours are found again."""

    asked_at: datetime
    intents: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    pages: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    refunds: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    succeeded: "array[int]" = field(default_factory=lambda: array("Q"))
    refunded: "array[int]" = field(default_factory=lambda: array("Q"))
    counted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        """The lines of the balance are those of the same moment."""
        self.lines = Lines(self.asked_at)

    def close(self) -> None:
        """Throw the files away."""
        self.intents.close()
        self.pages.close()
        self.refunds.close()
        self.lines.close()


async def read(gateway: Gateway, *, now: datetime) -> Books:
    """Every PaymentIntent, refund and line of the balance, and every page that is open, as they are from `now` on.

    Raises:
        Unreachable: the provider did not answer.
    """
    books = Books(now)
    try:
        await _fill(books, gateway)
    except BaseException:
        books.close()
        raise
    return books


async def compare(tx: Tx, books: Books) -> list[Difference]:
    """What the two books disagree about, at most a hundred and one of each direction."""
    found = await provider_balance.compare(tx, books.lines)
    await provider.visit_by_index(tx)
    for batch in provider_balance.batches(books.intents, Seen):
        found += await provider.intents(tx, batch, asked_at=books.asked_at)
    for batch in provider_balance.batches(books.pages, Seen):
        found += await provider.pages(tx, batch)
    for batch in provider_balance.batches(books.refunds, Seen):
        found += await provider.refunds(tx, batch)
    async for reference in provider.successes(tx, before=books.asked_at):
        if not _has(books.succeeded, reference) and len(found) < _LIMIT:
            found.append(
                Difference("provider_payments", reference, f"{reference} succeeded here, and not there")
            )
    async for reference in provider.sent_back(tx, before=books.asked_at):
        if not _has(books.refunded, reference) and len(found) < _LIMIT:
            found.append(
                Difference("provider_refunds", reference, f"{reference} is a refund here, and not there")
            )
    return found[:_LIMIT]


async def look_again(
    db: Database, gateway: Gateway, found: Sequence[Difference], *, now: datetime, patience: float
) -> list[Difference]:
    """Which of the differences are still there after `patience` seconds, asking about each object by its name."""
    await asyncio.sleep(patience)
    intents, pages, refunds = [], [], []
    still = await _balance_again(db, gateway, found, now=now)
    for one in found:
        try:
            if one.name == provider_balance.NAME:
                continue
            if one.page:
                session = await gateway.session(one.reference)
                if session.status == "open":
                    pages.append(_seen_page(session.id, session.metadata))
            elif one.name == "provider_refunds":
                refunds.append(_refund(await gateway.refund(one.reference)))
            else:
                intents.append(_intent(await gateway.intent(one.reference)))
        except Rejected:
            still.append(one)
    async with db.snapshot() as tx:
        still += await provider.intents(tx, intents, asked_at=now)
        still += await provider.pages(tx, pages)
        still += await provider.refunds(tx, refunds)
    return still


async def _balance_again(
    db: Database, gateway: Gateway, found: Sequence[Difference], *, now: datetime
) -> list[Difference]:
    """A sum has no name to ask about: all lines are read again, and what is still different in the same currency."""
    before = {one.reference for one in found if one.name == provider_balance.NAME}
    if not before:
        return []
    lines = Lines(now)
    try:
        await provider_balance.read(lines, gateway)
        async with db.snapshot() as tx:
            return [one for one in await provider_balance.compare(tx, lines) if one.reference in before]
    finally:
        lines.close()


async def _fill(books: Books, gateway: Gateway) -> None:
    async for intent in _all(gateway.intents):
        _write(books.intents, _intent(intent))
        books.counted["provider_payments"] += intent.status == "succeeded"
        books.counted["provider_payable"] += 1
        if intent.status == "succeeded":
            books.succeeded.append(_short(intent.id))
    async for page in _all(gateway.open_pages):
        _write(books.pages, _seen_page(page.id, page.metadata))
        books.counted["provider_payable"] += 1
    async for refund in _all(gateway.refunds):
        _write(books.refunds, _refund(refund))
        books.counted["provider_refunds"] += 1
        books.refunded.append(_short(refund.id))
    await provider_balance.read(books.lines, gateway)
    books.counted[provider_balance.NAME] = books.lines.counted
    books.succeeded = array("Q", sorted(books.succeeded))
    books.refunded = array("Q", sorted(books.refunded))


async def _all(ask: Callable[..., Awaitable[Sequence[T]]]) -> AsyncIterator[T]:
    """What a list of the provider's has, from its first page to its last."""
    after: str | None = None
    while page := await ask(after=after):
        for one in page:
            yield one
        after = page[-1].id


def _intent(intent: Intent) -> Seen:
    return Seen(
        intent.id, intent.status, intent.received, intent.currency, intent.id, _mark(intent.metadata)
    )  # fmt: skip


def _seen_page(reference: str, metadata: Mapping[str, str]) -> Seen:
    return Seen(reference, "open", 0, "", "", _mark(metadata))


def _mark(metadata: Mapping[str, str]) -> str | None:
    return _uuid(next((metadata[name] for name in _MARKS if metadata.get(name)), ""))


def _refund(refund: ProviderRefund) -> Seen:
    mark = _uuid(refund.metadata.get("kassa_refund", ""))
    return Seen(refund.id, refund.status, refund.amount, refund.currency, refund.intent or "", mark)


def _uuid(text: str) -> str | None:
    found = parse_id(text)
    return str(found) if found else None


def _write(file: IO[bytes], seen: Seen) -> None:
    file.write(msgspec.json.encode(seen) + b"\n")


def _short(reference: str) -> int:
    return int.from_bytes(hashlib.blake2b(reference.encode(), digest_size=8).digest())


def _has(known: "array[int]", reference: str) -> bool:
    wanted = _short(reference)
    at = bisect_left(known, wanted)
    return at < len(known) and known[at] == wanted
