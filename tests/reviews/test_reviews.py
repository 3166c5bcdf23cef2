"""What buyers write, who may write it, and what is counted."""

import asyncio

import pytest
from tests.factories import make_variant, place

from kassa import catalog, orders, reviews
from kassa.kernel.ids import new_id
from kassa.orders import Event
from kassa.reviews import Verdict, Words

GOOD = Words("Anna K.", 5, "I read it twice.")


@pytest.fixture
async def product_id(db, clock):
    await make_variant(db, clock, on_hand=50)
    async with db.connection() as conn:
        return (await catalog.product(conn, "emma-pb", "EUR")).id


async def bought(db, clock, email="anna@example.org", event=Event.PAYMENT_SUCCEEDED):
    order = await place(db, clock, email=email)
    async with db.transaction() as tx:
        return await orders.apply(tx, order.id, event, now=clock.now(), actor="stripe:api")


async def write(db, clock, product_id, order, words=GOOD, customer_id=None):
    ids = [order.id] if order else []
    async with db.transaction() as tx:
        return await reviews.write(
            tx, product_id, words, customer_id=customer_id, order_ids=ids, now=clock.now()
        )


async def decide(db, review_id, verdict=Verdict.PUBLISHED):
    async with db.transaction() as tx:
        return await reviews.decide(tx, review_id, verdict)


async def rating(db, product_id):
    async with db.connection() as conn:
        return (await reviews.rating(conn, product_id)).counts


async def shown(db, product_id):
    async with db.connection() as conn:
        return [(one.name, one.stars, one.text) for one in (await reviews.shown(conn, product_id)).items]


async def state(db, review_id):
    async with db.connection() as conn:
        return (await reviews.get(conn, review_id)).state


async def test_a_review_is_shown_and_counted_once_somebody_has_read_it(db, clock, product_id):
    review_id = await write(db, clock, product_id, await bought(db, clock))
    assert await shown(db, product_id) == []
    assert await rating(db, product_id) == (0, 0, 0, 0, 0)

    assert await decide(db, review_id)
    assert not await decide(db, review_id)

    assert await shown(db, product_id) == [("Anna K.", 5, "I read it twice.")]
    assert await rating(db, product_id) == (0, 0, 0, 0, 1)


async def test_nobody_reviews_what_he_has_not_bought_and_paid(db, clock, product_id):
    await make_variant(db, clock, "WALDEN-HB")
    unpaid = await place(db, clock)
    other = await place(db, clock, "WALDEN-HB")
    async with db.transaction() as tx:
        await orders.apply(tx, other.id, Event.PAYMENT_SUCCEEDED, now=clock.now(), actor="stripe:api")

    for order in (None, unpaid, other):
        with pytest.raises(reviews.NotBought):
            await write(db, clock, product_id, order)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from reviews") == 0


async def test_what_was_paid_back_is_not_reviewed(db, clock, product_id):
    order = await bought(db, clock)
    async with db.transaction() as tx:
        await orders.apply(tx, order.id, Event.REFUNDED_IN_FULL, now=clock.now(), actor="stripe:api")

    with pytest.raises(reviews.NotBought):
        await write(db, clock, product_id, order)


async def test_a_second_order_of_the_same_buyer_changes_the_same_review(db, clock, product_id):
    orders_of_hers = [await bought(db, clock), await bought(db, clock, "Anna@Example.org")]
    first = await write(db, clock, product_id, orders_of_hers[0])
    async with db.transaction() as tx:
        second = await reviews.write(
            tx, product_id, Words("A.", 2, "Hm."), customer_id=None, order_ids=[one.id for one in orders_of_hers],
            now=clock.now(),
        )  # fmt: skip

    assert first == second


async def test_who_orders_with_somebody_elses_address_neither_sees_nor_changes_what_that_one_said(
    db, clock, product_id
):
    hers = await bought(db, clock)
    review_id = await write(db, clock, product_id, hers)
    await decide(db, review_id)
    stranger = await bought(db, clock, "Anna@Example.org")

    with pytest.raises(reviews.NotBought):
        await write(db, clock, product_id, stranger, Words("Anna K.", 1, "Rubbish."))

    assert await shown(db, product_id) == [("Anna K.", 5, "I read it twice.")]
    async with db.connection() as conn:
        assert await reviews.mine(conn, product_id, customer_id=None, order_ids=[stranger.id]) == (
            False,
            None,
        )
        may, said = await reviews.mine(conn, product_id, customer_id=None, order_ids=[hers.id])
    assert may
    assert said is not None


