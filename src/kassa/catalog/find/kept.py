"""What a process keeps of the catalogue: counts, shelves and words, as long as the catalogue stays the same.

The version is a sequence that moves in the last moment before a commit. Who reads in that very moment could keep
what was true just before, so nothing is kept for longer than a minute.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

_ENTRIES: Final = 256
_SECONDS: Final = 60.0

T = TypeVar("T")

_kept: Final[OrderedDict[Hashable, tuple[int, float, Any]]] = OrderedDict()


async def keep(key: Hashable, version: int, make: Callable[[], Awaitable[T]]) -> T:
    """What `make` made for this key and version; the least lately used of many are forgotten."""
    now = time.monotonic()
    found = _kept.get(key)
    if found is not None and found[0] == version and now - found[1] < _SECONDS:
        _kept.move_to_end(key)
        return found[2]  # type: ignore[no-any-return]
    made = await make()
    _kept[key] = (version, now, made)
    _kept.move_to_end(key)
    while len(_kept) > _ENTRIES:
        _kept.popitem(last=False)
    return made
