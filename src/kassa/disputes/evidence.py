"""What speaks for the shop: texts and papers, staged here, submitted to the bank once."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa import jobs, orders, payments
from kassa.disputes import queries, states
from kassa.disputes.errors import FileNotFound, InvalidEvidence, NoEvidence, NotAnswerable
from kassa.disputes.queries import Dispute, DisputeFile
from kassa.disputes.service import heard
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.kernel.ids import new_id
from kassa.stripe import Gateway, ProviderDispute, Rejected, Unreachable

#: The provider's fields that are texts, in the order in which a person fills them in.
TEXTS: Final = (
    "product_description", "customer_name", "customer_email_address", "customer_purchase_ip", "billing_address",
    "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number", "service_date",
    "access_activity_log", "refund_policy_disclosure", "refund_refusal_explanation",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "duplicate_charge_id",
    "duplicate_charge_explanation", "uncategorized_text",
)  # fmt: skip
#: Those that are papers.
PAPERS: Final = (
    "receipt", "shipping_documentation", "customer_communication", "customer_signature", "refund_policy",
    "cancellation_policy", "service_documentation", "duplicate_charge_documentation", "uncategorized_file",
)  # fmt: skip
#: All texts together (https://docs.stripe.com/api/disputes/update).
TEXT_LIMIT: Final = 150_000
FIELD_LIMIT: Final = 20_000
#: All papers together (https://docs.stripe.com/disputes/best-practices).
PAPER_LIMIT: Final = 4_500_000
#: What banks take, and how such a file begins.
_TYPES: Final = {
    "application/pdf": (b"%PDF-", ".pdf"),
    "image/jpeg": (b"\xff\xd8\xff", ".jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
}
_NAME: Final = re.compile(r"[^\w. -]+")


async def stage(tx: Tx, dispute_id: UUID, texts: Mapping[str, str], *, actor: str, now: datetime) -> Dispute:
    """Put texts by field beside those that are there; an empty one takes its field away.

    Raises:
        NotAnswerable: it was submitted, or the dispute is over.
        InvalidEvidence: a field that does not exist, or too much text.
    """
    dispute = await _open(tx, dispute_id)
    for name, text in texts.items():
        if name not in TEXTS:
            raise InvalidEvidence("There is no such field.", errors=[(name[:100], "is no field of evidence")])
        if len(text) > FIELD_LIMIT or "\x00" in text:
            raise InvalidEvidence(
                "The text is too long.", errors=[(name, f"has at most {FIELD_LIMIT:,} characters")]
            )
    evidence = {**dispute.evidence, **{name: text.strip() for name, text in texts.items()}}
    evidence = {name: text for name, text in evidence.items() if text}
    if sum(map(len, evidence.values())) > TEXT_LIMIT:
        raise InvalidEvidence(f"All texts together have at most {TEXT_LIMIT:,} characters.")
    if evidence != dispute.evidence:
        await queries.write_evidence(tx, dispute.id, evidence, now=now)
        changed = [n for n in TEXTS if evidence.get(n) != dispute.evidence.get(n)]
        data = {"dispute_id": str(dispute.id), "fields": changed}
        await orders.note(tx, dispute.order_id, "dispute.evidence_staged", now=now, actor=actor, data=data)
    return await queries.get(tx, dispute.id)


async def attach(
    tx: Tx,
    dispute_id: UUID,
    kind: str,
    name: str,
    content_type: str,
    body: bytes,
    *,
    actor: str,
    now: datetime,
) -> DisputeFile:
    """Keep a paper for a field, in place of the one that may be there.

    Raises:
        NotAnswerable: the evidence was submitted, or the dispute is over.
        InvalidEvidence: no such field; no PDF, JPEG or PNG (by its first bytes, too); or too large together.
    """
    dispute = await _open(tx, dispute_id)
    if kind not in PAPERS:
        raise InvalidEvidence("There is no such field.", errors=[("kind", "is no field for a file")])
    beginning, ending = _TYPES.get(content_type, (b"", ""))
    if not beginning or not body.startswith(beginning):
        raise InvalidEvidence(
            "Banks take PDF, JPEG and PNG.", errors=[("file", "is no PDF, JPEG or PNG")]
        )  # fmt: skip
    others = sum(file.size for file in await queries.files(tx, dispute.id) if file.kind != kind)
    if others + len(body) > PAPER_LIMIT:
        limit = f"{PAPER_LIMIT / 1e6:.1f} MB"
        raise InvalidEvidence(
            f"All files together have at most {limit}.", errors=[("file", f"makes it more than {limit}")]
        )
    file = DisputeFile(
        new_id(), dispute.id, kind, _file_name(name, ending), content_type, len(body), None, now
    )
    await queries.insert_file(tx, file, body)
    data = {"dispute_id": str(dispute.id), "kind": kind, "name": file.name}
    await orders.note(tx, dispute.order_id, "dispute.file_attached", now=now, actor=actor, data=data)
    return file


def sniff(body: bytes) -> str:
    """The type of a file by how it begins; what banks don't take is `application/octet-stream`."""
    found = (type_ for type_, (beginning, _) in _TYPES.items() if body.startswith(beginning))
    return next(found, "application/octet-stream")


