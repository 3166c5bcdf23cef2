"""Everything around the actors: the database, the provider and its wires, the processes, and how each fails."""

from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

import asyncpg

from kassa.chaos import queries
from kassa.chaos.asgi import Answer
from kassa.chaos.database import SteppedDatabase, open_transaction
from kassa.chaos.locks import Locks
from kassa.chaos.luck import Luck
from kassa.chaos.process import Build, Process
from kassa.chaos.stage import Killed, Parked, Stage, current_process
from kassa.kernel.errors import KassaError
from kassa.stripe import Wired

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]

_PUBLISHABLE: Final = "Bearer pk_test_chaos"
_ERROR: Final = b'{"error":{"type":"api_error","message":"An error occurred."}}'
_LIMIT: Final = (
    b'{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many requests."}}'
)
_SLOW_SECONDS: Final = 30


class Provider(Protocol):
    """A Stripe sandbox in this process."""

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Coroutine[Any, Any, Answer]:
        """One request to it, answered without waiting for anybody."""
        ...

    async def deliver_due(self) -> int:
        """Post the webhooks that are due."""
        ...


@dataclass(slots=True)
class World:
    """One run's world, and what outsiders were told: when an order was called paid, which were called canceled,
    what an idempotency key made. `asked_back`: how much of an order was asked to go back, in minor units.
    """

    stage: Stage
    luck: Luck
    dsn: str
    control: Any
    build: Build
    provider: Provider = field(init=False)
    locks: Locks = field(init=False)
    processes: list[Process] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)
    deliveries: int = 0
    open_for_business: bool = True
    told_paid: dict[str, float] = field(default_factory=dict)
    told_canceled: set[str] = field(default_factory=set)
    made: dict[str, set[str]] = field(default_factory=dict)
    asked_back: Counter[str] = field(default_factory=Counter)
    _held_back: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """What anybody saw that must not be."""
        return self.stage.violations

    async def open(self, processes: int) -> None:
        """Start so many processes of the shop."""
        self.stage.before_turn = self._misfortune
        self.locks = Locks(self.stage, self.control)
        self.processes = [await self._start(f"shop-{number}") for number in range(1, processes + 1)]

    async def close(self) -> None:
        """Take every connection down."""
        for process in self.processes:
            await process.db.close()

    def anyone(self) -> Process:
        """A process that a request happens to reach."""
        return self.stage.chance.choice(self.processes)

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request of somebody outside to whichever process; an answer that says the shop is broken is noted.

        Raises:
            ConnectionError: no answer came.
        """
        await self.stage.step(f"asks {method} {_shape(path)}")
        answer = await self.anyone().request(method, path, body, headers)
        await self.stage.step(f"answered {method} {_shape(path)}")
        if answer.status == 500:
            self.violations.append(f"{method} {_shape(path)} answered {answer.status}")
        return answer

    async def at_stripe(self, method: str, path: str, form: str = "") -> Answer:
        """A request of a customer's browser to the provider, over a network that may fail.

        Raises:
            ConnectionError: no answer came.
        """
        headers = {"authorization": _PUBLISHABLE, "content-type": "application/x-www-form-urlencoded"}
        return Answer(*await self._over_the_wire(method, path, headers, form.encode()))

    async def command(self, method: str, path: str, body: bytes = b"{}") -> Answer:
        """A command to the sandbox: what banks, customers on Stripe's pages and its dashboard do."""
        await self.stage.step(f"stripe does {_shape(path)}")
        kind = "application/x-www-form-urlencoded" if path.startswith("/v1") else "application/json"
        headers = {"content-type": kind, "authorization": "Bearer sk_test_chaos"}
        answer = await self.stage.fly(self.provider.exchange(method, path, headers, body))
        await self.stage.step(f"stripe did {_shape(path)}")
        return answer

    async def reconcile(self) -> None:
        """Somebody compares the books at a bad moment."""
        with suppress(ConnectionError, KassaError):
            await self.anyone().reconcile()

    async def receive(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """A webhook leaves the provider; what it is told."""
        fault = self.luck.webhook()
        if fault == "drop":
            return 503
        if fault == "lose":
            return 200
        if fault == "reorder":
            self._held_back.append((headers, body))
            return 200
        if fault == "slow":
            await self.stage.sleep(_SLOW_SECONDS)
        if fault in ("forge", "truncate"):
            await self._false_webhook(fault, headers, body)
        status = await self._deliver(headers, body)
        if fault == "duplicate":
            await self._deliver(headers, body)
        return status

    async def deliver_held_back(self) -> int:
        """Deliver what came out of order, newest first; how much that was."""
        late, self._held_back = self._held_back[::-1], []
        for headers, body in late:
            if await self._deliver(headers, body) != 200:
                self._held_back.append((headers, body))
        return len(late)

    async def kill(self, process: Process, label: str) -> None:
        """A process dies at once, and another one takes its place."""
        self.kills[label] = self.kills.get(label, 0) + 1
        process.alive = False
        await self._cut(process)
        self.stage.fail(lambda one: one.process is process, Killed)
        self.processes[self.processes.index(process)] = await self._start(process.name)

    async def restart_database(self) -> None:
        """The database goes away under everybody and comes back. Who had sent something never learns what
        became of it.
        """
        self.luck.met["database: restart"] += 1
        await self._cut(*self.processes)
        self.stage.fail(
            lambda one: one.process is not None and not one.label.startswith(("stripe", "wakes")),
            lambda: asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        )

    async def _start(self, name: str) -> Process:
        db = await SteppedDatabase(self.stage, self.dsn, self.locks).open()
        wire = Wired(self._over_the_wire, self.stage.sleep)
        return Process(self.stage, name, db, self.build(db, wire, self.stage))

    async def _misfortune(self, chosen: Parked) -> bool:
        """What happens before a turn; whether the turn is still to be had."""
        jump = self.luck.jump()
        if jump:
            self.stage.advance(timedelta(seconds=jump))
        if self.luck.database():
            await self.restart_database()
            return False
        if isinstance(chosen.process, Process) and chosen.process.alive and self.luck.kill():
            await self.kill(chosen.process, chosen.label)
            return False
        return True

    async def _over_the_wire(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        name = f"stripe {method} {_shape(path)}"
        if open_transaction.get():
            self.violations.append(f"{name} inside of the transaction of {open_transaction.get()}")
        await self.stage.step(name)
        fault = self.luck.network()
        if fault == "lose_request":
            raise ConnectionResetError("the request was lost")
        if fault == "slow":
            await self.stage.sleep(_SLOW_SECONDS)
        if fault == "error_500":
            return 500, {"request-id": "req_chaos"}, _ERROR
        if fault == "rate_limit":
            return 429, {"request-id": "req_chaos"}, _LIMIT
        process = current_process.get()
        if process is not None and not process.alive:
            raise Killed
        answer = await self.stage.fly(self.provider.exchange(method, path, headers, body))
        await self.stage.step(f"{name}: answered")
        if fault == "lose_answer":
            raise ConnectionResetError("the answer was lost")
        return answer.status, answer.headers, answer.body

    async def _deliver(self, headers: Mapping[str, str], body: bytes) -> int:
        self.deliveries += 1
        try:
            answer = await self.ask("POST", "/webhooks/stripe", body, headers)
        except ConnectionError:
            return 503
        return answer.status

    async def _false_webhook(self, fault: str, headers: Mapping[str, str], body: bytes) -> None:
        """Somebody else sends what looks like a webhook: it must be refused."""
        false = body + b" " if fault == "forge" else body[: len(body) // 2]
        status = await self._deliver(headers, false)
        if status not in (400, 503):
            self.violations.append(f"a webhook that was a {fault} was answered {status}")

    async def _cut(self, *processes: Process) -> None:
        """Break every connection of these processes to the database; returns when it has noticed."""
        pids = [pid for process in processes for pid in process.db.pids]
        for process in processes:
            process.db.drop()
        await queries.cut(self.control, pids)


def _shape(path: str) -> str:
    """A path with its ids as dots, so that the same step has the same name."""
    parts = path.partition("?")[0].split("/")
    return "/".join("…" if any(c.isdigit() for c in part) and part not in ("v1",) else part for part in parts)
