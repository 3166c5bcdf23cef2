"""Two tabs of one browser put more on a list than a list holds."""

import asyncio

from tests.wishlists.test_wishlists import add, books, browser, on

from kassa import wishlists
from kassa.kernel.errors import KassaError

__all__ = ["books"]


async def test_a_list_is_never_longer_than_its_limit(db, clock, books, monkeypatch):
    monkeypatch.setattr(wishlists.service, "LIMIT", 1)
    owner = await browser(db, clock)

    outcomes = await asyncio.gather(*(add(db, clock, owner, id_) for id_ in books), return_exceptions=True)

    assert sum(isinstance(one, KassaError) for one in outcomes) == 2
    assert len(await on(db, owner)) == 1


async def test_control_without_the_lock_it_is(db, clock, books, monkeypatch):
    owner = await browser(db, clock)
    await add(db, clock, owner, books[0])
    monkeypatch.setattr(wishlists.service, "LIMIT", 2)
    looked, count = asyncio.Barrier(2), wishlists.queries.count

    async def count_and_think(conn, wishlist_id):
        many = await count(conn, wishlist_id)
        await looked.wait()
        return many

    async def only_look(tx, id_, owner, *, now):
        return (await wishlists.of_owner(tx, owner)).id

    monkeypatch.setattr(wishlists.queries, "count", count_and_think)
    monkeypatch.setattr(wishlists.queries, "open_", only_look)

    await asyncio.gather(*(add(db, clock, owner, id_) for id_ in books[1:]))

    assert len(await on(db, owner)) == 3
