"""Everything the shop knows of a customer, to take away: for people as a page, for programs as JSON, in one ZIP.

It is written while it is read, a page of orders at a time, so it takes no more memory for who has bought for years.
"""

import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, cast

import msgspec

from kassa import accounts, alerts, orders, reviews, wishlists
from kassa.accounts import Customer, addresses
from kassa.shop import Shop
from kassa.storefront import words
from kassa.storefront.view import macros

#: More than anybody has ordered by hand; older ones can be asked for.
ORDERS_MOST: Final = 10_000
_PAGE: Final = 50
_STYLE: Final = Path(__file__).parent / "templates" / "account" / "takeaway.css"
_README: Final = (
    "index.html is for reading, data.json for programs. Amounts there are in the smallest unit.\n"
)


class _Pipe:
    """What a ZIP is written into, and taken out of as soon as it is there. All of a file that a ZIP needs."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Put something at the end."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        """What has come since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


async def pack(shop: Shop, customer: Customer, token: str) -> AsyncIterator[bytes]:
    """The ZIP, piece by piece. `token` is the session's, which is named as the present one."""
    now, pipe = shop.clock.now(), _Pipe()
    facts = await _facts(shop, customer, token, now)
    page = macros("account/takeaway.html")
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_entry("README.txt", now), _README)
        packed.writestr(_entry("style.css", now), _STYLE.read_bytes())
        with packed.open(_entry("index.html", now), "w") as file:
            file.write(str(page.head(facts, shop.settings.name)).encode())
            async for order in _orders(shop, customer):
                file.write(str(page.order(order)).encode())
                yield pipe.take()
            file.write(str(page.foot()).encode())
        with packed.open(_entry("data.json", now), "w") as file:
            file.write(msgspec.json.encode(facts)[:-1] + b',"orders":[')
            between = b""
            async for order in _orders(shop, customer):
                file.write(between + msgspec.json.encode(order))
                between = b","
                yield pipe.take()
            file.write(b"]}")
    yield pipe.take()


async def _facts(shop: Shop, customer: Customer, token: str, now: datetime) -> dict[str, Any]:
    owner = wishlists.Owner(customer_id=customer.id)
    async with shop.db.snapshot() as conn:
        return {
            "made_at": now,
            "account": {
                "email": customer.email, "name": customer.name, "verified_at": customer.verified_at,
                "has_password": customer.has_password, "stripe_customer": customer.stripe_ref,
            },
            "addresses": [
                {**one.address, "preferred": one.preferred} for one in await addresses.saved(conn, customer.id)
            ],
            "passkeys": [
                {"name": one.name, "added_at": one.created_at, "used_at": one.used_at}
                for one in await accounts.passkeys(conn, customer.id)
            ],
            "signed_in": [
                {"device": one.device, "since": one.signed_in_at, "last_seen": one.seen_at, "here": one.current}
                for one in await accounts.signed_in(conn, customer.id, token, now=now)
            ],
            "reviews": [
                {"book": one.title, "stars": one.stars, "name": one.name, "text": one.text, "state": one.state,
                 "at": one.updated_at}
                for one in await reviews.of_email(conn, customer.email)
            ],
            "wish_list": [
                {"book": one.title, "since": one.added_at}
                for one in await wishlists.wishes(conn, await wishlists.of_owner(conn, owner))
            ],
            "alerts": [
                {"book": one.title, "edition": one.edition, "state": one.state, "asked_at": one.created_at}
                for one in await alerts.of_email(conn, customer.email)
            ],
        }  # fmt: skip


async def _orders(shop: Shop, customer: Customer) -> AsyncIterator[dict[str, Any]]:
    after: str | None = None
    for _ in range(ORDERS_MOST // _PAGE):
        async with shop.db.connection() as conn:
            page = await orders.of_customer(conn, customer.id, after=after, limit=_PAGE)
            found = [
                _order(await orders.get(conn, one.id), await orders.events(conn, one.id))
                for one in page.items
            ]
        for one in found:
            yield one
        after = page.next
        if after is None:
            return


def _order(order: orders.Order, events: list[orders.OrderEvent]) -> dict[str, Any]:
    return {
        "number": orders.shown_number(order.number), "id": order.id, "state": words.STATES[order.state],
        "placed_at": order.created_at, "paid_at": order.paid_at, "email": order.email, "note": order.note,
        "currency": order.currency, "subtotal_minor": order.subtotal_minor, "discount_minor": order.discount_minor,
        "shipping_minor": order.shipping_minor, "tax_minor": order.tax_minor, "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor, "goes_to": order.shipping_address,
        "billed_to": order.billing_address,
        "lines": [
            {"sku": line.sku, "title": line.title, "quantity": line.quantity, "unit_minor": line.unit_minor,
             "total_minor": line.total_minor}
            for line in order.lines
        ],
        "happened": [{"at": one.at, "what": text} for one in events if (text := words.event(one))],
    }  # fmt: skip


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry
