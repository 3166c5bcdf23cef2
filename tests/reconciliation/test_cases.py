"""The exceptions inbox: a case is opened once per cause and resolved once, by somebody, somehow."""

import ast
import asyncio
import re
from datetime import timedelta

import pytest
from tests.factories import make_variant, place
from tests.test_tidy import ROOT, SHOP, called, calls

from kassa import reconciliation
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id

RUNBOOK = ROOT / "docs" / "guide" / "runbook.md"


async def open_one(db, clock, kind="refund_failed", cause="one", **more):
    async with db.transaction() as tx:
        return await reconciliation.open_case(tx, kind, cause, known={"n": 1}, now=clock.now(), **more)


async def newest(db, **wanted):
    async with db.connection() as conn:
        return list((await reconciliation.page(conn, **wanted)).items)


async def resolve(db, clock, case_id, note="Paid by bank transfer.", actor="staff:ada@example.org"):
    async with db.transaction() as tx:
        return await reconciliation.resolve(tx, case_id, note, actor=actor, now=clock.now())


def opened_kinds() -> set[str]:
    """Every kind that is opened by name anywhere in the shop, directly or as a job."""
    found: set[str] = set()
    for path in SHOP.rglob("*.py"):
        for call in calls(path):
            name = called(call).rpartition(".")[2]
            if name == "open_case" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
                found.add(call.args[1].value)
            if name == "put_before_operator" and call.args and isinstance(call.args[0], ast.Constant):
                found.add(call.args[0].value)
            if name == "enqueue" and len(call.args) > 2 and ast.unparse(call.args[1]) == "'open_case'":
                found |= _kinds_within(path.read_text(), call)
    return found


def _kinds_within(source: str, call: ast.Call) -> set[str]:
    """The kinds in the arguments of an `open_case` job: a literal there, or in the file if they are a name."""
    there = _literals(call.args[2])
    return there or _literals(ast.parse(source))


