"""What goes wrong, how often, and what did: drawn from a source of chance of its own, so that a change of the
shop does not change whom misfortune meets more than it must.
"""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rates:
    """Chances per thing of its kind. All zero: a good day."""

    network: float = 0.04
    webhook: float = 0.12
    kill: float = 0.0008
    database: float = 0.0001
    jump: float = 0.0002


CALM: Final = Rates(0, 0, 0, 0, 0)
NETWORK: Final = ("lose_request", "lose_answer", "error_500", "rate_limit", "slow")
WEBHOOK: Final = ("drop", "lose", "duplicate", "reorder", "forge", "truncate", "slow")


class Luck:
    """The misfortunes of one run; `met` counts them by kind."""

    def __init__(self, seed: int, rates: Rates) -> None:
        self._chance = random.Random(f"luck {seed}")  # noqa: S311 - a simulation must be repeatable
        self._rates = rates
        self.rates = CALM
        self.met: Counter[str] = Counter()

    def begin(self) -> None:
        """From now on things go wrong."""
        self.rates = self._rates

    def calm_down(self) -> None:
        """Nothing goes wrong any more."""
        self.rates = CALM

    def network(self) -> str | None:
        """What happens to a call to the provider."""
        return self._draw("network", self.rates.network, NETWORK)

    def webhook(self) -> str | None:
        """What happens to a webhook on its way."""
        return self._draw("webhook", self.rates.webhook, WEBHOOK)

    def kill(self) -> bool:
        """Whether the process that is about to go on dies here."""
        return self._chance.random() < self.rates.kill

    def database(self) -> bool:
        """Whether the database is restarted here."""
        return self._chance.random() < self.rates.database

    def jump(self) -> int | None:
        """By how many seconds the clocks jump here."""
        if self._chance.random() >= self.rates.jump:
            return None
        self.met["clock: jump"] += 1
        return self._chance.choice((20, 90, 300, 1200))

    def draw(self, count: int) -> bytes:
        """Random bytes for ids and tokens."""
        return self._chance.randbytes(count)

    def _draw(self, family: str, rate: float, kinds: tuple[str, ...]) -> str | None:
        if self._chance.random() >= rate:
            return None
        kind = self._chance.choice(kinds)
        self.met[f"{family}: {kind}"] += 1
        return kind
