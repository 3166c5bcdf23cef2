"""The composition root: builds the shop from its settings, mounts the edges, wires names to verbs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Litestar

from kassa import (
    accounts,
    admin,
    alerts,
    api,
    cart,
    checkout,
    disputes,
    fulfilment,
    invoices,
    jobs,
    notifications,
    payments,
    reconciliation,
    refunds,
    storefront,
    web,
    webhooks,
)
from kassa.config import Settings
from kassa.kernel.clock import Clock, SystemClock
from kassa.kernel.db import Database
from kassa.mail import Mailer, SmtpMailer, StoreMailer
from kassa.pricing import currencies
from kassa.pricing.taxes import elsewhere
from kassa.reconciliation import reconcile
from kassa.shop import Shop
from kassa.stripe import Gateway, Transport

#: Connections per process: more makes a hot SKU slower, not faster.
POOL: Final = 10


def build_shop(
    settings: Settings,
    db: Database,
    *,
    clock: Clock | None = None,
    gateway: Gateway | None = None,
    mailer: Mailer | None = None,
) -> Shop:
    """The shop on an open database; tests pass their own clock, gateway or mailer."""
    return Shop(
        settings=settings,
        db=db,
        gateway=gateway
        or Gateway(
            settings.stripe_secret_key,
            api_base=settings.stripe_api_base or None,
            transport=Transport(),
            return_base=settings.base_url,
            capture=settings.capture,
            name=settings.name,
            languages=settings.locales,
        ),
        mailer=mailer or (SmtpMailer(settings.smtp_url) if settings.smtp_url else StoreMailer()),
        clock=clock or SystemClock(),
    )


def create_app(settings: Settings, shop: Shop | None = None) -> Litestar:
    """The web application; opens its own database when it starts, unless a whole shop is given."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        if shop is not None:
            app.state.shop = shop
            yield
            return
        async with opened(settings) as own:
            app.state.shop = own
            yield

    return web.build(
        [
            *storefront.route_handlers,
            *admin.route_handlers,
            *api.route_handlers,
            *webhooks.route_handlers,
        ],
        lifespan=[lifespan],
        production=settings.production,
        languages=settings.locales,
        render_error=storefront.render_error,
    )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Shop]:
    """A shop with its database open, closed again at the end."""
    db = await Database.connect(settings.database_url, min_size=2, max_size=POOL)
    shop = build_shop(settings, db)
    try:
        yield shop
    finally:
        await shop.gateway.close()
        await db.close()


def on(verb: Callable[[Any], Any], argument: str | None = None) -> jobs.Handler:
    """A job handler that does `verb`, with the id that stands under `argument` or with all it is given."""

    async def handle(args: Mapping[str, Any]) -> None:
        await verb(UUID(args[argument]) if argument else args)

    return handle


def job_handlers(shop: Shop) -> Mapping[str, jobs.Handler]:
    """Every job name and the verb it stands for."""
    db, gateway, clock = shop.db, shop.gateway, shop.clock
    return {
        **_letters(shop),
        "refund_surplus": on(lambda id_: refunds.send_back_surplus(db, id_, clock=clock), "payment_id"),
        "finish_fulfilment": on(lambda id_: fulfilment.finish_later(db, id_, clock=clock), "order_id"),
        "submit_refund": on(lambda id_: refunds.submit(db, gateway, id_, clock=clock), "refund_id"),
        "record_fee": on(lambda id_: payments.record_fee(db, gateway, id_, clock=clock), "payment_id"),
        "submit_dispute": on(lambda id_: disputes.send(db, gateway, id_, clock=clock), "dispute_id"),
        "sync_buy_now": on(
            lambda id_: checkout.sync_buy_now(db, gateway, id_, clock=clock, actor="reconciliation"),
            "buy_now_id",
        ),
        "reconcile": on(lambda args: reconcile.run_from_job(db, gateway, args, clock=clock)),
        "open_case": on(lambda args: reconciliation.open_from_job(db, args, clock=clock)),
        "resolve_case": on(lambda args: reconciliation.resolve_from_job(db, args, clock=clock)),
        "forget_customer": on(lambda id_: accounts.forget_customer(db, gateway, id_), "customer_id"),
        "price_products": on(lambda args: currencies.price_products(db, args, clock=clock)),
        "declare_tax": on(lambda id_: elsewhere.declare(db, gateway, id_, clock=clock), "order_id"),
        "reverse_tax": on(lambda id_: elsewhere.reverse(db, gateway, id_, clock=clock), "refund_id"),
        "close_payment": on(lambda id_: checkout.close_payment(db, gateway, id_, clock=clock), "payment_id"),
    }


