"""What a discount is called where its operator has given it no name."""

from decimal import Decimal

from babel.numbers import format_decimal

from kassa.kernel.money import show
from kassa.kernel.speech import _, locale, ngettext
from kassa.pricing.discounts.engine import Kind
from kassa.pricing.discounts.queries import Offer


def title(offer: Offer) -> str:
    """The name the operator gave it, else what it does, in the language spoken now."""
    if offer.title:
        return offer.title
    if offer.kind is Kind.FREE_SHIPPING:
        return _("Free shipping")
    if offer.kind is Kind.FIXED:
        return amount_off(offer.value, offer.currency or "")
    if offer.kind is Kind.PERCENT:
        return _("%(percent)s%% off", percent=_written(offer.value))
    if offer.value == 10_000:
        return _("Buy %(buy)s, get %(get)s free", buy=offer.buy, get=offer.get)
    return ngettext(
        "Buy %(buy)s, and %(number)s more is %(percent)s%% off",
        "Buy %(buy)s, and %(number)s more are %(percent)s%% off",
        offer.get,
        buy=offer.buy,
        percent=_written(offer.value),
    )


def amount_off(value: int, currency: str) -> str:
    """What so many minor units less are called."""
    return _("%(amount)s off", amount=show(value, currency))


def _written(basis_points: int) -> str:
    """Percent with the decimal sign of the language spoken now."""
    return format_decimal(Decimal(basis_points) / 100, locale=locale())


def percent(basis_points: int) -> str:
    """Basis points as people write percent: 1250 is 12.5."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
