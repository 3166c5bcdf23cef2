"""What the rooms below refuse, in the language of whoever is refused. They speak English, and know no other.

What they say word for word is translated as it stands. What names a value of theirs has a sentence by its code, which
says it without the value: nobody reads half a sentence in another language.
"""

from collections.abc import Mapping
from typing import Final

from kassa.kernel import speech
from kassa.kernel.errors import KassaError
from kassa.kernel.speech import N_, _

#: What is said word for word.
_SENTENCES: Final = (
    N_("A name has at most 100 printable characters."),
    N_("A password has 10 to 256 characters."),
    N_("A reader"),
    N_("A parcel of this order has left already."),
    N_("An address book has room for 20 addresses."),
    N_("Another account has this address."),
    N_("At most 99 of one thing go into a cart."),
    N_("Choose at least one book."),
    N_("Choose from one to five stars."),
    N_("Choose what to send back."),
    N_("E-mail or password is wrong."),
    N_("It is there: you can buy it now."),
    N_("Only who has bought a book can review it."),
    N_("Please say it in at most 1000 characters."),
    N_("Please say why."),
    N_("Please say why: choose what fits best."),
    N_("Something is missing."),
    N_("That is more than was sent to you."),
    N_("That session is over already."),
    N_("That took too long. Please try again."),
    N_("That was tried too often. Please wait a quarter of an hour, or have a link sent to you."),
    N_("That was too often. Please wait a little."),
    N_("The account of this link has another address by now, or is gone."),
    N_("The account of this link is gone."),
    N_("The address is not complete."),
    N_("The body is larger than is accepted here."),
    N_("The form was open for too long, or was not ours. Please load the page again."),
    N_("The name of a passkey has 1 to 60 printable characters."),
    N_("There have been too many requests for this order. Please write to us."),
    N_("There is no invoice: this order was not paid."),
    N_("There is no such account."),
    N_("There is no such cart."),
    N_("There is no such edition."),
    N_("There is no such order."),
    N_("There is no such passkey."),
    N_("There is no such product."),
    N_("There is no such purchase."),
    N_("There is nothing at this address."),
    N_("There is nothing of this order that could be canceled."),
    N_("There is nothing of this order that could be sent back."),
    N_("This address does not answer to this method."),
    N_("This can't be sent to this country."),
    N_("This is not for sale here."),
    N_("This is your address already."),
    N_("This link has run out."),
    N_("This link was asked for in another account."),
    N_("This link was used already, or has run out."),
    N_("This passkey is known here already."),
    N_("This passkey was not accepted. Please try again, or sign in another way."),
    N_("This would be guessed at once. A few words that do not belong together are better."),
    N_("Write a few words, at most 4000 characters."),
    N_("Write a name of at most 60 characters, like Anna K."),
    N_("You have asked for many mails. Please wait a little."),
)
#: What is said of a field, by what the rooms below call it.
_OF_FIELDS: Final[Mapping[str, str]] = {
    "is required": N_("This is required."),
    "is not an ISO 3166 country code": N_("Please choose a country of the list."),
    "contains a character that no address has": N_("This contains a character that no address has."),
    "is not a country that we send this to": N_("This can't be sent to this country."),
    "is not a VAT number": N_("This is not a VAT number that we know."),
    "is too long": N_("This is too long."),
    "is empty": N_("This is required."),
}
#: What is said of anything else that has this code.
_BY_CODE: Final[Mapping[str, str]] = {
    "amount_below_minimum": N_("The total is below what can be charged in this currency."),
    "amount_too_large": N_("The total is above what can be charged at once."),
    "amount_uneven": N_("The total can't be charged in this currency."),
    "bad_vat_id": N_("This is not a VAT number that we know."),
    "body_too_large": N_("The body is larger than is accepted here."),
    "busy": N_("Somebody else is changing the same thing. Please try again."),
    "cart_full": N_("Your bag is full."),
    "cart_not_found": N_("There is no such cart."),
    "csrf_failed": N_("The form was open for too long, or was not ours. Please load the page again."),
    "empty_order": N_("There is nothing in this order."),
    "insufficient_stock": N_("Not everything in your bag is left."),
    "invalid_email": N_("This is not an e-mail address. It looks like ada@example.org."),
    "invalid_transition": N_("The order has moved on, and this is not possible any more."),
    "order_not_payable": N_("The order is not waiting to be paid."),
    "payment_processing": N_("Your bank has not decided yet."),
    "provider_unreachable": N_("Stripe can't be reached just now. Please try again in a moment."),
    "quantity_too_large": N_("At most 99 of one thing go into a cart."),
    "quote_changed": N_("The total has changed since it was shown."),
    "too_many_lines": N_("Your bag is full."),
    "too_many_requests": N_("That was too often. Please wait a little."),
    "too_many_tries": N_("That was too often. Please wait a little."),
    "unknown_currency": N_("The shop does not sell in this currency."),
    "unknown_shipping_method": N_("There is no such way of shipping to this place."),
    "unknown_sku": N_("This is not for sale here."),
    "weak_password": N_("A password has 10 to 256 characters."),
}


def said(refusal: KassaError) -> str:
    """What was refused, in the language spoken now."""
    return worded(refusal.detail, refusal.code)


def field(message: str) -> str:
    """What is wrong with a field, of which the rooms below say only the end of the sentence."""
    if message in _OF_FIELDS:
        return _(_OF_FIELDS[message])
    english = speech.language().partition("-")[0] == speech.ENGLISH
    return f"This {message}." if english else _("This is not right.")


def worded(detail: str, code: str) -> str:
    """The same, of a `detail` that may be English still, and its code."""
    text = _(detail)
    if text != detail or speech.language().partition("-")[0] == speech.ENGLISH:
        return text
    return _(_BY_CODE[code]) if code in _BY_CODE else detail
