"""The exceptions inbox: what needs somebody is seen at once, and who resolved it how stays written down."""

import pytest
from markupsafe import escape
from tests.admin.conftest import Browser
from tests.factories import make_variant, place

from kassa import orders, reconciliation
from kassa.admin.pages.cases import Fact, facts
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.kernel.ids import new_id


async def open_case(db: Database, clock: FrozenClock, kind: str = "refund_failed", **more) -> str:
    async with db.transaction() as tx:
        known = {"amount_minor": 1299, "currency": "EUR", "error": "<lost card>"}
        await reconciliation.open_case(tx, kind, str(new_id()), known=known, now=clock.now(), **more)
    async with db.connection() as conn:
        return str((await reconciliation.page(conn)).items[0].id)


async def only_case(db: Database) -> reconciliation.Case:
    async with db.connection() as conn:
        (case,) = (await reconciliation.page(conn)).items
    return case


async def test_an_open_case_is_counted_on_every_page_and_listed(
    operator: Browser, db: Database, clock: FrozenClock
):
    await make_variant(db, clock)
    order = await place(db, clock)
    case_id = await open_case(db, clock, order_id=order.id)

    assert 'aria-label="Cases: 1 open"' in (await operator.open("/admin/orders")).text
    listed = (await operator.open("/admin/cases")).text
    for fact in (
        "A refund did not arrive", f"/admin/cases/{case_id}", orders.shown_number(order.number), "Open",
    ):  # fmt: skip
        assert fact in listed


async def test_an_open_case_is_announced_on_the_page_of_its_order(
    operator: Browser, db: Database, clock: FrozenClock
):
    await make_variant(db, clock)
    order = await place(db, clock)
    case_id = await open_case(db, clock, order_id=order.id)

    assert f"/admin/cases/{case_id}" in (await operator.open(f"/admin/orders/{order.id}")).text
    await operator.send(f"/admin/cases/{case_id}/resolution", resolution="Done.")

    assert f"/admin/cases/{case_id}" not in (await operator.open(f"/admin/orders/{order.id}")).text


async def test_a_case_says_what_is_known_and_what_can_be_done(
    operator: Browser, db: Database, clock: FrozenClock
):
    await make_variant(db, clock)
    order = await place(db, clock)
    case_id = await open_case(db, clock, order_id=order.id)

    page = (await operator.open(f"/admin/cases/{case_id}")).text

    kind = reconciliation.KINDS["refund_failed"]
    for fact in (
        kind.title, kind.meaning, kind.steps[0], "€12.99", "<lost card>", f"/admin/orders/{order.id}",
    ):  # fmt: skip
        assert escape(fact) in page


async def test_a_case_is_resolved_with_a_note_that_stays(operator: Browser, db: Database, clock: FrozenClock):
    case_id = await open_case(db, clock)
    await operator.open(f"/admin/cases/{case_id}")

    answer = await operator.send(f"/admin/cases/{case_id}/resolution", resolution="Paid by <transfer>.")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/cases/{case_id}")
    case = await only_case(db)
    assert (case.state, case.resolution, case.resolved_by) == (
        "resolved", "Paid by <transfer>.", "staff:owner@example.org",
    )  # fmt: skip
    after = (await operator.open(f"/admin/cases/{case_id}")).text
    for fact in ("The case is resolved.", "Paid by &lt;transfer&gt;.", "Staff owner@example.org"):
        assert fact in after
    assert "Nothing needs you." in (await operator.open("/admin/cases")).text
    assert case_id in (await operator.open("/admin/cases?state=resolved")).text


async def test_a_case_without_a_note_stays_open(operator: Browser, db: Database, clock: FrozenClock):
    case_id = await open_case(db, clock)
    await operator.open(f"/admin/cases/{case_id}")

    answer = await operator.send(f"/admin/cases/{case_id}/resolution", resolution="  ")

    assert answer.status_code == 422
    assert "Please write down what was done." in answer.text
    assert (await only_case(db)).state == "open"


async def test_who_comes_second_is_told_and_changes_nothing(
    operator: Browser, db: Database, clock: FrozenClock
):
    case_id = await open_case(db, clock)
    await operator.open(f"/admin/cases/{case_id}")
    async with db.transaction() as tx:
        case = await only_case(db)
        await reconciliation.resolve(tx, case.id, "First.", actor="staff:ada@example.org", now=clock.now())

    answer = await operator.send(f"/admin/cases/{case_id}/resolution", resolution="Second.")

    assert answer.status_code == 409
    assert "A colleague was faster" in answer.text
    assert (await only_case(db)).resolution == "First."


async def test_a_resolution_from_somebody_elses_page_changes_nothing(
    operator: Browser, db: Database, clock: FrozenClock
):
    case_id = await open_case(db, clock)

    answer = await operator.client.post(
        f"/admin/cases/{case_id}/resolution", data={"csrf_token": "guessed", "resolution": "Mine."}
    )

    assert answer.status_code == 403
    assert (await only_case(db)).state == "open"


async def test_a_stranger_sees_no_case(browser: Browser, db: Database, clock: FrozenClock):
    case_id = await open_case(db, clock)

    for address in ("/admin/cases", f"/admin/cases/{case_id}"):
        assert (await browser.open(address)).status_code == 303
    answer = await browser.client.post(f"/admin/cases/{case_id}/resolution", data={"resolution": "Mine."})
    assert answer.status_code == 303
    assert (await only_case(db)).state == "open"


async def test_the_list_is_filtered_by_kind(operator: Browser, db: Database, clock: FrozenClock):
    refund, job = await open_case(db, clock), await open_case(db, clock, "job_dead")

    page = (await operator.open("/admin/cases?kind=refund_failed")).text

    assert refund in page
    assert job not in page


@pytest.mark.parametrize(
    "address", ["/admin/cases/nonsense", "/admin/cases/0199f0e0-0000-7000-8000-000000000000"]
)
async def test_a_case_that_is_not_there(operator: Browser, address: str):
    assert (await operator.open(address)).status_code == 404


async def test_a_list_that_can_not_be(operator: Browser):
    assert (await operator.open("/admin/cases?state=nonsense")).status_code == 400
    assert (await operator.open("/admin/cases?after=nonsense")).status_code == 400


def test_facts_are_told_in_words():
    known = {
        "amount_minor": 999, "currency": "EUR", "asked_minor": 1299, "asked_currency": "USD", "event": "evt_1",
        "some_thing": ["a", {"b": 1}], "nothing": None,
    }  # fmt: skip

    assert facts(known) == [
        Fact("Amount", "€9.99"),
        Fact("The order asks for", "$12.99"),
        Fact("Event", "evt_1", "/admin/webhook-events/evt_1"),
        Fact("Some thing", "a, b: 1"),
    ]


def test_an_amount_of_a_currency_that_does_not_exist_is_shown_as_it_is():
    assert facts({"amount_minor": 1, "currency": "???"}) == [
        Fact("Amount minor", "1"), Fact("Currency", "???"),
    ]  # fmt: skip


def test_moments_and_codes_of_the_provider_are_told_in_words():
    known = {
        "due_by": "2026-12-11T23:59:59+00:00",
        "reason": "product_not_received",
        "capture_before": "soon",
    }

    assert [(fact.label, fact.text) for fact in facts(known)] == [
        ("Deadline", "11 Dec 2026, 23:59 UTC"),
        ("Reason", "Product not received"),
        ("Lapses", "soon"),
    ]
