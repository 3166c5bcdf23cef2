"""Disputes through the API: evidence is staged, submitted once, and packed."""

import base64
import io
import zipfile

import pytest

from kassa import disputes

PDF = base64.b64encode(b"%PDF-1.7 receipt").decode()


@pytest.fixture
async def path(front, till, db):
    """The path of a dispute that waits for an answer."""
    placed = await front.order()
    payment = (await front.wish(f"/orders/{placed['id']}/payments", {"flow": "element"})).json()
    confirm = f"/v1/payment_intents/{payment['provider_ref']}/confirm"
    form = f"client_secret={payment['client_secret']}&payment_method=pm_card_visa&use_stripe_sdk=true"
    await till.stripe.raw("POST", confirm, form, authorization="Bearer pk_test_page")
    await till.settle()
    async with db.connection() as conn:
        charge = await conn.fetchval("select charge_ref from payments")
    await till.stripe.control("POST", "/disputes", {"charge": charge, "reason": "product_not_received"})
    await till.settle()
    async with db.connection() as conn:
        (dispute,) = (await disputes.page(conn)).items
    return f"/admin/disputes/{dispute.id}"


async def test_a_dispute_is_shown_with_its_deadline(boss, path):
    shown = (await boss.get(path)).json()

    assert (shown["state"], shown["reason"]) == ("needs_response", "product_not_received")
    assert shown["amount"]["currency"] == "EUR"
    assert shown["due_by"] > shown["created_at"]
    for state, count in (("open", 1), ("waiting", 1), ("closed", 0)):
        assert len((await boss.get(f"/admin/disputes?state={state}")).json()["items"]) == count
    assert (await boss.get("/admin/disputes")).json() == {"items": [shown], "next": None}


async def test_evidence_is_staged_and_submitted_once(boss, path, till):
    staged = await boss.send(
        "POST", f"{path}/evidence", {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert staged.json()["evidence"] == {"uncategorized_text": "winning_evidence"}
    assert (await boss.get(f"{path}/evidence")).json() == staged.json()

    sent = await boss.wish(f"{path}/submission", {}, key="now")
    again = await boss.wish(f"{path}/submission", {}, key="now")
    other = await boss.wish(f"{path}/submission", {})

    assert sent.json()["state"] == "under_review"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "dispute_not_answerable")
    till.clock.advance(seconds=5)
    await till.settle()
    assert (await boss.get(path)).json()["state"] == "won"


async def test_files_are_attached_and_taken_away(boss, path):
    body = {"kind": "receipt", "name": "r.pdf", "content_type": "application/pdf", "content": PDF}

    file = await boss.send("POST", f"{path}/files", body)
    assert file.status_code == 201
    assert (await boss.get(f"{path}/files")).json()["items"] == [file.json()]
    large = base64.b64encode(b"%PDF-" + b" " * 4_499_000).decode()
    assert (await boss.send("POST", f"{path}/files", {**body, "content": large})).status_code == 201
    left = (await boss.get(f"{path}/files")).json()["items"]
    gone = await boss.send("DELETE", f"{path}/files/{left[0]['id']}")

    assert (len(left), gone.json()["items"]) == (1, [])


async def test_what_banks_do_not_take_is_refused(boss, path, front):
    pdf = {"kind": "receipt", "name": "r.pdf", "content_type": "application/pdf", "content": PDF}
    for where, body, status, code in (
        ("files", {**pdf, "kind": "nonsense"}, 422, "invalid_evidence"),
        ("files", {**pdf, "content_type": "text/html"}, 422, "validation_failed"),
        ("files", {**pdf, "content_type": "image/png"}, 422, "invalid_evidence"),
        ("files", {**pdf, "content": "?"}, 422, "validation_failed"),
        ("files", {**pdf, "content": "A" * 6_020_000}, 413, "body_too_large"),
        ("evidence", {"evidence": {"nonsense": "x"}}, 422, "invalid_evidence"),
        ("evidence", {"evidence": {"uncategorized_text": "x" * 20_001}}, 422, "validation_failed"),
    ):
        answer = await boss.send("POST", f"{path}/{where}", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    empty = await boss.wish(f"{path}/submission", {})
    assert (empty.status_code, empty.json()["code"]) == (409, "no_evidence")
    assert (await boss.get("/admin/disputes/x")).json()["code"] == "dispute_not_found"
    assert (await front.get(path)).status_code == 403
    assert (await boss.get(f"{path}/files")).json()["items"] == []


async def test_the_pack_is_a_zip(boss, path):
    answer = await boss.get(f"{path}/pack")

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="dispute-du_')
    assert "journal.txt" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
