"""The provider's books against ours: the last runs, what each looked at, repaired, and left to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post

from kassa import accounts
from kassa.admin import words
from kassa.admin.desk import AnyRequest, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.reconciliation import reconcile
from kassa.reconciliation.reconcile import Run, Tally

_RUNS: Final = 30
#: A run that has not ended after this long is not at work any more; it will be taken up, or begun again at night.
_AT_WORK: Final = timedelta(minutes=15)
#: What each stage looks at, in words.
STAGE: Final[Mapping[str, str]] = {
    "payment_intents": "Payments",
    "charges": "Charges",
    "refunds": "Refunds",
    "disputes": "Disputes",
    "payouts": "Payouts",
    "balance_transactions": "Lines of the balance",
    "our_payments": "Our payments, asked about",
    "our_refunds": "Our refunds, asked about",
    "events": "Events",
}
#: What can be repaired, in words.
REPAIRED: Final[Mapping[str, str]] = {
    "payments": "payments found",
    "refunds": "refunds brought in",
    "disputes": "disputes brought in",
    "payouts": "payouts posted",
    "fees": "fees posted",
    "events": "missed events put into the inbox",
}
_BY: Final[Mapping[str, str]] = {"clock": "Every night", "command": "kassa reconcile"}


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run in words. `counted` is (what, how many, how many of them are not of this shop)."""

    run: Run
    state: Label
    by: str
    counted: Sequence[tuple[str, int, int]]
    total: int
    repaired: Sequence[tuple[str, int]]
    cases: int
    error: str


@get("/admin/reconciliations")
async def show(request: AnyRequest) -> Response[Any]:
    """GET /admin/reconciliations: the last thirty runs."""
    desk, shop = await enter(request), shop_of(request)
    async with shop.db.connection() as conn:
        runs = await reconcile.newest(conn, limit=_RUNS)
    now = shop.clock.now()
    working = [run for run in runs if run.finished_at is None and now - run.started_at < _AT_WORK]
    told = [_told(run, at_work=run in working) for run in runs]
    return await desk_page(request, desk, "reconciliations.html", runs=told, working=bool(working))


@post("/admin/reconciliations")
async def run_now(request: AnyRequest) -> Response[Any]:
    """POST /admin/reconciliations: have a worker compare the books now."""
    desk, shop = await enter(request), shop_of(request)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        await reconcile.ask_for_run(tx, by=desk.actor, now=shop.clock.now())
        await accounts.flash(tx, desk.token, "The books are compared. This page shows how far it is.", "good")
    return go("/admin/reconciliations")


def _told(run: Run, *, at_work: bool) -> ToldRun:
    tally = Tally.read(run.counts)
    counted = [
        (STAGE.get(name, name), tally.counted[name], tally.foreign.get(name, 0))
        for name in _in_order(tally.counted, STAGE)
    ]
    return ToldRun(
        run=run,
        state=_state(run, tally, at_work=at_work),
        by=_BY.get(tally.by) or words.actor(tally.by),
        counted=counted,
        total=sum(number for _, number, _ in counted),
        repaired=[
            (REPAIRED.get(name, name), tally.repaired[name]) for name in _in_order(tally.repaired, REPAIRED)
        ],
        cases=tally.cases,
        error=tally.error or "",
    )


def _in_order(counts: Mapping[str, int], labels: Mapping[str, str]) -> list[str]:
    """The names in the order of their labels; JSON keeps none."""
    return [name for name in labels if name in counts] + [name for name in counts if name not in labels]


def _state(run: Run, tally: Tally, *, at_work: bool) -> Label:
    if run.finished_at is not None:
        return Label("Left cases", "bad") if tally.cases else Label("Complete", "good")
    if at_work:
        return Label("At work", "wait")
    return Label("Incomplete", "bad")
