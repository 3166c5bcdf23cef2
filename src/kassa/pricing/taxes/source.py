"""Who says what tax is due: the question, the answer, and whoever can give one. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

import msgspec

from kassa.pricing.rounding import Rounding


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate in basis points (hundredths of a percent; 8.875 % are 887.5); `included`: prices contain it already.

    `reverse_charge`: the customer owes it, and the shop sells without: `contained` is the rate that its prices contain.
    `kind` and `place` are what `label` says, for those who speak another language: see `words.said`.
    """

    basis_points: float
    label: str
    included: bool
    reverse_charge: bool = False
    contained: float = 0
    kind: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sold, or sent: what it costs in all after discounts, in minor units, with tax in it or not.

    `reference` tells it from others (a SKU); `rate` is what the table says about it.
    """

    reference: str
    tax_class: str
    amount: int
    quantity: int
    rate: TaxRate


@dataclass(frozen=True, slots=True)
class Question:
    """A sale, as far as taxes need to know it. `shipping` has the rate of the main part of the parcel.

    `step`: amounts are multiples of so many minor units (10 for KWD). `vat_id` is good, or "".
    """

    currency: str
    step: int
    country: str
    region: str | None
    postal_code: str | None
    vat_id: str
    day: date
    lines: tuple[Asked, ...]
    shipping: Asked | None

    @property
    def key(self) -> str:
        """The same question has the same key: in hex, whoever asks and whenever on the same day."""
        return hashlib.sha256(msgspec.json.encode(msgspec.to_builtins(self))).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """The tax of one line in minor units, what it would be before rounding, and by how much its price moved."""

    tax: int
    exact: Fraction
    rate: TaxRate
    change: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The tax of each line asked about, in their order, and of shipping.

    `provider` says whose answer it is (`table`, or a service's name), `reference` what they call it.
    """

    lines: tuple[Answered, ...]
    shipping: Answered | None
    provider: str = "table"
    reference: str = ""


class Source(Protocol):
    """What a quote asks. `home` is where the shop sits; `rounding` is the shop's rule."""

    @property
    def rounding(self) -> Rounding:
        """Where tax is rounded."""
        ...

    @property
    def home(self) -> str:
        """The country of the shop."""
        ...

    def rate(
        self, country: str, region: str | None, tax_class: str, day: date, *, vat_id: str = ""
    ) -> TaxRate:
        """The table's rate: whether prices contain it, and what is net where the customer owes it."""
        ...

    def answer(self, question: Question) -> Answer:
        """The tax that is due. It may be called inside a transaction, so it never waits for anybody."""
        ...
