"""The whole state as one JSON document: a fixture that many tests may begin with.

It holds objects (with their private facts), events, deliveries and attempts, the answers of idempotency keys,
what is planned, faults, the clock's offset and the seed of ids. The endpoint that is configuration is not in
it, and neither is the request log.
"""

from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.faults import read_fault
from stripe_sandbox.ids import Chance
from stripe_sandbox.objects.webhook_endpoints import CONFIGURED
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.schedule import ACTS
from stripe_sandbox.store import FORMAT

MAX_SNAPSHOT: Final = 64 << 20

Row = TypeVar("Row", bound=msgspec.Struct)
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Offset = Annotated[float, msgspec.Meta(ge=0, le=100 * 366 * 86400)]


class Delivery(msgspec.Struct, forbid_unknown_fields=True):
    """A row of `deliveries`."""

    id: int
    event: Id
    endpoint: Id
    state: Literal["pending", "delivered", "failed", "dropped", "canceled"]
    due: float
    held: int
    attempts: int
    bad_signature: int
    status: int | None
    error: str | None


class Attempt(msgspec.Struct, forbid_unknown_fields=True):
    """A row of `attempts`."""

    delivery: int
    at: float
    status: int | None
    error: str | None
    milliseconds: int
    answer: str


class KeptAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """A row of `answers`; `parameters` is their fingerprint in base64."""

    key: Id
    path: str
    parameters: bytes
    status: int
    body: msgspec.Raw
    request: str
    created: float


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """A row of `schedule`."""

    due: float
    kind: str
    target: Id


class Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    """The document of `GET` and `PUT /_sandbox/state`."""

    version: int
    api_version: str
    clock_offset: Offset
    chance: Chance
    objects: list[Obj]
    deliveries: list[Delivery]
    attempts: list[Attempt]
    answers: list[KeptAnswer]
    schedule: list[Plan]
    faults: list[msgspec.Raw]


def take(box: Sandbox) -> bytes:
    """Everything as it is now."""
    box.run_due()
    rows = box.store.rows
    return msgspec.json.encode(
        Snapshot(
            FORMAT,
            spec.API_VERSION,
            box.clock.offset,
            box.chance,
            [
                msgspec.json.decode(row[0])
                for row in rows("SELECT body FROM objects WHERE id <> ? ORDER BY seq", (CONFIGURED,))
            ],
            _read(box, "deliveries", Delivery),
            _read(box, "attempts", Attempt),
            [
                KeptAnswer(row[0], row[1], row[2], row[3], msgspec.Raw(row[4]), row[5], row[6])
                for row in rows(f"SELECT {_columns(KeptAnswer)} FROM answers ORDER BY key")  # noqa: S608
            ],
            _read(box, "schedule", Plan),
            [msgspec.Raw(row[0]) for row in rows("SELECT body FROM faults ORDER BY id")],
        )
    )


def restore(box: Sandbox, document: bytes) -> None:
    """Replace the whole state by a document's; the configured endpoint stays as it is.

    Raises:
        StripeError: 400 if it is no such document, or of another version; nothing changed.
    """
    try:
        version = msgspec.json.decode(document, type=_Versioned).version
        if version != FORMAT:
            age = "a newer" if version > FORMAT else "an older"
            raise invalid(
                f"This snapshot is of version {version}, made by {age} sandbox; this one reads version {FORMAT}."
            )
        snapshot = msgspec.json.decode(document, type=Snapshot)
        faults = [read_fault(raw) for raw in snapshot.faults]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"This is no snapshot: {error}") from None
    _check(snapshot)
    try:
        with box.store.transaction():
            _write(box, snapshot)
    finally:
        box.stored_anew()
    box.requests.forget()
    box.start_again(snapshot.clock_offset, snapshot.chance)
    for fault in faults:
        box.faults.order(fault)
    box.deliveries.wake.set()


class _Versioned(msgspec.Struct):
    version: int


def _check(snapshot: Snapshot) -> None:
    kinds = spec.document()["components"]["schemas"]
    ids = set()
    for body in snapshot.objects:
        id, kind, created = body.get("id"), body.get("object"), body.get("created", 0)  # a Mandate has none
        if not (isinstance(id, str) and 0 < len(id) <= 255 and kind in kinds and isinstance(created, int)):
            raise _garbage(
                f"an object needs a known kind, an id and its time of creation, unlike {str(id)[:100]!r}"
            )
        if id == CONFIGURED:
            raise _garbage(f"{id} is configuration, not state")
        if id in ids:
            raise _garbage(f"{id} is there twice")
        ids.add(id)
        if kind == "event" and not isinstance(_subject(body), str):
            raise _garbage(f"the event {id} is about nothing")
    deliveries = {one.id for one in snapshot.deliveries}
    if len(deliveries) != len(snapshot.deliveries) or len({one.key for one in snapshot.answers}) != len(
        snapshot.answers
    ):
        raise _garbage("a delivery or an idempotency key is there twice")
    for delivery in snapshot.deliveries:
        if delivery.event not in ids:
            raise _garbage(f"a delivery is of the event {delivery.event}, which is missing")
    for attempt in snapshot.attempts:
        if attempt.delivery not in deliveries:
            raise _garbage(f"an attempt is of the delivery {attempt.delivery}, which is missing")
    for plan in snapshot.schedule:
        if plan.kind not in ACTS:
            raise _garbage(f"nothing is called {plan.kind[:100]!r} that could be planned")


def _garbage(why: str) -> StripeError:
    return invalid(f"This is no snapshot: {why}.")


def _write(box: Sandbox, snapshot: Snapshot) -> None:
    box.store.empty(CONFIGURED)
    for body in snapshot.objects:
        about = _subject(body) if body["object"] == "event" else None
        box.store.write(body, msgspec.json.encode(body), about)
    _insert(box, "deliveries", Delivery, snapshot.deliveries)
    _insert(box, "attempts", Attempt, snapshot.attempts)
    _insert(box, "schedule", Plan, snapshot.schedule)
    box.store.many(
        f"INSERT INTO answers ({_columns(KeptAnswer)}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [
            (*msgspec.structs.astuple(one)[:4], bytes(one.body), one.request, one.created)
            for one in snapshot.answers
        ],
    )


def _subject(event: Obj) -> Any:
    data = event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    return about.get("id") if isinstance(about, dict) else None


def _columns(kind: type[msgspec.Struct]) -> str:
    return ", ".join(kind.__struct_fields__)


def _read(box: Sandbox, table: str, kind: type[Row]) -> list[Row]:
    # Names of tables and columns are the program's own.
    return [kind(*row) for row in box.store.rows(f"SELECT {_columns(kind)} FROM {table} ORDER BY id")]  # noqa: S608


def _insert(box: Sandbox, table: str, kind: type[msgspec.Struct], rows: list[Any]) -> None:
    marks = ", ".join("?" * len(kind.__struct_fields__))
    sql = f"INSERT INTO {table} ({_columns(kind)}) VALUES ({marks})"  # noqa: S608
    box.store.many(sql, [msgspec.structs.astuple(row) for row in rows])
