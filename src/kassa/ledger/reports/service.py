"""The verbs of the reports."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from kassa.kernel.db import Conn
from kassa.kernel.errors import Invalid
from kassa.ledger.reports import queries
from kassa.ledger.reports.queries import Figures

By = Literal["day", "month"]

#: A report by day covers a leap year at most, one by month ten years.
DAYS_LIMIT: Final = 366
MONTHS_LIMIT: Final = 120
_LAST_YEAR: Final = 9_000
_LONGEST: Final = {"day": timedelta(days=DAYS_LIMIT), "month": timedelta(days=3_660)}


class InvalidPeriod(Invalid):
    """A report of a time that has no end, or is too long."""

    code = "invalid_period"


async def report(conn: Conn, since: date, until: date, *, by: By, currency: str) -> Sequence[Figures]:
    """What happened in a currency from a day to a day, both included, by day or by month; the newest first.

    Raises:
        InvalidPeriod
    """
    begin, end = _bounds(since, until, by)
    return await queries.figures(conn, begin, end, by=by, currency=currency, limit=DAYS_LIMIT)


async def totals(conn: Conn, since: date, until: date, *, by: By) -> Sequence[Figures]:
    """What happened in each currency from a day to a day, both included; they are not added.

    Raises:
        InvalidPeriod
    """
    return await queries.sums(conn, *_bounds(since, until, by))


def _bounds(since: date, until: date, by: By) -> tuple[datetime, datetime]:
    if until.year > _LAST_YEAR:
        raise InvalidPeriod("That is too far ahead.", errors=[("to", "is too far ahead")])
    if until < since:
        raise InvalidPeriod("The last day is before the first.", errors=[("to", "is before the first day")])
    if until - since >= _LONGEST[by]:
        most = f"{DAYS_LIMIT} days" if by == "day" else f"{MONTHS_LIMIT} months"
        raise InvalidPeriod(f"A report by {by} covers at most {most}.", errors=[("from", "is too long ago")])
    return _midnight(since), _midnight(until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
