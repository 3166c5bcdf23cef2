"""Links in mails that open something without a login: signed, because a token is stored only as its hash.

A link opens its one thing and nothing else; a new `KASSA_SECRET_KEY` voids every link at once.
"""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from itsdangerous import Signer

from kassa.config import Settings
from kassa.kernel import speech

#: How long after an order was placed its links open it: long enough for a guarantee; after that, an old mailbox
#: that somebody else reads opens nothing.
ORDER_LINK_LIFE: Final = timedelta(days=2 * 365)
_ORDER: Final = "order-link"
_KEY_LIMIT: Final = 200


def order_link(settings: Settings, order_id: UUID, language: str | None = None) -> str:
    """The order's page in a language of the shop, with a key that opens it for whoever has the link.

    Without a secret to sign with (development only) the link has no key.
    """
    page = f"{settings.front(speech.offered(language, settings.locales))}/orders/{order_id}"
    if not settings.secret_key:
        return page
    return f"{page}?key={key_of(settings, _ORDER, str(order_id))}"


def verify_order_link(settings: Settings, order_id: UUID, key: str) -> bool:
    """Whether `key` is the one of this order's link; compared in constant time. Its age is the caller's to look at."""
    return is_key_of(settings, _ORDER, str(order_id), key)


def key_of(settings: Settings, purpose: str, what: str) -> str:
    """The key that opens `what` for one `purpose`, and for no other; "" without a secret to sign with."""
    if not settings.secret_key:
        return ""
    return _signer(settings, purpose).get_signature(what).decode()


def is_key_of(settings: Settings, purpose: str, what: str, key: str) -> bool:
    """Whether `key` is the one of `what` for this purpose; compared in constant time."""
    if not settings.secret_key or not key.isascii() or len(key) > _KEY_LIMIT:
        return False
    return _signer(settings, purpose).verify_signature(what, key)


def _signer(settings: Settings, purpose: str) -> Signer:
    return Signer(
        settings.secret_key, salt=f"kassa.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256
    )
