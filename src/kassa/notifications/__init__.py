"""Notifications: what customers, and staff, are told by mail.

Tables: `mails`. Invariants: at most one mail per (order, kind), so exactly one receipt per paid order however
often its job runs; a mail is written down, and the job that sends it enqueued, in one transaction; it is
`sent` once the mail server has taken it. A mail may arrive twice (the server took it, we died before writing
so), but with one Message-ID.
"""

from kassa.notifications.contested import build_dispute_mail
from kassa.notifications.links import order_link, verify_order_link
from kassa.notifications.queries import (
    MailNotFound,
    MailPage,
    MailSummary,
    StoredMail,
    mail,
    mailbox,
    of_order,
)
from kassa.notifications.service import build_receipt, build_refund_mail, send
from kassa.notifications.shipping import build_shipping_mail

__all__ = [
    "MailNotFound",
    "MailPage",
    "MailSummary",
    "StoredMail",
    "build_dispute_mail",
    "build_receipt",
    "build_refund_mail",
    "build_shipping_mail",
    "mail",
    "mailbox",
    "of_order",
    "order_link",
    "send",
    "verify_order_link",
]
