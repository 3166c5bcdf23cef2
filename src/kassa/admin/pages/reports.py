"""Reports: what was sold, given back and kept as fees, each currency by itself."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get

from kassa.admin.desk import AnyRequest, enter, shop_of
from kassa.admin.view import desk_page
from kassa.kernel.errors import Invalid
from kassa.kernel.money import to_decimal
from kassa.ledger import reports
from kassa.ledger.reports import By, Figures

_USUAL: Final = timedelta(days=29)
#: The columns of a report, and whether they are taken away.
COLUMNS: Final[Mapping[str, tuple[str, bool]]] = {
    "goods": ("Goods", False),
    "discounts": ("Discounts", True),
    "shipping": ("Shipping", False),
    "tax": ("Tax", False),
    "sold": ("Sold", False),
    "refunds": ("Refunds", True),
    "disputes": ("Disputes", True),
    "fees": ("Fees", True),
    "net": ("Net", False),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a report is asked for; both days are in it."""

    since: date
    until: date
    by: By
    currency: str

    def query(self, **changed: str) -> str:
        """The address's query for this report with some of it changed."""
        asked = {
            "from": self.since.isoformat(), "to": self.until.isoformat(), "by": self.by, "currency": self.currency,
        }  # fmt: skip
        return urlencode(asked | changed)


@get("/admin/reports")
async def show(request: AnyRequest) -> Response[Any]:
    """GET /admin/reports: of the last thirty days, or as asked; all currencies, and one of them by day or month."""
    desk, shop, params = await enter(request), shop_of(request), request.query_params
    own, fault = shop.settings.currencies[0], None
    try:
        asked = _asked(params, own, shop.clock.now().date())
        async with shop.db.snapshot() as conn:
            sums = await reports.totals(conn, asked.since, asked.until, by=asked.by)
            rows = await reports.report(conn, asked.since, asked.until, by=asked.by, currency=asked.currency)
    except Invalid as error:
        fault, sums, rows = error.detail, [], []
        asked = _asked({}, own, shop.clock.now().date())
    return await desk_page(
        request, desk, "reports.html", asked=asked, sums=sums, rows=rows, columns=COLUMNS, fault=fault,
        month=_month, given={name: params.get(name, "") for name in ("from", "to")} if fault else {},
        exchanged=any(each.exchanged for each in sums), status=422 if fault else 200,
    )  # fmt: skip


@get("/admin/reports.csv")
async def export(request: AnyRequest) -> Response[Any]:
    """GET /admin/reports.csv: the same as a file, amounts in major units; for all currencies, one row after another."""
    await enter(request)
    shop = shop_of(request)
    asked = _asked(request.query_params, shop.settings.currencies[0], shop.clock.now().date())
    async with shop.db.snapshot() as conn:
        found = await reports.totals(conn, asked.since, asked.until, by=asked.by)
        rows = [
            row
            for each in found
            for row in reversed(
                await reports.report(conn, asked.since, asked.until, by=asked.by, currency=each.currency)
            )
        ]
    name = f"report-{asked.since}-{asked.until}-by-{asked.by}.csv"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_csv(rows, asked.by), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(rows: list[Figures], by: By) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([by, "currency", "orders", *COLUMNS, "exchanged"])
    for row in rows:
        begin = row.begin.isoformat() if row.begin else ""
        amounts = [to_decimal(getattr(row, name), row.currency) for name in (*COLUMNS, "exchanged")]
        writer.writerow([begin[:7] if by == "month" else begin, row.currency, row.orders, *amounts])
    return out.getvalue()


def _asked(params: Mapping[str, Any], own: str, today: date) -> _Asked:
    currency, wanted = params.get("currency") or own, params.get("by") or "day"
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise Invalid(
            "There are no books in this currency.",
            code="unsupported_currency",
            errors=[("currency", "is none")],
        )
    if wanted not in ("day", "month"):
        raise reports.InvalidPeriod("A report is by day or by month.", errors=[("by", "is neither")])
    by: By = "month" if wanted == "month" else "day"
    until = _day(params.get("to") or "", today)
    return _Asked(_day(params.get("from") or "", until - _USUAL), until, by, currency)


def _day(text: str, usual: date) -> date:
    try:
        found = date.fromisoformat(text) if text else usual
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 9000:
        raise reports.InvalidPeriod(f"{text[:40]!r} is not a day.", errors=[("from", "or `to` is not a day")])
    return found


def _month(day: date) -> str:
    return f"{day:%B %Y}"
