"""What a payment method does when it is charged, challenged, given back or disputed, whatever its kind."""

from dataclasses import dataclass
from typing import Literal

# never: no challenge · always: every payment · on_session: only while the customer is there · optional: only
# when the merchant asks for it · frictionless: secured without a challenge · fails: cannot be secured, which
# ends the payment · fails_if_asked: the same, and nobody minds · unsupported: there is nothing to ask.
Authentication = Literal[
    "never", "always", "on_session", "optional", "frictionless", "fails", "fails_if_asked", "unsupported"
]
RefundEnd = Literal["at_once", "pending", "fails"]
# How 3-D Secure went: passed by the customer or without, asked of a card that has none, or broken.
Secured = Literal["challenge", "frictionless", "attempted", "error"]


@dataclass(frozen=True, slots=True)
class Delay:
    """A bank that takes its time: after `seconds` of sandbox time it pays, or refuses with `failure`.

    `seconds` of None means that it never answers.
    """

    seconds: float | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """What the bank does some time after a payment; `protected` says that 3-D Secure prevents it."""

    reason: str
    inquiry: bool = False
    times: int = 1
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One payment method's conduct. The default is a good card: it pays at once and is refunded at once.

    `decline` is (code, decline_code or None) of every charge; `blocked`, that Radar and not the bank declines.
    `redirects`: the customer agrees on a page of its own. `attachable`: a customer may have it without a
    payment. `reusable`: it may be kept by a payment. `warned`: an early fraud warning follows.
    """

    decline: tuple[str, str | None] | None = None
    blocked: bool = False
    authentication: Authentication = "never"
    redirects: bool = False
    delay: Delay | None = None
    attachable: bool = True
    reusable: bool = True
    manual_capture: bool = True
    refund: RefundEnd = "at_once"
    dispute: Disputed | None = None
    warned: bool = False
    available_at_once: bool = False
    risk: tuple[str, int | None] = ("normal", 32)


GOOD = Behaviour()
