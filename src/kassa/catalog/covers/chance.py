"""Choices that look free and are not: all of them follow from a text."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """An endless row of choices; the same seed makes the same ones in the same order."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode(errors="surrogatepass")
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from 0, less than `limit`."""
        self._count += 1
        digest = hashlib.sha256(b"%d/%s" % (self._count, self._seed)).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, in steps of a thousandth of the way."""
        return low + (high - low) * self.below(1001) / 1000

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[self.below(len(options))]

    def order(self, options: Sequence[T]) -> list[T]:
        """All `options`, in some order."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in options]
