"""Passkeys: coming in with what a telephone, a computer or a key keeps, without typing anything.

Tables: `passkeys`; of `sessions` the one challenge that is open. Invariants: a challenge is answered once, in the
session it was made in, within five minutes; user presence and verification are demanded; a counter never goes
back; a credential belongs to one account.
"""

from kassa.accounts.passkeys.queries import Passkey
from kassa.accounts.passkeys.service import (
    Place,
    add_passkey,
    ask_passkey,
    by_passkey,
    offer_passkey,
    passkeys,
    place,
    remove_passkey,
    rename_passkey,
    take_challenge,
)

__all__ = [
    "Passkey",
    "Place",
    "add_passkey",
    "ask_passkey",
    "by_passkey",
    "offer_passkey",
    "passkeys",
    "place",
    "remove_passkey",
    "rename_passkey",
    "take_challenge",
]
