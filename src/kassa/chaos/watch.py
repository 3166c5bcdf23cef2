"""A run that hangs must say so: simulated time stands still then, so a thread looks at the real one."""

import asyncio
import threading
from collections.abc import Callable
from typing import Self

#: A statement or a call takes milliseconds; a machine may be busy.
SECONDS = 120.0


class Watch:
    """Cancels the task that entered it when `progress()` stays the same for so long."""

    def __init__(self, progress: Callable[[], int], seconds: float | None = None) -> None:
        self._progress = progress
        self._seconds = SECONDS if seconds is None else seconds
        self._stop = threading.Event()
        self.has_barked = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("nobody to watch over")
        threading.Thread(target=self._look, args=(asyncio.get_running_loop(), task), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _look(self, loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]") -> None:
        before = self._progress()
        while not self._stop.wait(self._seconds):
            now = self._progress()
            if now == before:
                self.has_barked = True
                loop.call_soon_threadsafe(task.cancel)
                return
            before = now
