"""What the provider can charge at once, in ISO 4217's minor units (https://docs.stripe.com/currencies, March 2025).

Looked at before an order exists, so that no order waits for money that nobody can take.
"""

from typing import Final

from kassa.kernel.errors import Invalid
from kassa.kernel.money import exponent

#: The smallest charge where Stripe states one.
MINIMUM: Final = {
    "USD": 50, "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250,
    "EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300,
    "NZD": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000,
}  # fmt: skip
#: Elsewhere it is what half a US dollar is worth in the currency settled in: here about a whole one, as rates move.
ABOUT_A_DOLLAR: Final = {
    "BHD": 400, "BIF": 3_000, "CLP": 1_000, "COP": 450_000, "DJF": 180, "GNF": 9_000, "IDR": 1_700_000, "ISK": 150,
    "JOD": 750, "KMF": 500, "KRW": 1_500, "KWD": 320, "LBP": 9_000_000, "MGA": 500_000, "OMR": 400, "PYG": 8_000,
    "RWF": 1_500, "TND": 3_200, "UGX": 3_800, "VND": 26_000, "VUV": 130, "XAF": 650, "XOF": 650, "XPF": 120,
}  # fmt: skip
#: Eight digits is what Stripe takes of any currency, two of them 00 where it counts decimals that ISO does not.
MAXIMUM: Final = 99_999_999
_MAXIMUM: Final = {"ISK": 999_999, "UGX": 999_999}
#: Only multiples of so many minor units can be charged: three decimals of which the last is 0, and whole ariary.
_STEP: Final = {**dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 10), "MGA": 100}


class BelowMinimum(Invalid):
    """Less than the provider can charge in this currency."""

    code = "amount_below_minimum"


class AmountTooLarge(Invalid):
    """More than the provider can charge at once."""

    code = "amount_too_large"


class UnevenAmount(Invalid):
    """Finer than the provider can charge in this currency: a price of the catalogue is at fault."""

    code = "amount_uneven"


def step(currency: str) -> int:
    """What every amount to be charged is a multiple of, in minor units: 10 for KWD, else nearly always 1."""
    return _STEP.get(currency, 1)


def least(currency: str) -> int:
    """The smallest amount that can be charged."""
    return MINIMUM.get(currency) or ABOUT_A_DOLLAR.get(currency) or 10 ** exponent(currency)


def check(total: int, currency: str) -> None:
    """Refuse a total that the provider could not charge.

    Raises:
        BelowMinimum: `minimum` says how much is needed.
        AmountTooLarge, UnevenAmount
    """
    minimum = least(currency)
    if total < minimum:
        raise BelowMinimum(
            f"The total is below what can be charged in {currency}.",
            extra={"minimum": minimum, "currency": currency},
        )
    if total > _MAXIMUM.get(currency, MAXIMUM):
        raise AmountTooLarge(f"The total is above what can be charged at once in {currency}.")
    if total % step(currency):
        raise UnevenAmount(f"Amounts in {currency} must be multiples of {step(currency)} minor units.")
