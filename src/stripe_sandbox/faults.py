"""Faults on demand: what shall go wrong with the next API requests, payments and webhooks.

An ordered fault waits until it is used up; a random one lets a share of everything go wrong, as its seed says.
They are kept in the store, so that a restart forgets none. Faults of a rolled-back unit of work wait again.
"""

import random
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

from stripe_sandbox import spec
from stripe_sandbox.declines import DECLINE_CODES, decline
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.store import Store

Kind = Literal["lose_request", "lose_answer", "delay", "status", "decline", "late_charge_updated"]
RandomKind = Literal["lose_request", "lose_answer", "delay", "status", "decline"]
WebhookKind = Literal["drop", "duplicate", "reorder", "delay", "bad_signature", "stale"]

Wait = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Status = Annotated[int, msgspec.Meta(ge=400, le=599)]
Rate = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seed = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Types = Annotated[list[Short], msgspec.Meta(max_length=100)]

MAX_FAULTS = 1000
# What a random `status` fault answers: status, code, and whether it happens all the same.
_RANDOM_ANSWERS = (
    (500, None, False), (500, None, True), (503, None, False), (409, "idempotency_key_in_use", False),
    (429, "rate_limit", False), (429, "lock_timeout", False),
)  # fmt: skip


class ConnectionLost(ConnectionResetError):
    """The connection was dropped on purpose. Under a real server the caller sees a closed socket."""


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests: by method, by path (a beginning, or a pattern with ``*``), by operationId of the API
    description (``postRefunds``); what is left out does not matter.
    """

    method: Short | None = None
    path: Short | None = None
    operation: Short | None = None

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is meant."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.operation is not None:
            found = spec.find(method, path)
            if found is None or found[0].id != self.operation:
                return False
        if self.path is None:
            return True
        pattern = any(char in self.path for char in "*?[")
        return fnmatchcase(path, self.path) if pattern else path.startswith(self.path)


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One ordered misfortune; `count` requests (or payments) are left to suffer it."""

    fault: Kind
    match: Match = msgspec.field(default_factory=Match)
    seconds: Wait | None = None
    status: Status | None = None
    code: Short | None = None
    after: bool = False
    count: Count = 1
    id: int = 0

    def error(self) -> StripeError:
        """The answer of a `status` fault."""
        usual = 429 if self.code in ("rate_limit", "lock_timeout") else 500
        return _error(self.status or usual, self.code)


class WebhookFault(msgspec.Struct, forbid_unknown_fields=True):
    """What shall go wrong with the next `count` deliveries of `types` (all types if none)."""

    fault: WebhookKind
    seconds: Wait = 0.0
    count: Count = 1
    types: Types = []
    id: int = 0


class RandomFaults(msgspec.Struct, forbid_unknown_fields=True):
    """A share `rate` of all matching requests goes wrong, until it is cleared.

    Which ones, and how, depends on the seed and the number of matching requests so far, and on nothing else.
    """

    seed: Seed
    rate: Rate = 0.05
    kinds: list[RandomKind] = msgspec.field(
        default_factory=lambda: ["lose_request", "lose_answer", "delay", "status"]
    )
    match: Match = msgspec.field(default_factory=Match)
    seen: int = 0
    charged: int = 0
    id: int = 0


class RandomWebhookFaults(msgspec.Struct, forbid_unknown_fields=True):
    """The same for webhook deliveries."""

    seed: Seed
    rate: Rate = 0.05
    kinds: list[WebhookKind] = msgspec.field(default_factory=lambda: list(get_args(WebhookKind)))
    types: Types = []
    seen: int = 0
    id: int = 0


Ordered = TypeVar("Ordered", Fault, WebhookFault)
AnyFault = Fault | WebhookFault | RandomFaults | RandomWebhookFaults
_SORTS: dict[str, type[AnyFault]] = {
    "requests": Fault,
    "webhooks": WebhookFault,
    "random": RandomFaults,
    "random_webhooks": RandomWebhookFaults,
}


