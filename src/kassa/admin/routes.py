"""Every address of the desk, under one roof with its own error page."""

from typing import Any, Final

from litestar import Router
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from kassa.admin import assets
from kassa.admin.desk import LoginNeeded
from kassa.admin.oops import render_error, to_login
from kassa.admin.pages import (
    cases,
    currencies,
    disputes,
    fulfilments,
    invoices,
    jobs,
    ledger,
    login,
    mailbox,
    orders,
    reconciliations,
    refunds,
    reports,
    returns,
    reviews,
    shipping,
    specimens,
    taxes,
    webhook_events,
)
from kassa.kernel.errors import KassaError
from kassa.web.errors import handler

_handle: Any = handler(render_error)

route_handlers: Final[list[ControllerRouterHandler]] = [
    Router(
        path="/",
        route_handlers=[
            assets.serve,
            login.home,
            login.show_login,
            login.log_in,
            login.log_out,
            login.show_set_password,
            login.set_password,
            orders.list_orders,
            orders.show_order,
            currencies.show,
            currencies.put_rate,
            currencies.follow,
            currencies.end,
            currencies.load,
            taxes.show,
            taxes.save,
            taxes.add,
            taxes.remove,
            reports.show,
            reports.export,
            invoices.invoice,
            invoices.paper,
            fulfilments.list_to_ship,
            fulfilments.slip,
            fulfilments.pack,
            fulfilments.send,
            fulfilments.track,
            fulfilments.deliver,
            fulfilments.cancel,
            refunds.refund,
            refunds.again,
            returns.list_returns,
            returns.accept,
            returns.refuse,
            returns.receive,
            reviews.list_reviews,
            reviews.decide,
            shipping.show_shipping,
            shipping.put_calendar,
            shipping.new_zone,
            shipping.make_zone,
            shipping.show_zone,
            shipping.change_zone,
            shipping.remove_zone,
            shipping.new_way,
            shipping.make_way,
            shipping.show_way,
            shipping.change_way,
            shipping.remove_way,
            disputes.list_disputes,
            disputes.show_dispute,
            disputes.stage,
            disputes.attach,
            disputes.detach,
            disputes.pack,
            ledger.show,
            cases.list_cases,
            cases.show_case,
            cases.resolve,
            reconciliations.show,
            reconciliations.run_now,
            webhook_events.list_events,
            webhook_events.show_event,
            webhook_events.replay,
            jobs.list_dead,
            jobs.retry,
            mailbox.list_mails,
            mailbox.show_mail,
            mailbox.show_body,
            specimens.list_kinds,
            specimens.show_kind,
            specimens.show_html,
        ],
        exception_handlers={
            LoginNeeded: to_login,
            KassaError: _handle,
            HTTPException: _handle,
            Exception: _handle,
        },
    )
]
