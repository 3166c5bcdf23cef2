"""Faults on demand: what shall go wrong with the next API requests and webhooks. Kept in memory only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypeVar

from stripe_sandbox.errors import StripeError

Kind = Literal["lose_request", "lose_answer", "delay", "status"]
WebhookKind = Literal["drop", "duplicate", "reorder", "delay", "bad_signature"]


class ConnectionLost(ConnectionResetError):
    """The connection was dropped on purpose. Under a real server the caller sees a closed socket."""


@dataclass(slots=True)
class Fault:
    """One ordered misfortune; `count` requests are left to suffer it."""

    kind: Kind
    method: str | None = None
    path: str | None = None
    seconds: float = 0.0
    status: int = 500
    code: str | None = None
    after: bool = False
    count: int = 1

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is meant: same method, and the path begins like, or fits the pattern of,
        `path`.
        """
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path is None:
            return True
        return (
            fnmatchcase(path, self.path) if any(c in self.path for c in "*?[") else path.startswith(self.path)
        )

    def error(self) -> StripeError:
        """The answer of a `status` fault."""
        if self.code == "lock_timeout":
            return StripeError(
                self.status,
                "This object cannot be accessed right now because another API request or Stripe process is "
                "currently "
                "accessing it. If you see this error intermittently, retry the request.",
                code="lock_timeout",
                stored=False,
                headers={"Stripe-Should-Retry": "true"},
            )
        if self.status == 429:
            return StripeError(
                429,
                "Request rate limit exceeded. You can learn more about rate limits here "
                "https://stripe.com/docs/rate-limits.",
                code=self.code or "rate_limit",
                stored=False,
            )
        kind = "api_error" if self.status >= 500 else "invalid_request_error"
        return StripeError(
            self.status,
            "An unknown error occurred (ordered from the sandbox).",
            type=kind,
            code=self.code,
            stored=False,
        )


@dataclass(slots=True)
class WebhookFault:
    """What shall go wrong with the next `count` deliveries of `types` (all types if none)."""

    kind: WebhookKind
    seconds: float = 0.0
    count: int = 1
    types: Sequence[str] = ()

    def matches(self, type: str) -> bool:
        """Whether an event type is meant; ``charge.*`` stands for a family."""
        return not self.types or any(fnmatchcase(type, wanted) for wanted in self.types)


AnyFault = TypeVar("AnyFault", Fault, WebhookFault)


@dataclass
class Faults:
    """All faults that are waiting, in the order they were asked for."""

    requests: list[Fault] = field(default_factory=list)
    webhooks: list[WebhookFault] = field(default_factory=list)

    def next_request(self, method: str, path: str) -> Fault | None:
        """The fault this request suffers, if any; it is used up by one."""
        return _use_up(self.requests, next((f for f in self.requests if f.matches(method, path)), None))

    def next_webhook(self, type: str) -> WebhookFault | None:
        """The fault this delivery suffers, if any; it is used up by one."""
        return _use_up(self.webhooks, next((f for f in self.webhooks if f.matches(type)), None))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.requests.clear()
        self.webhooks.clear()


def _use_up(waiting: list[AnyFault], fault: AnyFault | None) -> AnyFault | None:
    if fault is not None:
        fault.count -= 1
        if fault.count <= 0:
            waiting.remove(fault)
    return fault
