"""Stripe's test cards: what each number (and each `pm_card_…` name) does when it is charged."""

from dataclasses import dataclass, replace
from typing import Any

from stripe_sandbox.behaviour import GOOD, Behaviour, Disputed


@dataclass(frozen=True, slots=True)
class Card:
    """One test card.

    `needs_cvc`: it declines only if a CVC was sent. `until_set_up`: its bank stops asking for authentication
    off-session once the customer agreed to that.
    """

    number: str
    names: tuple[str, ...]
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    does: Behaviour = GOOD
    needs_cvc: bool = False
    until_set_up: bool = False
    failing_checks: tuple[str, ...] = ()

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    def behaviour(self, *, cvc: bool, set_up: bool) -> Behaviour:
        """What it does, given whether a CVC was sent and whether it was set up for off-session use."""
        if self.needs_cvc and not cvc:
            return replace(self.does, decline=None)
        if self.until_set_up:
            return replace(self.does, authentication="on_session" if set_up else "always")
        return self.does


def by_number(number: str) -> Card:
    """The card of this number; an unknown one (of valid checksum) is refused by every charge in test mode."""
    known = _BY_NUMBER.get(number)
    if known is not None:
        return known
    refused = Behaviour(decline=("card_declined", "test_mode_live_card"), attachable=False)
    return Card(number, (), brand=_brand(number), does=refused)


def by_name(name: str) -> Card | None:
    """The card of a test payment method (`pm_card_visa`) or token (`tok_visa`).

    Some names are written with `visa_` in some lists and without in others: both forms are known.
    """
    name = name.lower()
    if name.startswith("tok_"):
        name = "pm_card_" + name[4:]
    found = _BY_NAME.get(name)
    if found is None and name.startswith("pm_card_visa_"):
        return _BY_NAME.get("pm_card_" + name[13:])
    return found or (_BY_NAME.get("pm_card_visa_" + name[8:]) if name.startswith("pm_card_") else None)


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


def _card(number: str, *names: str, brand: str = "visa", country: str = "US", **does: Any) -> Card:
    return Card(number, tuple(f"pm_card_{name}" for name in names), brand, country, does=Behaviour(**does))


def _declined(number: str, name: str, code: str, decline_code: str | None = None, **does: Any) -> Card:
    return _card(number, name, decline=(code, decline_code), attachable=False, **does)


_COUNTRIES = """
ae 4000007840000001 ar 4000000320000021 at 4000000400000008 au 4000000360000006 be 4000000560000004
bg 4000001000000000 br 4000000760000002 by 4000001120000005 ca 4000001240000000 ch 4000007560000009
cl 4000001520000001 cn 4000001560000002 co 4000001700000003 cr 4000001880000005 cy 4000001960000008
cz 4000002030000002 de 4000002760000016 dk 4000002080000001 ec 4000002180000000 ee 4000002330000009
es 4000007240000007 fi 4000002460000001 fr 4000002500000003 gb 4000008260000000 gi 4000002920000005
gr 4000003000000030 hk 4000003440000004 hr 4000001910000009 hu 4000003480000005 ie 4000003720000005
in 4000003560000008 it 4000003800000008 jp 4000003920000003 li 4000004380000004 lt 4000004400000000
lu 4000004420000006 lv 4000004280000005 mt 4000004700000007 mx 4000004840008001 my 4000004580000002
nl 4000005280000002 no 4000005780000007 nz 4000005540000008 pa 4000005910000000 pe 4000006040000068
pl 4000006160000005 pt 4000006200000007 py 4000006000000066 ro 4000006420000001 sa 4000006820000007
se 4000007520000008 sg 4000007020000003 si 4000007050000006 sk 4000007030000001 th 4000007640000003
tw 4000001580000008 uy 4000008580000003
"""

_GENERIC = ("card_declined", "generic_decline")
_POOR = ("card_declined", "insufficient_funds")

