"""What a paper says. Pure: from an order and its money to the words and amounts that are frozen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from babel.core import get_global

from kassa.kernel import speech
from kassa.kernel.speech import ENGLISH, _, speak
from kassa.orders import Order
from kassa.refunds import GivenLine, Refund

#: Which way of drawing fits the content; a new way is added beside the old.
EDITION: Final = 1
#: What the fonts that come with typst can write; a paper for whoever reads anything else is in English.
_SCRIPTS: Final = frozenset({"Latn", "Grek", "Cyrl"})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many of one thing; amounts in the minor unit."""

    title: str
    sku: str = ""
    quantity: int = 1
    unit_minor: int
    discount_minor: int = 0
    total_minor: int


class Tax(msgspec.Struct, frozen=True, kw_only=True):
    """One rate: what it is called, its basis points, what it is on, and what it is."""

    label: str
    basis_points: float
    base_minor: int
    tax_minor: int
    kind: str = ""
    place: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """All that a paper says, whenever it is drawn. Amounts in the minor unit of `currency`.

    `corrects` is the number of the invoice that a credit note is about; days are ISO 8601, in UTC. `rounding_minor` is
    by how much the shop's rule of rounding moved prices; `reverse_charge`: the buyer owes the tax. `language` is that
    of all texts, dates and amounts; papers from before there was one are English.
    """

    edition: int = EDITION
    kind: str
    number: str
    issued_on: str
    seller: tuple[str, ...]
    buyer: tuple[str, ...]
    email: str
    order_number: str
    ordered_on: str
    paid_on: str
    payment: str
    currency: str
    tax_included: bool
    lines: tuple[Line, ...]
    subtotal_minor: int
    discount_minor: int = 0
    shipping_minor: int = 0
    taxes: tuple[Tax, ...]
    total_minor: int
    journal: str = ""
    corrects: str = ""
    rounding_minor: int = 0
    buyer_vat_id: str = ""
    seller_vat_id: str = ""
    reverse_charge: bool = False
    language: str = ENGLISH


def invoice(
    order: Order, *, number: str, order_number: str, seller: Sequence[str], seller_vat_id: str = "", payment: str,
    journal: str, now: datetime,
) -> Content:  # fmt: skip
    """The paper for an order that was paid."""
    lines = tuple(
        Line(
            title=line.title, sku=line.sku, quantity=line.quantity, unit_minor=line.unit_minor,
            discount_minor=line.discount_minor, total_minor=line.unit_minor * line.quantity,
        )
        for line in order.lines
    )  # fmt: skip
    return Content(
        kind="invoice", number=number, lines=lines, subtotal_minor=order.subtotal_minor,
        discount_minor=order.discount_minor, shipping_minor=order.shipping_minor, taxes=_taxes(order),
        total_minor=order.total_minor, journal=journal, payment=payment, rounding_minor=order.rounding_minor,
        **_heads(order, order_number, seller, seller_vat_id, now),
    )  # fmt: skip


def credit_note(
    order: Order, refund: Refund, given: Sequence[GivenLine], before_minor: int, *, number: str, corrects: str,
    order_number: str, seller: Sequence[str], seller_vat_id: str = "", now: datetime,
) -> Content:  # fmt: skip
    """The paper for what went back. Its taxes are the share of the order's that all credit notes up to this one
    have, less that of those before (`before_minor` together), so that notes over everything sum to the invoice."""
    titles = {line.id: line for line in order.lines}
    lines = tuple(
        Line(
            title=titles[one.line_id].title, sku=titles[one.line_id].sku, quantity=one.quantity,
            unit_minor=titles[one.line_id].unit_minor, total_minor=one.amount_minor,
        )
        for one in given if one.line_id in titles
    )  # fmt: skip
    rest = refund.amount_minor - sum(line.total_minor for line in lines)
    if rest:
        with speak(language_of(order)):
            title = (
                _("Shipping and other amounts")
                if lines
                else _("Credit on order %(number)s", number=order_number)
            )
        lines = (*lines, Line(title=title, unit_minor=rest, total_minor=rest))

    def share(whole: int) -> int:
        return _part(whole, before_minor + refund.amount_minor, order.total_minor) - _part(
            whole, before_minor, order.total_minor
        )

    taxes = tuple(
        msgspec.structs.replace(tax, base_minor=share(tax.base_minor), tax_minor=share(tax.tax_minor))
        for tax in _taxes(order)
    )
    return Content(
        kind="credit_note", number=number, lines=lines, subtotal_minor=refund.amount_minor, taxes=taxes,
        total_minor=refund.amount_minor, payment=refund.provider_ref or "", corrects=corrects,
        **_heads(order, order_number, seller, seller_vat_id, now),
    )  # fmt: skip


def language_of(order: Order) -> str:
    """The language of an order's papers: its own, if it is written in letters that every machine can print."""
    found = speech.locale(order.locale)
    likely = str(get_global("likely_subtags").get(found.language, "")).split("_")
    script = found.script or next((part for part in likely if len(part) == 4), "")
    return order.locale if script in _SCRIPTS else ENGLISH


def _heads(
    order: Order, order_number: str, seller: Sequence[str], seller_vat_id: str, now: datetime
) -> dict[str, Any]:
    language = language_of(order)
    return {
        "language": language, "issued_on": _day(now), "seller": tuple(seller), "email": order.email,
        "buyer": _lines(order.billing_address or order.shipping_address, language),
        "order_number": order_number, "ordered_on": _day(order.created_at),
        "paid_on": _day(order.paid_at or order.created_at), "currency": order.currency,
        "tax_included": order.tax_included, "buyer_vat_id": order.vat_id, "seller_vat_id": seller_vat_id,
        "reverse_charge": order.reverse_charge,
    }  # fmt: skip


def _taxes(order: Order) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            label=str(line["label"]), basis_points=line["basis_points"], base_minor=int(line["base"]),
            tax_minor=int(line["tax"]), kind=str(line.get("kind", "")), place=str(line.get("place", "")),
        )
        for line in order.tax_lines
    )  # fmt: skip


def _part(whole: int, some: int, all_: int) -> int:
    """The share of `whole` that `some` of `all_` has, half up."""
    return (2 * whole * some + all_) // (2 * all_) if all_ else 0


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _lines(address: Mapping[str, Any], language: str) -> tuple[str, ...]:
    place = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    country = speech.locale(language).territories.get(address.get("country", ""), "")
    parts = [
        address.get("name"),
        address.get("line1"),
        address.get("line2"),
        place,
        address.get("region"),
        country,
    ]
    return tuple(str(part) for part in parts if part)
