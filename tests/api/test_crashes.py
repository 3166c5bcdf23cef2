"""A process may die between any two statements of a request that must not happen twice; the request comes again.

Every route that needs an `Idempotency-Key` is run as often as it has steps: its n-th run ends at the n-th
statement, commit or call of the provider. Then the same request comes again, and once more: it has happened
once, and both later answers are the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.api.conftest import ORDER, SETTINGS, Program
from tests.mortal import Life, Mortal, around

from kassa import api, orders, web
from kassa.kernel.ids import new_id, parse_id
from kassa.mail import StoreMailer
from kassa.shop import Shop
from kassa.web import Idempotency
from kassa.web.idempotency import LEASE

PLENTY = 400


@dataclass
class Wish:
    """A request, and what is true exactly when it has happened exactly once."""

    path: str
    body: Any
    happened_once: Callable[[Any], Awaitable[None]]
    headers: dict[str, str] = field(default_factory=dict)
    admin: bool = False


class World:
    """What a scenario needs: somebody without credentials, an administrator, the till, the database."""

    def __init__(self, guest: Program, boss: Program, till: Any, db: Any) -> None:
        self.guest, self.boss, self.till, self.db = guest, boss, till, db

    async def value(self, sql: str, *args: Any) -> Any:
        """One value of the database."""
        async with self.db.connection() as conn:
            return await conn.fetchval(sql, *args)

    async def order(self, *, paid: bool = False, quantity: int = 2) -> Any:
        """An order of two, as the API shows it."""
        made = await self.guest.order(lines=[{"sku": "EMMA-PB", "quantity": quantity}])
        if paid:
            async with self.db.connection() as conn:
                found = await orders.get(conn, parse_id(made["id"]))
            await self.till.confirm(await self.till.pay(found))
            await self.till.settle()
        return made

    async def parcel(self, *, state: str) -> Any:
        """An order of one parcel, and the parcel."""
        order = await self.order(paid=True)
        answer = await self.boss.wish(f"/admin/orders/{order['id']}/fulfilments", {"state": state})
        assert answer.status_code == 201, answer.text
        return order, answer.json()

    async def journal(self, order: Any, type_: str) -> int:
        """How often something happened to an order."""
        return await self.value(
            "select count(*) from order_events where order_id = $1::text::uuid and type = $2",
            order["id"],
            type_,
        )


async def place(world: World) -> Wish:
    before = await world.value("select count(*) from orders")
    reserved = (await world.till.stock())[1]

    async def check(answer: Any) -> None:
        assert await world.value("select count(*) from orders") == before + 1
        assert (await world.till.stock())[1] == reserved + 1
        assert await world.value("select count(*) from orders where id = $1::text::uuid", answer["id"]) == 1
        shown = await world.guest.get(f"/orders/{answer['id']}", X_Order_Token=answer["token"])
        assert shown.status_code == 200

    return Wish("/orders", ORDER, check)


def pay(flow: str) -> Callable[[World], Awaitable[Wish]]:
    async def prepare(world: World) -> Wish:
        order = await world.order()

        async def check(answer: Any) -> None:
            rows = await world.value(
                "select count(*) from payments where order_id = $1::text::uuid", order["id"]
            )
            assert rows == 1
            stripe = world.till.stripe.stripe.v1
            made = stripe.payment_intents if flow == "element" else stripe.checkout.sessions
            found = (await made.list_async({"limit": 100})).data
            ours = [each.id for each in found if each.metadata["kassa_order"] == order["id"]]
            assert ours == [answer["provider_ref"]]

        return Wish(
            f"/orders/{order['id']}/payments", {"flow": flow}, check, {"X_Order_Token": order["token"]}
        )

    return prepare


async def cancel(world: World) -> Wish:
    order = await world.order()
    async with world.db.connection() as conn:
        payment = await world.till.pay(await orders.get(conn, parse_id(order["id"])))
    reserved = (await world.till.stock())[1]

    async def check(answer: Any) -> None:
        assert answer["state"] == "canceled"
        assert await world.journal(order, "order.canceled") == 1
        assert (await world.till.stock())[1] == reserved - 2
        assert (await world.till.gateway.intent(payment.intent_ref)).status == "canceled"

    return Wish(f"/orders/{order['id']}/cancellation", {}, check, {"X_Order_Token": order["token"]})


async def adjust(world: World) -> Wish:
    on_hand = (await world.till.stock())[0]

    async def check(answer: Any) -> None:
        assert answer["on_hand"] == (await world.till.stock())[0] == on_hand + 3

    return Wish("/admin/stock/EMMA-PB/adjustments", {"delta": 3, "reason": "found"}, check, admin=True)


async def refund(world: World) -> Wish:
    order = await world.order(paid=True)
    on_hand = (await world.till.stock())[0]

    async def check(answer: Any) -> None:
        await world.till.settle()
        rows = "select count(*) from refunds where order_id = $1::text::uuid"
        assert await world.value(rows, order["id"]) == 1
        given = "select refunded_minor from orders where id = $1::text::uuid"
        assert await world.value(given, order["id"]) == answer["amount"]["amount"]
        assert (await world.till.stock())[0] == on_hand + 1

    line = {"line_id": order["lines"][0]["id"], "quantity": 1, "restock": True}
    return Wish(
        f"/admin/orders/{order['id']}/refunds", {"lines": [line], "reason": "torn"}, check, admin=True
    )


def ship(capture: str) -> Callable[[World], Awaitable[Wish]]:
    async def prepare(world: World) -> Wish:
        world.till.gateway.capture = capture
        order = await world.order(paid=True)
        world.till.gateway.capture = "automatic"

        async def check(answer: Any) -> None:
            await world.till.settle()
            sent = "select count(*) from fulfilments where order_id = $1::text::uuid and state = 'shipped'"
            assert await world.value(sent, order["id"]) == 1
            assert await world.journal(order, "order.payment_succeeded") == 1
            assert answer["state"] == "shipped"

        return Wish(f"/admin/orders/{order['id']}/fulfilments", {}, check, admin=True)

    return prepare


def parcel(verb: str, before: str, after: str) -> Callable[[World], Awaitable[Wish]]:
    async def prepare(world: World) -> Wish:
        order, made = await world.parcel(state=before)
        events = await world.value(
            "select count(*) from order_events where order_id = $1::text::uuid", order["id"]
        )

        async def check(answer: Any) -> None:
            assert answer["state"] == after
            now = "select count(*) from order_events where order_id = $1::text::uuid"
            assert await world.value(now, order["id"]) == events + 1

        return Wish(f"/admin/fulfilments/{made['id']}/{verb}", {}, check, admin=True)

    return prepare


async def buy(world: World) -> Wish:
    before, reserved = await world.value("select count(*) from buy_nows"), (await world.till.stock())[1]

    async def check(answer: Any) -> None:
        assert await world.value("select count(*) from buy_nows") == before + 1
        assert (await world.till.stock())[1] == reserved + 1
        sessions = (await world.till.stripe.stripe.v1.checkout.sessions.list_async({"limit": 100})).data
        ours = [each for each in sessions if each.metadata["kassa_buy_now"] == answer["id"]]
        assert [each.url for each in ours] == [answer["url"]]

    return Wish("/buy-now", {"sku": "EMMA-PB", "quantity": 1}, check)


SCENARIOS = {
    "/orders": [place],
    "/buy-now": [buy],
    "/orders/{order_id:str}/payments": [pay("element"), pay("hosted")],
    "/orders/{order_id:str}/cancellation": [cancel],
    "/stock/{sku:str}/adjustments": [adjust],
    "/orders/{order_id:str}/refunds": [refund],
    "/orders/{order_id:str}/fulfilments": [ship("automatic"), ship("manual")],
    "/fulfilments/{fulfilment_id:str}/shipment": [parcel("shipment", "picked", "shipped")],
    "/fulfilments/{fulfilment_id:str}/delivery": [parcel("delivery", "shipped", "delivered")],
    "/fulfilments/{fulfilment_id:str}/cancellation": [parcel("cancellation", "picked", "canceled")],
}


#: These are more than one transaction: what fails in the middle is followed by more of the same process.
CALLING = ("/orders", "/buy-now", "/orders/{order_id:str}/payments", "/orders/{order_id:str}/cancellation")


@pytest.fixture
async def world(guest, boss, till, db):
    async with db.transaction() as tx:
        await tx.execute("update stock set on_hand = on_hand + $1", PLENTY)
        await tx.execute(
            """
            insert into movements (variant_id, delta, kind, actor, at)
            select variant_id, $1, 'adjustment', 'test', now() from stock
            """,
            PLENTY,
        )
    return World(guest, boss, till, db)


@pytest.fixture
def mortal(till, db, clock):
    """A second process of the shop, and its life."""

    def make(life: Life) -> httpx.AsyncClient:
        app = web.build(api.route_handlers)
        app.state.shop = Shop(SETTINGS, Mortal.like(db, life), till.gateway, StoreMailer(), clock)
        transport = till.gateway._transport
        transport.request_async = around(type(transport).request_async.__get__(transport), life)
        at = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=at, base_url="http://shop.test")

    return make


def test_every_route_that_needs_a_key_has_its_deaths():
    needing = {
        path
        for router in api.route_handlers
        for handler in getattr(router, "route_handlers", [])
        for path in handler.paths
        if Idempotency in (handler.middleware or ())
    }
    assert {path for path in needing if path not in SCENARIOS} == set()


async def die_everywhere(world, mortal, clock, path, which, *, killed: bool) -> None:
    """Run the route once per step, dying one step later each time, and look each time whether it happened once."""
    life = Life(killed=killed)
    ends_at, answered = 0, 0
    async with mortal(life) as client:
        while not ends_at or life.over:
            ends_at += 1
            life.go_on()
            wish = await SCENARIOS[path][which](world)
            program = Program(client, world.boss.headers if wish.admin else {})
            key = f"{path}-{which}-{ends_at}"
            life.begin(ends_at)
            first = await program.wish(wish.path, wish.body, key=key, **wish.headers)
            life.go_on()
            clock.advance(seconds=LEASE.total_seconds() + 1)

            again = await program.wish(wish.path, wish.body, key=key, **wish.headers)
            third = await program.wish(wish.path, wish.body, key=key, **wish.headers)

            assert again.is_success, f"step {ends_at}: {again.text}"
            assert third.headers["idempotent-replayed"] == "true"
            assert third.content == again.content
            if first.is_success:
                answered += 1
                assert again.content == first.content
            await wish.happened_once(again.json())
            assert ends_at < PLENTY
    assert ends_at > 5
    assert answered >= 1


@pytest.mark.parametrize(
    ("path", "which"), [(path, n) for path, prepared in SCENARIOS.items() for n in range(len(prepared))]
)
async def test_a_request_whose_process_was_killed_anywhere_happens_once(world, mortal, clock, path, which):
    await die_everywhere(world, mortal, clock, path, which, killed=True)


@pytest.mark.parametrize("path", [path for path in SCENARIOS if path in CALLING])
async def test_a_request_that_failed_at_any_statement_happens_once(world, mortal, clock, path):
    await die_everywhere(world, mortal, clock, path, 0, killed=False)


async def test_control_an_answer_kept_apart_from_its_work_lets_it_happen_twice(
    world, mortal, clock, monkeypatch
):
    async def not_now(*_: Any) -> None:
        """The middleware keeps the answer later, in a transaction of its own."""

    world.till.broken_by_hand = True
    monkeypatch.setattr("kassa.api.orders.keep", not_now)
    with pytest.raises(AssertionError):
        await die_everywhere(world, mortal, clock, "/orders", 0, killed=True)


async def test_control_a_key_that_is_new_each_time_makes_two_objects(world, mortal, clock, monkeypatch):
    create = world.till.gateway.create_intent

    async def forgetful(*, key: str, **given: Any) -> Any:
        return await create(key=str(new_id()), **given)

    world.till.broken_by_hand = True
    monkeypatch.setattr(world.till.gateway, "create_intent", forgetful)
    with pytest.raises(AssertionError):
        await die_everywhere(world, mortal, clock, "/orders/{order_id:str}/payments", 0, killed=True)
