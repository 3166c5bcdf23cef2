"""When a parcel leaves and when it arrives: working days, holidays and the hour after which nothing leaves. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: Longer than any shop rests; a calendar without a working day would otherwise never end.
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which parcels leave and arrive, Monday 0 to Sunday 6, but for `holidays`.

    What is ordered from `cutoff` o'clock on, in `zone`, leaves on the next such day; None: midnight.
    """

    zone: str = "UTC"
    cutoff: int | None = None
    days: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether parcels leave and arrive on this day."""
        return day.weekday() in self.days and day not in self.holidays

    def leaves(self, ordered: datetime) -> date:
        """The day on which what is ordered at this moment leaves the house."""
        here = ordered.astimezone(UTC if self.zone == "UTC" else ZoneInfo(self.zone))
        late = self.cutoff is not None and here.hour >= self.cutoff
        return next(self._from(here.date() + timedelta(days=late)))

    def window(self, ordered: datetime, min_days: int, max_days: int) -> tuple[date, date]:
        """The days between which it arrives: so many working days after it leaves."""
        days = self._from(self.leaves(ordered))
        found = [next(days) for _ in range(max(min_days, max_days) + 1)]
        return found[min_days], found[max_days]

    def _from(self, start: date) -> Iterator[date]:
        """The working days from `start` on; every day, once the shop has rested for longer than any shop rests."""
        day, rested = start, 0
        while True:
            if self.works(day) or rested >= _LONGEST:
                yield day
                rested = 0 if rested < _LONGEST else rested
            else:
                rested += 1
            day += timedelta(days=1)
