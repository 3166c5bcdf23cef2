"""What can be refused about a review."""

from kassa.kernel.errors import Forbidden, Invalid, NotFound


class ReviewNotFound(NotFound):
    """There is no such review."""

    code = "review_not_found"


class NotBought(Forbidden):
    """Only who has bought a product, and was not paid back for it, can review it."""

    code = "not_bought"


class InvalidReview(Invalid):
    """Stars from 1 to 5, a name, and some words: `errors` names what is missing or too long."""

    code = "invalid_review"
