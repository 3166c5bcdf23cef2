"""The verbs of a wish list. Each is harmless when repeated."""

from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import catalog
from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id
from kassa.wishlists import queries
from kassa.wishlists.errors import WishlistFull, WishlistNotFound
from kassa.wishlists.queries import Owner, Wish, Wishlist

LIMIT: Final = 200


async def add(tx: Tx, owner: Owner, product_id: UUID, *, now: datetime) -> None:
    """Put a product on the owner's list.

    Raises:
        WishlistFull: it has 200 already; nothing changed.
        ProductNotFound: there is no such product for sale.
    """
    if not await queries.exist(tx, [product_id]):
        raise catalog.ProductNotFound("There is no such product.")
    wishlist_id = await queries.open_(tx, new_id(), owner, now=now)
    if product_id in await queries.product_ids(tx, owner):
        return
    if await queries.count(tx, wishlist_id) >= LIMIT:
        raise WishlistFull(f"A wish list has at most {LIMIT} books. Take one off it first.")
    await queries.put(tx, wishlist_id, product_id, now=now)


async def remove(tx: Tx, owner: Owner, product_id: UUID) -> None:
    """Take a product off the owner's list; one that is not on it is off it already."""
    await queries.drop(tx, owner, product_id)


async def merge(tx: Tx, *, session_id: UUID, customer_id: UUID, now: datetime) -> None:
    """Somebody signed in: the browser's list becomes part of the customer's, and is gone."""
    here = await queries.of_owner(tx, Owner(session_id=session_id))
    if here is None:
        return
    into = await queries.open_(tx, new_id(), Owner(customer_id=customer_id), now=now)
    await queries.pour(tx, here.id, into, limit=LIMIT)
    await queries.delete(tx, here.id)


async def share(tx: Tx, owner: Owner, *, now: datetime) -> Wishlist:
    """Let others read the list by its link from now on; one that is shared stays as it is."""
    wishlist_id = await queries.open_(tx, new_id(), owner, now=now)
    found = await queries.of_id(tx, wishlist_id)
    assert found is not None  # noqa: S101 - made one statement ago
    if found.shared_at is None:
        await queries.share(tx, wishlist_id, now)
        return Wishlist(wishlist_id, now)
    return found


async def unshare(tx: Tx, owner: Owner) -> None:
    """The list is its owner's alone again: its link opens nothing, also if it is shared once more."""
    found = await queries.of_owner(tx, owner)
    if found is not None:
        await queries.share(tx, found.id, None)


async def get(conn: Conn, wishlist_id: UUID) -> Wishlist:
    """A list that is shared.

    Raises:
        WishlistNotFound: there is none, or it is not shared.
    """
    found = await queries.of_id(conn, wishlist_id)
    if found is None or found.shared_at is None:
        raise WishlistNotFound("There is no such list.")
    return found


async def wishes(conn: Conn, found: Wishlist | None) -> list[Wish]:
    """What is on a list and still for sale, the newest wish first."""
    return await queries.wishes(conn, found.id) if found is not None else []


async def forget(tx: Tx, customer_id: UUID) -> None:
    """Delete a customer's list: its owner asked for it."""
    await queries.delete_of(tx, customer_id)
