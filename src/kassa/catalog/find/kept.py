"""What a process keeps of the catalogue: counts, shelves and words, as long as the catalogue stays the same.

The version is a sequence that moves in the last moment before a commit. Who reads in that very moment could keep
what was true just before, so nothing is kept for longer than a minute.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

_ENTRIES: Final = 256
_SECONDS: Final = 60.0

T = TypeVar("T")

_kept: Final[OrderedDict[Hashable, tuple[int, float, Any]]] = OrderedDict()
_coming: Final[dict[tuple[Hashable, int], asyncio.Future[Any]]] = {}


async def keep(key: Hashable, version: int, make: Callable[[], Awaitable[T]]) -> T:
    """What `make` made for this key and version; the least lately used of many are forgotten.

    Who asks while it is being made waits for it: a page that many want is counted once.
    """
    found = _kept.get(key)
    if found is not None and found[0] == version and time.monotonic() - found[1] < _SECONDS:
        _kept.move_to_end(key)
        return found[2]  # type: ignore[no-any-return]
    coming = _coming.get((key, version))
    if coming is None:
        return await _made(key, version, make)
    await asyncio.wait([coming])
    return await make() if coming.cancelled() else coming.result()


async def _made(key: Hashable, version: int, make: Callable[[], Awaitable[T]]) -> T:
    coming: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    _coming[key, version] = coming
    try:
        made = await make()
        coming.set_result(made)
    finally:
        del _coming[key, version]
        if not coming.done():
            coming.cancel()  # who waited makes it again
    _kept[key] = (version, time.monotonic(), made)
    _kept.move_to_end(key)
    while len(_kept) > _ENTRIES:
        _kept.popitem(last=False)
    return made
