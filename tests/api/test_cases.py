"""The exceptions inbox over the API."""

from tests.api.conftest import Program

from kassa import reconciliation
from kassa.kernel.ids import new_id


async def open_cases(db, clock, *causes, kind="refund_failed"):
    for cause in causes:
        async with db.transaction() as tx:
            known = {"amount_minor": 1299, "currency": "EUR"}
            await reconciliation.open_case(tx, kind, cause, known=known, now=clock.now())
        clock.advance(seconds=1)


async def test_cases_are_listed_with_their_words_newest_first(boss: Program, db, clock):
    await open_cases(db, clock, "one", "two")

    answer = await boss.get("/admin/cases?state=open")

    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [item["cause"] for item in items] == ["two", "one"]
    first = items[0]
    assert (first["kind"], first["state"], first["order_id"]) == ("refund_failed", "open", None)
    assert first["known"] == {"amount_minor": 1299, "currency": "EUR"}
    assert first["title"] == reconciliation.KINDS["refund_failed"].title
    assert first["steps"]
    assert answer.json()["next"] is None


async def test_the_list_is_filtered_and_paged(boss: Program, db, clock):
    await open_cases(db, clock, "one", "two", "three")
    await open_cases(db, clock, "job", kind="job_dead")

    first = (await boss.get("/admin/cases?kind=refund_failed&limit=2")).json()
    second = (await boss.get(f"/admin/cases?kind=refund_failed&limit=2&after={first['next']}")).json()

    assert [item["cause"] for item in first["items"]] == ["three", "two"]
    assert [item["cause"] for item in second["items"]] == ["one"]
    assert (await boss.get("/admin/cases?state=nonsense")).status_code == 422
    assert (await boss.get("/admin/cases?after=nonsense")).json()["code"] == "invalid_cursor"


async def test_a_case_is_resolved_with_a_note_and_says_by_whom(boss: Program, db, clock):
    await open_cases(db, clock, "one")
    case = (await boss.get("/admin/cases")).json()["items"][0]

    answer = await boss.send(
        "POST", f"/admin/cases/{case['id']}/resolution", {"resolution": "Paid by transfer."}
    )

    assert answer.status_code == 200
    after = answer.json()
    assert (after["state"], after["resolution"], after["resolved_by"]) == (
        "resolved", "Paid by transfer.", "key:boss",
    )  # fmt: skip
    assert (await boss.get(f"/admin/cases/{case['id']}")).json() == after
    assert (await boss.get("/admin/cases?state=open")).json()["items"] == []
    again = await boss.send(
        "POST", f"/admin/cases/{case['id']}/resolution", {"resolution": "Paid by transfer."}
    )
    assert again.json() == after


async def test_a_resolved_case_keeps_its_resolution(boss: Program, db, clock):
    await open_cases(db, clock, "one")
    case = (await boss.get("/admin/cases")).json()["items"][0]
    await boss.send("POST", f"/admin/cases/{case['id']}/resolution", {"resolution": "First."})

    answer = await boss.send("POST", f"/admin/cases/{case['id']}/resolution", {"resolution": "Second."})

    assert (answer.status_code, answer.json()["code"]) == (409, "case_resolved")
    assert (await boss.get(f"/admin/cases/{case['id']}")).json()["resolution"] == "First."


async def test_a_case_without_a_note_stays_open(boss: Program, db, clock):
    await open_cases(db, clock, "one")
    case = (await boss.get("/admin/cases")).json()["items"][0]

    for body in ({}, {"resolution": ""}, {"resolution": "   "}):
        answer = await boss.send("POST", f"/admin/cases/{case['id']}/resolution", body)
        assert answer.status_code == 422

    assert (await boss.get(f"/admin/cases/{case['id']}")).json()["state"] == "open"


async def test_cases_are_for_administrators(front: Program, guest: Program, boss: Program, db, clock):
    await open_cases(db, clock, "one")
    case = (await boss.get("/admin/cases")).json()["items"][0]
    path = f"/admin/cases/{case['id']}/resolution"

    assert (await front.get("/admin/cases")).status_code == 403
    assert (await guest.get("/admin/cases")).status_code == 401
    assert (await front.send("POST", path, {"resolution": "Mine."})).status_code == 403
    assert (await boss.get(f"/admin/cases/{case['id']}")).json()["state"] == "open"


async def test_a_case_that_is_not_there(boss: Program):
    for case_id in (new_id(), "nonsense"):
        assert (await boss.get(f"/admin/cases/{case_id}")).json()["code"] == "case_not_found"
        answer = await boss.send("POST", f"/admin/cases/{case_id}/resolution", {"resolution": "Gone."})
        assert answer.json()["code"] == "case_not_found"