class Faults:
    """All faults that are waiting, in the order they were asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[AnyFault] | None = None

    def order(self, fault: AnyFault) -> AnyFault:
        """Let something go wrong from now on; returns the fault with its id.

        Raises:
            StripeError: 400 if it makes no sense, or too many are waiting.
        """
        _check(fault)
        if len(self.all()) >= MAX_FAULTS:
            raise invalid(f"At most {MAX_FAULTS} faults can wait at a time. Clear them first.")
        fault.id = int(self._store.run("INSERT INTO faults (body) VALUES (x'')").lastrowid or 0)
        self._save(fault)
        self.reload()
        return fault

    def all(self) -> list[AnyFault]:
        """Everything that waits, oldest first."""
        if self._waiting is None:
            rows = self._store.rows("SELECT body FROM faults ORDER BY id")
            self._waiting = [read_fault(row[0]) for row in rows]
        return self._waiting

    def listed(self) -> dict[str, list[Any]]:
        """Everything that waits, by sort, as it was ordered."""
        waiting = self.all()
        return {
            sort: [msgspec.to_builtins(fault) for fault in waiting if isinstance(fault, kind)]
            for sort, kind in _SORTS.items()
        }

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._store.run("DELETE FROM faults")
        self.reload()

    def remove(self, id: int) -> bool:
        """Take one fault back; False if it is not there (any more)."""
        gone = self._store.run("DELETE FROM faults WHERE id = ?", (id,)).rowcount
        self.reload()
        return gone > 0

    def reload(self) -> None:
        """Read the faults again at their next use: the store knows better."""
        self._waiting = None

    def next_request(self, method: str, path: str) -> Fault | None:
        """The fault this request suffers, if any; it is used up by one."""
        for fault in self.all():
            if isinstance(fault, Fault):
                if fault.fault not in ("decline", "late_charge_updated") and fault.match.fits(method, path):
                    return self._use_up(fault)
            elif isinstance(fault, RandomFaults) and fault.match.fits(method, path):
                fault.seen += 1
                self._save(fault)
                if (drawn := _draw_request(fault)) is not None:
                    return drawn
        return None

    def next_decline(self) -> tuple[str, str | None] | None:
        """Error code and decline code if the bank shall refuse the payment that is being made now."""
        for fault in self.all():
            if isinstance(fault, Fault):
                if fault.fault == "decline":
                    return decline(self._use_up(fault).code or "generic_decline")
            elif isinstance(fault, RandomFaults) and "decline" in fault.kinds:
                fault.charged += 1
                self._save(fault)
                dice = _dice(fault.seed, "charge", fault.charged)
                if dice.random() < fault.rate:
                    return decline(dice.choice(DECLINE_CODES))
        return None

    def charge_updated_after(self, usual: float) -> float:
        """Seconds until the balance transaction of the charge that is being made now arrives."""
        for fault in self.all():
            if isinstance(fault, Fault) and fault.fault == "late_charge_updated":
                return 3600.0 if (seconds := self._use_up(fault).seconds) is None else seconds
        return usual

    def next_webhook(self, type: str) -> WebhookFault | None:
        """The fault this delivery suffers, if any; it is used up by one."""
        for fault in self.all():
            if isinstance(fault, WebhookFault) and _of_type(type, fault.types):
                return self._use_up(fault)
            if isinstance(fault, RandomWebhookFaults) and _of_type(type, fault.types):
                fault.seen += 1
                self._save(fault)
                dice = _dice(fault.seed, "webhook", fault.seen)
                if fault.kinds and dice.random() < fault.rate:
                    return WebhookFault(dice.choice(fault.kinds), round(dice.uniform(0.1, 5.0), 3))
        return None

    def _use_up(self, fault: Ordered) -> Ordered:
        fault.count -= 1
        if fault.count > 0:
            self._save(fault)
        else:
            self.all().remove(fault)
            self._store.run("DELETE FROM faults WHERE id = ?", (fault.id,))
        return fault

    def _save(self, fault: AnyFault) -> None:
        sort = next(sort for sort, kind in _SORTS.items() if isinstance(fault, kind))
        body = msgspec.json.encode({"sort": sort, "fault": fault})
        self._store.run("UPDATE faults SET body = ? WHERE id = ?", (body, fault.id))


class _Row(msgspec.Struct):
    sort: Literal["requests", "webhooks", "random", "random_webhooks"]
    fault: msgspec.Raw


def read_fault(body: bytes) -> AnyFault:
    """A stored fault.

    Raises:
        msgspec.DecodeError: it is none.
    """
    row = msgspec.json.decode(body, type=_Row)
    return msgspec.json.decode(row.fault, type=_SORTS[row.sort])


def _check(fault: AnyFault) -> None:
    if isinstance(fault, Fault | RandomFaults):
        wanted = fault.match.operation
        if wanted is not None and wanted not in spec.operation_ids():
            raise invalid(f"No operation of the API is called '{wanted}'.", "match[operation]")
    if isinstance(fault, Fault) and fault.fault in ("decline", "late_charge_updated"):
        if fault.match != Match():
            raise invalid(f"`{fault.fault}` meets the next payment, however it is made: no `match`.", "match")
        if fault.fault == "decline" and (fault.code or "generic_decline") not in DECLINE_CODES:
            raise invalid(f"`code` must be one of {', '.join(DECLINE_CODES)}.", "code")


def _draw_request(rule: RandomFaults) -> Fault | None:
    kinds = [kind for kind in rule.kinds if kind != "decline"]
    dice = _dice(rule.seed, "request", rule.seen)
    if not kinds or dice.random() >= rule.rate:
        return None
    status, code, after = dice.choice(_RANDOM_ANSWERS)
    seconds = round(dice.uniform(0.01, 0.5), 3)
    return Fault(dice.choice(kinds), seconds=seconds, status=status, code=code, after=after)


def _dice(seed: int, what: str, number: int) -> random.Random:
    return random.Random(f"{seed}:{what}:{number}")  # noqa: S311 - misfortune, not secrets


def _of_type(type: str, wanted: list[str]) -> bool:
    """Whether an event type is meant; ``charge.*`` stands for a family."""
    return not wanted or any(fnmatchcase(type, one) for one in wanted)


def _error(status: int, code: str | None) -> StripeError:
    if code == "lock_timeout":
        return StripeError(
            status,
            "This object cannot be accessed right now because another API request or Stripe process is "
            "currently accessing it. If you see this error intermittently, retry the request.",
            code="lock_timeout",
            stored=False,
            headers={"Stripe-Should-Retry": "true"},
        )
    if status == 429:
        return StripeError(
            429,
            "Request rate limit exceeded. You can learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            code=code or "rate_limit",
            stored=False,
        )
    return StripeError(
        status,
        "An unknown error occurred (ordered from the sandbox).",
        type="api_error" if status >= 500 else "invalid_request_error",
        code=code or ("idempotency_key_in_use" if status == 409 else None),
        stored=False,
    )
