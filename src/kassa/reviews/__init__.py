"""Reviews: what buyers think of what they bought, read by somebody before everybody can read it.

Tables: `reviews`, `ratings`; reads orders and variants. Invariants: a review is of a product that its writer has
bought, paid for and not been paid back for; one per buyer (the order's e-mail address) and product; one that is
written or changed waits, and only a published one is shown or counted; `ratings` counts exactly the published ones.
Locks: the review, then the product's row of `ratings`.
"""

from kassa.reviews.errors import InvalidReview, NotBought, ReviewNotFound
from kassa.reviews.queries import (
    Purchase,
    Rating,
    Review,
    ReviewPage,
    Shown,
    get,
    of_email,
    page,
    purchase,
    rating,
    ratings,
    shown,
    waiting,
)
from kassa.reviews.service import (
    NAME_LIMIT,
    TEXT_LIMIT,
    Verdict,
    Words,
    decide,
    forget,
    make_anonymous,
    mine,
    structured,
    write,
)

__all__ = [
    "NAME_LIMIT",
    "TEXT_LIMIT",
    "InvalidReview",
    "NotBought",
    "Purchase",
    "Rating",
    "Review",
    "ReviewNotFound",
    "ReviewPage",
    "Shown",
    "Verdict",
    "Words",
    "decide",
    "forget",
    "get",
    "make_anonymous",
    "mine",
    "of_email",
    "page",
    "purchase",
    "rating",
    "ratings",
    "shown",
    "structured",
    "waiting",
    "write",
]
