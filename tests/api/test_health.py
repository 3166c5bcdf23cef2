"""Alive, and ready."""

from kassa.jobs import queue
from kassa.kernel.ids import new_id


async def test_a_process_that_lives_says_so(client):
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_shop_is_ready_while_a_worker_was_seen_lately(client, db, clock):
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"], answer.json()["failed"]) == (
        503,
        "not_ready",
        ["worker"],
    )

    async with db.transaction() as tx:
        await queue.beat(tx, new_id(), now=clock.now())
    assert (await client.get("/readyz")).status_code == 200

    clock.advance(seconds=31)
    assert (await client.get("/readyz")).json()["failed"] == ["worker"]


async def test_a_shop_is_not_ready_before_its_migrations(client, db):
    async with db.transaction() as tx:
        await tx.execute(
            "delete from schema_migrations where name = (select max(name) from schema_migrations)"
        )
    assert (await client.get("/readyz")).json()["failed"] == ["migrations"]

    async with db.transaction() as tx:
        await tx.execute("update schema_migrations set checksum = 'edited'")
    assert (await client.get("/readyz")).json()["failed"] == ["migrations"]


async def test_a_shop_without_its_database_is_not_ready_but_lives(client, db):
    await db.close()

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.json()["failed"]) == (503, ["database"])
    assert answer.headers["retry-after"]
    assert (await client.get("/healthz")).status_code == 200
