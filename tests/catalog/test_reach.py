"""What stands beside a book, and what machines are told of the shop."""

import pytest
from tests.catalog.books import put_book, variant

from kassa import catalog


async def titles_beside(db, id_, limit=6):
    async with db.connection() as conn:
        return [card.title for card in await catalog.related(conn, id_, "EUR", limit=limit)]


async def test_the_same_author_stands_nearest_then_the_subject_then_the_shelf(db, clock):
    await put_book(db, clock, "On The Shelf", author="A", subject="War", collections=["Novels"])
    await put_book(db, clock, "Of The Subject", author="B", subject="Love")
    emma = await put_book(db, clock, "Emma", collections=["Novels"])
    await put_book(db, clock, "By The Author", subject="Comedy")
    await put_book(db, clock, "Of No Concern", author="C", subject="Crime", collections=["Plays"])

    assert await titles_beside(db, emma) == ["By The Author", "Of The Subject", "On The Shelf"]
    assert await titles_beside(db, emma, limit=1) == ["By The Author"]


async def test_what_is_sold_out_comes_last_and_what_is_not_for_sale_never(db, clock):
    await put_book(db, clock, "Gone", variant("GONE", on_hand=0))
    await put_book(db, clock, "Draft", status="draft")
    await put_book(db, clock, "There", author="Else")
    emma = await put_book(db, clock, "Emma")

    assert await titles_beside(db, emma) == ["There", "Gone"]


async def test_a_book_alone_has_nothing_beside_it(db, clock):
    emma = await put_book(db, clock, "Emma", author="", collections=[])

    assert await titles_beside(db, emma) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_every_book_for_sale_is_in_one_sitemap_whatever_their_size(db, clock, size):
    for number in range(6):
        await put_book(db, clock, f"Book {number}")
    await put_book(db, clock, "Book 3a", status="archived")

    async with db.connection() as conn:
        pages = await catalog.sitemap_pages(conn, size=size, limit=100)
        entries = [
            entry for page in pages for entry in await catalog.sitemap(conn, first=page.first, size=size)
        ]

    assert [entry.slug for entry in entries] == [f"book-{number}" for number in range(6)]
    assert all(page.changed == clock.now() for page in pages)


async def test_that_two_books_name_no_author_and_no_subject_brings_them_no_nearer(db, clock):
    await put_book(db, clock, "Nameless")
    emma = await put_book(db, clock, "Emma")
    async with db.transaction() as tx:
        await tx.execute("""update products set attributes = '{"author": "", "subject": ""}'""")

    assert await titles_beside(db, emma) == []


async def test_the_newest_come_first_in_the_feed_and_not_all_of_them(db, clock):
    for number in range(4):
        clock.advance(minutes=1)
        await put_book(db, clock, f"Book {number}")

    async with db.connection() as conn:
        found = await catalog.new_products(conn, limit=3)

    assert [book.title for book in found] == ["Book 3", "Book 2", "Book 1"]
