"""E-mail addresses, in the one form in which they are stored and compared."""

from typing import Final

from email_validator import EmailNotValidError, validate_email

from kassa.accounts.errors import InvalidEmail

_LIMIT: Final = 254


def normal(email: str) -> str:
    """The address, in lower case; nobody has two mailboxes that differ in nothing else.

    Raises:
        InvalidEmail: it is none.
    """
    text = email.strip()
    try:
        if len(text) > _LIMIT:
            raise EmailNotValidError("It is too long.")
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidEmail(f"{text[:80]!r} is not an e-mail address: {error}") from None
