"""Word when an edition is back: who is told, in what order, and once."""

import asyncio
from datetime import timedelta

import pytest
from tests.factories import make_variant

from kassa import alerts, app, inventory, jobs, notifications
from kassa.config import Settings
from kassa.kernel.ids import new_id
from kassa.mail import StoreMailer
from kassa.shop import Shop

SETTINGS = Settings(base_url="http://shop.test", secret_key="s" * 40)


@pytest.fixture
async def variant_id(db, clock):
    return await make_variant(db, clock, on_hand=0)


@pytest.fixture
def worker(db, clock):
    """Somebody who does the jobs, mails and all."""
    shop = Shop(SETTINGS, db, None, StoreMailer(), clock)
    return jobs.Worker(db, clock, app.job_handlers(shop))


async def ask(db, clock, email="ada@example.org", sku="EMMA-PB", proved=True):
    async with db.transaction() as tx:
        await alerts.ask(tx, sku, email, proved=proved, now=clock.now())
    clock.advance(seconds=1)


async def come(db, clock, units):
    async with db.transaction() as tx:
        await inventory.adjust(tx, "EMMA-PB", units, "delivery", actor="test", now=clock.now())


async def states(db):
    async with db.connection() as conn:
        rows = await conn.fetch("select email, state from alerts order by created_at")
    return {row["email"]: row["state"] for row in rows}


async def mails(db):
    async with db.connection() as conn:
        rows = await conn.fetch(
            "select kind, recipient, state, text_body from mails order by created_at, recipient"
        )
    return [(row["kind"], row["recipient"], row["state"]) for row in rows]


async def test_who_waited_longest_is_told_three_for_each_copy(db, clock, variant_id, worker):
    for n in range(8):
        await ask(db, clock, f"reader{n}@example.org")
    await come(db, clock, 2)

    assert await alerts.tell_due(db, clock=clock) == 6
    await jobs.drain(worker)

    told = [f"reader{n}@example.org" for n in range(6)]
    assert [email for email, state in (await states(db)).items() if state == "told"] == told
    assert await mails(db) == [("alert:there", email, "sent") for email in told]


async def test_those_told_have_a_day_before_others_hear_of_the_same_copies(db, clock, variant_id):
    for n in range(7):
        await ask(db, clock, f"reader{n}@example.org")
    await come(db, clock, 1)
    assert await alerts.tell_due(db, clock=clock) == 3

    clock.advance(hours=23)
    assert await alerts.tell_due(db, clock=clock) == 0
    await come(db, clock, 1)
    assert await alerts.tell_due(db, clock=clock) == 3
    clock.advance(hours=25)
    assert await alerts.tell_due(db, clock=clock) == 1


async def test_nobody_is_told_twice_however_often_a_worker_looks_or_dies(db, clock, variant_id, worker):
    await ask(db, clock)
    await come(db, clock, 5)

    for _ in range(3):
        await alerts.tell_due(db, clock=clock)
        clock.advance(hours=25)
    async with db.connection() as conn:
        alert_id = await conn.fetchval("select id from alerts")
    for _ in range(2):  # the job was done, and its worker died before saying so
        args = {"alert_id": str(alert_id), "kind": "there"}
        await notifications.build_alert_mail(db, args, clock=clock, settings=SETTINGS)
    await jobs.drain(worker)

    assert await mails(db) == [("alert:there", "ada@example.org", "sent")]


async def test_ten_workers_at_once_tell_no_more_than_there_are_copies_for(db, clock, variant_id):
    for n in range(9):
        await ask(db, clock, f"reader{n}@example.org")
    await come(db, clock, 1)

    told = await asyncio.gather(*(alerts.tell_due(db, clock=clock) for _ in range(10)))

    assert sum(told) == 3
    assert list((await states(db)).values()).count("told") == 3


async def test_what_is_promised_to_others_is_not_there(db, clock, variant_id):
    await ask(db, clock)
    await come(db, clock, 1)
    async with db.transaction() as tx:
        until = clock.now() + timedelta(minutes=15)
        await inventory.reserve(tx, new_id(), {variant_id: 1}, now=clock.now(), expires_at=until)

    assert await alerts.tell_due(db, clock=clock) == 0


