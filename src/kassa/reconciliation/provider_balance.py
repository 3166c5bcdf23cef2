"""The sum of the provider's balance beside our account `provider`, as a part of the proof.

The lines are read before the snapshot is taken, page by page into a file; only sums are kept of them.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Final, TypeVar

import msgspec

from kassa.kernel.db import Tx
from kassa.reconciliation.invariants import balance
from kassa.reconciliation.invariants.balance import SeenLine
from kassa.reconciliation.invariants.provider import Difference
from kassa.stripe import Gateway, Window

NAME: Final = "provider_balance"
PROMISE: Final = "Our account `provider` holds what the provider's balance says of it"
_BEGIN: Final = datetime(2010, 1, 1, tzinfo=UTC)
_BATCH: Final = 500
T = TypeVar("T")


@dataclass(slots=True)
class Lines:
    """The lines that the provider showed, in a file; how many there are."""

    asked_at: datetime
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    counted: int = 0

    def close(self) -> None:
        """Throw the file away."""
        self.file.close()


async def read(lines: Lines, gateway: Gateway) -> None:
    """Every line of the provider's balance until now.

    Raises:
        Unreachable: the provider did not answer.
    """
    async for page in gateway.books.lines(Window(_BEGIN, lines.asked_at)):
        for line in page.items:
            booked = line.booked
            seen = SeenLine(
                booked.id, booked.type, line.object, booked.source or "", line.intent or "", booked.net, booked.currency
            )  # fmt: skip
            lines.file.write(msgspec.json.encode(seen) + b"\n")
            lines.counted += 1


async def compare(tx: Tx, lines: Lines) -> list[Difference]:
    """The currencies in which the two differ."""
    held = await balance.ours(tx, asked_at=lines.asked_at)
    told: Counter[str] = Counter()
    for batch in batches(lines.file, SeenLine):
        for currency, net in (await balance.theirs(tx, batch, asked_at=lines.asked_at)).items():
            told[currency] += net
    return [
        Difference(
            NAME, currency,
            f"the provider's balance says {told[currency]} {currency} of what is in our books, and they say"
            f" {held[currency]}",
        )
        for currency in sorted({*held, *told})
        if held[currency] != told[currency]
    ]  # fmt: skip


def batches(file: IO[bytes], kind: type[T]) -> Iterator[list[T]]:
    """What was written down line by line, some hundred at a time."""
    file.seek(0)
    batch: list[T] = []
    for line in file:
        batch.append(msgspec.json.decode(line, type=kind))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
