"""The people behind the counter, Stripe's dashboard, and banks: what they do to orders that are paid."""

import json
import random
from typing import Any, Final
from urllib.parse import urlencode

from kassa.chaos.asgi import Answer
from kassa.chaos.world import World

ACTS: Final = (
    "ship",
    "ship",
    "deliver",
    "refund",
    "refund_line",
    "refund_all",
    "refund_at_stripe",
    "dispute",
    "decide",
    "count",
    "reconcile",
    "stray",
)
_TRIES: Final = 10
_PAUSE: Final = 8.0
#: In these states there is more to be done to an order.
_PAID: Final = ("paid", "fulfilling", "fulfilled")


class Operator:
    """Somebody with an admin key who takes one order after the other and does something to it."""

    def __init__(self, world: World, name: str, key: str, seed: int, acts: tuple[str, ...] = ACTS) -> None:
        self._world = world
        self._name = name
        self._key = key
        self._choice = acts
        self._chance = random.Random(f"{name} {seed}")  # noqa: S311 - a simulation must be repeatable
        self._acts = 0

    async def play(self) -> None:
        """Work until the buyers have gone."""
        while self._world.open_for_business:
            await self._world.stage.sleep(self._chance.uniform(0.2, 2) * _PAUSE)
            orders = await self._ask("GET", "/api/v1/admin/orders?limit=50", None)
            if orders is None or orders.status != 200 or not orders.json["items"]:
                continue
            found = orders.json["items"]
            paid = [order for order in found if order["state"] in _PAID]
            chosen = self._chance.choice(paid if paid and self._chance.random() < 0.8 else found)
            await self._do(self._chance.choice(self._choice), chosen["id"])

    async def _do(self, act: str, order_id: str) -> None:
        found = await self._ask("GET", f"/api/v1/admin/orders/{order_id}", None)
        if found is None or found.status != 200:
            return
        order = found.json
        if act == "reconcile":
            await self._world.reconcile()
        elif act == "count":
            sku = self._chance.choice(order["lines"])["sku"]
            await self._ask("POST", f"/api/v1/admin/stock/{sku}/adjustments", {"delta": 1, "reason": "found"})
        elif act == "ship":
            await self._ask("POST", f"/api/v1/admin/orders/{order_id}/fulfilments", self._parcel(order))
        elif act == "deliver":
            for parcel in order["fulfilments"][:2]:
                await self._ask("POST", f"/api/v1/admin/fulfilments/{parcel['id']}/delivery", {})
        elif act.startswith("refund") and act != "refund_at_stripe":
            body = self._refund(act, order)
            answer = await self._ask("POST", f"/api/v1/admin/orders/{order_id}/refunds", body)
            if answer is None:
                self._world.asked_back[order_id] += self._worth(body, order)
            elif answer.status == 201:
                self._world.asked_back[order_id] += int(answer.json["amount"]["amount"])
        else:
            await self._at_stripe(act, order)

    def _parcel(self, order: dict[str, Any]) -> dict[str, Any]:
        if self._chance.random() < 0.5:
            return {"carrier": "DHL", "tracking_number": "0034"}
        line = self._chance.choice(order["lines"])
        return {"lines": [{"line_id": line["id"], "quantity": self._chance.randint(1, line["quantity"])}]}

    def _refund(self, act: str, order: dict[str, Any]) -> dict[str, Any]:
        if act == "refund_all":
            return {"reason": "requested_by_customer"}
        if act == "refund":
            return {"amount": self._chance.choice((1, 100, 500, 2000)), "reason": "requested_by_customer"}
        line = self._chance.choice(order["lines"])
        chosen = {"line_id": line["id"], "quantity": 1, "restock": self._chance.random() < 0.5}
        return {"lines": [chosen], "reason": "requested_by_customer"}

    def _worth(self, body: dict[str, Any], order: dict[str, Any]) -> int:
        """At most so many minor units are asked for; what became of it, nobody told."""
        if "amount" in body:
            return int(body["amount"])
        if "lines" in body:
            chosen = {one["line_id"] for one in body["lines"]}
            return sum(int(line["total"]["amount"]) for line in order["lines"] if line["id"] in chosen)
        return int(order["total"]["amount"])

    async def _at_stripe(self, act: str, order: dict[str, Any]) -> None:
        """What happens to the charge of an order without the shop being asked."""
        paid = [one for one in order["payments"] if one["state"] == "succeeded"]
        if not paid:
            return
        charges = await self._world.command("GET", "/v1/charges?limit=100", b"")
        mine = [
            one for one in charges.json["data"]
            if one["metadata"].get("kassa_order") == order["id"] and one["status"] == "succeeded"
        ]  # fmt: skip
        if not mine:
            return
        if act == "decide":
            await self._decide(mine[0])
        elif act == "dispute":
            body = json.dumps({"charge": mine[0]["id"]}).encode()
            await self._world.command("POST", "/_sandbox/disputes", body)
        elif act == "stray":
            await self._stray(mine[0])
        else:
            amount = self._chance.choice((50, 300))
            form = f"charge={mine[0]['id']}&amount={amount}".encode()
            if (await self._world.command("POST", "/v1/refunds", form)).status == 200:
                self._world.asked_back[order["id"]] += amount

    async def _stray(self, charge: dict[str, Any]) -> None:
        """Somebody copies a payment by hand, with the shop's marks on it: the order was paid already."""
        form = {
            "amount": charge["amount"], "currency": charge["currency"], "confirm": "true",
            "payment_method": "pm_card_visa", "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            "metadata[kassa_order]": charge["metadata"]["kassa_order"],
        }  # fmt: skip
        await self._world.command("POST", "/v1/payment_intents", urlencode(form).encode())

    async def _decide(self, charge: dict[str, Any]) -> None:
        """The bank decides a dispute that is open."""
        if charge.get("dispute"):
            body = json.dumps({"status": self._chance.choice(("won", "lost"))}).encode()
            await self._world.command("POST", f"/_sandbox/disputes/{charge['dispute']}/close", body)

    async def _ask(self, method: str, path: str, body: Any) -> Answer | None:
        self._acts += 1
        headers = {"authorization": f"Bearer {self._key}"}
        if method == "POST":
            headers["idempotency-key"] = f"{self._name}-{self._acts}"
        for _ in range(_TRIES):
            try:
                answer = await self._world.ask(method, path, body, headers)
            except ConnectionError:
                pass
            else:
                if answer.status not in (429, 500, 502, 503) and answer.code != "idempotency_in_flight":
                    return answer
            await self._world.stage.sleep(3)
        return None
