"""What can be broken of mails by hand: (invariant, SQL, what the violation says)."""

_MAIL = """insert into mails (id, order_id, kind, recipient, sender, subject, text_body, html_body, created_at)
    select gen_random_uuid(), id, '{}', 'ada@example.org', 'shop@localhost', '', '', '', now()
    from orders where number = 10013"""
_AGREED = """insert into reminders (order_id, email, words, agreed_at)
    select id, 'ada@example.org', 'Remind me', now() + interval '{}' from orders where number = 10013"""

MAIL_MUTATIONS = [
    *(("mails_true", _MAIL.format(kind), f"order K-10013 has a mail {kind} of what never was")
      for kind in ("placed", "payment_failed:funds", "refund:1", "shipped:1", "cancellation")),
    ("reminders_agreed", _MAIL.format("abandoned"),
     "order K-10013: its customer is reminded and never agreed to it"),
    ("reminders_agreed", f"{_AGREED.format('1 day')}; {_MAIL.format('abandoned')}",
     "order K-10013: its customer is reminded and never agreed to it"),
    ("reminders_agreed", f"{_AGREED.format('-1 day')}; {_MAIL.format('abandoned')}; insert into reminder_stops "
     "values ('ada@example.org', now() - interval '1 hour')", "order K-10013: its customer is reminded after a no"),
]  # fmt: skip
