"""Virtual buyers: what they want, how they pay, and how they get in each other's way and in their own."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kassa import gift_cards
from kassa.chaos.asgi import Answer
from kassa.chaos.world import World
from kassa.kernel.ids import derived_id

GOOD: Final = "pm_card_visa"
CARDS: Final = (
    GOOD, GOOD, GOOD, GOOD, "pm_card_mastercard", "pm_card_visa_chargeDeclined",
    "pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_authenticationRequired", "pm_sepaDebit_success_de",
    "pm_sepaDebit_failed_de", "pm_card_pendingRefund", "pm_card_refundFail", "pm_card_createDispute",
    "pm_sepaDebit_successDelayed", "pm_sepaDebit_failedDelayed",
)  # fmt: skip
HABITS: Final = (
    "plain", "plain", "plain", "twice", "two_tabs", "switches", "impatient", "late", "leaves", "cancels", "closes",
    "buy_now", "buy_now_leaves", "pays_then_cancels", "cart", "cart_changes",
)  # fmt: skip
#: A discount that many want and few can have; every third buyer has heard of it.
CODE: Final = "FEW"
_KNOWN_TO: Final = 1 / 3
#: A gift card that has gone from hand to hand, one per currency: what it is worth, and who has its code.
CARD_WORTH: Final = {"EUR": 2_500, "JPY": 4_000, "KWD": 9_000}
CARD_SEED: Final = "nobody's"
_CARD_KNOWN_TO: Final = 1 / 2
_TRIES: Final = 12
_ADDRESS: Final = {
    "name": "Ada Example",
    "line1": "Lange Str. 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}
_MANDATE: Final = (
    "&mandate_data[customer_acceptance][type]=online"
    "&mandate_data[customer_acceptance][online][ip_address]=192.0.2.1"
    "&mandate_data[customer_acceptance][online][user_agent]=chaos"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one buyer is going to do; drawn before the run begins."""

    number: int
    arrives: float
    lines: tuple[tuple[str, int], ...]
    habit: str
    flow: str
    cards: tuple[str, ...]
    currency: str = "EUR"
    code: str | None = None
    has_card: bool = False

    @property
    def email(self) -> str:
        """Who orders."""
        return f"buyer-{self.number}@example.com"


def wishes(
    seed: int, count: int, skus: tuple[str, ...], seconds: float, habits: tuple[str, ...] = HABITS,
    cards: tuple[str, ...] = CARDS,
) -> list[Wish]:  # fmt: skip
    """`count` buyers who arrive within `seconds`."""
    chance = random.Random(f"wishes {seed}")  # noqa: S311 - a simulation must be repeatable
    codes = random.Random(f"codes {seed}")  # noqa: S311
    hands = random.Random(f"gift cards {seed}")  # noqa: S311
    made = []
    for number in range(count):
        wanted = chance.sample(skus, chance.choice((1, 1, 1, 2, 3)))
        made.append(
            Wish(
                number, chance.uniform(0, seconds), tuple((sku, chance.choice((1, 1, 2, 3))) for sku in wanted),
                chance.choice(habits), chance.choice(("element", "element", "hosted")),
                (*(chance.choice(cards) for _ in range(chance.randrange(3))), GOOD),
                chance.choice(("EUR", "EUR", "EUR", "JPY", "KWD")),
                CODE if codes.random() < _KNOWN_TO else None, hands.random() < _CARD_KNOWN_TO,
            )
        )  # fmt: skip
    return made


def card_id(currency: str) -> UUID:
    """The gift card in this currency."""
    return derived_id("gift card", currency)


def card_code(currency: str) -> str:
    """Its code."""
    return gift_cards.code_of(CARD_SEED, card_id(currency))


