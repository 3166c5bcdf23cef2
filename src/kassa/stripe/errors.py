"""The three outcomes of a call that did not simply succeed."""

from collections.abc import Mapping
from typing import Any

from kassa.kernel.errors import Conflict, KassaError, Unavailable


class Declined(Conflict):
    """The bank said no. `error` is what Stripe says of it: code, decline_code, message."""

    code = "payment_declined"

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message") or "The card was declined."))
        self.error = error


class Rejected(KassaError):
    """Stripe refused our request as wrong: our fault, and the same again would fail again."""

    code = "provider_rejected"

    def __init__(self, detail: str, *, provider_code: str | None = None) -> None:
        super().__init__(detail)
        self.provider_code = provider_code


class Unreachable(Unavailable):
    """Nobody knows whether it happened: ask again with the same key, or look."""

    code = "provider_unreachable"
