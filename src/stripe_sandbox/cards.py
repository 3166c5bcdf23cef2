"""Stripe's test cards: what each number (and each `pm_card_…` name) does when it is charged."""

from dataclasses import dataclass, replace
from typing import Literal

# never: no challenge · always: every payment · unless_set_up: off-session passes once set up, on-session is
# challenged · on_session: set up already · optional: only when the merchant asks for it · frictionless: done
# without a challenge.
Authentication = Literal["never", "always", "unless_set_up", "on_session", "optional", "frictionless"]
RefundEnd = Literal["at_once", "pending", "fails"]


@dataclass(frozen=True, slots=True)
class Card:
    """One test card. `decline` is (code, decline_code or None) of every charge."""

    number: str
    names: tuple[str, ...]
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: tuple[str, str | None] | None = None
    needs_cvc: bool = False
    attachable: bool = True
    authentication: Authentication = "never"
    refund: RefundEnd = "at_once"
    available_at_once: bool = False
    blocked: bool = False
    risk: tuple[str, int] = ("normal", 32)
    failing_checks: tuple[str, ...] = ()

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]


def by_number(number: str) -> Card:
    """The card of this number; an unknown one (of valid checksum) is refused by every charge in test mode."""
    known = _BY_NUMBER.get(number)
    if known is not None:
        return known
    return replace(
        _BY_NUMBER["4242424242424242"],
        number=number,
        names=(),
        brand=_brand(number),
        decline=("card_declined", "test_mode_live_card"),
    )


def by_name(name: str) -> Card | None:
    """The card of a test payment method (`pm_card_visa`) or token (`tok_visa`)."""
    if name.startswith("tok_"):
        name = "pm_card_" + name[4:]
    return _BY_NAME.get(name.lower())


def passes_checksum(number: str) -> bool:
    """Whether a card number has a plausible length and a right Luhn digit."""
    if not (number.isascii() and number.isdecimal() and 12 <= len(number) <= 19):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _brand(number: str) -> str:
    if number[:2] in ("34", "37"):
        return "amex"
    if number[0] == "5" or "2221" <= number[:4] <= "2720":
        return "mastercard"
    return {"4": "visa", "6": "discover", "3": "diners"}.get(number[0], "unknown")


def _declined(number: str, code: str, decline_code: str | None, *names: str, needs_cvc: bool = False) -> Card:
    # Current lists write some names with "visa_" and some without; much code uses the other form.
    both = {f"{stem}{name}" for name in names for stem in ("pm_card_", "pm_card_visa_")}
    return Card(
        number, tuple(sorted(both)), decline=(code, decline_code), attachable=False, needs_cvc=needs_cvc
    )


def _challenged(number: str, *names: str, decline: tuple[str, str | None] | None = None) -> Card:
    return Card(number, names, authentication="always", decline=decline)


