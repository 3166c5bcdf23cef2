"""Every mail there is, about an order that never was: what the preview of development shows, and what tests read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kassa import alerts, disputes, refunds, returns
from kassa.config import Settings
from kassa.kernel.speech import speak
from kassa.notifications import abandoned, account, back_in_stock, contested, payment_failed, render, resume
from kassa.notifications.render import GiftCode, Letter
from kassa.orders import Order, OrderLine, State
from kassa.payments import Payment

_ID: Final = UUID("0199f0e0-0000-7000-8000-000000000000")
_NOW: Final = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
_UNTIL: Final = _NOW + timedelta(minutes=9)
_LINK: Final = "Yw2nqzO3Jd1x8r6hVb0kQm5tLs9ePc4a"
#: Language → where its customer lives, the currency, and what a price of the shop's own is multiplied by.
_HOMES: Final[Mapping[str, tuple[Mapping[str, str], str, int]]] = {
    "en": ({"name": "Ada Lovelace", "line1": "12 St James’s Square", "city": "London", "postal_code": "SW1Y 4JH",
            "country": "GB"}, "GBP", 1),
    "de": ({"name": "Jörg Müller-Lüdenscheidt", "line1": "Rosenthaler Straße 36", "city": "Berlin",
            "postal_code": "10178", "country": "DE"}, "EUR", 1),
    "fr": ({"name": "Hélène Lefèvre", "line1": "8 rue de l’Odéon", "city": "Paris", "postal_code": "75006",
            "country": "FR"}, "EUR", 1),
    "es": ({"name": "María José Núñez", "line1": "Calle de las Huertas 22", "line2": "3.º izq.", "city": "Madrid",
            "postal_code": "28014", "country": "ES"}, "EUR", 1),
    "ja": ({"name": "山田 花子", "line1": "神田神保町1-17", "city": "千代田区", "region": "東京都",
            "postal_code": "101-0051", "country": "JP"}, "JPY", 2),
}  # fmt: skip
_ELSEWHERE: Final = ({"name": "Noura Al-Sabah", "line1": "Block 7, Street 12", "city": "Kuwait City",
                      "country": "KW"}, "KWD", 10)  # fmt: skip


def kinds() -> list[str]:
    """The names of all mails, in the order of an order's life; those about accounts last."""
    return [*_MAILS, *(f"account:{name}" for name in account.LETTERS)]


def specimen(kind: str, language: str, settings: Settings) -> Letter:
    """The mail of this kind in a language; `kind` is one of `kinds`."""
    if kind.startswith("account:"):
        name = kind.partition(":")[2]
        about = "ada@example.com" if name == "email_changed" else "Telephone"
        with speak(language):
            return account.written(name, settings, token=_LINK, about=about)
    return _MAILS[kind](order_for(language), settings)


def order_for(language: str) -> Order:
    """An order of two books, as somebody who speaks this language would place it."""
    address, currency, times = _HOMES.get(language.partition("-")[0], _ELSEWHERE)
    units = (
        (1, "Middlemarch — Hardback", "MM-HC", 2490),
        (2, "Pride and Prejudice — Paperback", "PP-PB", 1290),
    )
    lines = tuple(
        OrderLine(
            id=_id(n), sku=sku, title=title, slug=sku.lower(), variant_id=_id(n), quantity=quantity,
            unit_minor=unit * times, discount_minor=0, tax_minor=0, total_minor=unit * quantity * times,
        )
        for n, (quantity, title, sku, unit) in enumerate(units)
    )  # fmt: skip
    subtotal, off, sent = sum(line.total_minor for line in lines), 507 * times, 490 * times
    total = subtotal - off + sent
    base = round(total / 1.07)
    return Order(
        id=_ID, number=10428, token_hash=b"", state=State.PAID, currency=currency, email="ada@example.com",
        locale=language, subtotal_minor=subtotal, discount_minor=off, shipping_minor=sent, tax_minor=total - base,
        total_minor=total, tax_included=True, tax_lines=(_tax(address["country"], base, total - base),),
        shipping_method="standard", shipping_address=address, billing_address=None, cart_id=None, owner="guest",
        attempt_failed=False, created_at=_NOW, paid_at=_NOW, lines=lines,
        discounts=({"id": str(_ID), "title": "Autumn, 10 % off", "code": "AUTUMN", "amount": off},),
    )  # fmt: skip


def _tax(country: str, base: int, tax: int) -> Mapping[str, Any]:
    return {
        "label": "VAT 7 %", "base": base, "tax": tax, "kind": "vat", "basis_points": 700, "place": country,
    }  # fmt: skip


def _id(n: int) -> UUID:
    return UUID(int=_ID.int + n + 1)


def _payment(order: Order, **more: Any) -> Payment:
    known: dict[str, Any] = {
        "id": _ID, "order_id": order.id, "provider": "stripe", "flow": "element", "state": "succeeded",
        "amount_minor": order.total_minor, "currency": order.currency, "intent_ref": "pi_3QK2b7Lk9s0Xy1Vd0aZcT4fM",
        "session_ref": None, "charge_ref": None, "received_minor": order.total_minor, "client_secret": None,
        "url": None, "last_error": None, "surplus": False, "created_at": _NOW, "updated_at": _NOW,
        "succeeded_at": _NOW, "capture": "automatic", "capture_before": None, "told_by": None, "fee_minor": None,
        "balance_ref": None,
    }  # fmt: skip
    return Payment(**{**known, **more})


def _receipt(order: Order, settings: Settings) -> Letter:
    part = order.total_minor // 5
    paid = [
        _payment(order, flow="gift_card", provider="kassa", amount_minor=part, intent_ref=None),
        _payment(order, amount_minor=order.total_minor - part),
    ]
    return render.receipt(order, paid, journal="9f2c61d07b3ae458", settings=settings)


