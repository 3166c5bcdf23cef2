"""Notifications: what customers, and staff, are told by mail.

Tables: `mails`, `reminders`, `reminder_stops`. Invariants: at most one mail per (order, kind), so exactly one receipt
per paid order however often its job runs; a reminder goes only to whoever agreed to it, once, and never after a no; a
mail is written down, and the job that sends it enqueued, in one transaction; it is `sent` once the mail server has
taken it. A mail may arrive twice (the server took it, we died before writing so), but with one Message-ID.
"""

from kassa.notifications import abandoned
from kassa.notifications.abandoned import build_abandoned_mail
from kassa.notifications.account import build_account_mail
from kassa.notifications.back_in_stock import CONFIRM, STOP, build_alert_mail, verify_alert_link
from kassa.notifications.contested import build_dispute_mail
from kassa.notifications.gift_cards import build_gift_card_mail, build_gift_cards_mail
from kassa.notifications.links import ORDER_LINK_LIFE, is_key_of, key_of, order_link, verify_order_link
from kassa.notifications.payment_failed import build_payment_failed_mail
from kassa.notifications.placed import build_placed_mail
from kassa.notifications.queries import (
    MailNotFound,
    MailPage,
    MailSummary,
    StoredMail,
    mail,
    mailbox,
    of_order,
)
from kassa.notifications.render import GiftCode, Letter
from kassa.notifications.resume import build_resume_mail, resume_ends, resume_link
from kassa.notifications.returns import build_cancellation_mail, build_return_mail
from kassa.notifications.service import build_receipt, build_refund_mail, send, sweep, with_codes
from kassa.notifications.shipping import build_shipping_mail
from kassa.notifications.specimens import kinds, specimen

__all__ = [
    "CONFIRM",
    "ORDER_LINK_LIFE",
    "STOP",
    "GiftCode",
    "Letter",
    "MailNotFound",
    "MailPage",
    "MailSummary",
    "StoredMail",
    "abandoned",
    "build_abandoned_mail",
    "build_account_mail",
    "build_alert_mail",
    "build_cancellation_mail",
    "build_dispute_mail",
    "build_gift_card_mail",
    "build_gift_cards_mail",
    "build_payment_failed_mail",
    "build_placed_mail",
    "build_receipt",
    "build_refund_mail",
    "build_resume_mail",
    "build_return_mail",
    "build_shipping_mail",
    "is_key_of",
    "key_of",
    "kinds",
    "mail",
    "mailbox",
    "of_order",
    "order_link",
    "resume_ends",
    "resume_link",
    "send",
    "specimen",
    "sweep",
    "verify_alert_link",
    "verify_order_link",
    "with_codes",
]
