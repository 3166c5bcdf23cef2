"""Words and figures of the mails: what is known of an order, put into templates.

Each kind of mail has one template. It is rendered twice, with the parts of `templates/html` and with those of
`templates/text`, so that both say the same; and in the language of whoever reads it.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_date, format_time
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

from kassa.config import Settings
from kassa.disputes import Dispute
from kassa.kernel import speech
from kassa.kernel.money import show
from kassa.kernel.speech import _, speak
from kassa.notifications.links import order_link
from kassa.orders import Order, State, shown_number
from kassa.payments import Payment
from kassa.pricing import ShippingMethod, taxes, zones
from kassa.refunds import Refund
from kassa.returns import ReturnRequest

_DEAD: Final = (State.CANCELED, State.FAILED)
_TEXT_WIDTH: Final = 78
#: What a list of mails shows beside the subject.
_PREHEADER: Final = 140


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its envelope, and the way out of letters of its kind, where there is one."""

    subject: str
    text: str
    html: str
    language: str = speech.ENGLISH
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class GiftCode:
    """A gift card as its letter shows it."""

    code: str
    amount_minor: int
    currency: str
    expires_at: datetime | None = None


def receipt(
    order: Order, paid: Sequence[Payment], *, journal: str, settings: Settings, travel: ShippingMethod | None = None
) -> Letter:  # fmt: skip
    """What was bought, what it cost, how it was paid and where it goes; `journal` is the head of its chain."""
    with speak(order.locale):
        subject = _("Receipt for order %(number)s", number=shown_number(order.number))
        by = [_paid_with(payment) for payment in paid]
        return about(
            "receipt", subject, order, settings, payments=paid, paid_with=by, journal=journal, travel=travel
        )


def placed(
    order: Order, *, promised: bool, settings: Settings, travel: ShippingMethod | None = None
) -> Letter:
    """That an order is there whose money is not: the bank takes days, or has `promised` it."""
    with speak(order.locale):
        subject = _("We have your order %(number)s", number=shown_number(order.number))
        return about("placed", subject, order, settings, promised=promised, travel=travel)


def resume(order: Order, link: str, *, until: datetime, settings: Settings) -> Letter:
    """Where an order can be paid that waits; `until`: how long its goods are held."""
    with speak(order.locale):
        subject = _("Your order is waiting to be paid")
        return about("resume", subject, order, settings, go_on=link, until=moment(until))


def refund(order: Order, refund: Refund, payment: Payment, *, settings: Settings) -> Letter:
    """How much went back, and why: given back, or money the order had no use for."""
    with speak(order.locale):
        number = shown_number(order.number)
        subject = (
            _("Your refund: order %(number)s", number=number)
            if refund.own
            else _("Money sent back: order %(number)s", number=number)
        )
        why = _why_back(order, refund, payment)
        note = refund.reason if refund.kind == "requested" and refund.reason != "requested" else ""
        onto_card = payment.flow == "gift_card"
        return about(
            "refund", subject, order, settings, refund=refund, why=why, note=note, onto_card=onto_card
        )


def refund_failed(order: Order, refund: Refund, *, settings: Settings) -> Letter:
    """What went back did not arrive: the money is still owed, and somebody will see to it."""
    with speak(order.locale):
        subject = _("Your refund did not arrive: order %(number)s", number=shown_number(order.number))
        return about("refund_failed", subject, order, settings, refund=refund)


def dispute(
    order: Order, dispute: Dispute, words: tuple[str, str], *, open_: bool, settings: Settings
) -> Letter:
    """For staff, in English like the console: what a bank wants or has decided. `words` are the headline and what
    it means."""
    headline, what = words
    due_by = f"{dispute.due_by:%d %B %Y, %H:%M}" if open_ and dispute.due_by else ""
    subject = f"{headline}: order {shown_number(order.number)}" + (
        f", answer before {due_by}" if due_by else ""
    )
    with speak(speech.ENGLISH):
        return about(
            "dispute", subject, order, settings, dispute=dispute, headline=headline, what=what, due_by=due_by,
            reason=dispute.reason.replace("_", " "), page=f"{settings.base_url}/admin/disputes/{dispute.id}",
        )  # fmt: skip


def shipped(
    order: Order, parcel: Mapping[str, Any], *, settings: Settings, travel: ShippingMethod | None = None
) -> Letter:
    """What is on its way, or ready to be fetched, with whom, and whether more is to come; `parcel` is as fulfilment
    told it."""
    titles = {str(line.id): line.title for line in order.lines}
    packed = [(int(line["quantity"]), titles[str(line["line_id"])]) for line in parcel["lines"]]
    with speak(order.locale):
        number = shown_number(order.number)
        fetched = travel is not None and travel.pickup is not None
        subject = (
            _("Ready for you: order %(number)s", number=number)
            if fetched
            else _("On its way: order %(number)s", number=number)
        )
        return about("shipped", subject, order, settings, parcel=parcel, packed=packed, travel=travel)


def canceled(order: Order, amount_minor: int, *, settings: Settings) -> Letter:
    """The customer canceled a paid order before it was sent, and all of this goes back."""
    with speak(order.locale):
        subject = _("Canceled: order %(number)s", number=shown_number(order.number))
        return about("canceled", subject, order, settings, amount_minor=amount_minor)


def answered(order: Order, asked: ReturnRequest, *, settings: Settings) -> Letter:
    """What was answered to a return: how to send it, or why it is not taken back."""
    agreed = asked.state in ("accepted", "received")
    with speak(order.locale):
        number = shown_number(order.number)
        subject = (
            _("Send it back to us: order %(number)s", number=number)
            if agreed
            else _("About what you want to send back: order %(number)s", number=number)
        )
        return about("return", subject, order, settings, asked=asked, agreed=agreed)


