"""Everything that can keep a payment from going through, in plain words, each with what to do next.

One table: what a page shows, what docs/guide/checkout.md lists, and what the tests walk through is this. What would
tell a thief that a card is known to be stolen, or a cheat that he was seen (lost_card, stolen_card, fraudulent …),
has no entry of its own and reads like any other "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kassa.kernel.speech import N_
from kassa.payments import Payment


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, and the next step. `code` is its name in the table."""

    code: str
    says: str
    next: str


_OTHER: Final = N_("Nothing was charged. Pay with another card, or another way to pay.")
_DIGITS: Final = N_("Nothing was charged. Check the digits and press Pay again.")
_AGAIN: Final = N_("Nothing was charged. Press Pay again, and confirm with your bank when it asks.")

TROUBLES: Final[Mapping[str, Trouble]] = {
    trouble.code: trouble
    for trouble in (
        # What a bank says.
        Trouble("insufficient_funds", N_("Your bank says there are not enough funds on this card."), _OTHER),
        Trouble("expired_card", N_("This card has expired."), _OTHER),
        Trouble("incorrect_cvc", N_("The security code (CVC) is not the one of this card."), _DIGITS),
        Trouble("incorrect_number", N_("This is not a card number."), _DIGITS),
        Trouble("incorrect_date", N_("A card with this expiry date can't be."), _DIGITS),
        Trouble(
            "processing_error",
            N_("The bank could not process the card just now."),
            N_("Nothing was charged. Try again in a moment, or pay with another card."),
        ),
        Trouble(
            "limit_reached",
            N_("The card has reached a limit that its bank has set."),
            N_("Nothing was charged. Pay with another card; this one may work again tomorrow."),
        ),
        Trouble("unsupported", N_("This card can't pay for this."), _OTHER),
        Trouble("authentication_required", N_("Your bank wants to be sure that it is you."), _AGAIN),
        Trouble(
            "not_confirmed",
            N_("Your bank could not confirm that it was you."),
            N_("Nothing was charged. Press Pay to try once more, or pay with another card."),
        ),
        Trouble("confirmation_open", N_("Your bank's confirmation was begun and not finished."), _AGAIN),
        Trouble(
            "declined",
            N_("Your bank declined the card and did not say why."),
            N_("Nothing was charged. Pay with another card, or ask your bank."),
        ),
        # What the connection, or Stripe, does.
        Trouble(
            "offline",
            N_("The connection broke while you were paying, so we don't know yet whether it went through."),
            N_(
                "Please don't pay again. This page asks as soon as there is a connection, and then says how it stands."
            ),
        ),
        Trouble(
            "not_sent",
            N_("It did not get through to Stripe."),
            N_("Nothing was charged. Press Pay again; you will not be charged twice."),
        ),
        Trouble(
            "unreachable",
            N_("Stripe can't be reached just now."),
            N_("Reload this page in a moment; you will not be charged twice."),
        ),
        Trouble(
            "silent",
            N_(
                "Stripe has not answered yet, so we don't know whether your payment went through, and we will not "
                "guess."
            ),
            N_("Please don't pay again."),
        ),
        Trouble(
            "form_missing",
            N_("The card form, which comes from Stripe, did not load."),
            N_("Reload the page, or pay on Stripe's own page with the button below."),
        ),
        Trouble(
            "incomplete",
            N_("Something in the form is missing or not right."),
            N_("It is marked there. Nothing was charged."),
        ),
        # What happened meanwhile.
        Trouble(
            "deciding",
            N_("Your bank has not decided yet. Nothing more is needed from you."),
            N_("Please don't pay again."),
        ),
        Trouble(
            "paid_elsewhere",
            N_("This order was paid already, in another tab or on another device."),
            N_("You were charged once. Here is your order."),
        ),
        Trouble(
            "came_back",
            N_("You came back from Stripe's page without paying."),
            N_("Nothing was charged. Pay here or there, whenever you like."),
        ),
        Trouble(
            "expired",
            N_("The time to pay ran out, so the books went back on the shelf."),
            N_(
                "Nothing was charged. Order the same again with one press: the same books, to the same address."
            ),
        ),
        Trouble(
            "too_many_tries",
            N_("Ten tries to pay did not go through, so the books went back on the shelf."),
            N_(
                "Nothing was charged. Ask your bank about the card, then order the same again with one press."
            ),
        ),
        Trouble(
            "gone",
            N_("Meanwhile somebody else bought some of them."),
            N_("Nothing was ordered. Put what is left into your bag, and choose from there."),
        ),
        Trouble(
            "dearer",
            N_("The total is not what it was."),
            N_("Nothing was ordered. If the new total suits you, order with it."),
        ),
    )
}

#: Stripe's codes, and decline codes of banks, by the trouble they are. All others are `declined`.
_CODES: Final[Mapping[str, str]] = {
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
    "incorrect_number": "incorrect_number",
    "invalid_number": "incorrect_number",
    "invalid_expiry_month": "incorrect_date",
    "invalid_expiry_year": "incorrect_date",
    "processing_error": "processing_error",
    "issuer_not_available": "processing_error",
    "reenter_transaction": "processing_error",
    "try_again_later": "processing_error",
    "card_velocity_exceeded": "limit_reached",
    "withdrawal_count_limit_exceeded": "limit_reached",
    "card_not_supported": "unsupported",
    "currency_not_supported": "unsupported",
    "not_permitted": "unsupported",
    "service_not_allowed": "unsupported",
    "transaction_not_allowed": "unsupported",
    "authentication_required": "authentication_required",
    "payment_intent_authentication_failure": "not_confirmed",
}


def of_error(error: Mapping[str, Any] | None) -> Trouble | None:
    """Why a try came to nothing, as a customer may know it; None if none did. `error` is Stripe's."""
    if not error:
        return None
    for key in (error.get("decline_code"), error.get("code")):
        if key in _CODES:
            return TROUBLES[_CODES[str(key)]]
    return TROUBLES["declined"]


def of_attempts(attempts: list[Payment]) -> Trouble | None:
    """Why the newest attempt that anything is known of came to nothing, or waits; attempts are oldest first."""
    if attempts and attempts[-1].state == "requires_action":
        return TROUBLES["confirmation_open"]
    tried = [attempt for attempt in attempts if attempt.last_error]
    return of_error(tried[-1].last_error) if tried else None
