"""The runs that CI plays, each played once however many tests look at it."""

from collections.abc import Awaitable, Callable

from kassa.chaos.luck import Rates
from kassa.chaos.run import Plan, Result
from kassa.cli.chaos import play_in

SEEDS = (1, 2, 3, 4, 5)
#: A run in CI is short, so more goes wrong in it.
RATES = Rates(network=0.1, webhook=0.3, kill=0.001, database=0.0003, jump=0.001)
_results: dict[int, Result] = {}


async def played(seed: int, fresh: Callable[[], Awaitable[str]]) -> Result:
    """What the run of this seed came to."""
    if seed not in _results:
        _results[seed] = await play_in(await fresh(), Plan(seed, 15, pace=3.0, rates=RATES))
    return _results[seed]
