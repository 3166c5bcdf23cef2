"""The address book of a customer."""

import msgspec
import pytest

from kassa.accounts import addresses
from kassa.accounts.errors import CustomerNotFound
from kassa.kernel.address import Address
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id

HOME = Address(name="Ada", line1="Torstraße 1", city="Berlin", postal_code="10119", country="DE")
WORK = msgspec.structs.replace(HOME, line1="Am Park 2")


@pytest.fixture
async def ada(db, clock):
    """Somebody with an account and an empty book."""
    return await customer(db, clock, "ada@example.org")


async def customer(db, clock, email):
    id_ = new_id()
    async with db.transaction() as tx:
        await tx.execute(
            "insert into customers (id, email, created_at) values ($1, $2, $3)", id_, email, clock.now()
        )
    return id_


async def save(db, clock, who, address, **more):
    async with db.transaction() as tx:
        return await addresses.save(tx, who, address, now=clock.now(), **more)


async def book(db, who):
    async with db.connection() as conn:
        return [(one.address["line1"], one.preferred) for one in await addresses.saved(conn, who)]


async def test_the_first_address_is_preferred_until_another_is(db, clock, ada):
    await save(db, clock, ada, HOME)
    work = await save(db, clock, ada, WORK)
    assert await book(db, ada) == [("Torstraße 1", True), ("Am Park 2", False)]

    async with db.transaction() as tx:
        assert await addresses.prefer(tx, ada, work)

    assert await book(db, ada) == [("Am Park 2", True), ("Torstraße 1", False)]


async def test_the_same_address_is_saved_once(db, clock, ada):
    assert await save(db, clock, ada, HOME) == await save(db, clock, ada, HOME)

    assert await book(db, ada) == [("Torstraße 1", True)]


async def test_what_is_no_address_is_not_saved(db, clock, ada):
    with pytest.raises(Invalid):
        await save(db, clock, ada, msgspec.structs.replace(HOME, city=" "))

    assert await book(db, ada) == []


async def test_a_removed_preference_passes_to_the_newest(db, clock, ada):
    home = await save(db, clock, ada, HOME)
    await save(db, clock, ada, WORK)

    async with db.transaction() as tx:
        assert await addresses.remove(tx, ada, home)

    assert await book(db, ada) == [("Am Park 2", True)]


async def test_an_entry_is_written_anew(db, clock, ada):
    home = await save(db, clock, ada, HOME)

    async with db.transaction() as tx:
        assert await addresses.change(tx, ada, home, WORK)

    assert await book(db, ada) == [("Am Park 2", True)]


async def test_somebody_elses_address_is_not_there(db, clock, ada):
    home, ben = await save(db, clock, ada, HOME), await customer(db, clock, "ben@example.org")

    async with db.transaction() as tx:
        assert not await addresses.prefer(tx, ben, home)
        assert not await addresses.change(tx, ben, home, WORK)
        assert not await addresses.remove(tx, ben, home)

    assert await book(db, ada) == [("Torstraße 1", True)]
    assert await book(db, ben) == []


async def test_a_book_is_full_at_some_time(db, clock, ada):
    for number in range(addresses.MOST):
        await save(db, clock, ada, msgspec.structs.replace(HOME, line1=f"Torstraße {number}"))

    with pytest.raises(addresses.BookFull):
        await save(db, clock, ada, WORK)

    assert len(await book(db, ada)) == addresses.MOST


async def test_nobody_has_no_book(db, clock):
    with pytest.raises(CustomerNotFound):
        await save(db, clock, new_id(), HOME)
