"""What speaks for the shop: staged, bounded, submitted once, and packed for a person to read."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from kassa import disputes
from kassa.disputes import InvalidEvidence, NoEvidence, NotAnswerable
from kassa.kernel.ids import new_id

PDF = b"%PDF-1.7 a receipt"
PNG = b"\x89PNG\r\n\x1a\n a signature"


@pytest.fixture
async def dispute(till):
    """One that waits for an answer."""
    return await till.contest(await till.sold())


async def test_texts_are_staged_and_taken_back_field_by_field(till, dispute):
    await till.stage(dispute, customer_name="Ada Lovelace", uncategorized_text="first")
    await till.stage(dispute, uncategorized_text="second ")
    now = await till.stage(dispute, customer_name="")

    assert now.evidence == {"uncategorized_text": "second"}


@pytest.mark.parametrize(
    "texts",
    [{"receipt": "a file's field"}, {"nonsense": "x"}, {"uncategorized_text": "x" * 20_001},
     {"uncategorized_text": "\x00"}],
)  # fmt: skip
async def test_a_text_that_no_bank_reads_is_refused(till, dispute, texts):
    with pytest.raises(InvalidEvidence):
        await till.stage(dispute, **texts)

    assert (await till.now(dispute)).evidence == {}


async def test_all_texts_together_have_a_limit(till, dispute):
    many = dict.fromkeys(disputes.TEXTS[:8], "x" * 20_000)

    with pytest.raises(InvalidEvidence):
        await till.stage(dispute, **many)

    assert (await till.now(dispute)).evidence == {}


@pytest.mark.parametrize(
    ("body", "type_", "kind"),
    [
        (b"<html>", "text/html", "receipt"),
        (b"<html>", "application/pdf", "receipt"),
        (PDF, "image/png", "receipt"),
        (PDF, "application/pdf", "customer_name"),
        (PDF + b" " * 4_500_000, "application/pdf", "receipt"),
        (b"", "application/pdf", "receipt"),
    ],
)
async def test_a_paper_that_no_bank_takes_is_refused(till, dispute, body, type_, kind):
    with pytest.raises(InvalidEvidence):
        await till.attach(dispute, body, kind, type_=type_)

    async with till.db.connection() as conn:
        assert await disputes.files(conn, dispute.id) == []


async def test_all_papers_together_have_a_limit(till, dispute):
    await till.attach(dispute, PDF + b" " * 4_400_000)

    with pytest.raises(InvalidEvidence):
        await till.attach(dispute, PDF + b" " * 200_000, "refund_policy")
    await till.attach(dispute, PDF + b" " * 200_000)


async def test_a_field_has_one_paper_with_a_tame_name(till, dispute):
    await till.attach(dispute, PDF)
    kept = await till.attach(dispute, PNG, name="../../etc/Ünter schrift.exe", type_="image/png")

    async with till.db.connection() as conn:
        assert await disputes.files(conn, dispute.id) == [kept]
    assert (kept.name, kept.size) == ("Ünter schrift.png", len(PNG))
    async with till.db.transaction() as tx:
        with pytest.raises(disputes.FileNotFound):
            await disputes.detach(tx, dispute.id, new_id(), actor="x", now=till.clock.now())
        await disputes.detach(tx, dispute.id, kept.id, actor="x", now=till.clock.now())
        assert await disputes.files(tx, dispute.id) == []


async def test_evidence_is_submitted_once_and_the_bank_decides(till, dispute):
    await till.stage(dispute, uncategorized_text="winning_evidence")

    sent = await till.submit(dispute)
    assert (sent.state, sent.submitted_at) == ("under_review", till.clock.now())
    for late in (till.submit(dispute), till.stage(dispute, customer_name="late"), till.attach(dispute, PDF)):
        with pytest.raises(NotAnswerable):
            await late
    till.clock.advance(seconds=5)
    await till.settle()

    assert (await till.now(dispute)).state == "won"


async def test_nothing_is_no_evidence(till, dispute):
    with pytest.raises(NoEvidence):
        await till.submit(dispute)

    assert (await till.now(dispute)).submitted_at is None


async def test_a_submission_whose_answer_is_lost_is_finished_by_its_job(till, dispute):
    await till.stage(dispute, uncategorized_text="anything")
    fault = {
        "match": {"method": "POST", "path": f"/v1/disputes/{dispute.provider_ref}"},
        "fault": "lose_answer",
    }
    await till.stripe.control("POST", "/faults", {**fault, "count": 3})

    left = await till.submit(dispute)
    assert (left.state, left.submitted_at) == ("needs_response", till.clock.now())
    await till.settle()

    assert (await till.now(dispute)).state == "under_review"
    found = await till.stripe.stripe.v1.disputes.retrieve_async(dispute.provider_ref)
    assert found.evidence_details.submission_count == 1


async def test_a_dispute_that_is_over_is_not_answered(till, dispute):
    await till.decide(dispute, "lost")

    with pytest.raises(NotAnswerable):
        await till.stage(dispute, uncategorized_text="too late")


async def test_without_an_answer_the_deadline_loses_it(till, dispute):
    till.clock.advance(seconds=(dispute.due_by - till.clock.now() + timedelta(hours=1)).total_seconds())
    await till.settle()

    assert (await till.now(dispute)).state == "lost"


async def test_the_pack_holds_what_the_shop_knows_and_no_secrets(till, dispute):
    await till.stage(dispute, uncategorized_text="They came for it.")
    await till.attach(dispute, PDF, name="scan.pdf")

    async with till.db.snapshot() as conn:
        body, again = [await disputes.pack(conn, dispute.id) for _ in range(2)]

    assert body == again
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert {
        "README.txt", "order.json", "journal.txt", "journal.json", "payments.json", "shipments.json",
        "ledger.json", "evidence/uncategorized_text.txt", "evidence/receipt/scan.pdf",
    } <= set(archive.namelist())  # fmt: skip
    assert archive.read("evidence/receipt/scan.pdf") == PDF
    assert json.loads(archive.read("order.json"))["email"] == "ada@example.org"
    assert "order.placed" in archive.read("journal.txt").decode()
    assert "Reason:    fraudulent" in archive.read("README.txt").decode()
    for name in archive.namelist():
        assert b"client_secret" not in archive.read(name)
        assert b"token_hash" not in archive.read(name)
