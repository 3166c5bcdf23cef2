"""The journal is only ever added to, and whoever changes it all the same breaks its chain."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import make_variant, place
from tests.orders.chain import head

from kassa import orders
from kassa.kernel.ids import new_id

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
DATA = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
BREAKS = {
    "a payload altered": "update order_events set data = '{\"amount_minor\": 1}' where seq = 3",
    "an actor altered": "update order_events set actor = 'customer' where seq = 3",
    "a time altered": "update order_events set at = at + interval '1 microsecond' where seq = 3",
    "a type altered": "update order_events set type = 'order.placed' where seq = 3",
    "a hash altered": "update order_events set hash = sha256('') where seq = 3",
    "an event removed": "delete from order_events where seq = 3",
    "two events exchanged": """
        update order_events set seq = -seq where seq in (3, 4);
        update order_events set seq = case seq when -3 then 4 else 3 end where seq < 0
    """,
    "an event altered and its own hash made to fit": """
        update order_events set data = '{}' where seq = 2;
        update order_events as event set hash = order_event_hash(
            before.hash, event.order_id, event.seq, event.at, event.type, event.actor, event.data)
        from order_events as before where event.seq = 2 and before.seq = 1
    """,
    "an event removed and the later ones moved up": """
        delete from order_events where seq = 3;
        update order_events set seq = seq - 1 where seq > 3
    """,
    "an event taken from another order": """
        update order_events set data = other.data, hash = other.hash
        from (values ('{"number": 9}'::jsonb, sha256('other'))) as other (data, hash) where seq = 3
    """,
}


@pytest.fixture
async def order(db, clock):
    """An order of five events."""
    await make_variant(db, clock)
    placed = await place(db, clock)
    for number in range(4):
        clock.advance(seconds=1)
        async with db.transaction() as tx:
            await orders.note(
                tx, placed.id, "note.made", now=clock.now(), actor="staff:ada", data={"number": number}
            )
    return placed


async def by_hand(db, statements):
    """What somebody with the database's password would do: the trigger first, then the rows."""
    async with db.transaction() as tx:
        await tx.execute("alter table order_events disable trigger order_events_stay")
        for statement in statements.split(";"):
            await tx.execute(statement)


async def state(db, order):
    """(where the chain breaks, its head, the head that the Python of the tests works out)."""
    async with db.connection() as conn:
        events = await orders.events(conn, order.id)
        return (
            await orders.chain_break(conn, order.id),
            await orders.chain_head(conn, order.id),
            head(order.id, events),
        )


async def test_the_chain_of_an_untouched_journal_holds(db, order):
    where, stored, computed = await state(db, order)

    assert where is None
    assert stored == computed
    assert len(stored) == 64
    async with db.connection() as conn:
        events = await orders.events(conn, order.id)
    assert [event.hash for event in events] == [
        head(order.id, events[:length]) for length in range(1, len(events) + 1)
    ]


@pytest.mark.parametrize("change", BREAKS)
async def test_the_chain_breaks_where_the_journal_was_changed(db, order, change):
    await by_hand(db, BREAKS[change])

    where, _, _ = await state(db, order)

    assert where == (4 if change == "an event removed" else 3)


async def test_what_was_cut_off_the_end_is_missed_by_whoever_has_the_head(db, order):
    _, printed, _ = await state(db, order)

    await by_hand(db, "delete from order_events where seq = 5")

    where, stored, computed = await state(db, order)
    assert where is None
    assert stored == computed != printed


async def test_a_chain_forged_from_the_beginning_has_another_head(db, order):
    _, printed, _ = await state(db, order)
    async with db.connection() as conn:
        events = await orders.events(conn, order.id)
    forged = [
        orders.OrderEvent(e.seq, e.at, e.type, e.actor, {} if e.seq == 2 else e.data, "") for e in events
    ]

    assert head(order.id, forged) != printed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=DATA, type_=TEXT, actor=TEXT)
async def test_database_and_python_agree_on_the_hash_of_any_event(db, order, clock, data, type_, actor):
    async with db.transaction() as tx:
        await orders.note(tx, order.id, type_, now=clock.now(), actor=actor, data=data)

    where, stored, computed = await state(db, order)

    assert where is None
    assert stored == computed


@pytest.mark.parametrize(
    "statement",
    ["update order_events set actor = 'nobody'", "delete from order_events", "truncate order_events"],
)
async def test_the_journal_is_only_ever_added_to(db, order, statement):
    before = await state(db, order)

    with pytest.raises(asyncpg.RestrictViolationError, match="only ever added"):
        async with db.transaction() as tx:
            await tx.execute(statement)

    assert await state(db, order) == before


async def test_an_order_that_was_never_placed_has_no_journal(db):
    async with db.connection() as conn:
        with pytest.raises(orders.OrderNotFound):
            await orders.chain_head(conn, new_id())
        assert await orders.chain_break(conn, new_id()) is None


async def test_each_order_has_a_chain_of_its_own(db, order, clock):
    other = await place(db, clock)

    assert (await state(db, other))[0] is None
    assert (await state(db, other))[1] != (await state(db, order))[1]
