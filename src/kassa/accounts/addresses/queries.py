"""All SQL of `customer_addresses`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa.kernel.db import Conn, Tx


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """An entry of the book; `address` has the parts of `kassa.kernel.address.Address`."""

    id: UUID
    address: Mapping[str, Any]
    preferred: bool


async def lock(tx: Tx, customer_id: UUID) -> bool:
    """Lock the customer's row, the mutex of the book; whether there is such a customer."""
    return bool(
        await tx.fetchval(
            "select true from customers where id = $1 and deleted_at is null for update", customer_id
        )
    )


async def saved(conn: Conn, customer_id: UUID) -> list[SavedAddress]:
    """A customer's addresses, the preferred one first, then the newest."""
    rows = await conn.fetch(
        """
        select id, address, preferred from customer_addresses where customer_id = $1
        order by preferred desc, created_at desc, id desc limit 100
        """,
        customer_id,
    )
    return [SavedAddress(*row.values()) for row in rows]


async def insert(
    tx: Tx, address_id: UUID, customer_id: UUID, address: Mapping[str, Any], *, preferred: bool, now: datetime
) -> None:
    """Write an entry."""
    await tx.execute(
        """
        insert into customer_addresses (id, customer_id, address, preferred, created_at)
        values ($1, $2, $3, $4, $5)
        """,
        address_id,
        customer_id,
        address,
        preferred,
        now,
    )


async def write(tx: Tx, customer_id: UUID, address_id: UUID, address: Mapping[str, Any]) -> bool:
    """Change what an entry says; whether this customer has it."""
    return bool(
        await tx.execute(
            "update customer_addresses set address = $3 where customer_id = $1 and id = $2",
            customer_id,
            address_id,
            address,
        )
    )


async def delete(tx: Tx, customer_id: UUID, address_id: UUID) -> bool:
    """Strike an entry out; whether this customer had it."""
    return bool(
        await tx.execute(
            "delete from customer_addresses where customer_id = $1 and id = $2", customer_id, address_id
        )
    )


async def mark(tx: Tx, customer_id: UUID, address_id: UUID | None) -> None:
    """Make this entry the preferred one, and no other; None marks none."""
    await tx.execute(
        """
        update customer_addresses set preferred = false
        where customer_id = $1 and preferred and id is distinct from $2
        """,
        customer_id,
        address_id,
    )
    await tx.execute(
        "update customer_addresses set preferred = true where customer_id = $1 and id = $2 and not preferred",
        customer_id,
        address_id,
    )
