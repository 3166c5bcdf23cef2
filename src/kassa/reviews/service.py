"""The verbs of a review: write it, publish or refuse it, forget it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id
from kassa.reviews import queries
from kassa.reviews.errors import InvalidReview, NotBought
from kassa.reviews.queries import Rating, Review

NAME_LIMIT: Final = 60
TEXT_LIMIT: Final = 4_000
#: Whatever has no shape on paper; line breaks have one.
_SHAPELESS: Final = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Verdict(StrEnum):
    """What somebody who has read a review decides."""

    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Words:
    """What a buyer says: plain text, shown as it is."""

    name: str
    stars: int
    text: str


async def mine(
    conn: Conn, product_id: UUID, *, customer_id: UUID | None, order_ids: Sequence[UUID]
) -> tuple[bool, Review | None]:
    """Whether this visitor may review the product, and what he has written of it.

    Anybody can order with anybody's address: what was said with an order that is not his is not his to see or change.
    """
    bought = await queries.purchase(conn, product_id, customer_id=customer_id, order_ids=order_ids)
    if bought is None:
        return False, None
    said = await queries.of_buyer(conn, product_id, bought.email)
    if said is not None and not await queries.is_theirs(
        conn, said.order_id, customer_id=customer_id, order_ids=order_ids
    ):
        return False, None
    return True, said


async def write(
    tx: Tx, product_id: UUID, words: Words, *, customer_id: UUID | None, order_ids: Sequence[UUID], now: datetime
) -> UUID:  # fmt: skip
    """Put down what a buyer thinks of a product, in place of what he thought before; the review's id.

    It waits to be read, also if the one before it was published. The same words again change nothing.

    Raises:
        NotBought: none of his orders has it, or its address has spoken already, with an order that is not his;
            nothing changed.
        InvalidReview: no stars, no name, or too much text; nothing changed.
    """
    clean = _checked(words)
    bought = await queries.purchase(tx, product_id, customer_id=customer_id, order_ids=order_ids)
    if bought is None:
        raise NotBought("Only who has bought a book can review it.")
    may, before = await mine(tx, product_id, customer_id=customer_id, order_ids=order_ids)
    if before is not None and Words(before.name, before.stars, before.text) == clean:
        return before.id
    await queries.insert(tx, new_id(), product_id, bought, now=now)
    found = await queries.lock(tx, product_id, bought.email)
    if before is None:  # another order of this address may have been quicker
        may, _ = await mine(tx, product_id, customer_id=customer_id, order_ids=order_ids)
    if not may:
        raise NotBought("Only who has bought a book can review it.")
    assert found is not None  # noqa: S101 - written one statement ago
    review_id, state, stars = found
    if state == Verdict.PUBLISHED:
        await queries.count(tx, product_id, stars, -1)
    await queries.rewrite(
        tx, review_id, order_id=bought.order_id, name=clean.name, stars=clean.stars, text=clean.text, now=now
    )
    return review_id


async def decide(tx: Tx, review_id: UUID, verdict: Verdict) -> bool:
    """Publish a review or refuse it; False if that was decided before. Either can be changed for the other.

    Raises:
        ReviewNotFound: there is none.
    """
    product_id, state, stars = await queries.lock_one(tx, review_id)
    if state == verdict:
        return False
    await queries.move(tx, review_id, verdict)
    if verdict is Verdict.PUBLISHED:
        await queries.count(tx, product_id, stars, 1)
    elif state == Verdict.PUBLISHED:
        await queries.count(tx, product_id, stars, -1)
    return True


async def forget(tx: Tx, email: str) -> None:
    """Delete everything an address has written, and count it no more: its owner asked for it."""
    for product_id, state, stars in await queries.lock_all_of(tx, email):
        if state == Verdict.PUBLISHED:
            await queries.count(tx, product_id, stars, -1)
    await queries.delete_all_of(tx, email)


async def make_anonymous(tx: Tx, email: str) -> None:
    """Their writer leaves: what is published stays, by nobody in particular; what waits or was refused is gone."""
    await queries.make_anonymous(tx, email, "A reader")


def structured(rating: Rating) -> dict[str, Any] | None:
    """The rating as schema.org's AggregateRating, for a product's structured data; None without a review."""
    if not rating.count:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": rating.average,
        "reviewCount": rating.count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _checked(words: Words) -> Words:
    text = _SHAPELESS.sub("", words.text.replace("\r\n", "\n")).strip()
    clean = Words(
        " ".join(_SHAPELESS.sub("", words.name).split()), words.stars, re.sub(r"\n{3,}", "\n\n", text)
    )
    errors = []
    if not 1 <= clean.stars <= 5:
        errors.append(("stars", "Choose from one to five stars."))
    if not clean.name or len(clean.name) > NAME_LIMIT:
        errors.append(("name", f"Write a name of at most {NAME_LIMIT} characters, like Anna K."))
    if not clean.text or len(clean.text) > TEXT_LIMIT:
        errors.append(("text", f"Write a few words, at most {TEXT_LIMIT} characters."))
    if errors:
        raise InvalidReview("Something is missing.", errors=errors)
    return clean
