"""What the page of a book says beside the book itself: what readers think of it.

Whether it is wished for, `visitor.wished` knows; who may be told when an edition is back, the page's own variants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kassa import reviews
from kassa.kernel.db import Conn
from kassa.storefront.visitor import Visitor

#: So many reviews stand on the page of the book itself.
_LATEST: Final = 3


@dataclass(frozen=True, slots=True)
class About:
    """For `sections/reviews.html`. `structured` is schema.org's AggregateRating, None without a published review."""

    rating: reviews.Rating
    latest: Sequence[reviews.Shown]
    may_review: bool
    mine: reviews.Review | None

    @property
    def structured(self) -> Mapping[str, Any] | None:
        """The rating for the product's structured data: the member `aggregateRating`."""
        return reviews.structured(self.rating)


async def about(conn: Conn, visitor: Visitor, product_id: UUID) -> About:
    """What readers say of a product; one statement for strangers to a product that nobody has reviewed."""
    rating = await reviews.rating(conn, product_id)
    latest: Sequence[reviews.Shown] = ()
    if rating.count:
        latest = (await reviews.shown(conn, product_id, limit=_LATEST)).items
    may, mine = await may_review(conn, visitor, product_id)
    return About(rating, latest, may, mine)


async def may_review(conn: Conn, visitor: Visitor, product_id: UUID) -> tuple[bool, reviews.Review | None]:
    """Whether this visitor has bought the product, and what they wrote of it before."""
    customer_id = visitor.customer.id if visitor.customer is not None else None
    if customer_id is None and not visitor.order_ids:
        return False, None
    return await reviews.mine(conn, product_id, customer_id=customer_id, order_ids=visitor.order_ids)
