"""What must hold when everything has settled: the proof of the books, the money that the provider really took, and
what outsiders were told.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from kassa.chaos import queries
from kassa.chaos.world import World
from kassa.kernel.db import Conn, Database
from kassa.reconciliation.prove import prove
from kassa.stripe import Gateway, Wired

#: Kinds of cases that a run explains: banks contest, refunds bounce, webhooks get lost, authorisations lapse.
EXPECTED: Final = (
    "dispute_opened", "refund_failed", "early_fraud_warning", "webhooks_silent", "authorization_expiring",
)  # fmt: skip
_MARKS: Final = ("kassa_order", "kassa_buy_now")


async def judge(world: World) -> Sequence[str]:
    """Every violation as a sentence; empty if everything holds."""
    db = await Database.connect(world.dsn, max_size=2)
    gateway = _gateway(world)
    try:
        proof = await prove(db, gateway, clock=world.stage)
        broken = [f"{check.name}: {violation}" for check in proof.checks for violation in check.violations]
        async with db.connection() as conn:
            broken += await queries.held(conn) + await queries.unfinished(conn)
            broken += await queries.cases(conn, EXPECTED)
            return broken + await _money(conn, world) + await _promises(conn, world)
    finally:
        await db.close()


async def _money(conn: Conn, world: World) -> list[str]:
    """What the provider took for an order and did not send back is what the order says it kept."""
    took: Counter[str] = Counter()
    sent_back: Counter[str] = Counter()
    of_charge: dict[str, str] = {}
    async for charge in _all(world, "/v1/charges"):
        if charge["status"] == "succeeded" and charge["captured"]:
            owner = of_charge[charge["id"]] = _owner(charge["metadata"])
            took[owner] += charge["amount_captured"]
    async for refund in _all(world, "/v1/refunds"):
        if refund["status"] not in ("failed", "canceled") and refund["charge"] in of_charge:
            sent_back[of_charge[refund["charge"]]] += refund["amount"]
    kept, surplus = await queries.kept(conn), await queries.surplus(conn)
    bounced = await queries.bounced(conn)
    broken = [
        f"the provider took {took[owner]} for {owner}, which is no order"
        for owner in took
        if owner not in kept
    ]
    for order_id, (state, amount, currency) in kept.items():
        due = amount + bounced.get(order_id, 0)
        there = took[order_id] - sent_back[order_id]
        if there != due:
            broken.append(f"order {order_id} is {state} and kept {due} {currency}; the provider {there}")
        asked = world.asked_back[order_id] + surplus.get(order_id, 0)
        if sent_back[order_id] > asked:
            broken.append(
                f"order {order_id}: {sent_back[order_id]} {currency} went back, {asked} were asked for"
            )
    charged = set(of_charge.values())
    broken += [
        f"order {told} was called canceled, and charged" for told in sorted(world.told_canceled & charged)
    ]
    return broken


async def _promises(conn: Conn, world: World) -> list[str]:
    """Who was told that an order is paid had a paid order; who asked once has one."""
    paid_at = await queries.paid_at(conn)
    broken = []
    for told, at in sorted(world.told_paid.items()):
        paid = paid_at.get(told)
        if paid is None or paid > at:
            broken.append(f"order {told} was called paid before it was")
    for key, orders in sorted(world.made.items()):
        if len(orders) > 1:
            broken.append(f"key {key} made {len(orders)} orders")
    return broken


async def _all(world: World, path: str) -> AsyncIterator[Mapping[str, Any]]:
    """Everything on a list of the provider's."""
    after = ""
    while True:
        answer = await world.provider.exchange(
            "GET", f"{path}?limit=100{after}", {"authorization": "Bearer sk_test_chaos"}, b""
        )
        for one in answer.json["data"]:
            yield one
        if not answer.json["has_more"]:
            return
        after = f"&starting_after={answer.json['data'][-1]['id']}"


def _owner(metadata: Mapping[str, str]) -> str:
    return next((metadata[mark] for mark in _MARKS if metadata.get(mark)), "nobody")


def _gateway(world: World) -> Gateway:
    """A wire to the provider on which nothing goes wrong."""

    async def ask(
        method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        answer = await world.provider.exchange(method, path, headers, body)
        return answer.status, answer.headers, answer.body

    wire = Wired(ask, asyncio.sleep)
    return Gateway(
        "sk_test_chaos", api_base="http://stripe.test", transport=wire, return_base="http://shop.test"
    )