async def test_an_address_that_proves_nothing_is_never_told(db, clock, variant_id, worker):
    await ask(db, clock, proved=False)
    await come(db, clock, 5)

    assert await alerts.tell_due(db, clock=clock) == 0
    await jobs.drain(worker)
    assert await mails(db) == [("alert:confirm", "ada@example.org", "sent")]


async def test_the_link_of_the_letter_proves_it(db, clock, variant_id, worker):
    await ask(db, clock, proved=False)
    async with db.connection() as conn:
        alert_id = await conn.fetchval("select id from alerts")

    for _ in range(2):
        async with db.transaction() as tx:
            assert (await alerts.confirm(tx, alert_id, now=clock.now())).email == "ada@example.org"

    assert await states(db) == {"ada@example.org": "waiting"}


async def test_asking_again_writes_no_second_letter(db, clock, variant_id, worker):
    for _ in range(3):
        await ask(db, clock, "Ada@example.org", proved=False)
    await jobs.drain(worker)

    assert len(await mails(db)) == 1
    await ask(db, clock)  # the owner of the address, signed in
    assert await states(db) == {"ada@example.org": "waiting"}


async def test_a_strangers_address_gets_five_letters_and_no_more(db, clock, worker):
    for n in range(7):
        await make_variant(db, clock, f"BOOK-{n}", on_hand=0)
        await ask(db, clock, sku=f"BOOK-{n}", proved=False)
    await jobs.drain(worker)

    assert len(await mails(db)) == 5


async def test_what_is_there_is_not_waited_for(db, clock, variant_id):
    await come(db, clock, 1)

    with pytest.raises(alerts.InStock):
        await ask(db, clock)
    with pytest.raises(alerts.AlertNotFound):
        await ask(db, clock, sku="NO-SUCH")

    assert await states(db) == {}


async def test_whoever_wants_no_more_letters_is_forgotten_entirely(db, clock, variant_id, worker):
    await make_variant(db, clock, "WALDEN-HB", on_hand=0)
    await ask(db, clock)
    await ask(db, clock, sku="WALDEN-HB")
    async with db.connection() as conn:
        alert_id = await conn.fetchval("select id from alerts limit 1")

    for _ in range(2):
        async with db.transaction() as tx:
            await alerts.end_all(tx, alert_id)

    assert await states(db) == {}
    await come(db, clock, 1)
    assert await alerts.tell_due(db, clock=clock) == 0


async def test_a_letter_is_not_written_to_who_was_forgotten_meanwhile(db, clock, variant_id, worker):
    await ask(db, clock)
    await come(db, clock, 1)
    await alerts.tell_due(db, clock=clock)
    async with db.transaction() as tx:
        await alerts.forget(tx, "ada@example.org")

    await jobs.drain(worker)

    assert await mails(db) == []


async def test_after_being_told_one_can_ask_again(db, clock, variant_id):
    await ask(db, clock)
    await come(db, clock, 1)
    await alerts.tell_due(db, clock=clock)
    await come(db, clock, -1)

    await ask(db, clock)

    async with db.connection() as conn:
        assert [one.state for one in await alerts.of_email(conn, "ada@example.org")] == ["waiting", "told"]


async def test_what_nobody_proved_and_what_was_told_is_forgotten_in_time(db, clock, variant_id):
    await ask(db, clock)
    await come(db, clock, 1)
    await alerts.tell_due(db, clock=clock)
    await come(db, clock, -1)
    clock.advance(days=29)
    await ask(db, clock, "eve@example.org", proved=False)
    await ask(db, clock, "bert@example.org")

    clock.advance(days=2, hours=1)
    async with db.transaction() as tx:
        assert await alerts.sweep(tx, now=clock.now()) == 2

    assert await states(db) == {"bert@example.org": "waiting"}


async def test_keys_of_letters_open_what_they_are_for_and_nothing_else(db, clock):
    one, other = new_id(), new_id()
    key = notifications.key_of(SETTINGS, notifications.CONFIRM, str(one))

    assert notifications.verify_alert_link(SETTINGS, notifications.CONFIRM, one, key)
    assert not notifications.verify_alert_link(SETTINGS, notifications.STOP, one, key)
    assert not notifications.verify_alert_link(SETTINGS, notifications.CONFIRM, other, key)
    assert not notifications.verify_alert_link(Settings(), notifications.CONFIRM, one, key)