def _shipped(order: Order, settings: Settings, *, more: bool = True) -> Letter:
    lines = [
        {"line_id": str(line.id), "sku": line.sku, "quantity": line.quantity}
        for line in order.lines[: 1 if more else 2]
    ]
    parcel = {
        "lines": lines, "more": more, "carrier": "DHL" if more else "", "tracking_number": "00340434161094042557",
        "tracking_url": "https://www.dhl.com/track?id=00340434161094042557" if more else "",
    }  # fmt: skip
    return render.shipped(order, parcel, settings=settings)


def _refund(order: Order, settings: Settings, *, kind: str, failed: bool = False) -> Letter:
    refund = refunds.Refund(
        id=_ID, payment_id=_ID, order_id=order.id, amount_minor=order.lines[1].unit_minor, currency=order.currency,
        kind=kind, reason="One copy was damaged." if kind == "requested" else kind, actor="staff",
        state=refunds.State.FAILED if failed else refunds.State.SUCCEEDED,
        provider_ref="re_3QK2b7Lk9s0Xy1Vd0p8RmW2a", last_error=None, created_at=_NOW, updated_at=_NOW,
    )  # fmt: skip
    if failed:
        return render.refund_failed(order, refund, settings=settings)
    return render.refund(order, refund, _payment(order, surplus=kind == "surplus"), settings=settings)


def _return(order: Order, settings: Settings, *, state: returns.State) -> Letter:
    line = order.lines[1]
    agreed = state is returns.State.ACCEPTED
    asked = returns.ReturnRequest(
        id=_ID, order_id=order.id, number=order.number, email=order.email, state=state, reason="damaged",
        comment="", answer="Pack it well." if agreed else "Its pages are full of notes.", refund_id=None,
        created_at=_NOW, decided_at=_NOW, received_at=None,
        lines=(returns.ReturnLine(line_id=line.id, sku=line.sku, title=line.title, quantity=1),),
    )  # fmt: skip
    return render.answered(order, asked, settings=settings)


def _alert(order: Order, settings: Settings, *, kind: str) -> Letter:
    alert = alerts.Alert(
        id=_ID, variant_id=_ID, email=order.email, state="waiting", created_at=_NOW, title="Middlemarch",
        edition="Hardback", slug="middlemarch", sku="MM-HC", language=order.locale,
    )  # fmt: skip
    with speak(order.locale):
        return back_in_stock.written(kind, alert, settings)


def _gift_cards(order: Order, settings: Settings) -> Letter:
    worth = order.total_minor // 2
    cards = [
        GiftCode("KZ4P-9MTX-2QWD-7H3N", worth, order.currency),
        GiftCode("R8VC-LN5F-YX6J-0TKA", worth, order.currency, _NOW + timedelta(days=3 * 365)),
    ]
    return render.gift_cards(cards, locale=order.locale, settings=settings)


def _dispute(order: Order, settings: Settings) -> Letter:
    dispute = disputes.Dispute(
        id=_ID, payment_id=_ID, order_id=order.id, provider_ref="dp_1QK2b7Lk9s0Xy1Vd0p8RmW2a", reason="not_received",
        state=disputes.State.NEEDS_RESPONSE, amount_minor=order.total_minor, currency=order.currency,
        withdrawn_minor=order.total_minor, fee_minor=2000, due_by=_NOW + timedelta(days=9), evidence={},
        submitted_at=None, created_at=_NOW, updated_at=_NOW, closed_at=None,
    )  # fmt: skip
    words = contested.WORDS[dispute.state]
    return render.dispute(order, dispute, words, open_=True, settings=settings)


def _resume(order: Order, settings: Settings) -> Letter:
    link = resume.resume_link(settings, order.id, now=_NOW, language=order.locale)
    return render.resume(order, link, until=_UNTIL, settings=settings)


def _failed(order: Order, settings: Settings, *, cause: str, held: bool) -> Letter:
    return payment_failed.written(order, cause, until=_UNTIL if held else None, now=_NOW, settings=settings)


_MAILS: Final[Mapping[str, Callable[[Order, Settings], Letter]]] = {
    "placed": lambda order, own: render.placed(order, promised=False, settings=own),
    "placed, promised": lambda order, own: render.placed(order, promised=True, settings=own),
    "receipt": _receipt,
    "receipt, net": lambda order, own: _receipt(replace(order, tax_included=False), own),
    "payment_failed": lambda order, own: _failed(order, own, cause="funds", held=True),
    "payment_failed, over": lambda order, own: _failed(order, own, cause="returned", held=False),
    "resume": _resume,
    "abandoned": lambda order, own: abandoned.written(order, now=_NOW, settings=own),
    "gift_cards": _gift_cards,
    "shipped": _shipped,
    "shipped, last": lambda order, own: _shipped(order, own, more=False),
    "canceled": lambda order, own: render.canceled(order, order.total_minor, settings=own),
    "return, accepted": lambda order, own: _return(order, own, state=returns.State.ACCEPTED),
    "return, refused": lambda order, own: _return(order, own, state=returns.State.REFUSED),
    "refund": lambda order, own: _refund(order, own, kind="requested"),
    "money_sent_back": lambda order, own: _refund(order, own, kind="surplus"),
    "refund_failed": lambda order, own: _refund(order, own, kind="requested", failed=True),
    "alert, confirm": lambda order, own: _alert(order, own, kind="confirm"),
    "alert": lambda order, own: _alert(order, own, kind="there"),
    "dispute": _dispute,
}
