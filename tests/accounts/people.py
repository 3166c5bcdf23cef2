"""Somebody who works here, for tests."""

from kassa import accounts
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database

PASSWORD = "correct horse battery"


async def make_staff(db: Database, clock: Clock, email: str = "owner@example.org") -> accounts.Staff:
    """An owner who has set the password `PASSWORD`."""
    async with db.transaction() as tx:
        token = await accounts.create_staff(tx, email, "owner", now=clock.now())
        return await accounts.set_password(tx, token, PASSWORD, now=clock.now())
