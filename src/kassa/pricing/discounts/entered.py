"""How a code that somebody has entered stands: whether it counts, and if not, why and what would help. Pure.

The words are said here and nowhere else: the bag, the checkout and the API say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from babel.dates import format_date

from kassa.kernel.errors import Conflict, Invalid, KassaError
from kassa.kernel.money import show
from kassa.kernel.speech import N_, _, locale, ngettext
from kassa.pricing.discounts.engine import Discount, Kind, Line, Taken, is_meant


class Standing(StrEnum):
    """How an entered code stands; each but the first two is also the end of a stable code: `discount_ended`."""

    APPLIED = "applied"
    BEATEN = "beaten"
    UNKNOWN = "unknown"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    USED_UP = "used_up"
    ALREADY_USED = "already_used"
    WRONG_CURRENCY = "wrong_currency"
    MINIMUM = "minimum_not_reached"
    NOT_MEANT = "not_applicable"
    TOO_FEW = "too_few_units"


#: Nothing that is put into the cart changes these.
FINAL: Final = frozenset(
    {Standing.UNKNOWN, Standing.NOT_STARTED, Standing.ENDED, Standing.USED_UP, Standing.ALREADY_USED}
)
#: In these the code does what it can.
GOOD: Final = frozenset({Standing.APPLIED, Standing.BEATEN})


@dataclass(frozen=True, slots=True)
class Entered:
    """A code and how it stands. `missing`: minor units of `currency`, or units, that would make it count."""

    code: str
    standing: Standing
    missing: int = 0
    currency: str | None = None
    at: datetime | None = None

    @property
    def good(self) -> bool:
        """Whether it does what it can."""
        return self.standing in GOOD

    @property
    def final(self) -> bool:
        """Whether nothing that is put into the cart would make it count."""
        return self.standing in FINAL


_SAID: Final = {
    Standing.APPLIED: N_("%(code)s counts."),
    Standing.BEATEN: N_("Another discount saves you more than %(code)s, so that one counts."),
    Standing.UNKNOWN: N_("There is no discount with the code %(code)s."),
    Standing.NOT_STARTED: N_("%(code)s counts from %(day)s on."),
    Standing.ENDED: N_("%(code)s ended on %(day)s."),
    Standing.USED_UP: N_("%(code)s has been used as often as it may be."),
    Standing.ALREADY_USED: N_("%(code)s has been used with this e-mail address as often as one person may."),
    Standing.WRONG_CURRENCY: N_("%(code)s is for orders in %(currency)s."),
    Standing.MINIMUM: N_("%(code)s counts once there is %(missing)s more in your bag."),
    Standing.NOT_MEANT: N_("%(code)s is for nothing that is in your bag."),
}


def said(entered: Entered) -> str:
    """How a code stands, in a sentence of the language spoken now."""
    if entered.standing is Standing.TOO_FEW:
        return ngettext(
            "%(code)s counts with %(number)s more of what it is for.",
            "%(code)s counts with %(number)s more of what it is for.",
            entered.missing,
            code=entered.code,
        )
    known = {"code": entered.code, "currency": entered.currency or ""}
    if entered.missing and entered.currency:
        known["missing"] = show(entered.missing, entered.currency)
    if entered.at is not None:
        style = "d MMMM yyyy" if locale().language == "en" else "long"
        known["day"] = format_date(entered.at.date(), style, locale=locale())
    return _(_SAID[entered.standing], **known)


def refusal(entered: Entered) -> KassaError:
    """What whoever asked for this code is told; `missing` and `currency` where there is something to be done."""
    code, detail = f"discount_{entered.standing}", said(entered)
    if entered.final and entered.standing is not Standing.UNKNOWN:
        return Conflict(detail, code=code)
    extra = {"missing": entered.missing, "currency": entered.currency} if entered.missing else {}
    return Invalid(detail, code=code, errors=[("discount_code", "does not count")], extra=extra)


def stand(one: Discount, lines: Sequence[Line], currency: str, taken: Taken) -> Entered:
    """How the code of `one`, which may be used now, stands in a cart that `taken` was taken from."""
    code = one.code or ""
    if one in taken.used:
        return Entered(code, Standing.APPLIED)
    if one.currency is not None and one.currency != currency:
        return Entered(code, Standing.WRONG_CURRENCY, currency=one.currency)
    meant = [line for line in lines if is_meant(one, line)]
    if not meant:
        return Entered(code, Standing.NOT_MEANT)
    missing = one.minimum - sum(line.amount for line in lines)
    if missing > 0:
        return Entered(code, Standing.MINIMUM, missing, currency)
    units = sum(line.quantity for line in meant)
    if one.kind is Kind.BUY_X_GET_Y and units <= one.buy:
        return Entered(code, Standing.TOO_FEW, one.buy + 1 - units)
    return Entered(code, Standing.BEATEN if taken.used else Standing.NOT_MEANT)
