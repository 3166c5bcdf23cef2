"""Looking after processes: start them, start again what died, stop them in order.

A child ends with its parent, however the parent died, so a following start finds its ports free.
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
_CANT_RUN: Final = 2
_LOOK_SECONDS: Final = 0.05
_PAUSE_LIMIT: Final = 30
_LOG_LIMIT: Final = 10 * 1024 * 1024
_LAST_WORDS: Final = 4096
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Part:
    """A process: what to run, and the address that answers 200 once it is ready."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    keep: tuple[int, ...] = ()
    ready: str | None = None


def supervise(parts: Sequence[Part], logs: Path, *, ready: Callable[[], None]) -> None:
    """Run `parts` until SIGINT, SIGTERM or SIGHUP, and call `ready` once all are; their output goes to `logs`.

    They are stopped in the order of `parts`, each after it finished what it was doing; told to stop once
    more, we wait for none of them.

    Raises:
        Refused: one can't start as it is set up, or they did not get ready in time; the line says why.
    """
    logs.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(_supervise(parts, logs, ready))


async def _supervise(parts: Sequence[Part], logs: Path, ready: Callable[[], None]) -> None:
    stop, hurry, opened = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, lambda: (hurry if stop.is_set() else stop).set())
    keepers = [_Keeper(part, logs) for part in parts]
    tasks = [asyncio.create_task(keeper.run(stop, opened)) for keeper in keepers]
    waiting = asyncio.create_task(_until_ready(parts, logs))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({waiting, stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done() and not stop.is_set():
            waiting.result()
            opened.set()
            ready()
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        waiting.cancel()
        for keeper in keepers:
            await keeper.end(hurry)
        await asyncio.gather(*tasks, stopping)


class _Keeper:
    """One part and its present process."""

    def __init__(self, part: Part, logs: Path) -> None:
        self._part = part
        self._log = logs / f"{part.name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def run(self, stop: asyncio.Event, opened: asyncio.Event) -> None:
        """Keep the part running until `stop`; the pause before a new start doubles up to half a minute.

        Raises:
            Refused: before the shop has `opened`, the part says by exit status 2 that it can't run as it is
                set up. Later that may pass, and it is started again as after any other end.
        """
        pause = 0.5
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            self._process = await self._start()
            if await self._process.wait() == _CANT_RUN and not (stop.is_set() or opened.is_set()):
                raise Refused(f"{self._part.name} can't run: {self._last_words()}")
            lived = asyncio.get_running_loop().time() - began
            pause = 0.5 if lived > _PAUSE_LIMIT else min(_PAUSE_LIMIT, pause * 2)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.1 if lived > 5 else pause)

    async def end(self, hurry: asyncio.Event) -> None:
        """Ask the process to stop; after a while, or in a hurry, stop it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        ended, hurried = asyncio.create_task(process.wait()), asyncio.create_task(hurry.wait())
        await asyncio.wait({ended, hurried}, timeout=_STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await ended

    def _last_words(self) -> str:
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _LAST_WORDS))
            lines = log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"see {self._log}"

    async def _start(self) -> asyncio.subprocess.Process:
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self._part.command, env=dict(self._part.env), stdin=asyncio.subprocess.DEVNULL, stdout=log,
                stderr=log, pass_fds=self._part.keep, start_new_session=True, preexec_fn=_beginning(os.getpid()),
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


def _beginning(parent: int) -> Callable[[], None]:
    """What a child does first: keep what it writes to itself, and tie its life to its parent's.

    The kernel ends it when the parent dies, as hard as the parent was ended, for it may stop nothing that
    a crash would not; elsewhere than on Linux it stays.
    """

    def begin() -> None:
        os.umask(0o077)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return begin
