"""The money path in one process: the shop's verbs, the real SDK, the sandbox, and its webhooks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from tests.stripe_sandbox.harness import SECRET, InProcess, World

from kassa import (
    checkout,
    disputes,
    fulfilment,
    inventory,
    jobs,
    orders,
    payments,
    reconciliation,
    refunds,
    webhooks,
)
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database, assert_no_transaction
from kassa.kernel.errors import Unavailable
from kassa.pricing.taxes import elsewhere
from kassa.reconciliation import reconcile
from kassa.stripe import Gateway


class LawfulTransport(InProcess):
    """The sandbox's in-process transport, under the same law as the real one."""

    async def request_async(self, *args: Any, **kwargs: Any) -> Any:
        """One exchange; no database transaction may be open."""
        assert_no_transaction()
        return await super().request_async(*args, **kwargs)


#: The till of each open database: when a test is over, its shop is proved.
TILLS: WeakKeyDictionary[Database, "Till"] = WeakKeyDictionary()


class Till:
    """A shop, a Stripe, and the hands of a customer.

    `broken_by_hand`: the test is about what must not be (a control without its lock, rows that nobody wrote), so
    the shop it leaves behind is not proved.
    """

    def __init__(self, db: Database, clock: FrozenClock) -> None:
        TILLS[db] = self
        self.broken_by_hand = False
        self.db = db
        self.clock = clock
        self.deaf = False
        self.answers: list[int] = []
        self.stripe = World(
            base_url="http://sandbox.test", webhook=("http://shop.test/hook", SECRET), post=self._post,
            clock=lambda: clock.now().timestamp(),
        )  # fmt: skip
        self.gateway = Gateway(
            "sk_test_shop", api_base="http://sandbox.test", transport=LawfulTransport(self.stripe.app),
            return_base="http://shop.test",
        )  # fmt: skip

        self.worker = jobs.Worker(
            db,
            clock,
            self._handlers(),
            steps=[lambda: webhooks.heed_waiting(db, self.gateway, clock=clock)],
        )

    def _handlers(self) -> Mapping[str, jobs.Handler]:
        """Every job name and the verb it stands for; mail is another room's."""
        db, clock = self.db, self.clock

        def on(verb: Any, name: str | None = None) -> jobs.Handler:
            async def handle(args: Mapping[str, Any]) -> None:
                await verb(UUID(args[name]) if name else args)

            return handle

        async def nothing(args: Mapping[str, Any]) -> None:
            """Mail is another room's."""

        return {
            "refund_surplus": on(lambda id_: refunds.send_back_surplus(db, id_, clock=clock), "payment_id"),
            "finish_fulfilment": on(lambda id_: fulfilment.finish_later(db, id_, clock=clock), "order_id"),
            "submit_refund": on(lambda id_: refunds.submit(db, self.gateway, id_, clock=clock), "refund_id"),
            "close_payment": on(
                lambda id_: checkout.close_payment(db, self.gateway, id_, clock=clock), "payment_id"
            ),
            "record_fee": on(
                lambda id_: payments.record_fee(db, self.gateway, id_, clock=clock), "payment_id"
            ),
            "sync_buy_now": on(
                lambda id_: checkout.sync_buy_now(db, self.gateway, id_, clock=clock, actor="reconciliation"),
                "buy_now_id",
            ),
            "reconcile": on(lambda args: reconcile.run_from_job(db, self.gateway, args, clock=clock)),
            "declare_tax": on(lambda id_: elsewhere.declare(db, self.gateway, id_, clock=clock), "order_id"),
            "reverse_tax": on(lambda id_: elsewhere.reverse(db, self.gateway, id_, clock=clock), "refund_id"),
            "resolve_case": on(lambda args: reconciliation.resolve_from_job(db, args, clock=clock)),
            "submit_dispute": on(lambda id_: disputes.send(db, self.gateway, id_, clock=clock), "dispute_id"),
            "send_dispute_mail": nothing,
            "open_case": on(lambda args: reconciliation.open_from_job(db, args, clock=clock)),
            "send_receipt": nothing,
            "send_gift_cards": nothing,
            "send_gift_card": nothing,
            "send_resume_link": nothing,
            "send_placed_mail": nothing,
            "send_payment_failed_mail": nothing,
            "send_abandoned_mail": nothing,
            "send_refund_mail": nothing,
            "send_shipping_mail": nothing,
            "send_cancellation_mail": nothing,
            "send_return_mail": nothing,
        }

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        if self.deaf:
            return 503
        signature = next(value for name, value in headers.items() if name.lower() == "stripe-signature")
        await webhooks.keep(self.db, body, signature, (SECRET,), now=self.clock.now())
        return 200

    async def pay(self, order: orders.Order, flow: str = "element") -> payments.Payment:
        """What the pay page does: an attempt that can be paid."""
        payment, _ = await checkout.pay(self.db, self.gateway, order.id, flow, clock=self.clock)
        return payment

    async def confirm(self, payment: payments.Payment, card: str = "pm_card_visa") -> str:
        """What the customer does in the Payment Element; the intent's status, or the decline's code."""
        path = f"/v1/payment_intents/{payment.intent_ref}/confirm"
        form = f"client_secret={payment.client_secret}&payment_method={card}&use_stripe_sdk=true"
        status, _, body = await self.stripe.raw("POST", path, form, authorization="Bearer pk_test_page")
        return body["status"] if status == 200 else body["error"]["code"]

    async def hosted(self, payment: payments.Payment, card: str = "pm_card_visa") -> int:
        """What the customer does on Stripe's page; the HTTP status of it."""
        path = f"/checkout/sessions/{payment.session_ref}/pay"
        status, _ = await self.stripe.control("POST", path, {"payment_method": card})
        return status

    async def challenge(self, payment: payments.Payment, outcome: str) -> None:
        """The customer passes ("succeed") or fails ("fail") the bank's challenge."""
        path = f"/payment_intents/{payment.intent_ref}/authenticate"
        status, _ = await self.stripe.control("POST", path, {"outcome": outcome})
        assert status == 200

    async def settle(self) -> None:
        """Let webhooks arrive and workers work until nothing is left to do."""
        for _ in range(10):
            await self.stripe.box.deliver_due()
            if not await jobs.drain(self.worker):
                return

    async def order(self, order: orders.Order) -> orders.Order:
        """The order as it stands."""
        async with self.db.connection() as conn:
            return await orders.get(conn, order.id)

    async def payments(self, order: orders.Order) -> list[payments.Payment]:
        """Its attempts."""
        async with self.db.connection() as conn:
            return await payments.of_order(conn, order.id)

    async def refunds(self, order: orders.Order) -> list[refunds.Refund]:
        """Its refunds."""
        async with self.db.connection() as conn:
            return await refunds.of_order(conn, order.id)

    async def stock(self, sku: str = "EMMA-PB") -> tuple[int, int]:
        """(on hand, reserved)."""
        async with self.db.connection() as conn:
            stock = await inventory.stock(conn, sku)
        return stock.on_hand, stock.reserved

    async def journal(self, order: orders.Order) -> list[str]:
        """The types of its events, oldest first."""
        async with self.db.connection() as conn:
            return [event.type for event in await orders.events(conn, order.id)]

    async def violations(self) -> list[str]:
        """What must hold and does not. No mails are built here, so there are no receipts."""
        if self.broken_by_hand:
            return []
        try:
            proof = await reconciliation.prove(self.db)
        except Unavailable:
            return []  # the test closed the database itself
        checks = [check for check in proof.checks if check.name != "receipts"]
        return [f"{check.name}: {violation}" for check in checks for violation in check.violations]

    async def charged(self) -> list[int]:
        """Amounts of the successful charges that Stripe knows, less what it sent back."""
        charges = await self.stripe.stripe.v1.charges.list_async({"limit": 100})
        return [c.amount - c.amount_refunded for c in charges.data if c.status == "succeeded"]
