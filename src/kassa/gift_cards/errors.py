"""What can be refused about gift cards."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class GiftCardNotFound(NotFound):
    """No gift card has this code, or this id."""

    code = "gift_card_not_found"


class CardRefused(Invalid):
    """The card can't pay this order: another currency, expired, empty, or nothing is left to pay; `code` says which."""

    code = "gift_card_refused"


class TooManyGiftCards(Invalid):
    """More cards than an order takes."""

    code = "too_many_gift_cards"


class NothingToVoid(Conflict):
    """Less is unspent and unpromised than is to be taken away; nothing changed."""

    code = "gift_card_spent"
