"""The evidence pack: everything the shop knows of a disputed order, as one archive for a person to read."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa import ledger, orders, payments
from kassa.disputes import queries
from kassa.disputes.queries import Dispute
from kassa.kernel.db import Conn
from kassa.kernel.money import show

#: What of a payment is nobody's business outside the shop.
_SECRETS: Final = frozenset({"client_secret", "url", "token_hash"})


async def pack(conn: Conn, dispute_id: UUID) -> bytes:
    """A ZIP of the order, its journal, payments, parcels, mails, entries of the books, and the evidence staged.

    Read on a snapshot, all of it is of one moment. The same records give the same bytes.

    Raises:
        DisputeNotFound: there is none.
    """
    dispute = await queries.get(conn, dispute_id)
    order = await orders.get(conn, dispute.order_id)
    events = await orders.events(conn, order.id)
    parcels = await queries.parcels(conn, order.id)
    letters = await queries.letters(conn, order.id)
    parts: dict[str, bytes] = {
        "README.txt": _summary(dispute, order, parcels).encode(),
        "dispute.json": _json(asdict(dispute)),
        "order.json": _json(asdict(order)),
        "journal.txt": "".join(_line(event) for event in events).encode(),
        "journal.json": _json([asdict(event) for event in events]),
        "payments.json": _json([asdict(found) for found in await payments.of_order(conn, order.id)]),
        "shipments.json": _json(parcels),
        "ledger.json": _json([asdict(entry) for entry in await ledger.of_order(conn, order.id)]),
    }
    for index, letter in enumerate(letters, 1):
        name = f"messages/{index:02d}-{str(letter['kind']).partition(':')[0]}"
        parts[f"{name}.txt"] = _envelope(letter).encode()
        parts[f"{name}.html"] = str(letter["html_body"]).encode()
    for field, text in dispute.evidence.items():
        parts[f"evidence/{field}.txt"] = text.encode()
    for file in await queries.files(conn, dispute.id):
        parts[f"evidence/{file.kind}/{file.name}"] = await queries.file_body(conn, file.id)
    return _zip(parts, dispute.created_at)


def _summary(dispute: Dispute, order: orders.Order, parcels: Sequence[Mapping[str, object]]) -> str:
    lines = [
        f"Dispute {dispute.provider_ref} about order {orders.shown_number(order.number)}",
        "",
        f"Reason:    {dispute.reason}",
        f"Amount:    {show(dispute.amount_minor, dispute.currency)}",
        f"State:     {dispute.state}",
        f"Answer by: {_day(dispute.due_by)}",
        "",
        f"Ordered:   {_day(order.created_at)} by {order.email}",
        f"Paid:      {_day(order.paid_at)}, {show(order.total_minor, order.currency)}",
        *(
            f"Given back: {show(order.refunded_minor, order.currency)}"
            for _ in range(order.refunded_minor > 0)
        ),
        "",
        *(f"{line.quantity} x {line.title} ({line.sku})" for line in order.lines),
        "",
        "Goes to:",
        *(f"  {value}" for value in order.shipping_address.values() if value),
        "",
        "Parcels:" if parcels else "No parcel was sent.",
        *(
            f"  {parcel['state']}: {parcel['carrier'] or 'no carrier'} {parcel['tracking_number']}, sent "
            f"{_day(parcel['shipped_at'])}, delivered {_day(parcel['delivered_at'])}"
            for parcel in parcels
        ),
        "",
        "journal.txt tells everything that ever happened to this order; messages/ holds what was mailed to the",
        "customer, word for word. Times are UTC.",
    ]
    return "\n".join(lines) + "\n"


def _line(event: orders.OrderEvent) -> str:
    data = json.dumps(event.data, ensure_ascii=False, sort_keys=True) if event.data else ""
    return (
        f"{event.seq:>4}  {event.at:%Y-%m-%d %H:%M:%S}  {event.type}  ({event.actor})  {data}".rstrip() + "\n"
    )


def _envelope(letter: Mapping[str, object]) -> str:
    sent = _day(letter["sent_at"]) if letter["sent_at"] else "not sent yet"
    return f"To: {letter['recipient']}\nSubject: {letter['subject']}\nSent: {sent}\n\n{letter['text_body']}"


def _day(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else "-"


def _json(value: Any) -> bytes:
    return json.dumps(_open(value), indent=2, ensure_ascii=False, default=str).encode() + b"\n"


def _open(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _open(v) for k, v in value.items() if k not in _SECRETS}
    if isinstance(value, list | tuple):
        return [_open(part) for part in value]
    return value


def _zip(parts: Mapping[str, bytes], at: datetime) -> bytes:
    made = io.BytesIO()
    moment = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(zipfile.ZipInfo(name, moment), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()