def _literals(tree: ast.AST) -> set[str]:
    return {
        value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "kind"
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def test_every_kind_that_is_opened_has_its_words():
    found = opened_kinds()

    assert {"event_not_heeded", "unknown_payment", "early_fraud_warning"} <= found
    assert found <= reconciliation.KINDS.keys()


@pytest.mark.parametrize("name", reconciliation.KINDS)
def test_a_kind_says_what_happened_what_it_means_and_what_can_be_done(name):
    kind = reconciliation.KINDS[name]

    assert 10 < len(kind.title) < 80
    assert not kind.title.endswith(".")
    assert kind.meaning.endswith(".")
    assert len(kind.steps) >= 2
    assert all(step.endswith((".", "?")) for step in kind.steps)


@pytest.mark.parametrize("name", reconciliation.KINDS)
def test_every_kind_has_its_page_in_the_runbook(name):
    pages = RUNBOOK.read_text().split("\n## ")
    title = f"{reconciliation.KINDS[name].title} (`{name}`)"
    page = next((page for page in pages if page.startswith(f"{title}\n")), None)

    assert page, f"no page with the heading: ## {title}"
    for part in ("**It means**", "**Look**", "**Do**"):
        assert part in page, f"{name}: {part} is missing"


def test_the_runbook_has_no_page_of_a_kind_that_does_not_exist():
    pages = RUNBOOK.read_text().split("\n## ")[1:]
    named = {page.split("(`")[1].split("`)")[0] for page in pages if "(`" in page.splitlines()[0]}

    assert named == set(reconciliation.KINDS)


def test_an_alert_names_gauges_that_there_are():
    named = set(re.findall(r"`kassa_([a-z_]+)`", RUNBOOK.read_text()))
    gauges = (SHOP / "api" / "metrics.py").read_text()

    assert {"cases_open", "jobs_dead", "webhooks_silent", "proof_ok"} <= named
    assert [name for name in named if f'"{name}"' not in gauges] == []


def test_a_kind_of_a_newer_version_is_shown_in_general_terms():
    assert reconciliation.kind_of("something_new").steps


async def test_a_cause_is_one_case_however_often_it_is_met(db, clock):
    assert await open_one(db, clock)
    assert not await open_one(db, clock)

    found = await newest(db)
    assert [(case.kind, case.cause, case.known, case.state) for case in found] == [
        ("refund_failed", "one", {"n": 1}, "open")
    ]


async def test_a_case_is_resolved_by_somebody_with_a_note(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)
    clock.advance(seconds=60)

    after = await resolve(db, clock, case.id, "  Paid by bank transfer.  ")

    assert (after.state, after.resolution) == ("resolved", "Paid by bank transfer.")
    assert (after.resolved_by, after.resolved_at) == ("staff:ada@example.org", clock.now())
    assert await newest(db, state="open") == []
    assert await newest(db, state="resolved") == [after]


async def test_resolving_it_again_with_the_same_note_changes_nothing(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)
    first = await resolve(db, clock, case.id)
    clock.advance(seconds=60)

    assert await resolve(db, clock, case.id) == first


async def test_a_second_opinion_on_a_resolved_case_is_refused(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)
    first = await resolve(db, clock, case.id)

    with pytest.raises(reconciliation.CaseResolved):
        await resolve(db, clock, case.id, "I gave it back in cash.", actor="staff:bob@example.org")

    assert await newest(db) == [first]


@pytest.mark.parametrize("note", ["", "   \n", "x" * 2_001, "nul\x00"])
async def test_a_resolution_without_a_note_is_refused(db, clock, note):
    await open_one(db, clock)
    (case,) = await newest(db)

    with pytest.raises(reconciliation.ResolutionMissing):
        await resolve(db, clock, case.id, note)

    assert await newest(db) == [case]


async def test_what_is_not_there_is_not_resolved(db, clock):
    with pytest.raises(reconciliation.CaseNotFound):
        await resolve(db, clock, new_id())


async def test_a_resolved_cause_is_not_opened_again(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)
    await resolve(db, clock, case.id)

    assert not await open_one(db, clock)
    assert await newest(db, state="open") == []


async def test_what_came_right_by_itself_is_resolved_by_its_cause(db, clock):
    await open_one(db, clock, cause="one")
    await open_one(db, clock, cause="two")
    args = {"kind": "refund_failed", "cause": "one", "resolution": "The bank took it after all."}

    await reconciliation.resolve_from_job(db, args, clock=clock)
    await reconciliation.resolve_from_job(db, args, clock=clock)

    (left,) = await newest(db, state="open")
    (done,) = await newest(db, state="resolved")
    assert left.cause == "two"
    assert (done.cause, done.resolved_by) == ("one", "clock")


async def test_cases_come_newest_first_a_page_at_a_time(db, clock):
    for number in range(5):
        await open_one(db, clock, cause=str(number))
        clock.advance(seconds=timedelta(minutes=1).total_seconds())
    await open_one(db, clock, kind="job_dead", cause="5")

    async with db.connection() as conn:
        first = await reconciliation.page(conn, kind="refund_failed", limit=3)
        second = await reconciliation.page(conn, kind="refund_failed", after=first.next, limit=3)
        counted = await reconciliation.open_cases(conn)

    assert [case.cause for case in first.items] == ["4", "3", "2"]
    assert [case.cause for case in second.items] == ["1", "0"]
    assert second.next is None
    assert counted == {"job_dead": 1, "refund_failed": 5}


async def test_a_cursor_of_somebody_else_is_refused(db):
    async with db.connection() as conn:
        with pytest.raises(Invalid):
            await reconciliation.page(conn, after="bm9uc2Vuc2U")


async def test_an_order_knows_its_cases(db, clock):
    await make_variant(db, clock)
    order = await place(db, clock)
    await open_one(db, clock, cause="of it", order_id=order.id)
    await open_one(db, clock, cause="of another")

    async with db.connection() as conn:
        found = await reconciliation.cases_of_order(conn, order.id)

    assert [case.cause for case in found] == ["of it"]


async def test_of_ten_operators_at_once_one_resolves_and_the_others_are_told(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)

    outcomes = await asyncio.gather(
        *(resolve(db, clock, case.id, f"Note {n}.", actor=f"staff:{n}") for n in range(10)),
        return_exceptions=True,
    )

    won = [outcome for outcome in outcomes if isinstance(outcome, reconciliation.Case)]
    assert len(won) == 1
    assert sum(isinstance(outcome, reconciliation.CaseResolved) for outcome in outcomes) == 9
    assert await newest(db) == won


async def look_then_close(db, clock, case_id, actor):
    """What `resolve` would be if it looked first and wrote later."""
    async with db.transaction() as tx:
        case = await reconciliation.get_case(tx, case_id)
        await asyncio.sleep(0.05)
        if case.state != "open":
            return False
        await tx.execute(
            "update cases set state = 'resolved', resolved_at = $3, resolved_by = $2 where id = $1",
            case_id, actor, clock.now(),
        )  # fmt: skip
        return True


async def test_control_looking_first_two_operators_believe_that_they_resolved_it(db, clock):
    await open_one(db, clock)
    (case,) = await newest(db)

    believed = await asyncio.gather(*(look_then_close(db, clock, case.id, f"staff:{n}") for n in range(5)))

    assert sum(believed) > 1


async def test_a_case_that_came_right_before_it_was_opened_does_not_stay_open(db, clock):
    args = {"kind": "dispute_opened", "cause": "dispute:one", "resolution": "The dispute is over: won."}

    with pytest.raises(reconciliation.CaseNotFound):
        await reconciliation.resolve_from_job(db, args, clock=clock)
    assert await open_one(db, clock, "dispute_opened", "dispute:one")
    await reconciliation.resolve_from_job(db, args, clock=clock)

    assert [(case.kind, case.state) for case in await newest(db)] == [("dispute_opened", "resolved")]
