"""Two operators change different ways of one zone at once: neither undoes what the other did."""

import asyncio
from dataclasses import replace

from kassa.pricing import zones
from kassa.pricing.zones import queries, service

_PATIENCE = 0.5


async def race(db, monkeypatch):
    """One has read the zone and dawdles until the other is done, or waits for him."""
    read, second = service.zone, None

    async def rename(code, label):
        async with db.transaction() as tx:
            await zones.change_zone(
                tx,
                "home",
                lambda zone: replace(
                    zone,
                    ways=tuple(replace(way, label=label) if way.code == code else way for way in zone.ways),
                ),
            )

    async def dawdle(tx, code):
        nonlocal second
        found = await read(tx, code)
        if second is None:
            second = asyncio.create_task(rename("express", "Fast"))
            await asyncio.wait({second}, timeout=_PATIENCE)
        return found

    monkeypatch.setattr(service, "zone", dawdle)
    await rename("standard", "Slow")
    await second
    async with db.connection() as conn:
        return {way.label for way in (await read(conn, "home")).ways}


async def test_what_both_changed_is_there(db, monkeypatch):
    assert await race(db, monkeypatch) == {"Slow", "Fast"}


async def test_control_without_the_lock_one_change_is_lost(db, monkeypatch):
    async def nothing(tx):
        pass

    monkeypatch.setattr(queries, "lock", nothing)

    assert await race(db, monkeypatch) == {"Slow", "Express"}, (
        "if this fails, the lock is not what the test above sees"
    )
