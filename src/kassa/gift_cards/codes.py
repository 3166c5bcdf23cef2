"""The code of a card: 16 letters and digits, 80 bits, that nobody can guess and the shop can say again. Pure."""

import hashlib
import hmac
import re
from typing import Final
from uuid import UUID

#: Crockford's base 32: no I, L, O and U, which are read as something else.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("OIL", "011")
_LENGTH: Final = 16
_GROUP: Final = 4
_BYTES: Final = 10
_MARK: Final = re.compile(r"\[\[gift-card:([0-9a-f-]{36})\]\]")


def code_of(secret: str, card_id: UUID) -> str:
    """The code of a card, always the same under the same secret; without spaces."""
    digest = hmac.digest(secret.encode(), f"gift-card\x1f{card_id}".encode(), "sha256")
    value = int.from_bytes(digest[:_BYTES], "big")
    return "".join(_LETTERS[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def shown(code: str) -> str:
    """A code as people read it: in groups of four."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read(text: str) -> str | None:
    """The code that somebody typed, however they grouped it; None if it can be none."""
    code = re.sub(r"[\s\-–—.]+", "", text[:100]).upper().translate(_READ_AS)
    return code if len(code) == _LENGTH and set(code) <= set(_LETTERS) else None


def hash_of(code: str) -> bytes:
    """What is stored of a code: nobody can try out 2^80 of them."""
    return hashlib.sha256(f"gift card {code}".encode()).digest()


def mark(card_id: UUID) -> str:
    """What stands in a stored mail where the code goes."""
    return f"[[gift-card:{card_id}]]"


def reveal(text: str, secret: str) -> str:
    """`text` with every mark replaced by the code it stands for: for the way out, never to be stored."""
    return _MARK.sub(lambda found: shown(code_of(secret, UUID(found[1]))), text)
