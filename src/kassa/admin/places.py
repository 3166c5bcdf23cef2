"""Where the desk's pages are found: few groups, what is needed every day first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A page, and all below its path. `waits` says what its number counts, if something can wait there."""

    path: str
    name: str
    waits: str = ""

    def holds(self, path: str) -> bool:
        """Whether the page at `path` is this one, or below it."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together; the first is where the group's name leads."""

    name: str
    places: tuple[Place, ...]

    def waiting(self, counts: Mapping[str, int]) -> int:
        """How much waits on all its pages together."""
        return sum(counts.get(place.path, 0) for place in self.places)

    def said(self, counts: Mapping[str, int]) -> str:
        """The same in words: "Disputes: 2 waiting, Cases: 1 open"."""
        waiting = [place for place in self.places if counts.get(place.path)]
        return ", ".join(f"{place.name}: {counts[place.path]} {place.waits}" for place in waiting)


ORDERS: Final = Group(
    "Orders",
    (
        Place("/admin/orders", "Latest"),
        Place("/admin/to-ship", "To ship"),
        Place("/admin/returns", "Returns", "waiting"),
    ),
)
GROUPS: Final = (
    ORDERS,
    Group(
        "Catalogue",
        (
            Place("/admin/reviews", "Reviews", "to read"),
            Place("/admin/discounts", "Discounts"),
            Place("/admin/gift-cards", "Gift cards"),
        ),
    ),
    Group(
        "Money",
        (
            Place("/admin/reports", "Reports"),
            Place("/admin/ledger", "Ledger"),
            Place("/admin/disputes", "Disputes", "waiting"),
            Place("/admin/cases", "Cases", "open"),
            Place("/admin/reconciliations", "Reconciliation"),
        ),
    ),
    Group(
        "Settings",
        (
            Place("/admin/shipping", "Shipping"),
            Place("/admin/taxes", "Taxes"),
            Place("/admin/currencies", "Currencies"),
            Place("/admin/webhook-events", "Events"),
            Place("/admin/jobs", "Jobs", "dead"),
        ),
    ),
)
#: Only while the shop is being developed.
MAILBOX: Final = Place("/_dev/mail", "Mailbox")


def group_of(path: str) -> Group:
    """The group that a page stands in; a page that stands in none is about orders."""
    return next((one for one in GROUPS if any(place.holds(path) for place in one.places)), ORDERS)
