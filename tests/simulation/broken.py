"""The shop, broken on purpose: one function for each way, which takes pytest's `MonkeyPatch`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from kassa import checkout, gift_cards, inventory, orders, payments, refunds
from kassa.api import answers
from kassa.checkout import service as paying
from kassa.inventory import queries as shelf
from kassa.jobs import queue, worker
from kassa.kernel import db as kernel
from kassa.kernel.ids import new_id
from kassa.orders import queries as order_rows
from kassa.payments import queries as recording_rows
from kassa.payments import record as recording
from kassa.payments import service as attempts
from kassa.pricing import discounts
from kassa.refunds import service as sending_back
from kassa.stripe import Gateway
from kassa.stripe import gateway as gateways
from kassa.web import idempotency
from kassa.web import queries as keys
from kassa.webhooks import heed, moved, receive

Patch = pytest.MonkeyPatch


def _sql(patch: Patch, marker: str, old: str, new: str) -> None:
    """From now on the statement that contains `marker` says `new` where it said `old`."""
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        real = getattr(kernel.Conn, name)

        def send(self: Any, sql: str, *args: object, real: Any = real) -> Any:
            if marker in sql:
                assert old in sql
                sql = sql.replace(old, new)
            return real(self, sql, *args)

        patch.setattr(kernel.Conn, name, send)


def _everywhere(patch: Patch, name: str, new: Any, *rooms: Any) -> None:
    for room in rooms:
        assert hasattr(room, name)
        patch.setattr(room, name, new)


async def _nothing(*args: Any, **more: Any) -> None:
    return None


def order_lock(patch: Patch) -> None:
    """An order is read without being locked."""
    _sql(patch, "from orders where id = $1 for update", "for update", "")


def stock_lock(patch: Patch) -> None:
    """Stock is looked at without being locked."""
    _sql(patch, "from stock\n        where variant_id = any($1)", "for update", "")


def stock_order(patch: Patch) -> None:
    """Stock is locked in the order in which the customer named it."""

    async def lock_stock(tx: Any, variant_ids: Any) -> dict[Any, int]:
        found: dict[Any, int] = {}
        for variant_id in variant_ids:
            found |= await real(tx, [variant_id])
        return found

    real = shelf.lock_stock
    patch.setattr(shelf, "lock_stock", lock_stock)


def discount_lock(patch: Patch) -> None:
    """Discounts are looked at without being locked."""
    _sql(patch, "from discounts where id = any($1) order by id for update", "for update", "")


def discount_is_not_given_back(patch: Patch) -> None:
    """An order that is over keeps its use of a discount."""
    patch.setattr(discounts, "restore", _nothing)


def gift_card_lock(patch: Patch) -> None:
    """Gift cards are looked at without being locked, and the database does not count either."""
    _sql(patch, "from gift_cards where id = any($1) order by id for update", "for update", "")
    promised = "reserved_minor + $2"
    _sql(patch, f"set reserved_minor = {promised}", promised, f"least(balance_minor, {promised})")


def gift_card_is_not_given_back(patch: Patch) -> None:
    """What a gift card was to pay of an order that is over stays promised."""
    patch.setattr(payments, "release_gift_cards", _nothing)


def gift_card_pays_and_keeps(patch: Patch) -> None:
    """What a gift card has paid is still on it."""
    patch.setattr(gift_cards, "spend", gift_cards.release)


def payment_key(patch: Patch) -> None:
    """Each try to make a payment at the provider has a key of its own."""
    _fresh_key(patch, "create_intent", "create_session")
    patch.setattr(gateways, "_RETRIES", 0)


def refund_key(patch: Patch) -> None:
    """Each try to send money back has a key of its own."""
    _fresh_key(patch, "create_refund")
    patch.setattr(gateways, "_RETRIES", 0)


def _fresh_key(patch: Patch, *names: str) -> None:
    for name in names:
        real = getattr(Gateway, name)

        def ask(self: Gateway, *, key: str, real: Any = real, **more: Any) -> Any:
            return real(self, key=f"{key}:{new_id()}", **more)

        patch.setattr(Gateway, name, ask)


def keys_claimed_late(patch: Patch) -> None:
    """An idempotency key is looked up before the work and written down after it."""

    async def claim(shop: Any, claimed: Any, fingerprint: bytes) -> Any:
        async with shop.db.transaction() as tx:
            stored = await keys.lock(tx, claimed.scope, claimed.key)
        return stored if stored and stored.status else None

    async def answer(
        tx: Any, scope: str, key: str, *, lease: Any, status: int, headers: Any, body: bytes
    ) -> bool:
        await keys.insert(tx, scope, key, b"\0" * 32, now=lease, locked_until=lease)
        return await real(tx, scope, key, lease=lease, status=status, headers=headers, body=body) or True

    real = keys.answer
    patch.setattr(idempotency, "_claim", claim)
    patch.setattr(keys, "answer", answer)


def _end(close_after: bool) -> Callable[..., Awaitable[None]]:
    async def end(db: Any, gateway: Any, order_id: Any, event: Any, *, clock: Any, actor: str) -> None:
        async with db.transaction() as tx:
            order = await orders.lock(tx, order_id)
            if order.state is not orders.State.PENDING:
                return
            open_payment = await paying._payable(tx, order_id)
            await orders.apply(tx, order_id, event, now=clock.now(), actor=actor)
        if open_payment is not None and close_after:
            await paying._close(db, gateway, open_payment, clock=clock, actor=actor)

    return end


def released_before_closed(patch: Patch) -> None:
    """An order is given up first, and its payment closed afterwards."""
    patch.setattr(paying, "_end", _end(close_after=True))


def expiry_does_not_ask(patch: Patch) -> None:
    """An order is given up by the clock alone; its payment stays open."""
    patch.setattr(paying, "_end", _end(close_after=False))
    patch.setattr(recording, "_close_later", _nothing)


def events_are_believed(patch: Patch) -> None:
    """A page that is complete is taken for a page that is paid."""

    async def payment_moved(db: Any, gateway: Any, event: Any, data: Any, clock: Any) -> Any:
        if event.type == "checkout.session.completed" and data["metadata"].get("kassa_payment"):
            async with db.connection() as conn:
                payment = await payments.by_reference(conn, event.object_id, None)
            if payment is not None and isinstance(data["payment_intent"], str):
                believed = attempts.Facts(
                    state="succeeded", currency=payment.currency, received=payment.amount_minor,
                    intent_ref=data["payment_intent"], session_ref=event.object_id,
                )  # fmt: skip
                await attempts._settle(db, payment, believed, clock=clock, actor=f"stripe:{event.id}")
                return moved.Told("believed", payment.order_id)
        return await real(db, gateway, event, data, clock)

    real = moved.payment_moved
    patch.setattr(heed, "HEEDED", {**heed.HEEDED, "checkout.session.completed": payment_moved})


def unsigned_events(patch: Patch) -> None:
    """Whoever sends an event is believed to be Stripe."""
    patch.setattr(receive, "verify", lambda *args: None)


def success_twice(patch: Patch) -> None:
    """A success that is heard again is taken for another one."""

    async def get(conn: Any, payment_id: Any) -> Any:
        payment = await recording_rows.get(conn, payment_id)
        return replace(payment, state="open") if payment.state == "succeeded" else payment

    patch.setattr(recording, "queries", SimpleNamespace(**{**vars(recording_rows), "get": get}))


def asked_before_written(patch: Patch) -> None:
    """The provider is asked for a refund before a row says so."""

    async def insert(tx: Any, refund: Any) -> bool:
        if refund.provider_ref is not None:
            return bool(await real(tx, refund))
        payment = await payments.get(tx, refund.payment_id)
        token = kernel._open.set(0)
        try:
            await built[-1].create_refund(
                key=f"refund:{refund.id}", intent_id=payment.intent_ref, amount=refund.amount_minor,
                currency=refund.currency, metadata={"kassa_refund": str(refund.id)},
            )  # fmt: skip
        finally:
            kernel._open.reset(token)
        return await real(tx, refund)

    built: list[Gateway] = []
    begin = Gateway.__init__

    def init(self: Gateway, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        built.append(self)

    real = sending_back.queries.insert
    patch.setattr(Gateway, "__init__", init)
    patch.setattr(sending_back.queries, "insert", insert)


def surplus_is_kept(patch: Patch) -> None:
    """Money that its order has no use for stays."""
    patch.setattr(refunds, "send_back_surplus", _nothing)


def journal_with_holes(patch: Patch) -> None:
    """That a parcel was sent or an order paid is not written into the journal."""

    async def journal(tx: Any, order_id: Any, type_: str, **more: Any) -> None:
        if type_ != "order.payment_succeeded":
            await real(tx, order_id, type_, **more)

    real = order_rows.journal
    patch.setattr(order_rows, "journal", journal)


def sale_is_not_posted(patch: Patch) -> None:
    """A success is not posted to the books."""
    patch.setattr(recording, "post", _nothing)


def restocked_twice(patch: Patch) -> None:
    """What came back is put on the shelf twice."""

    async def restock(*args: Any, **more: Any) -> None:
        await real(*args, **more)
        await real(*args, **more)

    real = sending_back._restock
    patch.setattr(sending_back, "_restock", restock)


def second_flow_open(patch: Patch) -> None:
    """Who changes the way of paying gets a second payment beside the first."""

    async def pay(
        db: Any, gateway: Any, order_id: Any, flow: str, *, clock: Any, actor: str = "customer"
    ) -> Any:
        async with db.transaction() as tx:
            order = await orders.lock(tx, order_id)
            same = [one for one in await payments.of_order(tx, order_id) if one.payable and one.flow == flow]
            payment = same[0] if same else await payments.start(tx, order, flow, now=clock.now())
        return await payments.collect(db, gateway, payment.id, clock=clock), not same

    patch.setattr(checkout, "pay", pay)


def done_before_it_is_done(patch: Patch) -> None:
    """A worker strikes a job off before doing it."""

    async def claim(tx: Any, **more: Any) -> Any:
        jobs = await real(tx, **more)
        await queue.finish(tx, [job.id for job in jobs])
        return jobs

    real = queue.claim
    patch.setattr(worker.queue, "claim", claim)


def paid_is_said_early(patch: Patch) -> None:
    """The return page says paid when the customer comes back, whatever is written down."""

    async def order(conn: Any, found: Any, *args: Any, **more: Any) -> Any:
        shown = await real(conn, found, *args, **more)
        early = shown.state == "pending" and any(one.state == "processing" for one in shown.payments)
        return msgspec.structs.replace(shown, state="paid") if early else shown

    real = answers.order
    patch.setattr(answers, "order", order)


def stock_is_not_given_back(patch: Patch) -> None:
    """An order that is over keeps its stock."""
    patch.setattr(inventory, "release", _nothing)
