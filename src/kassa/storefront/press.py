"""Slow drawing, kept from slowing anybody else: in threads, few at a time, each picture once, the last ones kept.

What is drawn is always the same, so it may be forgotten at any time, and every process may have its own.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from kassa.kernel.errors import Unavailable
from kassa.kernel.speech import _
from kassa.storefront.request import AnyRequest

_AT_ONCE: Final = 2
#: More than a gallery's worth of people waiting for pictures are sent away for a moment.
_WAITING: Final = 48
_KEPT_BYTES: Final = 64 * 1024 * 1024


class Press:
    """Draws what is not there yet; remembers up to 64 MiB of what it drew."""

    def __init__(self, *, at_once: int = _AT_ONCE, waiting: int = _WAITING, kept: int = _KEPT_BYTES) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._waiting = waiting
        self._limit = kept
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    async def get(self, key: str, draw: Callable[[], bytes]) -> bytes:
        """What `draw` draws; `key` names it for ever, in whatever order people ask for it.

        Raises:
            Unavailable: too many other pictures are being drawn; nothing was begun.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= self._waiting:
                raise Unavailable(
                    _("Too many pictures are being drawn just now."), code="busy", retry_after=5
                )
            task = self._drawing[key] = asyncio.create_task(self._draw(key, draw))
        return await asyncio.shield(task)

    async def _draw(self, key: str, draw: Callable[[], bytes]) -> bytes:
        try:
            async with self._turn:
                made = await asyncio.to_thread(draw)
        finally:
            del self._drawing[key]
        self._kept[key] = made
        self._size += len(made)
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
        return made


def press_of(request: AnyRequest) -> Press:
    """The press of this process."""
    state = request.app.state
    if "press" not in state:
        state.press = Press()
    found: Press = state.press
    return found
