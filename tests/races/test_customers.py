"""Many do the same about one account at once: one bag, one use of a link, and no guess that is not counted."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kassa import accounts, cart
from kassa.accounts import throttle
from kassa.accounts.customers import letters, queries
from kassa.kernel.ids import hash_token, new_id, new_token

ADA = "ada@example.org"
LIMIT = throttle.Limit("race", 10, timedelta(minutes=15))


@pytest.fixture
async def customer(db, clock) -> UUID:
    id_ = new_id()
    async with db.transaction() as tx:
        await queries.add(tx, id_, ADA, "", password_hash=None, now=clock.now())
    return id_


async def new_token_of(db, clock, kind, customer_id=None):
    token = new_token()
    async with db.transaction() as tx:
        await queries.add_token(
            tx, hash_token(token), kind, ADA, customer_id=customer_id, now=clock.now(),
            expires_at=clock.now() + letters.LIVES[kind],
        )  # fmt: skip
    return token


async def begin_bags(db, clock, customer_id, claim):
    async def one():
        async with db.transaction() as tx:
            made = await cart.create(tx, "EUR", now=clock.now())
            return await claim(tx, customer_id, made.id)

    return await asyncio.gather(*(one() for _ in range(8)))


async def test_eight_devices_that_begin_a_bag_at_once_have_one(db, clock, customer):
    bags = await begin_bags(db, clock, customer, accounts.claim_cart)

    assert len(set(bags)) == 1
    async with db.connection() as conn:
        assert (await accounts.customer(conn, customer)).cart_id == bags[0]


async def test_control_without_the_lock_every_device_believes_in_its_own(db, clock, customer):
    async def look_then_write(tx, customer_id, cart_id):
        known = (await accounts.customer(tx, customer_id)).cart_id
        await asyncio.sleep(0.05)
        if known is None:
            await tx.execute("update customers set cart_id = $2 where id = $1", customer_id, cart_id)
        return known or cart_id

    assert len(set(await begin_bags(db, clock, customer, look_then_write))) > 1


async def use_at_once(db, clock, kind, token, use):
    async def one():
        async with db.transaction() as tx:
            return await use(tx, kind, token, now=clock.now())

    outcomes = await asyncio.gather(*(one() for _ in range(8)), return_exceptions=True)
    return [outcome for outcome in outcomes if not isinstance(outcome, accounts.LinkSpent)]


async def test_a_link_opened_eight_times_at_once_is_used_once(db, clock, customer):
    token = await new_token_of(db, clock, "sign_in", customer)

    assert len(await use_at_once(db, clock, "sign_in", token, letters.use)) == 1


async def test_control_a_link_that_is_looked_at_and_then_used_is_used_by_all(db, clock, customer):
    token = await new_token_of(db, clock, "sign_in", customer)

    async def look_then_use(tx, kind, token, *, now):
        if (await letters.link(tx, kind, token, now=now)).state != "good":
            raise accounts.LinkSpent("spent")
        await asyncio.sleep(0.05)
        await tx.execute("update customer_tokens set used_at = $1", now)

    assert len(await use_at_once(db, clock, "sign_in", token, look_then_use)) > 1


async def test_two_links_of_one_new_address_opened_at_once_make_one_account(db, clock):
    tokens = [await new_token_of(db, clock, "verify") for _ in range(6)]

    async def one(token):
        async with db.transaction() as tx:
            return await accounts.confirm(tx, token, name="", password_hash=None, now=clock.now())

    made = await asyncio.gather(*(one(token) for token in tokens))

    assert len({one.id for one in made}) == 1


async def count_at_once(db, clock, count):
    async def one():
        async with db.transaction() as tx:
            return await count(tx, LIMIT, "somebody", now=clock.now())

    return [wait for wait in await asyncio.gather(*(one() for _ in range(24))) if wait == 0]


async def test_of_two_dozen_guesses_at_once_ten_are_made(db, clock):
    assert len(await count_at_once(db, clock, throttle.count)) == 10


async def test_control_what_is_counted_after_a_look_lets_more_through(db, clock):
    async def look_then_count(tx, limit, what, *, now):
        tried = await tx.fetchval("select coalesce(max(count), 0) from tries")
        await asyncio.sleep(0.05)
        await throttle.count(tx, limit, what, now=now)
        return 0 if tried < limit.most else 1

    assert len(await count_at_once(db, clock, look_then_count)) > 10


async def test_two_accounts_that_take_one_address_at_once_do_not_both_get_it(db, clock, customer):
    other = new_id()
    async with db.transaction() as tx:
        await queries.add(tx, other, "bob@example.org", "", password_hash=None, now=clock.now())

    async def take(id_):
        async with db.transaction() as tx:
            await queries.set_email(tx, id_, "new@example.org", now=clock.now())

    outcomes = await asyncio.gather(take(customer), take(other), return_exceptions=True)

    assert [type(one) for one in outcomes if one is not None] == [accounts.EmailTaken]
