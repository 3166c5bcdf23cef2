"""Mail leaving the house: one message, handed to a mail server or kept.

No tables. A mailer speaks to the network, so it is never called with a transaction open. The same mail handed
over twice bears the same Message-ID, so a mailbox can recognise it.
"""

from kassa.mail.sender import BadSmtpUrl, Mail, Mailer, SmtpMailer, StoreMailer, message

__all__ = ["BadSmtpUrl", "Mail", "Mailer", "SmtpMailer", "StoreMailer", "message"]
