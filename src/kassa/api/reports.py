"""What was sold, given back and kept as fees, each currency by itself."""

from datetime import date, timedelta
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get
from msgspec import Meta

from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import CurrencyCode
from kassa.api.shapes import Amount
from kassa.ledger import reports
from kassa.ledger.reports import Figures
from kassa.web import read_query

_USUAL: Final = timedelta(days=29)
_Day = Annotated[date, Meta(description="A day in UTC; it is in the report.")]


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The last thirty days, unless said otherwise; without `currency` all of them."""

    since: _Day | None = msgspec.field(default=None, name="from")
    until: _Day | None = msgspec.field(default=None, name="to")
    by: Literal["day", "month"] = "day"
    currency: CurrencyCode | None = None


class FiguresOut(msgspec.Struct, frozen=True):
    """One currency in one day or month. `sold` = `goods` − `discounts` + `shipping` + `tax`; `net` is what is left of
    it after `refunds`, `disputes` and `fees`. `exchanged` came from other currencies, less what became others."""

    begin: date
    currency: str
    orders: int
    goods: Amount
    discounts: Amount
    shipping: Amount
    tax: Amount
    sold: Amount
    refunds: Amount
    disputes: Amount
    fees: Amount
    net: Amount
    exchanged: Amount


class ReportOut(msgspec.Struct, frozen=True):
    """Currency by currency, the newest first; what nothing happened in is left out. `next` is always null."""

    items: list[FiguresOut]
    next: str | None = None


@get(
    "/reports",
    opt=documented(
        summary="Report sales", tag="Admin", query=ReportQuery, answers={200: ReportOut},
        errors=("invalid_period",), admin=True,
        description="From the ledger, by day (366 at most) or month (120). Nothing is added across currencies.",
    ),
)  # fmt: skip
async def show_report(request: AnyRequest) -> Response[bytes]:
    """GET /admin/reports: sales, refunds, tax and fees by day or month and currency."""
    shop, query = shop_of(request), read_query(request, ReportQuery)
    until = query.until or shop.clock.now().date()
    since = query.since or until - min(_USUAL, until - date.min)
    async with shop.db.snapshot() as conn:
        sums = await reports.totals(conn, since, until, by=query.by)
        wanted = [each.currency for each in sums if query.currency in (None, each.currency)]
        found = [
            figures
            for code in wanted
            for figures in await reports.report(conn, since, until, by=query.by, currency=code)
        ]
    return reply(ReportOut([_answer(figures, since) for figures in found]))


def _answer(figures: Figures, since: date) -> FiguresOut:
    def amount(minor: int) -> Amount:
        return Amount(minor, figures.currency)

    return FiguresOut(
        figures.begin or since, figures.currency, figures.orders, amount(figures.goods), amount(figures.discounts),
        amount(figures.shipping), amount(figures.tax), amount(figures.sold), amount(figures.refunds),
        amount(figures.disputes), amount(figures.fees), amount(figures.net), amount(figures.exchanged),
    )  # fmt: skip
