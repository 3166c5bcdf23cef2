"""Who is signed in, on what, and how often somebody may try."""

from datetime import timedelta

import pytest

from kassa import accounts
from kassa.accounts import throttle
from kassa.accounts.customers import queries
from kassa.accounts.throttle import limits
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import hash_token, new_id

AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0": "Firefox on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36 Edg/156.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 "
    "Safari/605.1.15": "Safari on Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/156.0.0.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 "
    "Chrome/150.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
    "curl/9.1": "A browser",
    "": "A browser",
    "<script>alert(1)</script>": "A browser",
}


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_browser_is_called_what_its_owner_would_call_it(agent: str, words: str) -> None:
    assert accounts.device(agent) == words


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_try_counts_for_an_address_or_the_network_somebody_has_to_himself(address: str, whom: str) -> None:
    assert accounts.client(address) == whom


async def test_a_window_begins_with_the_first_try_and_ends(db: Database, clock: FrozenClock) -> None:
    limit = throttle.Limit("test", 2, timedelta(minutes=10))
    async with db.transaction() as tx:
        assert [await throttle.count(tx, limit, "ada", now=clock.now()) for _ in range(4)] == [0, 0, 601, 601]
        assert await throttle.count(tx, limit, "bob", now=clock.now()) == 0
        clock.advance(minutes=9)
        assert await throttle.count(tx, limit, "ada", now=clock.now()) == 61
        clock.advance(minutes=1)
        assert await throttle.count(tx, limit, "ada", now=clock.now()) == 0


async def test_the_table_of_tries_stays_bounded(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "KEPT", 5)
    limit = throttle.Limit("test", 2, timedelta(minutes=10))
    async with db.transaction() as tx:
        for number in range(8):
            clock.advance(seconds=1)
            await throttle.count(tx, limit, str(number), now=clock.now())

        assert await throttle.sweep(tx, now=clock.now()) == 3
        for number in range(3, 8):
            assert await throttle.count(tx, limit, str(number), now=clock.now()) == 0
        assert await tx.fetchval("select max(count) from tries") == 2


async def customer_of(db: Database, clock: FrozenClock, email: str = "ada@example.org") -> accounts.Customer:
    id_ = new_id()
    async with db.transaction() as tx:
        await queries.add(tx, id_, email, "Ada", password_hash=None, now=clock.now())
        return await accounts.customer(tx, id_)


async def test_signing_in_keeps_what_the_browser_knew_under_a_new_token(
    db: Database, clock: FrozenClock
) -> None:
    customer = await customer_of(db, clock)
    order_id = new_id()
    async with db.transaction() as tx:
        before = await accounts.open_session(tx, now=clock.now())
        await accounts.set_currency(tx, before, "USD")
        await accounts.remember_order(tx, before, order_id)
        after = await accounts.sign_in(tx, before, customer.id, now=clock.now(), device="Firefox on Linux")

        assert await accounts.session(tx, before, now=clock.now()) is None
        session = await accounts.session(tx, after, now=clock.now())
    assert session is not None
    assert (session.customer, session.customer_id) == (customer, customer.id)
    assert (session.currency, list(session.order_ids)) == ("USD", [order_id])
    assert session.signed_in_at == clock.now()


async def test_somebody_else_begins_with_nothing_of_whoever_was_signed_in_before(
    db: Database, clock: FrozenClock
) -> None:
    ada, bob = await customer_of(db, clock), await customer_of(db, clock, "bob@example.org")
    async with db.transaction() as tx:
        adas = await accounts.sign_in(tx, None, ada.id, now=clock.now(), device="")
        await accounts.remember_order(tx, adas, new_id())
        bobs = await accounts.sign_in(tx, adas, bob.id, now=clock.now(), device="")

        session = await accounts.session(tx, bobs, now=clock.now())
        assert await accounts.session(tx, adas, now=clock.now()) is None
        assert await tx.fetchval("select count(*) from sessions") == 1
    assert session is not None
    assert (session.customer, list(session.order_ids)) == (bob, [])


async def test_an_account_that_was_deleted_is_signed_in_nowhere(db: Database, clock: FrozenClock) -> None:
    customer = await customer_of(db, clock)
    async with db.transaction() as tx:
        token = await accounts.sign_in(tx, None, customer.id, now=clock.now(), device="")
        await tx.execute("update customers set deleted_at = $1", clock.now())

        assert await accounts.session(tx, token, now=clock.now()) is None
        with pytest.raises(accounts.CustomerNotFound):
            await accounts.customer(tx, customer.id)


async def test_the_first_name_at_stripe_stays(db: Database, clock: FrozenClock) -> None:
    customer = await customer_of(db, clock)
    async with db.transaction() as tx:
        await accounts.set_stripe_ref(tx, customer.id, "cus_1")
        await accounts.set_stripe_ref(tx, customer.id, "cus_2")

        assert (await accounts.customer(tx, customer.id)).stripe_ref == "cus_1"


async def test_a_bag_that_is_gone_is_nobodys(db: Database, clock: FrozenClock) -> None:
    customer = await customer_of(db, clock)
    async with db.transaction() as tx:
        assert await accounts.claim_cart(tx, customer.id, new_id()) is None


async def test_the_database_holds_no_link(db: Database, clock: FrozenClock) -> None:
    await accounts.ask(db, "sign_in", "ada@example.org", client="c", following="", clock=clock)

    async with db.connection() as conn:
        token = (await conn.fetchval("select args from jobs"))["token"]
        kept = await conn.fetchrow(
            "select token_hash, customer_tokens::text as all_of_it from customer_tokens"
        )
    assert kept is not None
    assert kept["token_hash"] == hash_token(token)
    assert token not in kept["all_of_it"]
