"""Money is an integer of minor units and a currency; floats never come near it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal

from babel.numbers import format_currency, get_currency_symbol, list_currencies

from kassa.kernel import speech
from kassa.kernel.errors import Invalid

Rounding = Literal["half_up", "half_even"]

_ROUNDING: Final = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
_KNOWN: Final = frozenset(list_currencies())

#: ISO 4217's minor units where they are not two. CLDR's digits are for display (RSD 0) and not for money.
_EXPONENTS: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}  # fmt: skip

#: More than any shop has ever taken; keeps sums inside a bigint.
MAX_MINOR: Final = 99_999_999_999_999


class CurrencyMismatch(Invalid):
    """Two amounts of different currencies met; neither can become the other here."""

    code = "currency_mismatch"


class UnknownCurrency(Invalid):
    """Not an ISO 4217 code."""

    code = "unknown_currency"


def exponent(currency: str) -> int:
    """Decimals of the currency's minor unit by ISO 4217: EUR 2, JPY 0, KWD 3.

    Raises:
        UnknownCurrency: `currency` is not a code ISO knows.
    """
    if currency not in _KNOWN:
        raise UnknownCurrency(f"{currency!r} is not an ISO 4217 currency code.")
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents of a euro, whole yen) and its ISO 4217 code."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added.")


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Sum of `amounts`, zero when there are none; every one must be in `currency`."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Share `amount` minor units by `weights`, losing nothing (largest remainder, earlier share first).

    The shares sum to `amount` exactly. Weights that are all zero share it as if they were equal;
    no weights at all can only share zero.
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be shared among nobody")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("weights are never negative")
    if not any(weights):
        weights = [1] * len(weights)
    sign, rest, whole = (1 if amount >= 0 else -1), abs(amount), sum(weights)
    shares = [rest * weight // whole for weight in weights]
    remainders = [rest * weight % whole for weight in weights]
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[: rest - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


def fraction(amount: int, numerator: int, denominator: int, rounding: Rounding = "half_up") -> int:
    """`amount` × numerator ÷ denominator in minor units, rounded as said (ties away from zero by default)."""
    exact = Decimal(amount * numerator) / Decimal(denominator)
    return int(exact.quantize(Decimal(1), rounding=_ROUNDING[rounding]))


def parse_decimal(text: str, currency: str) -> int:
    """Minor units of a decimal number as people write it in a file ("12.90"); more decimals than the
    currency has are refused, not rounded.

    Raises:
        Invalid: not a number, negative, too large, or finer than the minor unit.
    """
    try:
        value = Decimal(text.strip())
    except ArithmeticError:
        raise Invalid(f"{text.strip()[:40]!r} is not a number.", code="invalid_amount") from None
    if not value.is_finite() or value < 0 or value > 10**12:
        raise Invalid(f"{text.strip()[:40]!r} is not an amount.", code="invalid_amount")
    minor = value.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise Invalid(f"{text.strip()[:40]} has more decimals than {currency}.", code="invalid_amount")
    return int(minor)


def to_decimal(amount: int, currency: str) -> Decimal:
    """The amount in major units, exactly (1299 EUR → Decimal("12.99"))."""
    return Decimal(amount).scaleb(-exponent(currency))


@lru_cache(maxsize=256)
def _pattern(locale: str, currency: str, digits: int) -> str:
    """The locale's currency pattern with exactly `digits` decimals, and CLDR's space where letters meet a figure."""
    pattern = speech.locale(locale).currency_formats["standard"].pattern
    if get_currency_symbol(currency, speech.locale(locale))[-1:].isalpha():
        pattern = re.sub(r"¤(?=[#0])", "¤\xa0", pattern)
    decimals = "." + "0" * digits if digits else ""
    return re.sub(r"0\.0+", "0" + decimals, pattern)


def show(amount: int, currency: str, locale: str | None = None) -> str:
    """The amount as people read it who speak `locale`, or the language spoken now: 1299 EUR → "€12.99", "12,99 €"."""
    return _shown(amount, currency, locale or speech.language(), exponent(currency))


def show_briefly(amount: int, currency: str, locale: str | None = None) -> str:
    """As `show`, but without decimals if there are none: 1000 EUR → "€10"."""
    digits = exponent(currency)
    return _shown(amount, currency, locale or speech.language(), digits if amount % 10**digits else 0)


@lru_cache(maxsize=4096)  # a page of a list shows dozens, and lists show the same ones
def _shown(amount: int, currency: str, locale: str, digits: int) -> str:
    return format_currency(
        to_decimal(amount, currency), currency, locale=speech.locale(locale), currency_digits=False,
        decimal_quantization=False, format=_pattern(locale, currency, digits),
    )  # fmt: skip
