"""API keys: made once, shown once, recognised by their hash."""

from datetime import datetime
from typing import Final

from kassa.accounts import queries
from kassa.accounts.errors import UnknownScope
from kassa.accounts.queries import ApiKey
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import hash_token, new_id, new_token

PREFIX: Final = "kassa_sk_"
SCOPES: Final = ("storefront", "admin")
_NAME_LIMIT: Final = 100
_TOKEN_LIMIT: Final = 200


async def create_api_key(tx: Tx, name: str, scope: str, *, now: datetime) -> str:
    """A new key, `kassa_sk_…`: shown now and never again.

    Raises:
        UnknownScope: `scope` is neither `storefront` nor `admin`.
        Invalid: the name is empty or longer than 100 characters (`invalid_name`).
    """
    name = name.strip()
    if scope not in SCOPES:
        raise UnknownScope("The scope of a key is storefront or admin.")
    if not 1 <= len(name) <= _NAME_LIMIT or not name.isprintable():
        raise Invalid("The name of a key has 1 to 100 printable characters.", code="invalid_name")
    token = new_token(PREFIX)
    await queries.add_key(tx, new_id(), name, scope, hash_token(token), now=now)
    return token


async def key_for(conn: Conn, token: str) -> ApiKey | None:
    """The key that `token` is, or None: unknown, revoked and no key at all are the same."""
    if not token.startswith(PREFIX) or len(token) > _TOKEN_LIMIT or not token.isascii():
        return None
    return await queries.key_for(conn, hash_token(token))