_CARDS = [
    _card("4242424242424242", "visa", "us"),
    Card("4000056655665556", ("pm_card_visa_debit",), funding="debit"),
    _card("5555555555554444", "mastercard", brand="mastercard"),
    _card("2223003122003222", brand="mastercard"),
    Card("5200828282828210", ("pm_card_mastercard_debit",), brand="mastercard", funding="debit"),
    Card("5105105105105100", ("pm_card_mastercard_prepaid",), brand="mastercard", funding="prepaid"),
    _card(
        "378282246310005", "amex", "amex_threeDSecureNotSupported", brand="amex",
        authentication="unsupported",
    ),
    _card("371449635398431", brand="amex", authentication="unsupported"),
    _card("6011111111111117", "discover", brand="discover"),
    _card("6011000990139424", brand="discover"),
    _card("3056930009020004", "diners", brand="diners"),
    _card("36227206271667", brand="diners"),
    _card("3566002020360505", "jcb", brand="jcb", country="JP"),
    _card("6200000000000005", "unionpay", brand="unionpay", country="CN"),
    *(
        _card(number, country, country=country.upper())
        for country, number in zip(_COUNTRIES.split()[::2], _COUNTRIES.split()[1::2], strict=True)
    ),
    _declined("4000000000000002", "chargeDeclined", *_GENERIC),
    _declined("4000000000009995", "chargeDeclinedInsufficientFunds", *_POOR),
    _declined("4000000000009987", "chargeDeclinedLostCard", "card_declined", "lost_card"),
    _declined("4000000000009979", "chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    _declined(
        "4000000000006975", "chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"
    ),
    _declined("4000000000000069", "chargeDeclinedExpiredCard", "expired_card"),
    replace(
        _declined("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc"), needs_cvc=True
    ),
    _declined("4000000000000119", "chargeDeclinedProcessingError", "processing_error"),
    _declined(
        "4100000000000019", "radarBlock", "card_declined", "fraudulent", blocked=True, risk=("highest", 92)
    ),
    _card("4000000000000341", "chargeCustomerFail", decline=_GENERIC),
    replace(_card("4000002500003155", "authenticationRequiredOnSetup"), until_set_up=True),
    _card("4000002760003184", "authenticationRequired", authentication="always"),
    _card(
        "4000003800000446", "authenticationRequiredSetupForOffSession", authentication="on_session"
    ),
    _card(
        "4000008260003178", "authenticationRequiredChargeDeclinedInsufficientFunds",
        authentication="always", decline=_POOR,
    ),
    _card("4000000000003220", "threeDSecure2Required", country="IE", authentication="always"),
    _card("4000008400000027", authentication="always"),
    _card("4000000000003063", "threeDSecureRequired", authentication="always"),
    _card(
        "4000008400001629", "threeDSecureRequiredChargeDeclined", authentication="always", decline=_GENERIC
    ),
    _card("4000008400001280", "threeDSecureRequiredProcessingError", authentication="fails"),
    _card("4000000000003055", "threeDSecureOptional", authentication="optional"),
    _card("4000000000003097", "threeDSecureOptionalProcessingError", authentication="fails_if_asked"),
    _card("4000000032200000", authentication="frictionless"),
    _card("4000000000000259", "createDispute", dispute=Disputed("fraudulent", protected=True)),
    _card(
        "4000000000002685", "createDisputeProductNotReceived", dispute=Disputed("product_not_received")
    ),
    _card("4000000000001976", "createDisputeInquiry", dispute=Disputed("fraudulent", inquiry=True)),
    _card("4000000000005423", "createIssuerFraudRecord", warned=True),
    _card("4000000404000079", "createMultipleDisputes", dispute=Disputed("fraudulent", times=2)),
    _card("4000000000007726", "pendingRefund", refund="pending"),
    _card("4000000000005126", "refundFail", refund="fails"),
    _card("4000000000000077", "bypassPending", available_at_once=True),
    _card("4000003720000278", "bypassPendingInternational", country="IE", available_at_once=True),
    _card("4000000000004954", "riskLevelHighest", risk=("highest", 85)),
    _card("4000000000009235", "riskLevelElevated", risk=("elevated", 70)),
    Card("4000000000000101", ("pm_card_cvcCheckFail",), failing_checks=("cvc_check",)),
    Card("4000000000000036", ("pm_card_avsZipFail",), failing_checks=("address_postal_code_check",)),
    Card("4000000000000028", ("pm_card_avsLine1Fail",), failing_checks=("address_line1_check",)),
    Card(
        "4000000000000010", ("pm_card_avsFail",),
        failing_checks=("address_line1_check", "address_postal_code_check"),
    ),
]  # fmt: skip

_BY_NUMBER = {card.number: card for card in _CARDS}
_BY_NAME = {name.lower(): card for card in _CARDS for name in card.names}
_BY_NAME |= {
    "pm_card_uk": _BY_NAME["pm_card_gb"],
    "pm_card_chargedeclinedfraudulent": _BY_NAME["pm_card_radarblock"],
}

# What the customer may be told, by code or decline code.
MESSAGES = {
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or exceeding "
    "its amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
}


def message(code: str, decline_code: str | None) -> str:
    """The sentence Stripe shows for a decline."""
    return MESSAGES.get(decline_code or code) or MESSAGES.get(code) or "Your card was declined."
