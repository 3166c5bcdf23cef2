"""Disputes at the desk: who waits for an answer, and the answer."""

import io
import zipfile
from datetime import timedelta

import pytest
from tests.notifications.orders import make_order

from kassa import disputes
from kassa.admin import words
from kassa.disputes import queries
from kassa.disputes.queries import Dispute
from kassa.disputes.states import State
from kassa.kernel.ids import new_id
from kassa.orders import Event


async def make_dispute(db, clock, state=State.NEEDS_RESPONSE, **more):
    """A dispute about a paid order."""
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))
    now = clock.now()
    facts = {
        "id": new_id(), "payment_id": made.payment_id, "order_id": made.order_id, "provider_ref": f"du_{new_id().hex}",
        "reason": "product_not_received", "state": state, "amount_minor": 2970, "currency": "EUR",
        "withdrawn_minor": 2970, "fee_minor": 1500, "due_by": now + timedelta(days=9), "evidence": {},
        "submitted_at": None, "created_at": now, "updated_at": now,
        "closed_at": now if state in disputes.CLOSED else None,
    } | more  # fmt: skip
    found = Dispute(**facts)
    async with db.transaction() as tx:
        await queries.insert(tx, found)
    return found


@pytest.fixture
async def dispute(db, clock):
    """One that waits for an answer."""
    return await make_dispute(db, clock)


async def now(db, dispute):
    async with db.connection() as conn:
        return await disputes.get(conn, dispute.id)


async def upload(operator, dispute, body, name="scan.pdf", kind="receipt"):
    page = f"/admin/disputes/{dispute.id}"
    await operator.open(page)
    return await operator.client.post(
        f"{page}/files", data={"csrf_token": operator.csrf, "kind": kind}, files={"file": (name, body)}
    )


async def test_the_list_shows_what_waits_with_its_deadline(operator, db, clock, dispute):
    over = await make_dispute(db, clock, State.LOST, reason="duplicate")

    page = (await operator.open("/admin/disputes")).text
    assert f"/admin/disputes/{dispute.id}" in page
    assert "9 days left" in page
    assert str(over.id) not in page
    assert '<span class="count" aria-label="1 waiting">1</span>' in page
    assert str(over.id) in (await operator.open("/admin/disputes?state=closed")).text
    assert (await operator.open("/admin/disputes?state=nonsense")).status_code == 400


async def test_the_page_says_what_to_do_and_fills_in_what_is_known(operator, dispute):
    page = (await operator.open(f"/admin/disputes/{dispute.id}")).text

    for fact in (
        "Product not received", "€29.70", "€15.00 fee", "Answer before", "9 days left", "proof of delivery",
        "2 x Pride and Prejudice — Paperback (PP-PB)", "ada@example.org", "Ada Lovelace",
    ):  # fmt: skip
        assert fact in page
    for code in ("x", str(new_id())):
        assert (await operator.open(f"/admin/disputes/{code}")).status_code == 404


async def test_evidence_is_saved_and_what_is_wrong_is_said_without_losing_it(operator, db, dispute):
    page = f"/admin/disputes/{dispute.id}"
    await operator.open(page)
    saved = await operator.send(f"{page}/evidence", uncategorized_text="They signed for it.\r\nTwice.")
    assert (saved.status_code, saved.headers["location"]) == (303, page)
    assert (await now(db, dispute)).evidence == {"uncategorized_text": "They signed for it.\nTwice."}

    refused = await operator.send(
        f"{page}/evidence", uncategorized_text="x" * 20_001, customer_name="Ada <b>"
    )

    assert refused.status_code == 422
    assert "Ada &lt;b&gt;" in refused.text
    assert (await now(db, dispute)).evidence == {"uncategorized_text": "They signed for it.\nTwice."}


async def test_a_file_is_kept_and_thrown_away(operator, db, dispute):
    sent = await upload(operator, dispute, b"%PDF-1.7" + b" " * 2_000_000)
    assert sent.status_code == 303
    page = (await operator.open(f"/admin/disputes/{dispute.id}")).text
    assert "scan.pdf" in page
    async with db.connection() as conn:
        (file,) = await disputes.files(conn, dispute.id)

    await operator.send(f"/admin/disputes/{dispute.id}/files/{file.id}/removal")

    async with db.connection() as conn:
        assert await disputes.files(conn, dispute.id) == []


@pytest.mark.parametrize(
    ("body", "name", "status"),
    [(b"<html>", "scan.pdf", 422), (b"", "", 422), (b"%PDF-" + b" " * 4_700_000, "big.pdf", 413)],
)
async def test_a_file_that_no_bank_takes_is_refused(operator, db, dispute, body, name, status):
    assert (await upload(operator, dispute, body, name)).status_code == status

    async with db.connection() as conn:
        assert await disputes.files(conn, dispute.id) == []


async def test_a_file_from_elsewhere_is_refused(operator, db, dispute):
    answer = await operator.client.post(
        f"/admin/disputes/{dispute.id}/files", data={"kind": "receipt"}, files={"file": ("a.pdf", b"%PDF-")}
    )

    assert answer.status_code == 403
    async with db.connection() as conn:
        assert await disputes.files(conn, dispute.id) == []


async def test_what_was_submitted_is_shown_and_can_not_be_changed(operator, db, clock):
    sent = await make_dispute(
        db, clock, State.UNDER_REVIEW, submitted_at=clock.now(), evidence={"uncategorized_text": "All of it."}
    )

    page = (await operator.open(f"/admin/disputes/{sent.id}")).text
    assert "All of it." in page
    assert "<textarea" not in page
    refused = await operator.send(f"/admin/disputes/{sent.id}/evidence", uncategorized_text="more")
    assert refused.status_code == 409
    assert (await now(db, sent)).evidence == {"uncategorized_text": "All of it."}


async def test_the_pack_is_downloaded_by_staff_alone(operator, browser, dispute):
    answer = await operator.open(f"/admin/disputes/{dispute.id}/pack")

    assert "README.txt" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    operator.client.cookies.clear()
    assert (await operator.client.get(f"/admin/disputes/{dispute.id}/pack")).status_code == 303


async def test_the_order_leads_to_its_dispute(operator, dispute):
    page = (await operator.open(f"/admin/orders/{dispute.order_id}")).text

    assert f"/admin/disputes/{dispute.id}" in page
    assert "bank has taken the money back already" in page
    assert 'name="refund_id"' not in page


def test_every_state_of_a_dispute_has_a_word():
    assert set(words.DISPUTE) == set(map(str, State))
