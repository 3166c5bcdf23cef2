"""A paper as PDF: drawn when it is asked for, in a thread, two at a time, from what was frozen.

Typst sets it from a source of ours; texts travel as inputs and never as source. The fonts are its own, so every
machine draws the same bytes; only letters that those lack are looked for on the machine.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import typst
from babel.dates import format_date

from kassa.invoices.papers import Content, Tax
from kassa.kernel.errors import Unavailable
from kassa.kernel.money import show
from kassa.kernel.speech import ENGLISH, N_, _, locale, speak
from kassa.pricing import taxes

_SOURCES: Final = {1: Path(__file__).parent / "paper.typ"}
_AT_ONCE: Final = 2
_WAITING: Final = 24
_TITLES: Final = {"invoice": N_("Invoice"), "credit_note": N_("Credit note")}


class _Press:
    """Two threads, and how many papers are with them."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(_AT_ONCE, "invoices")
        self.under_way = 0


_PRESS: Final = _Press()


async def pdf(content: Content) -> bytes:
    """The paper: tagged, titled, the same bytes whenever it is drawn.

    Raises:
        Unavailable: too many are being drawn; nothing was begun.
    """
    if _PRESS.under_way >= _WAITING:
        raise Unavailable("Too many papers are being drawn just now.", code="busy", retry_after=5)
    _PRESS.under_way += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_PRESS.threads, draw, content)
    finally:
        _PRESS.under_way -= 1


def draw(content: Content, kind: str = "pdf") -> bytes:
    """The paper as `pdf`, or its first page as `png`; slow (tenths of a second)."""
    with speak(content.language):
        inputs = {"paper": msgspec.json.encode(_words(content)).decode()}
    issued = datetime.combine(date.fromisoformat(content.issued_on), time(), UTC)
    wishes: dict[str, Any] = {"format": kind, "sys_inputs": inputs, "timestamp": issued, "ppi": 110}
    source, press = _SOURCES[content.edition].read_bytes(), cast(Any, typst.compile)
    try:
        made = press(source, font_paths=_fonts(system=False), pdf_standards="ua-1", **wishes)
    except typst.TypstError:  # a letter that our fonts lack can't be read aloud; perhaps the machine has it
        made = press(source, font_paths=_fonts(system=True), **wishes)
    return bytes(made[0] if isinstance(made, list) else made)


def _words(content: Content) -> dict[str, Any]:
    """What the source sets: everything in words of the language spoken now."""

    def money(minor: int) -> str:
        return show(minor, content.currency)

    sums = [(_("Books"), money(content.subtotal_minor))] if content.kind == "invoice" else []
    if content.discount_minor:
        sums.append((_("Discount"), f"−{money(content.discount_minor)}"))
    if content.kind == "invoice":
        sums.append((_("Shipping"), money(content.shipping_minor)))
    if content.rounding_minor:
        sums.append((_("Rounding"), money(content.rounding_minor)))
    if not content.tax_included and content.kind == "invoice":
        sums += [(_tax(tax), money(tax.tax_minor)) for tax in content.taxes]
    return {
        "language": locale().language, "labels": _labels(content),
        "title": _(_TITLES[content.kind]), "number": content.number,
        "seller": _with(content.seller, content.seller_vat_id),
        "buyer": _with(content.buyer, content.buyer_vat_id),
        "facts": _facts(content),
        "lines": [
            (line.title, line.sku, str(line.quantity), money(line.unit_minor), money(line.total_minor))
            for line in content.lines
        ],
        "sums": sums,
        "total": (_("Credited") if content.kind == "credit_note" else _("Total"), money(content.total_minor)),
        "taxes": [
            (_tax(tax), taxes.percent(tax.basis_points), money(tax.base_minor), money(tax.tax_minor))
            for tax in content.taxes
        ],
        "tax_note": _note(content),
        "closing": _closing(content),
    }  # fmt: skip


def _labels(content: Content) -> dict[str, Any]:
    """What stands above and beside; `page` has gaps that are filled page by page."""
    return {
        "to": _("To"), "from": _("From"), "tax": _("Tax"),
        "lines": [_("Item"), _("Quantity"), _("Each"), _("Amount")],
        "taxes": [_("Kind"), _("Rate"), _("On"), _("Amount")],
        "page": _("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        "journal": _("Journal %(head)s", head=content.journal) if content.journal else "",
    }  # fmt: skip


def _facts(content: Content) -> list[tuple[str, str]]:
    facts = [(_("Number"), content.number), (_("Date"), _day(content.issued_on))]
    if content.corrects:
        facts.append((_("For invoice"), content.corrects))
    facts += [
        (_("Order"), content.order_number),
        (_("Ordered"), _day(content.ordered_on)),
        (_("Paid"), _day(content.paid_on)),
    ]
    return [*facts, (_("E-mail"), content.email)]


def _closing(content: Content) -> str:
    gaps = {"day": _day(content.paid_on), "reference": content.payment}
    if content.kind == "credit_note":
        gaps["amount"] = show(content.total_minor, content.currency)
        if content.payment:
            return _("%(amount)s went back the way it was paid, reference %(reference)s.", **gaps)
        return _("%(amount)s went back the way it was paid.", **gaps)
    if content.payment:
        return _("Paid in full on %(day)s, reference %(reference)s. Nothing is due. Thank you.", **gaps)
    return _("Paid in full on %(day)s. Nothing is due. Thank you.", **gaps)


def _with(lines: Sequence[str], vat_id: str) -> list[str]:
    """An address with a VAT number, unless the number stands in it already."""
    known = not vat_id or any(vat_id in line.replace(" ", "") for line in lines)
    return [*lines] if known else [*lines, _("VAT number %(number)s", number=vat_id)]


def _tax(tax: Tax) -> str:
    return taxes.said(tax.kind, tax.label, tax.basis_points, tax.place)


def _note(content: Content) -> str:
    if content.reverse_charge:
        return taxes.owed_by_customer()
    return _("Tax is included in the prices.") if content.tax_included else _("Prices are without tax.")


def _day(iso: str) -> str:
    spoken = locale()
    form = "d MMMM yyyy" if spoken.language == ENGLISH else "long"
    return format_date(date.fromisoformat(iso), form, locale=spoken)


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    """What there is to set with."""
    return typst.Fonts(include_system_fonts=system)
