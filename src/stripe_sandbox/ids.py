"""Object ids in Stripe's shape: a prefix that names the kind, then letters and digits nobody can guess.

After `POST /_sandbox/reset {"seed": n}` they are drawn from the seed instead, so that the same calls make the
same ids again.
"""

import os
import string
from dataclasses import dataclass
from hashlib import shake_128

_ALPHABET = (string.ascii_letters + string.digits).encode()
_TABLE = bytes(_ALPHABET[i % len(_ALPHABET)] for i in range(256))


@dataclass(slots=True)
class Chance:
    """Where ids come from: the system's randomness, or a `seed` and the number of draws so far."""

    seed: int | None = None
    drawn: int = 0

    def draw(self, length: int) -> bytes:
        """`length` bytes that were never drawn before."""
        if self.seed is None:
            return os.urandom(length)
        self.drawn += 1
        return shake_128(b"%d:%d" % (self.seed, self.drawn)).digest(length)


_chance = Chance()


def draw_from(chance: Chance) -> None:
    """Make the next ids from `chance`. Everything runs in one thread, so a sandbox says this when it acts."""
    global _chance
    _chance = chance


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id: `prefix` (``cus``, or ``pi_3`` where Stripe's ids begin with a digit) and `length`
    characters.
    """
    return prefix + ("" if "_" in prefix else "_") + random_text(length)


def random_text(length: int) -> str:
    """`length` random letters and digits."""
    return _chance.draw(length).translate(_TABLE).decode()