class Buyer:
    """One buyer with one wish."""

    def __init__(self, world: World, wish: Wish) -> None:
        self._world = world
        self._wish = wish
        self._keys = 0

    async def play(self) -> None:
        """Order, pay or not, and look."""
        await self._world.stage.sleep(self._wish.arrives)
        if self._wish.habit.startswith("buy_now"):
            await self._buy_now()
            return
        order = await self._place()
        if order is None or self._wish.habit == "leaves":
            return
        if self._wish.habit == "cancels":
            await self._cancel(order)
            return
        if self._wish.habit == "late":
            await self._world.stage.sleep(1000)
        if self._wish.habit == "pays_then_cancels":
            await asyncio.gather(self._pay(order, self._wish.flow), self._cancel(order))
            return
        if self._wish.habit == "two_tabs":
            other = "hosted" if self._wish.flow == "element" else "element"
            await asyncio.gather(self._pay(order, self._wish.flow), self._pay(order, other))
            return
        if self._wish.habit == "switches":
            await self._open(order, "hosted" if self._wish.flow == "element" else "element")
        await self._pay(order, self._wish.flow)

    async def _place(self) -> dict[str, Any] | None:
        """The order, at a discount if there is a use left, and with what a gift card has; else without."""
        code, card = self._wish.code, self._wish.has_card and self._wish.number % 2 == 0
        made, refused = await self._try_to_place(code, card)
        if refused == "discount_used_up":
            code = None
            made, refused = await self._try_to_place(code, card)
        if refused.startswith("gift_card"):
            made, refused = await self._try_to_place(code, False)
        if made is not None and self._wish.has_card and not card:
            await self._use_card(made)
        return made

    async def _use_card(self, order: dict[str, Any]) -> None:
        """Have the gift card pay what it can of an order that waits."""
        path, body = f"/api/v1/orders/{order['id']}/gift-cards", {"codes": [card_code(self._wish.currency)]}
        await self._insist("POST", path, body, self._key("card"), order)

    async def _try_to_place(self, code: str | None, card: bool) -> tuple[dict[str, Any] | None, str]:
        """The order, or none and why: the discount is used up, or the gift card."""
        body: dict[str, Any] = {"email": self._wish.email, "shipping_address": _ADDRESS}
        if self._wish.habit.startswith("cart"):
            cart = await self._fill_cart(code)
            if cart is None:
                return None, ""
            body |= {"cart_id": cart}
        else:
            lines = [{"sku": sku, "quantity": quantity} for sku, quantity in self._wish.lines]
            body |= {"lines": lines, "currency": self._wish.currency} | (
                {"discount_code": code} if code else {}
            )
        body |= {"gift_cards": [card_code(self._wish.currency)]} if card else {}
        key = f"order-{self._wish.number}" + ("-with-code" if code else "") + ("-with-card" if card else "")
        times = 2 if self._wish.habit in ("twice", "impatient") else 1
        answers = await asyncio.gather(
            *(self._insist("POST", "/api/v1/orders", body, key) for _ in range(times))
        )
        made = [answer.json for answer in answers if answer is not None and answer.status == 201]
        self._world.made.setdefault(key, set()).update(one["id"] for one in made)
        refusals = [answer.code for answer in answers if answer is not None and answer.status != 201]
        told = (one for one in refusals if one == "discount_used_up" or one.startswith("gift_card"))
        return (made[0], "") if made else (None, next(told, ""))

    async def _cancel(self, order: dict[str, Any]) -> None:
        path = f"/api/v1/orders/{order['id']}/cancellation"
        answer = await self._insist("POST", path, {}, self._key("cancel"), order)
        if answer is not None and answer.status == 200 and answer.json["state"] == "canceled":
            self._world.told_canceled.add(order["id"])

    async def _fill_cart(self, code: str | None) -> str | None:
        """A cart with what is wished for; one who changes his mind has put in too much first."""
        made = await self._insist("POST", "/api/v1/carts", {"currency": self._wish.currency}, None)
        if made is None or made.status != 201:
            return None
        cart = f"/api/v1/carts/{made.json['id']}"
        for sku, quantity in self._wish.lines:
            line = {"sku": sku, "quantity": quantity}
            await self._insist("POST", f"{cart}/lines", line, None)
            if self._wish.habit == "cart_changes":
                await self._insist("PATCH", f"{cart}/lines/{sku}", {"quantity": 1}, None)
        if code:
            await self._insist("PUT", f"{cart}/discount", {"code": code}, None)
        return str(made.json["id"])

    async def _open(self, order: dict[str, Any], flow: str) -> dict[str, Any] | None:
        """A payment that can be paid, or None if the shop says no."""
        path = f"/api/v1/orders/{order['id']}/payments"
        answer = await self._insist("POST", path, {"flow": flow}, self._key("pay"), order)
        return answer.json if answer is not None and answer.status in (200, 201) else None

    async def _pay(self, order: dict[str, Any], flow: str) -> None:
        for card in self._wish.cards:
            payment = await self._open(order, flow)
            if payment is None:
                return
            if flow == "element":
                await self._confirm(payment["client_secret"], card)
            else:
                await self._on_stripes_page(payment["provider_ref"], card)
            if self._wish.habit == "closes":
                return  # only the webhook tells
            if await self._return(order, payment):
                return

    async def _return(self, order: dict[str, Any], payment: dict[str, Any]) -> bool:
        """The return page: whether there is nothing more to pay."""
        answer = await self._insist("POST", f"/api/v1/payments/{payment['id']}/sync", {}, None, order)
        if answer is None or answer.status != 200:
            return False
        state = str(answer.json["state"])
        if state == "paid":
            self._world.told_paid.setdefault(order["id"], self._world.stage.now().timestamp())
        return state != "pending"

    async def _confirm(self, secret: str, card: str) -> None:
        intent = secret.partition("_secret_")[0]
        form = f"client_secret={secret}&payment_method={card}&use_stripe_sdk=true"
        answer = await self._browser(
            f"/v1/payment_intents/{intent}/confirm", form + (_MANDATE if "sepa" in card else "")
        )
        if answer is not None and answer.status == 200 and answer.json["status"] == "requires_action":
            await self._challenge(intent)

    async def _on_stripes_page(self, session: str, card: str) -> None:
        answer = await self._world.command(
            "POST", f"/_sandbox/checkout/sessions/{session}/pay", f'{{"payment_method": "{card}"}}'.encode()
        )
        intent = answer.json.get("payment_intent") if answer.status == 200 else None
        if isinstance(intent, dict):
            intent = intent["id"]
        if isinstance(intent, str) and answer.json.get("status") == "open":
            await self._challenge(intent)

    async def _challenge(self, intent: str) -> None:
        outcome = "fail" if self._wish.number % 5 == 0 else "succeed"
        await self._world.stage.sleep(20)
        await self._world.command(
            "POST", f"/_sandbox/payment_intents/{intent}/authenticate", f'{{"outcome": "{outcome}"}}'.encode()
        )

    async def _browser(self, path: str, form: str) -> Answer | None:
        for _ in range(3):
            try:
                answer = await self._world.at_stripe("POST", path, form)
            except ConnectionError:
                continue
            if answer.status not in (429, 500):
                return answer
        return None

    async def _buy_now(self) -> None:
        sku, quantity = self._wish.lines[0]
        body = {"sku": sku, "quantity": quantity, "email": self._wish.email, "currency": self._wish.currency}
        answer = await self._insist("POST", "/api/v1/buy-now", body, f"buy-now-{self._wish.number}")
        if answer is None or answer.status != 201 or self._wish.habit == "buy_now_leaves":
            return
        self._world.made.setdefault(f"buy-now-{self._wish.number}", set()).add(answer.json["id"])
        session = answer.json["url"].rpartition("/")[2].partition("#")[0]
        for card in self._wish.cards:
            await self._on_stripes_page(session, card)
        if self._wish.number % 2:
            await self._insist("GET", f"/api/v1/buy-now/{answer.json['id']}", None, None)

    async def _insist(
        self, method: str, path: str, body: Any, key: str | None, order: dict[str, Any] | None = None
    ) -> Answer | None:
        """Ask until there is an answer that says something, as a good client does; None if there never is."""
        headers = {"idempotency-key": key} if key else {}
        if order is not None:
            headers["x-order-token"] = order["token"]
        for tries in range(_TRIES):
            try:
                answer = await self._world.ask(method, path, body, headers)
            except ConnectionError:
                pass
            else:
                if answer.status not in (429, 500, 502, 503) and answer.code != "idempotency_in_flight":
                    return answer
            await self._world.stage.sleep(0.5 * 2 ** min(tries, 5))
        return None

    def _key(self, what: str) -> str:
        self._keys += 1
        return f"{what}-{self._wish.number}-{self._keys}"
