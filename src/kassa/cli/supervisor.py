"""Looking after processes: start them, start again what died, stop them in order.

A child ends when its parent does, however the parent died, so a following start finds its ports free.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from kassa.cli.place import Refused

_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 15
_LOOK_SECONDS: Final = 0.05
_PAUSE_LIMIT: Final = 30
_LOG_LIMIT: Final = 10 * 1024 * 1024
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A process: what to run, and the address that answers 200 once it is ready."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    keep: tuple[int, ...] = ()
    ready: str | None = None


def supervise(parts: Sequence[Part], logs: Path, *, ready: Callable[[], None]) -> None:
    """Run `parts` until SIGINT or SIGTERM, and call `ready` once all are; their output goes to `logs`.

    Raises:
        Refused: they did not get ready in time; the line says where the log is.
    """
    logs.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(_supervise(parts, logs, ready))


async def _supervise(parts: Sequence[Part], logs: Path, ready: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    keepers = [_Keeper(part, logs) for part in parts]
    tasks = [asyncio.create_task(keeper.run(stop)) for keeper in keepers]
    try:
        waiting = asyncio.create_task(_until_ready(parts, logs))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            waiting.result()
            ready()
            await stop.wait()
        waiting.cancel()
        stopping.cancel()
    finally:
        stop.set()
        for keeper in keepers:
            await keeper.end()
        await asyncio.gather(*tasks)


class _Keeper:
    """One part and its present process."""

    def __init__(self, part: Part, logs: Path) -> None:
        self._part = part
        self._log = logs / f"{part.name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the part running until `stop`; the pause before a new start doubles up to half a minute."""
        pause = 0.5
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            self._process = await self._start()
            await self._process.wait()
            lived = asyncio.get_running_loop().time() - began
            pause = 0.5 if lived > _PAUSE_LIMIT else min(_PAUSE_LIMIT, pause * 2)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.1 if lived > 5 else pause)

    async def end(self) -> None:
        """Ask the process to stop; after a while, stop it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self._part.command, env=dict(self._part.env), stdin=asyncio.subprocess.DEVNULL, stdout=log,
                stderr=log, pass_fds=self._part.keep, start_new_session=True, preexec_fn=_begin,
            )  # fmt: skip


async def _until_ready(parts: Sequence[Part], logs: Path) -> None:
    async with aiohttp.ClientSession(trust_env=False) as http:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await asyncio.gather(*(_answers(http, part.ready) for part in parts if part.ready))
        except TimeoutError:
            raise Refused(f"the shop did not get ready within {_READY_SECONDS} s; see {logs}") from None


async def _answers(http: aiohttp.ClientSession, url: str) -> None:
    while True:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with http.get(url) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(_LOOK_SECONDS)


def _begin() -> None:
    """In the child: what it writes is its own, and it dies with its parent (elsewhere than on Linux it stays)."""
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
