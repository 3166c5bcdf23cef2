"""A passkey's keeper in software, as a browser and its device are together (WebAuthn Level 3, §6 and §7)."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

from kassa.kernel.ids import new_token

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """And back."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey on one device, for pages of `origin`."""

    def __init__(self, origin: str = "http://shop.test", *, counting: bool = True) -> None:
        self.origin = origin
        self.id = unb64(new_token())
        self.user: bytes = b""
        self.count = 0
        self._step = 1 if counting else 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: Mapping[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """What `navigator.credentials.create` gives, as JSON."""
        self.user = unb64(options["user"]["id"])
        point = self._key.public_key().public_numbers()
        cose = encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(options["rp"]["id"], flags | ATTESTED) + attested
        response = {
            "clientDataJSON": b64(self._client("webauthn.create", options)),
            "attestationObject": b64(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._credential(response)

    def answer(self, options: Mapping[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """What `navigator.credentials.get` gives, as JSON."""
        self.count += self._step
        client, data = self._client("webauthn.get", options), self._data(options["rpId"], flags)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature),
            "userHandle": b64(self.user),
        }  # fmt: skip
        return self._credential(response)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        }  # fmt: skip

    def _client(self, kind: str, options: Mapping[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, place: str, flags: int) -> bytes:
        return hashlib.sha256(place.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
