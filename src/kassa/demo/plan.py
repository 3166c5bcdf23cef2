"""Who buys what, when, and what becomes of it: drawn from a seed, and nothing else. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kassa.kernel.address import Address

#: What becomes of orders; of every twenty so many are of each kind, and the first ten are ten of these.
KINDS: Final = (
    "fulfilled", "part_shipped", "refunded", "disputed", "failed", "expired", "paid", "part_refunded", "canceled",
    "dispute_lost", "fulfilled", "shipped", "fulfilled", "second_card", "fulfilled", "challenged", "fulfilled",
    "dispute_won", "fulfilled", "part_shipped",
)  # fmt: skip
_NAMES: Final = (
    "Ada Berg", "Ben Adler", "Clara Lindt", "David Okafor", "Elif Kaya", "Franz Huber", "Greta Nilsson", "Hana Sato",
    "Ines Costa", "Jonas Vogel", "Karin Holm", "Luca Ferri", "Mona Haddad", "Nils Brandt", "Olga Novak", "Paul Girard",
)  # fmt: skip
_PLACES: Final = (
    ("Torstraße 1", "Berlin", "10119", None, "DE"),
    ("Lange Gasse 12", "Köln", "50667", None, "DE"),
    ("Marktplatz 3", "Freiburg im Breisgau", "79098", None, "DE"),
    ("Hafenstraße 40", "Hamburg", "20359", None, "DE"),
    ("Mariahilfer Straße 88", "Wien", "1070", None, "AT"),
    ("12 rue Mouffetard", "Paris", "75005", None, "FR"),
    ("Calle del Pez 9", "Madrid", "28004", "Madrid", "ES"),
    ("Prinsengracht 200", "Amsterdam", "1016 HD", None, "NL"),
    ("Via Garibaldi 7", "Torino", "10122", "TO", "IT"),
    ("221 Smith Street", "Brooklyn", "11201", "NY", "US"),
    ("5 Royal Crescent", "Bath", "BA1 2LR", None, "GB"),
)  # fmt: skip
_MOST_LINES: Final = 3
_MOST_UNITS: Final = 3
#: People buy more, the nearer it is to now.
_GROWTH: Final = 0.75


@dataclass(frozen=True, slots=True)
class Wish:
    """One order: `lines` are (SKU, quantity); `at` is when it is placed, `pause` how long what follows takes."""

    number: int
    at: datetime
    kind: str
    email: str
    address: Address
    lines: tuple[tuple[str, int], ...]
    method: str | None
    pause: timedelta


def wishes(
    seed: int, orders: int, skus: Sequence[str], *, began: datetime, ended: datetime
) -> tuple[Wish, ...]:
    """So many orders between two moments, the oldest first; the same for the same seed and goods."""
    chance = random.Random(f"demo {seed}")  # noqa: S311 - a story must be repeatable
    kinds = [KINDS[number % len(KINDS)] for number in range(orders)]
    chance.shuffle(kinds)
    found = []
    for number, kind in enumerate(kinds):
        part = ((number + chance.random()) / orders) ** _GROWTH
        name = chance.choice(_NAMES)
        titles = chance.sample(sorted(skus), min(len(skus), _lines(chance, kind)))
        found.append(
            Wish(
                number, began + (ended - began) * part, kind,
                f"{name.lower().replace(' ', '.')}@example.com", _address(name, chance),
                tuple((sku, _units(chance, kind)) for sku in titles), chance.choice([None, None, None, "express"]),
                timedelta(hours=chance.randint(4, 60)),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda wish: (wish.at, wish.number)))


def _lines(chance: random.Random, kind: str) -> int:
    """What is to be shipped in parts has parts."""
    return 2 if kind == "part_shipped" else chance.randint(1, _MOST_LINES)


def _units(chance: random.Random, kind: str) -> int:
    return 2 if kind in ("part_shipped", "part_refunded") else chance.choice([1, 1, 1, 2, _MOST_UNITS])


def _address(name: str, chance: random.Random) -> Address:
    line1, city, code, region, country = chance.choice(_PLACES)
    return Address(name=name, line1=line1, city=city, postal_code=code, region=region, country=country)
