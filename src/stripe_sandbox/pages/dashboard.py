"""`GET /_sandbox`: what has happened here lately, to look at. What may be done is in the control routes."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get

from stripe_sandbox import lists, spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.rendering import page, redirect
from stripe_sandbox.pages.test_cards import TEST_CARDS
from stripe_sandbox.pages.words import money
from stripe_sandbox.sandbox import Sandbox

SHOWN: Final = 50
# How a state is to be felt about: good, bad, or still open.
MOODS: Final = {
    "succeeded": "good", "complete": "good", "delivered": "good", "paid": "good",
    "canceled": "quiet", "expired": "quiet", "dropped": "bad", "failed": "bad",
    "requires_action": "open", "processing": "open", "pending": "open", "requires_capture": "open",
}  # fmt: skip


@get("/_sandbox")
async def dashboard(request: Request[Any, Any, Any]) -> Response[str]:
    """GET /_sandbox: the newest payments, sessions, events and webhook deliveries."""
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    return page(
        "dashboard.html",
        version=spec.API_VERSION,
        now=_moment(box.clock.now()),
        moved=round(box.clock.offset),
        payments=_latest(box, "payment_intent"),
        sessions=_latest(box, "checkout.session"),
        events=_latest(box, "event"),
        deliveries=box.deliveries.latest(SHOWN),
        endpoints={endpoint["id"]: endpoint["url"] for endpoint in box.endpoints()},
        faults=len(box.faults.all()),
        test_cards=[(card.number, card.does["en"]) for card in TEST_CARDS],
        moment=_moment,
        moods=MOODS,
        money=money,
        shown=SHOWN,
    )


@get("/")
async def front_door() -> Response[None]:
    """GET /: whoever comes without an address wants the dashboard."""
    return redirect("/_sandbox")


def _latest(box: Sandbox, kind: str) -> list[Obj]:
    with box.work() as work:
        found: list[Obj] = lists.page(work, kind, "", {"limit": SHOWN})["data"]
    return found


def _moment(timestamp: float) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S")


route_handlers: Final = [dashboard, front_door]
