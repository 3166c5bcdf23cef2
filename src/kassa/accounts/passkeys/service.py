"""The ceremonies of WebAuthn (Level 3), by the `webauthn` library, and the list of an account's passkeys."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kassa.accounts.customers import letters
from kassa.accounts.customers.queries import Customer, customer
from kassa.accounts.errors import PasskeyNotFound, PasskeyRefused, TooManyPasskeys
from kassa.accounts.passkeys import queries
from kassa.accounts.passkeys.queries import Passkey
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import hash_token, new_token

CHALLENGE_LIFE: Final = timedelta(minutes=5)
MOST: Final = 20
_NAME_LIMIT: Final = 60
_CREDENTIAL_LIMIT: Final = 1_023  # WebAuthn §4, "Credential ID"
_REFUSED: Final = "This passkey was not accepted. Please try again, or sign in another way."
#: What comes from a browser may be anything; what the library makes of it is one of these.
_NONSENSE: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are good: the relying party's id and name, and the origin of its pages."""

    id: str
    name: str
    origin: str


def place(base_url: str, name: str) -> Place:
    """The place of a shop at this address.

    Browsers know no passkeys for a bare IP address, so a shop on the loopback (a developer's) has those of
    `localhost` and must be opened there to use them.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or "localhost"
    with suppress(ValueError):  # it is a name, as it should be
        host = "localhost" if ip_address(host).is_loopback else host
    port = f":{parts.port}" if parts.port else ""
    return Place(host, name, f"{parts.scheme}://{host}{port}")


async def offer_passkey(
    tx: Tx, token: str, customer: Customer, at: Place, *, now: datetime
) -> Mapping[str, Any]:
    """What a browser needs to make a passkey for this account; its challenge is kept in the session of `token`."""
    known = await queries.of_customer(tx, customer.id)
    options = webauthn.generate_registration_options(
        rp_id=at.id, rp_name=at.name, user_id=customer.id.bytes, user_name=customer.email,
        user_display_name=customer.name or customer.email, challenge=_challenge(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in known],
    )  # fmt: skip
    await queries.put_challenge(tx, hash_token(token), options.challenge, now + CHALLENGE_LIFE)
    return options_to_json_dict(options)


async def ask_passkey(tx: Tx, token: str, at: Place, *, now: datetime) -> Mapping[str, Any]:
    """What a browser needs to sign in with whichever passkey it has for this shop; no account is named."""
    options = webauthn.generate_authentication_options(
        rp_id=at.id, challenge=_challenge(), user_verification=UserVerificationRequirement.REQUIRED
    )
    await queries.put_challenge(tx, hash_token(token), options.challenge, now + CHALLENGE_LIFE)
    return options_to_json_dict(options)


async def take_challenge(tx: Tx, token: str, *, now: datetime) -> bytes:
    """The challenge that the session of `token` has to answer. To be committed before the answer is looked at: an
    answer that is wrong uses it up too.

    Raises:
        PasskeyRefused: there is none, or it is older than five minutes.
    """
    challenge = await queries.take_challenge(tx, hash_token(token), now=now)
    if challenge is None:
        raise PasskeyRefused("That took too long. Please try again.")
    return challenge


async def add_passkey(
    tx: Tx, customer: Customer, answer: Mapping[str, Any], challenge: bytes, at: Place, *, name: str, now: datetime
) -> None:  # fmt: skip
    """Verify what the browser made, and keep it under a name. A mail says so.

    Raises:
        PasskeyRefused: it does not answer the challenge, is of another place, or is known already.
        TooManyPasskeys: the account has twenty.
        Invalid: the name is none (`invalid_name`).
    """
    name = _name(name)
    try:
        made = webauthn.verify_registration_response(
            credential=dict(answer), expected_challenge=challenge, expected_rp_id=at.id, expected_origin=at.origin,
            require_user_verification=True,
        )  # fmt: skip
    except _NONSENSE:
        raise PasskeyRefused(_REFUSED) from None
    if len(await queries.of_customer(tx, customer.id)) >= MOST:
        raise TooManyPasskeys(f"An account has at most {MOST} passkeys. Remove one to add another.")
    if len(made.credential_id) > _CREDENTIAL_LIMIT or not await queries.add(
        tx, made.credential_id, customer.id, made.credential_public_key, made.sign_count, name, MOST, now=now
    ):
        raise PasskeyRefused("This passkey is known here already.")
    await letters.tell(tx, "passkey_added", customer.email, now=now, about=name)


async def by_passkey(
    tx: Tx, answer: Mapping[str, Any], challenge: bytes, at: Place, *, now: datetime
) -> Customer:
    """Whose passkey this is.

    Raises:
        PasskeyRefused: it is unknown, does not answer the challenge, is of another place, or its counter went back.
    """
    try:
        given = parse_authentication_credential_json(dict(answer))
    except _NONSENSE:
        raise PasskeyRefused(_REFUSED) from None
    known = await queries.key(tx, given.raw_id)
    found = await customer(tx, known.customer_id) if known is not None else None
    # A discoverable passkey says itself whose it is.
    if known is None or found is None or given.response.user_handle not in (None, b"", found.id.bytes):
        raise PasskeyRefused(_REFUSED)
    try:
        verified = webauthn.verify_authentication_response(
            credential=given, expected_challenge=challenge, expected_rp_id=at.id, expected_origin=at.origin,
            credential_public_key=known.public_key, credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except _NONSENSE:
        raise PasskeyRefused(_REFUSED) from None
    if not await queries.used(tx, given.raw_id, verified.new_sign_count, now=now):
        raise PasskeyRefused(_REFUSED)
    return found


async def passkeys(conn: Conn, customer_id: UUID) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    return await queries.of_customer(conn, customer_id)


async def rename_passkey(tx: Tx, customer_id: UUID, ref: str, name: str) -> None:
    """Call a passkey something else.

    Raises:
        PasskeyNotFound: it is not of this account.
        Invalid: the name is none (`invalid_name`).
    """
    if not await queries.rename(tx, customer_id, _id(ref), _name(name)):
        raise PasskeyNotFound("There is no such passkey.")


async def remove_passkey(tx: Tx, customer: Customer, ref: str, *, now: datetime) -> None:
    """Let a passkey open nothing any more. A mail says so.

    Raises:
        PasskeyNotFound: it is not of this account.
    """
    name = await queries.remove(tx, customer.id, _id(ref))
    if name is None:
        raise PasskeyNotFound("There is no such passkey.")
    await letters.tell(tx, "passkey_removed", customer.email, now=now, about=name)


def _challenge() -> bytes:
    return base64url_to_bytes(new_token())


def _id(ref: str) -> bytes:
    try:
        return bytes.fromhex(ref[: 2 * _CREDENTIAL_LIMIT])
    except ValueError:
        return b""


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= _NAME_LIMIT or not name.isprintable():
        raise Invalid(
            f"The name of a passkey has 1 to {_NAME_LIMIT} printable characters.", code="invalid_name"
        )
    return name