def gift_cards(cards: Sequence[GiftCode], *, locale: str, settings: Settings) -> Letter:
    """The codes of gift cards that were bought together, or of one that was given away, and what they are worth."""
    with speak(locale):
        worth = [show(card.amount_minor, card.currency, str(speech.locale())) for card in cards]
        subject = (
            _("Your gift card for %(amount)s", amount=worth[0]) if len(cards) == 1 else _("Your gift cards")
        )
        return plain("gift_cards", subject, settings, cards=list(zip(cards, worth, strict=True)))


def moment(at: datetime) -> str:
    """A day and a time as people write them in the language spoken now, in UTC."""
    locale = speech.locale()
    return f"{day(at)}, {format_time(at, 'short', locale=locale)} UTC"


def day(at: datetime) -> str:
    """A day as people write it in the language spoken now."""
    return str(format_date(at, format="long", locale=speech.locale()))


def about(
    name: str, subject: str, order: Order, settings: Settings, *, unsubscribe: str | None = None, **more: object
) -> Letter:  # fmt: skip
    """A letter about an order, in the language spoken now."""
    locale = speech.locale()
    return plain(
        name, subject, settings, unsubscribe=unsubscribe,
        order=order, number=shown_number(order.number), link=order_link(settings, order.id, order.locale),
        address=_address_lines(order.shipping_address), arrival=zones.arrival, pickup_place=zones.place,
        money=lambda minor, currency=order.currency: show(minor, currency, str(locale)),
        discounts=_discounts(order), **more,
    )  # fmt: skip


def plain(
    name: str, subject: str, settings: Settings, *, unsubscribe: str | None = None, **values: object
) -> Letter:
    """A letter in the language spoken now."""
    language = speech.language()
    rtl = speech.direction() == "rtl"
    known = {
        "subject": subject, "shop": parseaddr(settings.mail_from)[0] or settings.name, "day": day,
        "front": settings.front(speech.offered(language, settings.locales)), "lang": str(speech.locale().language),
        "dir": "rtl" if rtl else "ltr", "start": "right" if rtl else "left", "end": "left" if rtl else "right",
        "preheader": "", **values,
    }  # fmt: skip
    text = _tidy(_templates("text").get_template(f"{name}.html").render(known))
    html = _templates("html").get_template(f"{name}.html").render({**known, "preheader": _preheader(text)})
    return Letter(subject, text, html, language, unsubscribe)


def _paid_with(payment: Payment) -> str:
    amount = show(payment.amount_minor, payment.currency, str(speech.locale()))
    if payment.flow == "gift_card":
        return _("%(amount)s by gift card", amount=amount)
    return _("%(amount)s by Stripe", amount=amount)


def _why_back(order: Order, refund: Refund, payment: Payment) -> str:
    if refund.own:
        if refund.amount_minor >= order.total_minor:
            return _("We have given back all that you paid for this order.")
        return _("We have given back money that you paid for this order.")
    if payment.currency != order.currency or payment.received_minor < payment.amount_minor:
        return _(
            "What we received was not the amount of this order, so we could not use it, and all of it goes back to you."
        )
    if not payment.surplus:
        return _("You paid more than this order costs. The difference goes back to you.")
    if order.state in _DEAD:
        return _(
            "Your payment reached us after the order had ended, and what you had chosen was no longer in stock. So "
            "there is no order to pay for, and all of the money goes back to you."
        )
    return _("This order had been paid already. You paid more than once, so this payment goes back to you.")


def _discounts(order: Order) -> list[tuple[str, int]]:
    """What was taken off the goods, discount by discount; in one sum where the order does not say."""
    if not order.discount_minor:
        return []
    told = [(str(one["title"]), int(one["amount"])) for one in order.discounts if not one.get("on_shipping")]
    if sum(amount for _title, amount in told) == order.discount_minor:
        return told
    return [(_("Discount"), order.discount_minor)]


def _address_lines(address: Mapping[str, Any]) -> list[str]:
    """The address as on a parcel; parts that are missing leave no gap."""
    town = " ".join(part for part in (address.get("postal_code"), address.get("city")) if part)
    place = ", ".join(part for part in (town, address.get("region")) if part)
    country = speech.locale().territories.get(str(address.get("country")), address.get("country"))
    lines = (address.get("name"), address.get("line1"), address.get("line2"), place, country)
    return [str(line) for line in lines if line]


def _wrapped(text: str) -> str:
    """The text in lines that a mail program need not break; words, and addresses, stay whole."""
    return "\n".join(
        textwrap.fill(part, _TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
        for part in str(text).splitlines()
    )


def _closed(text: str) -> str:
    """The text without empty lines."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _tidy(text: str) -> str:
    """The text without what the templates' own layout left in it: no indents, one empty line at a time."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _preheader(text: str) -> str:
    """What comes after the headline, for lists of mails."""
    rest = " ".join(text.partition("\n\n")[2].split())
    return textwrap.shorten(rest.partition("http")[0], _PREHEADER, placeholder="…") if " " in rest else ""


@lru_cache(maxsize=2)
def _templates(form: str) -> Environment:
    """The templates, with the parts of `html` or of `text`."""
    where = [PackageLoader("kassa.notifications", f"templates/{form}"), PackageLoader("kassa.notifications")]
    found = Environment(
        loader=ChoiceLoader(where),
        autoescape=select_autoescape(["html"] if form == "html" else []),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.globals |= {"tax_name": taxes.named, "owed_by_customer": taxes.owed_by_customer}
    found.globals["worded"] = speech.translate  # `_` would take what the shop's people wrote for markup
    found.filters |= {"wrapped": _wrapped, "closed": _closed}
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_callables(speech.translate, speech.translate_number, newstyle=True)  # type: ignore[attr-defined]
    return found
