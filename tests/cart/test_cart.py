"""A cart promises nothing and loses nothing."""

from datetime import UTC, datetime

import pytest
from tests.factories import make_variant

from kassa import accounts, cart
from kassa.kernel.ids import new_id

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
async def bag(db, clock):
    await make_variant(db, clock, "EMMA", on_hand=3, price=1000)
    await make_variant(db, clock, "GONE", on_hand=0, price=1000)
    async with db.transaction() as tx:
        return (await cart.create(tx, "EUR", now=clock.now())).id


async def make_customer(db, clock, bag, email="ada@example.org"):
    """Somebody with an account, whose bag this is."""
    async with db.transaction() as tx:
        await tx.execute(
            "insert into customers (id, email, cart_id, created_at) values ($1, $2, $3, $4)",
            new_id(), email, bag, clock.now(),
        )  # fmt: skip


async def priced(db, bag):
    async with db.connection() as conn:
        return await cart.priced(conn, bag, now=NOW)


async def do(db, verb, *args, **more):
    async with db.transaction() as tx:
        await verb(tx, *args, **more)


async def test_adding_twice_adds_up_and_the_whole_cart_is_priced(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())

    shown = await priced(db, bag)
    assert [(line.sku, line.quantity, line.total_minor, line.problem) for line in shown.lines] == [
        ("EMMA", 2, 2000, None)
    ]
    assert shown.count == 2
    assert shown.quote
    assert shown.quote.total == 2000 + 390


async def test_what_is_short_or_gone_is_said(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 4, now=clock.now())
    await do(db, cart.add, bag, "GONE", 1, now=clock.now())

    assert [line.problem for line in (await priced(db, bag)).lines] == ["not_enough", "sold_out"]


async def test_a_line_can_be_changed_and_taken_out(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.change, bag, "EMMA", 3, now=clock.now())
    assert (await priced(db, bag)).count == 3

    await do(db, cart.change, bag, "EMMA", 0, now=clock.now())
    await do(db, cart.remove, bag, "EMMA", now=clock.now())
    assert (await priced(db, bag)).lines == ()


@pytest.mark.parametrize(
    ("sku", "quantity", "error"), [("NO-SUCH", 1, cart.UnknownSku), ("EMMA", 100, cart.QuantityTooLarge)]
)
async def test_what_can_not_be_put_in_changes_nothing(db, clock, bag, sku, quantity, error):
    with pytest.raises(error):
        await do(db, cart.add, bag, sku, quantity, now=clock.now())

    assert (await priced(db, bag)).lines == ()


async def test_a_cart_has_at_most_fifty_lines(db, clock, bag):
    for n in range(50):
        await make_variant(db, clock, f"B-{n}")
        await do(db, cart.add, bag, f"B-{n}", 1, now=clock.now())

    with pytest.raises(cart.CartFull):
        await do(db, cart.add, bag, "EMMA", 1, now=clock.now())


async def test_there_is_no_cart_that_nobody_made(db):
    async with db.connection() as conn:
        with pytest.raises(cart.CartNotFound):
            await cart.get(conn, new_id())


async def test_a_line_can_be_stepped_from_what_is_there_and_never_below_one(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.step, bag, "EMMA", 2, now=clock.now())
    assert (await priced(db, bag)).count == 3

    await do(db, cart.step, bag, "EMMA", -9, now=clock.now())
    await do(db, cart.step, bag, "GONE", 1, now=clock.now())

    assert [(line.sku, line.quantity) for line in (await priced(db, bag)).lines] == [("EMMA", 1)]


async def test_the_lines_stay_in_the_order_in_which_they_were_put_in(db, clock, bag):
    for sku in ("C", "A", "B"):
        await make_variant(db, clock, sku)
        await do(db, cart.add, bag, sku, 1, now=clock.now())
        clock.advance(seconds=1)
    await do(db, cart.change, bag, "C", 2, now=clock.now())
    await do(db, cart.add, bag, "A", 1, now=clock.now())

    assert [line.sku for line in (await priced(db, bag)).lines] == ["C", "A", "B"]


async def test_what_was_taken_out_is_put_back_where_it_was_and_only_once(db, clock, bag):
    for sku in ("C", "A"):
        await make_variant(db, clock, sku)
        await do(db, cart.add, bag, sku, 2, now=clock.now())
        clock.advance(seconds=1)
    await do(db, cart.remove, bag, "C", now=clock.now())
    async with db.connection() as conn:
        assert await cart.removed(conn, bag, "C") == "Title of C"

    await do(db, cart.put_back, bag, "C", now=clock.now())
    await do(db, cart.put_back, bag, "C", now=clock.now())

    assert [(line.sku, line.quantity) for line in (await priced(db, bag)).lines] == [("C", 2), ("A", 2)]
    async with db.connection() as conn:
        assert await cart.removed(conn, bag, "C") is None


async def test_what_was_added_again_before_it_was_put_back_is_not_lost(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 2, now=clock.now())
    await do(db, cart.remove, bag, "EMMA", now=clock.now())
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())

    await do(db, cart.put_back, bag, "EMMA", now=clock.now())

    assert (await priced(db, bag)).count == 3


async def test_only_the_last_ten_that_were_taken_out_are_kept_aside(db, clock, bag):
    for n in range(11):
        await make_variant(db, clock, f"B-{n}")
        await do(db, cart.add, bag, f"B-{n}", 1, now=clock.now())
        clock.advance(seconds=1)
        await do(db, cart.remove, bag, f"B-{n}", now=clock.now())

    await do(db, cart.put_back, bag, "B-0", now=clock.now())
    assert (await priced(db, bag)).lines == ()
    await do(db, cart.put_back, bag, "B-1", now=clock.now())
    assert (await priced(db, bag)).count == 1


async def test_nothing_is_put_back_into_a_full_cart(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    await do(db, cart.remove, bag, "EMMA", now=clock.now())
    for n in range(50):
        await make_variant(db, clock, f"B-{n}")
        await do(db, cart.add, bag, f"B-{n}", 1, now=clock.now())

    with pytest.raises(cart.CartFull):
        await do(db, cart.put_back, bag, "EMMA", now=clock.now())

    async with db.connection() as conn:
        assert await cart.removed(conn, bag, "EMMA")
    assert (await priced(db, bag)).count == 50


async def test_a_cart_that_is_nobodys_is_forgotten_after_ninety_days(db, clock, bag):
    await do(db, cart.add, bag, "EMMA", 1, now=clock.now())
    clock.advance(seconds=90 * 86_400)
    async with db.transaction() as tx:
        assert await cart.sweep(tx, now=clock.now()) == 0

    clock.advance(seconds=1)
    async with db.transaction() as tx:
        assert await cart.sweep(tx, now=clock.now()) == 1

    async with db.connection() as conn:
        with pytest.raises(cart.CartNotFound):
            await cart.get(conn, bag)


async def test_the_bag_of_a_customer_and_of_a_browser_that_may_come_back_is_kept(db, clock, bag):
    async with db.transaction() as tx:
        mine = (await cart.create(tx, "EUR", now=clock.now())).id
        token = await accounts.open_session(tx, now=clock.now())
        await accounts.set_cart(tx, token, bag)
    await make_customer(db, clock, mine)
    clock.advance(seconds=1000 * 86_400)

    async with db.transaction() as tx:
        assert await cart.sweep(tx, now=clock.now()) == 0