def _letters(shop: Shop) -> Mapping[str, jobs.Handler]:
    """The jobs that write mails, and the one that sends them."""
    db, clock = shop.db, shop.clock
    return {
        "send_receipt": on(
            lambda id_: notifications.build_receipt(db, id_, clock=clock, settings=shop.settings), "order_id"
        ),
        "send_refund_mail": on(
            lambda id_: notifications.build_refund_mail(db, id_, clock=clock, settings=shop.settings),
            "refund_id",
        ),
        "send_shipping_mail": on(
            lambda args: notifications.build_shipping_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_cancellation_mail": on(
            lambda args: notifications.build_cancellation_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_return_mail": on(
            lambda args: notifications.build_return_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_alert_mail": on(
            lambda args: notifications.build_alert_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_account_mail": on(
            lambda args: notifications.build_account_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_resume_link": on(
            lambda args: notifications.build_resume_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_placed_mail": on(
            lambda args: notifications.build_placed_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_payment_failed_mail": on(
            lambda args: notifications.build_payment_failed_mail(
                db, args, clock=clock, settings=shop.settings
            )
        ),
        "send_abandoned_mail": on(
            lambda args: notifications.build_abandoned_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_gift_cards": on(
            lambda id_: notifications.build_gift_cards_mail(db, id_, clock=clock, settings=shop.settings),
            "order_id",
        ),
        "send_gift_card": on(
            lambda args: notifications.build_gift_card_mail(db, args, clock=clock, settings=shop.settings)
        ),
        "send_mail": on(
            lambda id_: notifications.send(
                db, shop.mailer, id_, clock=clock, secret=shop.settings.secret_key
            ),
            "mail_id",
        ),
        "send_dispute_mail": on(
            lambda args: notifications.build_dispute_mail(db, args, clock=clock, settings=shop.settings)
        ),
    }


def schedules(shop: Shop) -> Sequence[jobs.Schedule]:
    """What is done every so often, by whichever worker comes first."""
    db, gateway, clock = shop.db, shop.gateway, shop.clock

    async def sweep() -> None:
        async with db.transaction() as tx:
            await accounts.sweep(tx, now=clock.now())
            await accounts.sweep_customers(tx, now=clock.now())
            await notifications.sweep(tx, now=clock.now())
            await alerts.sweep(tx, now=clock.now())
            await cart.sweep(tx, now=clock.now())
            await web.sweep(tx, now=clock.now())
            await elsewhere.sweep(tx, now=clock.now())

    return (
        jobs.Schedule(
            "expire_orders", timedelta(seconds=1), lambda: checkout.expire_due(db, gateway, clock=clock)
        ),
        jobs.Schedule(
            "look_after_payments",
            timedelta(seconds=2),
            lambda: checkout.look_after_payments(db, gateway, clock=clock),
        ),
        jobs.Schedule(
            "look_after_refunds",
            timedelta(minutes=1),
            lambda: refunds.look_after(db, gateway, clock=clock),
        ),
        jobs.Schedule(
            "watch_webhooks", timedelta(minutes=1), lambda: payments.watch_webhooks(db, clock=clock)
        ),
        jobs.Schedule(
            "look_after_buy_nows",
            timedelta(seconds=2),
            lambda: checkout.look_after_buy_nows(db, gateway, clock=clock),
        ),
        jobs.Schedule(
            "look_after_disputes",
            timedelta(minutes=10),
            lambda: disputes.look_after(db, gateway, clock=clock),
        ),
        jobs.Schedule(
            "issue_invoices",
            timedelta(minutes=1),
            lambda: invoices.issue_due(db, seller=shop.settings.seller_lines, clock=clock),
        ),
        jobs.Schedule("tell_alerts", timedelta(seconds=20), lambda: alerts.tell_due(db, clock=clock)),
        jobs.Schedule("reconcile", timedelta(hours=1), lambda: reconcile.nightly(db, clock=clock)),
        jobs.Schedule("sweep", timedelta(minutes=10), sweep),
    )


def build_worker(shop: Shop, *, proving: bool = True) -> jobs.Worker:
    """A worker on this shop: jobs, schedules, the inbox of Stripe's events and, if `proving`, the proof."""
    inbox = [lambda: webhooks.heed_waiting(shop.db, shop.gateway, clock=shop.clock)]
    prover = [reconciliation.Prover(shop.db, shop.gateway, shop.clock).step] if proving else []
    return jobs.Worker(
        shop.db,
        shop.clock,
        job_handlers(shop),
        schedules(shop),
        steps=[*inbox, *prover],
    )


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set."""
    async with opened(settings) as shop:
        await build_worker(shop).run(stop)
