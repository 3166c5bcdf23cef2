"""Expected failures: each has a kind (what it means to a caller) and a stable code (what it is called).

The tree is the documentation. `web/` turns kinds into HTTP statuses; domain code knows no statuses.

    KassaError
    ├── Invalid          the request is wrong in itself; asking again changes nothing
    │                    `errors`: [{path, message}] when single fields are at fault
    ├── Unauthenticated  nobody we know
    ├── Forbidden        known, but not allowed
    ├── NotFound         not there, or not yours (the two are told apart by nobody)
    ├── Conflict         right in itself, but not in the present state
    ├── TooMany          a limit on how often
    └── Unavailable      not now; the same again later may work (`retry_after` seconds)
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class KassaError(Exception):
    """A failure with a stable `code`, a `detail` fit for the person who caused it, and `extra` members."""

    code: str = "error"
    title: ClassVar[str] = "Error"

    def __init__(
        self, detail: str, *, code: str | None = None, extra: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.extra: Mapping[str, Any] = extra or {}


class Invalid(KassaError):
    """The request is wrong in itself. `errors` names the fields at fault."""

    code = "invalid"
    title = "Invalid request"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[tuple[str, str]] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        listed = [{"path": path, "message": message} for path, message in errors]
        super().__init__(detail, code=code, extra={**(extra or {}), **({"errors": listed} if listed else {})})
        self.errors = tuple(errors)


class Unauthenticated(KassaError):
    """No valid credentials."""

    code = "unauthenticated"
    title = "Authentication required"


class Forbidden(KassaError):
    """Valid credentials that do not allow this."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(KassaError):
    """Not there, or somebody else's."""

    code = "not_found"
    title = "Not found"


class Conflict(KassaError):
    """Not possible in the present state; nothing changed."""

    code = "conflict"
    title = "Conflict"


class TooMany(KassaError):
    """Too often; `retry_after` says when to come back, in seconds."""

    code = "too_many_requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, code: str | None = None, retry_after: int = 60) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class Unavailable(KassaError):
    """Cannot be done right now; `retry_after` says when to come back, in seconds."""

    code = "unavailable"
    title = "Temporarily unavailable"

    def __init__(self, detail: str, *, code: str | None = None, retry_after: int = 3) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after
