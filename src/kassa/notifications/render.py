"""Words and figures of the mails: what is known of an order, put into templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from kassa.config import Settings
from kassa.disputes import Dispute
from kassa.kernel import speech
from kassa.kernel.money import show
from kassa.notifications.links import order_link
from kassa.orders import Order, State, shown_number
from kassa.payments import Payment
from kassa.refunds import Refund
from kassa.returns import ReturnRequest

_DEAD: Final = (State.CANCELED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its envelope."""

    subject: str
    text: str
    html: str


def receipt(order: Order, paid: Sequence[Payment], *, journal: str, settings: Settings) -> Letter:
    """What was bought, what it cost, how it was paid and where it goes; `journal` is the head of its chain."""
    number = shown_number(order.number)
    return _letter("receipt", f"Receipt for order {number}", order, settings, payments=paid, journal=journal)


def resume(order: Order, link: str, *, until: datetime, asked: bool, settings: Settings) -> Letter:
    """That an order waits to be paid, and where it can be; `until`: how long its books are held."""
    subject = "Your order is waiting to be paid"
    shown = f"{until:%H:%M} UTC, {_day(until, _locale(order.locale))}"
    return _letter("resume", subject, order, settings, go_on=link, until=shown, asked=asked)


def refund(order: Order, refund: Refund, payment: Payment, *, settings: Settings) -> Letter:
    """How much went back, and why."""
    subject = f"Money sent back: order {shown_number(order.number)}"
    why = _why_back(order, refund, payment)
    note = refund.reason if refund.kind == "requested" and refund.reason != "requested" else ""
    return _letter("refund", subject, order, settings, refund=refund, why=why, note=note)


def refund_failed(order: Order, refund: Refund, *, settings: Settings) -> Letter:
    """What went back did not arrive: the money is still owed, and somebody will see to it."""
    subject = f"Your refund did not arrive: order {shown_number(order.number)}"
    return _letter("refund_failed", subject, order, settings, refund=refund)


def dispute(
    order: Order, dispute: Dispute, words: tuple[str, str], *, open_: bool, settings: Settings
) -> Letter:
    """For staff: what a bank wants or has decided. `words` are the headline and what it means."""
    headline, what = words
    due_by = f"{dispute.due_by:%d %B %Y, %H:%M}" if open_ and dispute.due_by else ""
    subject = f"{headline}: order {shown_number(order.number)}" + (
        f", answer before {due_by}" if due_by else ""
    )
    return _letter(
        "dispute", subject, order, settings, dispute=dispute, headline=headline, what=what, due_by=due_by,
        reason=dispute.reason.replace("_", " "), page=f"{settings.base_url}/admin/disputes/{dispute.id}",
    )  # fmt: skip


def _why_back(order: Order, refund: Refund, payment: Payment) -> str:
    if refund.kind != "surplus":
        if refund.amount_minor >= order.total_minor:
            return "We have given back all that you paid for this order."
        return "We have given back money that you paid for this order."
    if payment.currency != order.currency or payment.received_minor < order.total_minor:
        return (
            "What we received was not the amount of this order, so we could not use it, and all of it goes "
            "back to you."
        )
    if not payment.surplus:
        return "You paid more than this order costs. The difference goes back to you."
    if order.state in _DEAD:
        return (
            "Your payment reached us after the order had ended, and what you had chosen was no longer in "
            "stock. So there is no order to pay for, and all of the money goes back to you."
        )
    return "This order had been paid already. You paid more than once, so this payment goes back to you."


def shipped(order: Order, parcel: Mapping[str, Any], *, settings: Settings) -> Letter:
    """What is on its way, with whom, and whether more is to come; `parcel` is as fulfilment told it."""
    titles = {str(line.id): line.title for line in order.lines}
    packed = [(int(line["quantity"]), titles[str(line["line_id"])]) for line in parcel["lines"]]
    subject = f"On its way: order {shown_number(order.number)}"
    return _letter("shipped", subject, order, settings, parcel=parcel, packed=packed)


def canceled(order: Order, amount_minor: int, *, settings: Settings) -> Letter:
    """The customer canceled a paid order before it was sent, and all of this goes back."""
    subject = f"Canceled: order {shown_number(order.number)}"
    return _letter("canceled", subject, order, settings, amount_minor=amount_minor)


def answered(order: Order, asked: ReturnRequest, *, settings: Settings) -> Letter:
    """What was answered to a return: how to send it, or why it is not taken back."""
    number = shown_number(order.number)
    agreed = asked.state in ("accepted", "received")
    subject = (
        f"Send it back to us: order {number}"
        if agreed
        else f"About what you want to send back: order {number}"
    )
    return _letter("return", subject, order, settings, asked=asked, agreed=agreed)


def plain(name: str, subject: str, settings: Settings, **values: object) -> Letter:
    """A letter that is about no order."""
    known = {"subject": subject, "shop": parseaddr(settings.mail_from)[0] or "Kassa", **values}
    return Letter(
        subject,
        _templates().get_template(f"{name}.txt").render(known),
        _templates().get_template(f"{name}.html").render(known),
    )


def _letter(name: str, subject: str, order: Order, settings: Settings, **more: object) -> Letter:
    values: dict[str, Any] = {
        "subject": subject,
        "order": order,
        "number": shown_number(order.number),
        "shop": parseaddr(settings.mail_from)[0] or "Kassa",
        "link": order_link(settings, order.id),
        "address": _address_lines(order.shipping_address, _locale(order.locale)),
        "money": lambda minor, currency=order.currency: show(minor, currency, str(_locale(order.locale))),
        "day": lambda at: _day(at, _locale(order.locale)),
        **more,
    }
    return Letter(
        subject,
        _templates().get_template(f"{name}.txt").render(values),
        _templates().get_template(f"{name}.html").render(values),
    )


@lru_cache(maxsize=1)
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("kassa.notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_callables(speech.translate, speech.translate_number, newstyle=True)  # type: ignore[attr-defined]
    return found


def _locale(name: str) -> Locale:
    """The customer's locale; English where Babel knows none of this name, for a mail must not fail on it."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _day(at: datetime, locale: Locale) -> str:
    return format_date(at, format="long", locale=locale)


def _address_lines(address: Mapping[str, Any], locale: Locale) -> list[str]:
    """The address as on a parcel; parts that are missing leave no gap."""
    town = " ".join(part for part in (address.get("postal_code"), address.get("city")) if part)
    place = ", ".join(part for part in (town, address.get("region")) if part)
    country = locale.territories.get(str(address.get("country")), address.get("country"))
    lines = (address.get("name"), address.get("line1"), address.get("line2"), place, country)
    return [str(line) for line in lines if line]
