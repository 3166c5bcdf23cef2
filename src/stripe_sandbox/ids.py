"""Object ids in Stripe's shape: a prefix that names the kind, then letters and digits nobody can guess."""

import os
import string

_ALPHABET = (string.ascii_letters + string.digits).encode()
_TABLE = bytes(_ALPHABET[i % len(_ALPHABET)] for i in range(256))


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id: `prefix` (``cus``, or ``pi_3`` where Stripe's ids begin with a digit) and `length`
    characters.
    """
    return prefix + ("" if "_" in prefix else "_") + random_text(length)


def random_text(length: int) -> str:
    """`length` random letters and digits."""
    return os.urandom(length).translate(_TABLE).decode()
