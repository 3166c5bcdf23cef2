"""Links in mails that open an order without a login: signed, because a token is stored only as its hash."""

import hashlib
from typing import Final
from uuid import UUID

from itsdangerous import Signer

from kassa.config import Settings

_SALT: Final = "kassa.order-link"
_KEY_LIMIT: Final = 200


def order_link(settings: Settings, order_id: UUID) -> str:
    """The order's page, with a key that opens it for whoever has the link.

    Without a secret to sign with (development only) the link has no key.
    """
    page = f"{settings.base_url}/orders/{order_id}"
    if not settings.secret_key:
        return page
    return f"{page}?key={_signer(settings).get_signature(str(order_id)).decode()}"


def verify_order_link(settings: Settings, order_id: UUID, key: str) -> bool:
    """Whether `key` is the one of this order's link; compared in constant time."""
    if not settings.secret_key or not key.isascii() or len(key) > _KEY_LIMIT:
        return False
    return _signer(settings).verify_signature(str(order_id), key)


def _signer(settings: Settings) -> Signer:
    return Signer(settings.secret_key, salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)
