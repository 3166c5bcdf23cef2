"""What the order already says for the shop, so that nobody copies it by hand."""

from datetime import datetime

from kassa import orders
from kassa.disputes import queries
from kassa.kernel.db import Conn


async def suggested(conn: Conn, order: orders.Order) -> dict[str, str]:
    """Texts by field of evidence that follow from the order and its parcels; fields without any are absent."""
    sent = [parcel for parcel in await queries.parcels(conn, order.id) if parcel["shipped_at"]]
    bought = "\n".join(f"{line.quantity} x {line.title} ({line.sku})" for line in order.lines)
    where = order.shipping_address
    found = {
        "product_description": bought,
        "customer_name": str(where.get("name", "")),
        "customer_email_address": order.email,
        "shipping_address": _address(order),
        "shipping_carrier": _each(sent, "carrier"),
        "shipping_tracking_number": _each(sent, "tracking_number"),
        "shipping_date": ", ".join(
            f"{at:%Y-%m-%d}" for parcel in sent if isinstance(at := parcel["shipped_at"], datetime)
        ),
    }
    return {name: text for name, text in found.items() if text}


def _each(sent: list[queries.Record], name: str) -> str:
    return ", ".join(dict.fromkeys(str(parcel[name]) for parcel in sent if parcel[name]))


def _address(order: orders.Order) -> str:
    parts = order.shipping_address
    names = ("name", "line1", "line2", "postal_code", "city", "region", "country")
    return "\n".join(str(parts[name]) for name in names if parts.get(name))
