"""What somebody would like to have: one list each, merged at the sign-in, seen by others only while shared."""

import asyncio

import pytest
from tests.factories import make_variant

from kassa import accounts, catalog, wishlists
from kassa.kernel.ids import new_id
from kassa.wishlists import Owner


@pytest.fixture
async def books(db, clock):
    """The ids of three products."""
    skus = ("EMMA-PB", "WALDEN-HB", "DUBLINERS-PB")
    for sku in skus:
        await make_variant(db, clock, sku)
    async with db.connection() as conn:
        return [(await catalog.product(conn, catalog.slugify(sku), "EUR")).id for sku in skus]


async def browser(db, clock):
    """A session that nobody is signed in to."""
    async with db.transaction() as tx:
        token = await accounts.open_session(tx, now=clock.now())
        return Owner(session_id=(await accounts.session(tx, token, now=clock.now())).id)


async def customer(db, clock):
    owner = Owner(customer_id=new_id())
    async with db.transaction() as tx:
        await tx.execute(
            "insert into customers (id, email, created_at) values ($1, $2, $3)",
            owner.customer_id, f"{owner.customer_id}@example.org", clock.now(),
        )  # fmt: skip
    return owner


async def add(db, clock, owner, *ids):
    for product_id in ids:
        async with db.transaction() as tx:
            await wishlists.add(tx, owner, product_id, now=clock.now())
        clock.advance(seconds=1)


async def on(db, owner):
    async with db.connection() as conn:
        return [one.product_id for one in await wishlists.wishes(conn, await wishlists.of_owner(conn, owner))]


async def test_a_wish_is_on_the_list_once_the_newest_first(db, clock, books):
    owner = await browser(db, clock)

    await add(db, clock, owner, books[0], books[1], books[0])

    assert await on(db, owner) == [books[1], books[0]]
    async with db.connection() as conn:
        assert await wishlists.product_ids(conn, owner) == set(books[:2])


async def test_a_list_is_nobody_elses(db, clock, books):
    mine, theirs = await browser(db, clock), await browser(db, clock)
    await add(db, clock, mine, books[0])

    async with db.transaction() as tx:
        await wishlists.remove(tx, theirs, books[0])

    assert await on(db, mine) == [books[0]]
    assert await on(db, theirs) == []
    async with db.connection() as conn:
        assert await wishlists.product_ids(conn, Owner()) == frozenset()


async def test_off_the_list_is_off_however_often(db, clock, books):
    owner = await browser(db, clock)
    await add(db, clock, owner, *books)

    for _ in range(2):
        async with db.transaction() as tx:
            await wishlists.remove(tx, owner, books[1])

    assert await on(db, owner) == [books[2], books[0]]


async def test_what_is_not_for_sale_can_not_be_wished_for(db, clock, books):
    owner = await browser(db, clock)

    with pytest.raises(catalog.ProductNotFound):
        await add(db, clock, owner, new_id())

    assert await on(db, owner) == []


async def test_a_full_list_takes_no_more(db, clock, books, monkeypatch):
    monkeypatch.setattr(wishlists.service, "LIMIT", 2)
    owner = await browser(db, clock)
    await add(db, clock, owner, books[0], books[1])

    with pytest.raises(wishlists.WishlistFull):
        await add(db, clock, owner, books[2])
    await add(db, clock, owner, books[0])  # it is there already

    assert await on(db, owner) == [books[1], books[0]]


async def test_at_the_sign_in_the_browsers_list_becomes_part_of_the_customers(db, clock, books):
    here, theirs = await browser(db, clock), await customer(db, clock)
    await add(db, clock, theirs, books[0], books[1])
    await add(db, clock, here, books[1], books[2])

    for _ in range(2):
        async with db.transaction() as tx:
            await wishlists.merge(
                tx, session_id=here.session_id, customer_id=theirs.customer_id, now=clock.now()
            )

    assert set(await on(db, theirs)) == set(books)
    assert await on(db, here) == []


async def test_merging_takes_the_newest_wishes_up_to_the_limit(db, clock, books, monkeypatch):
    here, theirs = await browser(db, clock), await customer(db, clock)
    await add(db, clock, theirs, books[0])
    await add(db, clock, here, books[1], books[2])
    monkeypatch.setattr(wishlists.service, "LIMIT", 2)

    async with db.transaction() as tx:
        await wishlists.merge(tx, session_id=here.session_id, customer_id=theirs.customer_id, now=clock.now())

    assert set(await on(db, theirs)) == {books[0], books[2]}


async def test_a_shared_list_is_found_until_it_is_not_shared(db, clock, books):
    owner = await browser(db, clock)
    await add(db, clock, owner, books[0])
    async with db.transaction() as tx:
        first = await wishlists.share(tx, owner, now=clock.now())
        assert await wishlists.share(tx, owner, now=clock.now()) == first

    async with db.connection() as conn:
        assert await wishlists.get(conn, first.id) == first
    async with db.transaction() as tx:
        await wishlists.unshare(tx, owner)
        with pytest.raises(wishlists.WishlistNotFound):
            await wishlists.get(tx, first.id)
    clock.advance(minutes=1)
    async with db.transaction() as tx:
        assert (await wishlists.share(tx, owner, now=clock.now())).shared_at != first.shared_at


async def test_a_browsers_list_goes_with_its_session_and_a_customers_when_he_asks(db, clock, books):
    here, theirs = await browser(db, clock), await customer(db, clock)
    for owner in (here, theirs):
        await add(db, clock, owner, books[0])

    async with db.transaction() as tx:
        await tx.execute("delete from sessions where id = $1", here.session_id)
        await wishlists.forget(tx, theirs.customer_id)

    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from wishes") == 0


async def test_ten_hearts_pressed_at_once_make_one_list(db, clock, books):
    owner = await browser(db, clock)

    await asyncio.gather(*(add(db, clock, owner, books[n % 3]) for n in range(10)))

    assert set(await on(db, owner)) == set(books)
    async with db.connection() as conn:
        assert await conn.fetchval("select count(*) from wishlists") == 1
