"""The verbs of the address book. An address that is not this customer's is not there."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from kassa.accounts.addresses import queries
from kassa.accounts.errors import CustomerNotFound
from kassa.kernel.address import Address, validate
from kassa.kernel.db import Tx
from kassa.kernel.errors import Conflict
from kassa.kernel.ids import new_id

MOST: Final = 20


class BookFull(Conflict):
    """There are as many addresses as anybody needs; one has to go first."""

    code = "too_many_addresses"


async def save(
    tx: Tx, customer_id: UUID, address: Address, *, now: datetime, preferred: bool = False
) -> UUID:
    """Write an address into the book; one that is in it already is found again. The first is the preferred one.

    Raises:
        BookFull, CustomerNotFound
        Invalid: it is no address.
    """
    wanted = msgspec.to_builtins(validate(address, "address"))
    book = await _book(tx, customer_id)
    known = next((entry.id for entry in book if entry.address == wanted), None)
    if known is None:
        if len(book) >= MOST:
            raise BookFull(f"An address book has room for {MOST} addresses.")
        known = new_id()
        await queries.insert(tx, known, customer_id, wanted, preferred=False, now=now)
    if preferred or not book:
        await queries.mark(tx, customer_id, known)
    return known


async def change(tx: Tx, customer_id: UUID, address_id: UUID, address: Address) -> bool:
    """Write an entry anew; False if this customer has no such entry.

    Raises:
        Invalid: it is no address.
    """
    wanted = msgspec.to_builtins(validate(address, "address"))
    await _book(tx, customer_id)
    return await queries.write(tx, customer_id, address_id, wanted)


async def remove(tx: Tx, customer_id: UUID, address_id: UUID) -> bool:
    """Strike an entry out; if it was the preferred one, the newest is from now on. False if there was none."""
    book = await _book(tx, customer_id)
    if not await queries.delete(tx, customer_id, address_id):
        return False
    left = [entry for entry in book if entry.id != address_id]
    if left and not any(entry.preferred for entry in left):
        await queries.mark(tx, customer_id, left[0].id)
    return True


async def prefer(tx: Tx, customer_id: UUID, address_id: UUID) -> bool:
    """Make an entry the one that the checkout begins with; False if this customer has no such entry."""
    book = await _book(tx, customer_id)
    if all(entry.id != address_id for entry in book):
        return False
    await queries.mark(tx, customer_id, address_id)
    return True


async def _book(tx: Tx, customer_id: UUID) -> list[queries.SavedAddress]:
    if not await queries.lock(tx, customer_id):
        raise CustomerNotFound("There is no such account.")
    return await queries.saved(tx, customer_id)