_CARDS = [
    Card("4242424242424242", ("pm_card_visa", "pm_card_us")),
    Card("4000056655665556", ("pm_card_visa_debit",), funding="debit"),
    Card("5555555555554444", ("pm_card_mastercard",), brand="mastercard"),
    Card("5200828282828210", ("pm_card_mastercard_debit",), brand="mastercard", funding="debit"),
    Card("5105105105105100", ("pm_card_mastercard_prepaid",), brand="mastercard", funding="prepaid"),
    Card("378282246310005", ("pm_card_amex", "pm_card_amex_threeDSecureNotSupported"), brand="amex"),
    Card("6011111111111117", ("pm_card_discover",), brand="discover"),
    Card("3056930009020004", ("pm_card_diners",), brand="diners"),
    Card("3566002020360505", ("pm_card_jcb",), brand="jcb", country="JP"),
    Card("6200000000000005", ("pm_card_unionpay",), brand="unionpay", country="CN"),
    Card("4000002760000016", ("pm_card_de",), country="DE"),
    Card("4000008260000000", ("pm_card_gb", "pm_card_uk"), country="GB"),
    Card("4000002500000003", ("pm_card_fr",), country="FR"),
    _declined("4000000000000002", "card_declined", "generic_decline", "chargeDeclined"),
    _declined("4000000000009995", "card_declined", "insufficient_funds", "chargeDeclinedInsufficientFunds"),
    _declined("4000000000009987", "card_declined", "lost_card", "chargeDeclinedLostCard"),
    _declined("4000000000009979", "card_declined", "stolen_card", "chargeDeclinedStolenCard"),
    _declined(
        "4000000000006975", "card_declined", "card_velocity_exceeded", "chargeDeclinedVelocityLimitExceeded"
    ),
    _declined("4000000000000069", "expired_card", None, "chargeDeclinedExpiredCard"),
    _declined("4000000000000127", "incorrect_cvc", None, "chargeDeclinedIncorrectCvc", needs_cvc=True),
    _declined("4000000000000119", "processing_error", None, "chargeDeclinedProcessingError"),
    Card("4000000000000341", ("pm_card_chargeCustomerFail",), decline=("card_declined", "generic_decline")),
    Card("4000002500003155", ("pm_card_authenticationRequiredOnSetup",), authentication="unless_set_up"),
    _challenged("4000002760003184", "pm_card_authenticationRequired"),
    Card(
        "4000003800000446", ("pm_card_authenticationRequiredSetupForOffSession",), authentication="on_session"
    ),
    _challenged(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        decline=("card_declined", "insufficient_funds"),
    ),
    Card("4000000000003220", ("pm_card_threeDSecure2Required",), country="IE", authentication="always"),
    Card("4000008400000027", (), authentication="always"),
    _challenged(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        decline=("card_declined", "generic_decline"),
    ),
    Card(
        "4000008400001280",
        ("pm_card_threeDSecureRequiredProcessingError",),
        decline=("card_declined", "generic_decline"),
    ),
    Card("4000000000003055", ("pm_card_threeDSecureOptional",), authentication="optional"),
    Card("4000000000003097", ("pm_card_threeDSecureOptionalProcessingError",)),
    Card("4000000032200000", (), authentication="frictionless"),
    Card("4000000000007726", ("pm_card_pendingRefund",), refund="pending"),
    Card("4000000000005126", ("pm_card_refundFail",), refund="fails"),
    Card("4000000000000077", ("pm_card_bypassPending",), available_at_once=True),
    Card("4000003720000278", ("pm_card_bypassPendingInternational",), country="IE", available_at_once=True),
    Card("4100000000000019", ("pm_card_radarBlock",), decline=("card_declined", "fraudulent"), blocked=True),
    Card("4000000000004954", ("pm_card_riskLevelHighest",), risk=("highest", 85)),
    Card("4000000000009235", ("pm_card_riskLevelElevated",), risk=("elevated", 70)),
    Card("4000000000000101", ("pm_card_cvcCheckFail",), failing_checks=("cvc_check",)),
    Card("4000000000000036", ("pm_card_avsZipFail",), failing_checks=("address_postal_code_check",)),
    Card("4000000000000028", ("pm_card_avsLine1Fail",), failing_checks=("address_line1_check",)),
    Card(
        "4000000000000010",
        ("pm_card_avsFail",),
        failing_checks=("address_line1_check", "address_postal_code_check"),
    ),
    # These succeed; the disputes and the fraud warning that Stripe lets follow are not modelled yet.
    Card("4000000000000259", ("pm_card_createDispute",)),
    Card("4000000000002685", ("pm_card_createDisputeProductNotReceived",)),
    Card("4000000000001976", ("pm_card_createDisputeInquiry",)),
    Card("4000000000005423", ("pm_card_createIssuerFraudRecord",)),
    Card("4000000404000079", ("pm_card_createMultipleDisputes",)),
]

_BY_NUMBER = {card.number: card for card in _CARDS}
_BY_NAME = {name.lower(): card for card in _CARDS for name in card.names}

# What the customer may be told, by code or decline code.
MESSAGES = {
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or "
    "exceeding its "
    "amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a "
    "list of valid test cards, visit: https://stripe.com/docs/testing.",
}


def message(code: str, decline_code: str | None) -> str:
    """The sentence Stripe shows for a decline."""
    return MESSAGES.get(decline_code or code) or MESSAGES.get(code) or "Your card was declined."