async def test_a_change_goes_back_to_be_read_and_is_counted_no_more(db, clock, product_id):
    order = await bought(db, clock)
    review_id = await write(db, clock, product_id, order)
    await decide(db, review_id)

    assert await write(db, clock, product_id, order, GOOD) == review_id
    assert await state(db, review_id) == "published"  # the same words: nothing changed
    await write(db, clock, product_id, order, Words("Anna K.", 2, "I read it a third time."))

    assert await state(db, review_id) == "pending"
    assert await shown(db, product_id) == []
    assert await rating(db, product_id) == (0, 0, 0, 0, 0)
    await decide(db, review_id)
    assert await rating(db, product_id) == (0, 1, 0, 0, 0)


async def test_what_was_published_can_be_refused_and_the_other_way_round(db, clock, product_id):
    review_id = await write(db, clock, product_id, await bought(db, clock))

    for verdict, count in ((Verdict.REFUSED, 0), (Verdict.PUBLISHED, 1), (Verdict.REFUSED, 0)):
        await decide(db, review_id, verdict)
        assert await rating(db, product_id) == (0, 0, 0, 0, count)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words("Anna", 0, "Good."), "stars"),
        (Words("Anna", 6, "Good."), "stars"),
        (Words(" ", 3, "Good."), "name"),
        (Words("A" * 61, 3, "Good."), "name"),
        (Words("Anna", 3, " \n "), "text"),
        (Words("Anna", 3, "x" * 4001), "text"),
    ],
)
async def test_what_is_missing_or_too_long_is_named(db, clock, product_id, words, field):
    order = await bought(db, clock)

    with pytest.raises(reviews.InvalidReview) as refused:
        await write(db, clock, product_id, order, words)

    assert [path for path, _ in refused.value.errors] == [field]


async def test_text_keeps_its_lines_and_loses_what_has_no_shape(db, clock, product_id):
    order = await bought(db, clock)
    review_id = await write(
        db, clock, product_id, order, Words("An\u202ena\n K.", 4, "One.\r\n\r\n\r\n\r\n<b>Two</b>\x07\u2067")
    )

    async with db.connection() as conn:
        found = await reviews.get(conn, review_id)
    assert (found.name, found.text) == ("Anna K.", "One.\n\n<b>Two</b>")


async def test_the_average_is_rounded_half_up_and_shares_fill_a_hundred():
    rating = reviews.Rating((1, 0, 0, 1, 2))

    assert (rating.count, rating.average) == (4, "3.8")
    assert rating.shares == [(5, 2, 50), (4, 1, 25), (3, 0, 0), (2, 0, 0), (1, 1, 25)]
    assert reviews.structured(rating) == {
        "@type": "AggregateRating", "ratingValue": "3.8", "reviewCount": 4, "bestRating": 5, "worstRating": 1,
    }  # fmt: skip
    assert reviews.structured(reviews.Rating()) is None


async def test_many_verdicts_at_once_are_counted_exactly(db, clock, product_id):
    ids = [
        await write(
            db,
            clock,
            product_id,
            await bought(db, clock, f"reader{n}@example.org"),
            Words("R.", 1 + n % 5, "Yes."),
        )
        for n in range(10)
    ]

    await asyncio.gather(*(decide(db, id_) for id_ in ids), *(decide(db, id_) for id_ in ids))

    assert await rating(db, product_id) == (2, 2, 2, 2, 2)


async def test_reviews_are_paged_newest_first(db, clock, product_id):
    for n in range(3):
        clock.advance(minutes=1)
        order = await bought(db, clock, f"reader{n}@example.org")
        await decide(db, await write(db, clock, product_id, order, Words(f"R{n}", 3, "Yes.")))

    async with db.connection() as conn:
        first = await reviews.shown(conn, product_id, limit=2)
        second = await reviews.shown(conn, product_id, after=first.next, limit=2)
    assert [one.name for one in first.items] == ["R2", "R1"]
    assert [one.name for one in second.items] == ["R0"]
    assert second.next is None


async def test_what_an_address_wrote_is_forgotten_with_its_stars(db, clock, product_id):
    for email in ("anna@example.org", "bert@example.org"):
        await decide(db, await write(db, clock, product_id, await bought(db, clock, email)))

    async with db.transaction() as tx:
        await reviews.forget(tx, "Anna@example.org")

    assert len(await shown(db, product_id)) == 1
    assert await rating(db, product_id) == (0, 0, 0, 0, 1)
    async with db.connection() as conn:
        assert await reviews.of_email(conn, "anna@example.org") == []


async def test_somebody_elses_review_is_not_found(db):
    async with db.connection() as conn:
        with pytest.raises(reviews.ReviewNotFound):
            await reviews.get(conn, new_id())
