"""From a template and what it shows to an answer."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jinja2
from litestar import Response
from markupsafe import Markup

from kassa import disputes, jobs, orders, reconciliation, returns, reviews
from kassa.admin import assets, places, words
from kassa.admin.desk import AnyRequest, Desk, shop_of
from kassa.kernel.money import show

_ENV: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: AnyRequest,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    desk: Desk | None = None,
    **context: Any,
) -> Response[str]:
    """The page; it is nobody's to keep, neither a proxy's nor the back button's."""
    values = {
        "desk": desk,
        "path": request.url.path,
        "counts": {},
        "groups": places.GROUPS,
        "here": places.group_of(request.url.path),
        "mailbox": places.MAILBOX,
        "development": False,
        **context,
    }
    return Response(
        _ENV.get_template(template).render(values),
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def desk_page(request: AnyRequest, desk: Desk, template: str, **context: Any) -> Response[str]:
    """The page of somebody logged in, with what the frame around it shows."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        dead = await jobs.dead(conn)
        cases = await reconciliation.open_cases(conn)
        waiting = await disputes.waiting(conn)
        sent_back, opinions = await returns.waiting(conn), await reviews.waiting(conn)
    counts = {
        "/admin/jobs": len(dead),
        "/admin/cases": sum(cases.values()),
        "/admin/disputes": waiting,
        "/admin/returns": sent_back,
        "/admin/reviews": opinions,
    }
    frame = {"counts": counts, "development": not shop.settings.production}
    return page(request, template, desk=desk, **{**frame, **context})


def _case_title(kind: str) -> str:
    return reconciliation.kind_of(kind).title


def _moment(at: datetime | None) -> Markup:
    """A moment as operators read it; the whole of it in the title. All times here are UTC."""
    if at is None:
        return Markup("–")
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(
        at.isoformat(), f"{at.day} {at:%b %Y, %H:%M}"
    )


_ENV.globals.update(
    asset=assets.address,
    money=show,
    moment=_moment,
    number=orders.shown_number,
    case_title=_case_title,
    words=words,
)
