"""The store: files of other versions, and that nothing grows without end."""

import sqlite3
from pathlib import Path

import pytest
from tests.stripe_sandbox.harness import World

from stripe_sandbox.store import FORMAT, SWEPT_AT_ONCE, Store, StoreUnusable

DAY = 86400


def write(store: Store, id: str, type: str, created: int) -> None:
    store.write({"id": id, "object": type, "created": created}, b"{}" + b" " * 2000)


def test_a_file_of_an_older_version_is_moved_aside_with_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "store.sqlite3"
    for _ in range(2):
        with sqlite3.connect(path) as old:
            old.execute("PRAGMA user_version = 0")
            old.execute("DROP TABLE IF EXISTS objects")
            old.execute("CREATE TABLE objects (id TEXT)")
        old.close()

        store = Store(path)
        assert store.rows("SELECT * FROM objects") == []
        store.close()

    assert {one.name for one in tmp_path.iterdir()} == {
        "store.sqlite3",
        "store.sqlite3.old",
        "store.sqlite3.old2",
    }
    assert "is of an older version; it was moved to" in caplog.text


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "store.sqlite3"
    Store(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {FORMAT + 1}")
    newer.close()
    before = path.read_bytes()

    with pytest.raises(StoreUnusable, match="newer version"):
        Store(path)

    assert path.read_bytes() == before


def test_a_file_of_this_version_is_used_again(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    write(store, "cus_1", "customer", 1)
    store.close()

    again = Store(tmp_path / "store.sqlite3")

    assert again.row("SELECT count(*) FROM objects") == (1,)
    again.close()


def test_old_events_and_answers_are_forgotten_and_their_room_is_used_again(tmp_path: Path):
    store = Store(tmp_path / "store.sqlite3")
    count = SWEPT_AT_ONCE + 10
    with store.transaction():
        write(store, "cus_1", "customer", 0)
        for number in range(count):
            write(store, f"evt_{number}", "event", 0)
        store.run(
            "INSERT INTO deliveries (event, endpoint, state, due, held, attempts, bad_signature)"
            " VALUES ('evt_0', 'we_1', 'pending', 0, 0, 1, 0)"
        )
        store.run(
            "INSERT INTO attempts (delivery, at, milliseconds, answer) SELECT id, 0, 0, '' FROM deliveries"
        )
        store.run("INSERT INTO answers VALUES ('k', '/v1', x'', 200, x'', 'req_1', 0)")
        write(store, "evt_new", "event", 30 * DAY)
    pages = store.row("PRAGMA page_count")[0]

    assert store.forget_old(31 * DAY)
    assert not store.forget_old(31 * DAY)

    assert store.rows("SELECT id FROM objects ORDER BY id") == [("cus_1",), ("evt_new",)]
    for table in ("deliveries", "attempts", "answers"):
        assert store.rows(f"SELECT * FROM {table}") == []
    with store.transaction():
        for number in range(count - 100):
            write(store, f"evt_later_{number}", "event", 31 * DAY)
    assert store.row("PRAGMA page_count")[0] <= pages
    store.close()


async def test_events_are_gone_after_thirty_days_and_objects_stay(world: World):
    intent = await world.paid()

    await world.pass_time(31 * DAY)

    assert (await world.stripe.v1.events.list_async()).data == []
    assert (await world.stripe.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"
    assert world.box.store.row("SELECT count(*) FROM deliveries") == (0,)
