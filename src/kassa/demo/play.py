"""Living through a plan: buyers, the people who pack, and banks, one thing after the other."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from kassa import checkout, fulfilment, inventory, jobs, orders, payments, refunds
from kassa.demo import queries
from kassa.demo.plan import Wish
from kassa.kernel.ids import new_id
from kassa.pricing import zones
from kassa.shop import Shop

#: Told after each order: how many are done, of how many.
Progress = Callable[[int, int], None]
Deed = Callable[[], Awaitable[None]]

_GOOD: Final = "pm_card_visa"
_DECLINED: Final = "pm_card_visa_chargeDeclined"
_CHALLENGES: Final = "pm_card_authenticationRequired"
_CARRIERS: Final = ("DHL", "UPS", "DPD")
#: So many units come from the printer when fewer than enough are left.
_DELIVERY: Final = 40
_ENOUGH: Final = 6
_TURNS: Final = 200
#: What is left at the end is looked at so often; where the time is real, with so many seconds between.
_SETTLING: Final = 400
_PAUSE: Final = 0.5
#: Where the time is real: whoever means to pay has a quarter of an hour, and whoever does not is not waited for.
_HOLD: Final = 900
_SOON: Final = {"expired": 1, "failed": 5}
_REFUSED: Final = 300
_ACTOR: Final = "staff:demo@kassa.example"


class Hands(Protocol):
    """The provider's side: its API, its pages, and its post."""

    async def ask(self, method: str, path: str, body: str, *, key: str) -> tuple[int, Mapping[str, Any]]:
        """One request; its status and its answer."""
        ...

    async def deliver(self) -> int:
        """Deliver the webhooks that are due; how many."""
        ...


