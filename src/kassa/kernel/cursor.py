"""The cursor of a list that is ordered by time: where a page ended. Opaque to others."""

import base64
from datetime import UTC, datetime
from uuid import UUID

from kassa.kernel.errors import Invalid


def write(at: datetime, last: UUID | str) -> str:
    """The cursor of a page whose last row is of `at` and has the id `last`."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{last}".encode()).decode().rstrip("=")


def read(text: str | None) -> tuple[datetime | None, UUID | None]:
    """Time and id of a cursor; (None, None) without one.

    Raises:
        Invalid: it is none of ours (`invalid_cursor`).
    """
    at, last = read_named(text)
    try:
        return at, UUID(last) if last is not None else None
    except ValueError:
        raise _not_ours() from None


def read_named(text: str | None) -> tuple[datetime | None, str | None]:
    """As `read`, where ids are other people's names.

    Raises:
        Invalid: it is none of ours (`invalid_cursor`).
    """
    if not text:
        return None, None
    try:
        at, _, last = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not last or "\x00" in last:
            raise _not_ours()
        return moment.astimezone(UTC), last
    except (ValueError, OverflowError):
        raise _not_ours() from None


def _not_ours() -> Invalid:
    return Invalid("The cursor `after` is not one of ours.", code="invalid_cursor")