async def detach(tx: Tx, dispute_id: UUID, file_id: UUID, *, actor: str, now: datetime) -> None:
    """Throw a paper away.

    Raises:
        NotAnswerable: the evidence was submitted, or the dispute is over.
        FileNotFound: the dispute has no such paper.
    """
    dispute = await _open(tx, dispute_id)
    if not await queries.delete_file(tx, dispute.id, file_id):
        raise FileNotFound("The dispute has no such file.")
    data = {"dispute_id": str(dispute.id)}
    await orders.note(tx, dispute.order_id, "dispute.file_removed", now=now, actor=actor, data=data)


async def submit(db: Database, gateway: Gateway, dispute_id: UUID, *, clock: Clock, actor: str) -> Dispute:
    """Give the bank all that is staged: once, nothing can be added afterwards. The dispute as it is then.

    It is written down first, so a crash or a silent provider is made good by the job `submit_dispute`: then the
    dispute comes back as it was, with `submitted_at`.

    Raises:
        NotAnswerable: it was submitted, or the dispute is over.
        NoEvidence: nothing is staged.
        Rejected: the provider refused it; it can be mended and submitted again.
    """
    now = clock.now()
    async with db.transaction() as tx:
        dispute = await _open(tx, dispute_id)
        if not dispute.evidence and not await queries.files(tx, dispute.id):
            raise NoEvidence("There is nothing to submit yet.")
        await queries.mark_submitted(tx, dispute.id, now)
        data = {"dispute_id": str(dispute.id)}
        await orders.note(tx, dispute.order_id, "dispute.submitted", now=now, actor=actor, data=data)
        await jobs.enqueue(
            tx, "submit_dispute", {"dispute_id": str(dispute.id)}, now=now,
            key=f"submit_dispute:{dispute.id}:{now.isoformat()}",
        )  # fmt: skip
    with suppress(Unreachable):
        await send(db, gateway, dispute.id, clock=clock)
    async with db.connection() as conn:
        return await queries.get(conn, dispute.id)


async def send(db: Database, gateway: Gateway, dispute_id: UUID, *, clock: Clock) -> None:
    """Send what was submitted to the provider; sending twice is sending once.

    Raises:
        Unreachable: nobody knows; the same again finds out.
        Rejected: the provider refused it; it is not submitted any more.
    """
    async with db.connection() as conn:
        dispute = await queries.get(conn, dispute_id)
        papers = await queries.files(conn, dispute.id)
        payment = await payments.get(conn, dispute.payment_id)
    if dispute.submitted_at is None or dispute.state not in states.ANSWERABLE:
        return
    try:
        told = await _send(db, gateway, dispute, papers)
    except Rejected as error:
        await _refused(db, dispute, error, clock=clock)
        raise
    await heard(db, payment, told, clock=clock)


async def _send(
    db: Database, gateway: Gateway, dispute: Dispute, papers: list[DisputeFile]
) -> ProviderDispute:
    evidence = dict(dispute.evidence)
    for paper in papers:
        reference = paper.provider_ref
        if reference is None:
            async with db.connection() as conn:
                body = await queries.file_body(conn, paper.id)
            reference = await gateway.upload_evidence(paper.name, body, key=f"dispute_file:{paper.id}")
            async with db.transaction() as tx:
                await queries.record_upload(tx, paper.id, reference)
        evidence[paper.kind] = reference
    at = dispute.submitted_at.isoformat() if dispute.submitted_at else ""
    return await gateway.submit_evidence(dispute.provider_ref, evidence, key=f"dispute:{dispute.id}:{at}")


async def _refused(db: Database, dispute: Dispute, error: Rejected, *, clock: Clock) -> None:
    now = clock.now()
    async with db.transaction() as tx:
        await orders.lock(tx, dispute.order_id)
        await queries.mark_submitted(tx, dispute.id, None)
        data = {"dispute_id": str(dispute.id), "error": error.detail}
        name = "dispute.submission_refused"
        await orders.note(tx, dispute.order_id, name, now=now, actor="stripe:api", data=data)


async def _open(tx: Tx, dispute_id: UUID) -> Dispute:
    """The dispute, its order locked, if it can still be answered."""
    dispute = await queries.get(tx, dispute_id)
    await orders.lock(tx, dispute.order_id)
    dispute = await queries.get(tx, dispute_id)
    if dispute.state not in states.ANSWERABLE:
        raise NotAnswerable(f"The dispute is {dispute.state.replace('_', ' ')}: nothing can be added.")
    if dispute.submitted_at is not None:
        raise NotAnswerable("The evidence was submitted; nothing can be added.")
    return dispute


def _file_name(name: str, ending: str) -> str:
    """A name that is one, with the ending of its type."""
    stem = _NAME.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem = stem.rpartition(".")[0] if "." in stem else stem
    return (stem[:80] or "file") + ending
