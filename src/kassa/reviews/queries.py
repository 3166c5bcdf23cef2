"""All SQL of `reviews` and `ratings`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa.kernel import cursor
from kassa.kernel.db import Conn, Tx
from kassa.reviews.errors import ReviewNotFound

_PAGE_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order that contains the product, and the address that counts as its buyer."""

    order_id: UUID
    email: str


@dataclass(frozen=True, slots=True)
class Review:
    """A review as its writer and the operator see it. `state`: `pending`, `published` or `refused`."""

    id: UUID
    product_id: UUID
    order_id: UUID
    email: str
    name: str
    stars: int
    text: str
    state: str
    created_at: datetime
    updated_at: datetime
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A published review as everybody sees it."""

    id: UUID
    name: str
    stars: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews, newest first, and the cursor of the next page."""

    items: Sequence[Any]
    next: str | None


@dataclass(frozen=True, slots=True)
class Rating:
    """How many published reviews give one, two, three, four and five stars."""

    counts: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def tenths(self) -> int:
        """The average in tenths of a star, half up; 0 without a review."""
        stars = sum(number * many for number, many in enumerate(self.counts, 1))
        return (20 * stars + self.count) // (2 * self.count) if self.count else 0

    @property
    def average(self) -> str:
        """The average as people write it: "4.6"."""
        return f"{self.tenths // 10}.{self.tenths % 10}"

    @property
    def shares(self) -> list[tuple[int, int, int]]:
        """(stars, reviews, percent of all) from five stars down."""
        return [
            (number, many, (200 * many + self.count) // (2 * self.count) if self.count else 0)
            for number, many in reversed(list(enumerate(self.counts, 1)))
        ]


async def purchase(
    conn: Conn, product_id: UUID, *, customer_id: UUID | None, order_ids: Sequence[UUID]
) -> Purchase | None:
    """The newest order with this product that is the customer's or one of `order_ids`, paid and not paid back."""
    row = await conn.fetchrow(
        """
        select orders.id, lower(coalesce(customers.email, orders.email))
        from orders left join customers on customers.id = orders.customer_id and customers.deleted_at is null
        where (orders.customer_id = $2 or orders.id = any($3)) and paid_at is not null
            and orders.state in ('paid', 'fulfilling', 'fulfilled')
            and exists (
                select from order_lines join variants on variants.id = variant_id
                where order_id = orders.id and product_id = $1
            )
        order by orders.created_at desc limit 1
        """,
        product_id,
        customer_id,
        list(order_ids),
    )
    return Purchase(*row.values()) if row is not None else None


async def is_theirs(
    conn: Conn, order_id: UUID, *, customer_id: UUID | None, order_ids: Sequence[UUID]
) -> bool:
    """Whether an order is the customer's or one of `order_ids`."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select exists (select from orders where id = $1 and (customer_id = $2 or id = any($3)))",
        order_id,
        customer_id,
        list(order_ids),
    )


async def of_buyer(conn: Conn, product_id: UUID, email: str) -> Review | None:
    """What this buyer has written of this product."""
    row = await conn.fetchrow(
        """
        select reviews.id, product_id, order_id, email, name, stars, text, state, reviews.created_at,
            reviews.updated_at, slug, title
        from reviews join products on products.id = product_id where product_id = $1 and email = $2
        """,
        product_id,
        email,
    )
    return Review(*row.values()) if row is not None else None


async def of_email(conn: Conn, email: str) -> list[Review]:
    """Everything this address has written, newest first, at most a hundred."""
    rows = await conn.fetch(
        """
        select reviews.id, product_id, order_id, email, name, stars, text, state, reviews.created_at,
            reviews.updated_at, slug, title
        from reviews join products on products.id = product_id
        where email = lower($1) order by reviews.updated_at desc, reviews.id desc limit $2
        """,
        email,
        _PAGE_LIMIT,
    )
    return [Review(*row.values()) for row in rows]


async def get(conn: Conn, review_id: UUID) -> Review:
    """The review.

    Raises:
        ReviewNotFound: there is none.
    """
    row = await conn.fetchrow(
        """
        select reviews.id, product_id, order_id, email, name, stars, text, state, reviews.created_at,
            reviews.updated_at, slug, title
        from reviews join products on products.id = product_id where reviews.id = $1
        """,
        review_id,
    )
    if row is None:
        raise ReviewNotFound("There is no such review.")
    return Review(*row.values())


async def lock(tx: Tx, product_id: UUID, email: str) -> tuple[UUID, str, int] | None:
    """(id, state, stars) of what this buyer has written of this product, locked until `tx` ends."""
    row = await tx.fetchrow(
        "select id, state, stars from reviews where product_id = $1 and email = $2 for update",
        product_id,
        email,
    )
    return (row["id"], row["state"], row["stars"]) if row is not None else None


async def lock_one(tx: Tx, review_id: UUID) -> tuple[UUID, str, int]:
    """(product, state, stars) of a review, locked until `tx` ends.

    Raises:
        ReviewNotFound: there is none.
    """
    row = await tx.fetchrow(
        "select product_id, state, stars from reviews where id = $1 for update", review_id
    )
    if row is None:
        raise ReviewNotFound("There is no such review.")
    return row["product_id"], row["state"], row["stars"]


async def lock_all_of(tx: Tx, email: str) -> list[tuple[UUID, str, int]]:
    """(product, state, stars) of everything this address has written, locked in order of products."""
    rows = await tx.fetch(
        "select product_id, state, stars from reviews where email = lower($1) order by product_id for update",
        email,
    )
    return [(row["product_id"], row["state"], row["stars"]) for row in rows]


async def insert(tx: Tx, review_id: UUID, product_id: UUID, bought: Purchase, *, now: datetime) -> None:
    """A row for this buyer and product, if there is none; it says nothing yet."""
    await tx.execute(
        """
        insert into reviews (id, product_id, order_id, email, name, stars, text, state, created_at, updated_at)
        values ($1, $2, $3, $4, '-', 1, '', 'refused', $5, $5) on conflict (product_id, email) do nothing
        """,
        review_id, product_id, bought.order_id, bought.email, now,
    )  # fmt: skip


async def rewrite(
    tx: Tx, review_id: UUID, *, order_id: UUID, name: str, stars: int, text: str, now: datetime
) -> None:
    """What the buyer says now; it waits for somebody to read it."""
    await tx.execute(
        """
        update reviews set order_id = $2, name = $3, stars = $4, text = $5, state = 'pending', updated_at = $6
        where id = $1
        """,
        review_id, order_id, name, stars, text, now,
    )  # fmt: skip


async def move(tx: Tx, review_id: UUID, state: str) -> None:
    """Publish or refuse; the review is locked by the caller."""
    await tx.execute("update reviews set state = $2 where id = $1", review_id, state)


async def delete_all_of(tx: Tx, email: str) -> None:
    """Forget everything this address has written."""
    await tx.execute("delete from reviews where email = lower($1)", email)


async def make_anonymous(tx: Tx, email: str, name: str) -> None:
    """Nobody can tell any more who wrote what this address has written; what nobody reads yet is deleted."""
    await tx.execute("delete from reviews where email = lower($1) and state <> 'published'", email)
    await tx.execute(
        "update reviews set email = 'somebody-' || id, name = $2 where email = lower($1)", email, name
    )


async def count(tx: Tx, product_id: UUID, stars: int, change: int) -> None:
    """Count one published review more (`change` 1) or fewer (-1) of so many stars."""
    await tx.execute(
        """
        insert into ratings (product_id) values ($1) on conflict (product_id) do nothing
        """,
        product_id,
    )
    await tx.execute(
        """
        update ratings set
            ones = ones + case when $2 = 1 then $3 else 0 end, twos = twos + case when $2 = 2 then $3 else 0 end,
            threes = threes + case when $2 = 3 then $3 else 0 end, fours = fours + case when $2 = 4 then $3 else 0 end,
            fives = fives + case when $2 = 5 then $3 else 0 end
        where product_id = $1
        """,
        product_id,
        stars,
        change,
    )


async def rating(conn: Conn, product_id: UUID) -> Rating:
    """What buyers gave a product: one row, however many they are."""
    return (await ratings(conn, [product_id])).get(product_id, Rating())


async def ratings(conn: Conn, product_ids: Sequence[UUID]) -> Mapping[UUID, Rating]:
    """As `rating`, for many; products without a review are absent."""
    rows = await conn.fetch(
        """
        select product_id, ones, twos, threes, fours, fives from ratings
        where product_id = any($1) and ones + twos + threes + fours + fives > 0
        """,
        list(product_ids),
    )
    return {row[0]: Rating((row[1], row[2], row[3], row[4], row[5])) for row in rows}


async def shown(conn: Conn, product_id: UUID, *, after: str | None = None, limit: int = 10) -> ReviewPage:
    """What is published about a product, newest first.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select id, name, stars, text, updated_at from reviews
        where product_id = $1 and state = 'published'
            and ($2::timestamptz is null or (updated_at, id) < ($2, $3))
        order by updated_at desc, id desc limit $4
        """,
        product_id,
        at,
        last,
        limit + 1,
    )
    found = [Shown(*row.values()) for row in rows[:limit]]
    return ReviewPage(found, cursor.write(found[-1].at, found[-1].id) if len(rows) > limit else None)


async def page(conn: Conn, state: str, *, after: str | None = None, limit: int = 50) -> ReviewPage:
    """The reviews in a state, newest first.

    Raises:
        Invalid: `after` is no cursor of ours (`invalid_cursor`).
    """
    limit = max(1, min(limit, _PAGE_LIMIT))
    at, last = cursor.read(after)
    rows = await conn.fetch(
        """
        select reviews.id, product_id, order_id, email, name, stars, text, state, reviews.created_at,
            reviews.updated_at, slug, title
        from reviews join products on products.id = product_id
        where state = $1 and ($2::timestamptz is null or (reviews.updated_at, reviews.id) < ($2, $3))
        order by reviews.updated_at desc, reviews.id desc limit $4
        """,
        state,
        at,
        last,
        limit + 1,
    )
    found = [Review(*row.values()) for row in rows[:limit]]
    more = len(rows) > limit
    return ReviewPage(found, cursor.write(found[-1].updated_at, found[-1].id) if more else None)


async def waiting(conn: Conn) -> int:
    """How many wait to be read, at most a hundred."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        "select count(*) from (select from reviews where state = 'pending' limit $1) as found", _PAGE_LIMIT
    )
