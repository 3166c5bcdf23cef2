"""One process of the shop: its web application, its worker, and how it dies."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar.types import ASGIApp

from kassa import jobs
from kassa.chaos.asgi import Answer, exchange
from kassa.chaos.database import SteppedDatabase
from kassa.chaos.stage import Killed, Stage, current_process
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.reconciliation.reconcile import reconcile
from kassa.shop import Shop
from kassa.stripe import Wired

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root makes of a database and a wire to the provider."""

    shop: Shop
    app: ASGIApp
    worker: jobs.Worker


Build = Callable[[Database, Wired, Clock], Parts]


class Process:
    """A process of the shop, alive until it is killed; then another one takes its name."""

    def __init__(self, stage: Stage, name: str, db: SteppedDatabase, parts: Parts) -> None:
        self.name = name
        self.alive = True
        self.db = db
        self.shop = parts.shop
        self.worker = parts.worker
        self._app = parts.app
        self._stage = stage

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One exchange with the web application; `body` is JSON, or bytes as they are.

        Raises:
            ConnectionError: the process died before it had answered.
        """
        if not self.alive:
            raise ConnectionRefusedError(f"{self.name} is down")
        raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        sent = {"host": "shop.test", "content-type": "application/json"} | dict(headers or {})
        task = self._within(exchange(self._app, method, path, sent, raw))
        try:
            return await task
        except Killed:
            raise ConnectionResetError(f"{self.name} was killed") from None

    async def work(self) -> int:
        """One round of its worker: schedules, jobs, events; how much was found.

        Raises:
            ConnectionError: the process died.
        """
        try:
            return await self._within(self.worker.turn())
        except Killed:
            raise ConnectionResetError(f"{self.name} was killed") from None

    async def reconcile(self) -> None:
        """Somebody runs `kassa reconcile` here.

        Raises:
            ConnectionError: the process died.
            Unavailable: the provider or the database did not answer.
        """
        shop = self.shop
        try:
            await self._within(reconcile(shop.db, shop.gateway, clock=shop.clock, by="command"))
        except Killed:
            raise ConnectionResetError(f"{self.name} was killed") from None

    def _within(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        context = copy_context()
        context.run(current_process.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)