@dataclass(slots=True)
class Past:
    """A past that is being made, up to `until`. `at` moves the clock to a moment, never backwards; None: it is the
    machine's, and everything happens one after the other, now.
    """

    shop: Shop
    worker: jobs.Worker
    hands: Hands
    at: Callable[[datetime], None] | None
    until: datetime
    placed: list[UUID] = field(default_factory=list)
    disputed: dict[UUID, str] = field(default_factory=dict)

    async def live(self, plan: tuple[Wish, ...], progress: Progress) -> Counter[str]:
        """Do everything in its order of time; how many orders of each kind were made."""
        made: Counter[str] = Counter()
        serial = count()
        ahead: list[tuple[datetime, int, Deed]] = []

        def later(at: datetime, deed: Deed) -> None:
            heapq.heappush(ahead, (at, next(serial), deed))

        for wish in plan:
            later(wish.at, partial(self._buy, wish, later, made))
        while ahead:
            at, _, deed = heapq.heappop(ahead)
            if self.at is not None:
                if at > self.until:
                    break  # it is still to come
                self.at(at)
            await deed()
            await self._work()
            progress(sum(made.values()), len(plan))
        return made

    async def settle(self) -> bool:
        """Let everything come to its end: what is under way arrives, what is unpaid runs out. Whether it has."""
        if self.at is not None:
            self.at(self.until)
        for _ in range(_SETTLING):
            await self._work()
            async with self.shop.db.connection() as conn:
                if not await queries.unfinished(conn, self.placed, now=self.shop.clock.now()):
                    return True
            if self.at is None:
                await asyncio.sleep(_PAUSE)
        return False

    async def _buy(self, wish: Wish, later: Callable[[datetime, Deed], None], made: Counter[str]) -> None:
        await self._restock(wish)
        shop, now = self.shop, self.shop.clock.now()
        asked = checkout.PlaceOrder(
            order_id=new_id(), email=wish.email, currency=shop.settings.currencies[0], shipping_address=wish.address,
            lines=wish.lines, shipping_method=await self._method(wish),
        )  # fmt: skip
        async with shop.db.transaction() as tx:
            order, _ = await checkout.place_order(
                tx, asked, now=now, hold_seconds=self._hold(wish.kind), actor="customer"
            )
        made[wish.kind] += 1
        self.placed.append(order.id)
        if wish.kind == "canceled":
            await checkout.cancel(shop.db, shop.gateway, order.id, clock=shop.clock, actor="customer")
        elif wish.kind != "expired":
            await self._pay(order.id, wish)
            self._plan_ahead(order, wish, later)
        else:
            later(now + timedelta(seconds=self._hold(wish.kind) + 1), self._nothing)

    def _hold(self, kind: str) -> int:
        """For how many seconds its goods are held; where the time is real, nobody waits for long."""
        return _SOON.get(kind, _HOLD) if self.at is None else self.shop.settings.hold_seconds

    def _plan_ahead(self, order: orders.Order, wish: Wish, later: Callable[[datetime, Deed], None]) -> None:
        """What becomes of it, hours and days later."""
        now, pause, kind, id_ = self.shop.clock.now(), wish.pause, wish.kind, order.id
        if kind == "failed":
            later(now + timedelta(seconds=self._hold(kind) + 1), self._nothing)
        elif kind == "refunded":
            later(now + pause, partial(self._refund, id_, None))
        elif kind in ("part_refunded", "part_shipped"):
            line = order.lines[0]
            later(now + pause, partial(self._ship, id_, {line.id: 1}, wish))
            if kind == "part_refunded":
                back = refunds.RefundLine(line.id, 1, True)
                later(now + 3 * pause, partial(self._refund, id_, [back]))
        elif kind != "paid":
            later(now + pause, partial(self._ship, id_, None, wish))
            if kind != "shipped":
                later(now + 2 * pause, partial(self._deliver, id_))
        if kind.startswith("dispute"):
            later(now + 3 * pause, partial(self._dispute, id_))
            if kind != "disputed":
                later(now + 9 * pause, partial(self._decide, id_, kind.removeprefix("dispute_")))

    async def _method(self, wish: Wish) -> str | None:
        """The way wished for, if it leads there; the operator may have other ways than a shop begins with."""
        if wish.method is None:
            return None
        async with self.shop.db.connection() as conn:
            zone = zones.zone_of(await zones.zones(conn), wish.address.country)
        return wish.method if zone and wish.method in {way.code for way in zone.ways} else None

    async def _pay(self, order_id: UUID, wish: Wish) -> None:
        """What the customer does on the pay page."""
        shop = self.shop
        cards = {"failed": (_DECLINED,), "second_card": (_DECLINED, _GOOD), "challenged": (_CHALLENGES,)}
        for card in cards.get(wish.kind, (_GOOD,)):
            attempt, _ = await checkout.pay(shop.db, shop.gateway, order_id, "element", clock=shop.clock)
            form = {
                "client_secret": attempt.client_secret or "",
                "payment_method": card,
                "use_stripe_sdk": "true",
            }
            status, answer = await self.hands.ask(
                "POST", f"/v1/payment_intents/{attempt.intent_ref}/confirm", urlencode(form),
                key=shop.settings.stripe_publishable_key,
            )  # fmt: skip
            if status == 200 and answer["status"] == "requires_action":
                await self._control(
                    f"payment_intents/{attempt.intent_ref}/authenticate", {"outcome": "succeed"}
                )
            await checkout.sync_payment(shop.db, shop.gateway, attempt.id, clock=shop.clock, actor="customer")

    async def _ship(self, order_id: UUID, lines: Mapping[UUID, int] | None, wish: Wish) -> None:
        carrier, shop = _CARRIERS[wish.number % len(_CARRIERS)], self.shop
        check = partial(fulfilment.check, order_id=order_id, lines=lines)
        await checkout.capture_before_sending(
            shop.db, shop.gateway, order_id, check, clock=shop.clock, actor=_ACTOR
        )
        async with shop.db.transaction() as tx:
            await fulfilment.ship(
                tx, order_id, lines, carrier=carrier, tracking_number=f"00340{wish.number:07}", actor=_ACTOR,
                now=shop.clock.now(),
            )  # fmt: skip

    async def _deliver(self, order_id: UUID) -> None:
        async with self.shop.db.transaction() as tx:
            for parcel in await fulfilment.of_order(tx, order_id):
                await fulfilment.deliver(tx, parcel.id, actor=_ACTOR, now=self.shop.clock.now())

    async def _refund(self, order_id: UUID, lines: list[refunds.RefundLine] | None) -> None:
        async with self.shop.db.transaction() as tx:
            await refunds.request(
                tx, order_id, lines=lines, reason="requested_by_customer", actor=_ACTOR,
                now=self.shop.clock.now(),
            )  # fmt: skip

    async def _dispute(self, order_id: UUID) -> None:
        charge = await self._charge(order_id)
        opened = await self._control("disputes", {"charge": charge["id"], "reason": "product_not_received"})
        self.disputed[order_id] = str(opened["id"])

    async def _decide(self, order_id: UUID, outcome: str) -> None:
        await self._control(f"disputes/{self.disputed[order_id]}/close", {"status": outcome})

    async def _charge(self, order_id: UUID) -> Mapping[str, Any]:
        async with self.shop.db.connection() as conn:
            [paid] = [one for one in await payments.of_order(conn, order_id) if one.state == "succeeded"]
        query = urlencode({"payment_intent": paid.intent_ref or "", "limit": 1})
        _, found = await self.hands.ask(
            "GET", f"/v1/charges?{query}", "", key=self.shop.settings.stripe_secret_key
        )
        charge: Mapping[str, Any] = found["data"][0]
        return charge

    async def _control(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        """What banks and customers do, as the sandbox is told to do it."""
        text = msgspec.json.encode(body).decode()
        key = self.shop.settings.stripe_secret_key
        status, answer = await self.hands.ask("POST", f"/_sandbox/{path}", text, key=key)
        if status >= _REFUSED:
            raise RuntimeError(f"the sandbox refuses {path}: {answer}")
        return answer

    async def _restock(self, wish: Wish) -> None:
        """The printer delivers before anything runs out."""
        for sku, quantity in wish.lines:
            async with self.shop.db.transaction() as tx:
                if (await inventory.stock(tx, sku)).available < quantity + _ENOUGH:
                    await inventory.adjust(
                        tx, sku, _DELIVERY, "Printed anew", actor=_ACTOR, now=self.shop.clock.now()
                    )

    async def _nothing(self) -> None:
        """Time passes."""

    async def _work(self) -> None:
        """What follows of what was done: webhooks, jobs, mails."""
        for _ in range(_TURNS):
            found = await self.hands.deliver()
            if not await self.worker.turn() + found:
                return
