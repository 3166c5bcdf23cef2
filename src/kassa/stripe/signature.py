"""Is this body really from Stripe? (https://docs.stripe.com/webhooks, verified by the SDK's own code.)"""

from collections.abc import Sequence
from typing import Final

import stripe

from kassa.kernel.errors import Invalid

TOLERANCE_SECONDS: Final = 300


class BadSignature(Invalid):
    """The signature is missing, wrong, or older than 300 s. Nothing was stored."""

    code = "invalid_signature"


def verify(body: bytes, header: str, secrets: Sequence[str]) -> None:
    """Raise `BadSignature` unless one of `secrets` signed exactly this body within the last 300 s."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("The body is not UTF-8.") from None
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        return
    raise BadSignature("The Stripe-Signature header does not fit this body.")
