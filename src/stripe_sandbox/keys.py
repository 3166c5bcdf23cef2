"""API keys: any `sk_test_…`, `rk_test_…` or `pk_test_…` is good; there is one account behind them all."""

import base64
import binascii
import re

from stripe_sandbox.errors import StripeError

_KEY = re.compile(r"(sk|pk|rk)_test_[A-Za-z0-9_]{1,200}")
# Whoever acts at the dashboard goes by this key.
DASHBOARD = "sk_test_of_the_dashboard"
_REALM = {"WWW-Authenticate": 'Basic realm="Stripe"'}


def is_publishable(authorization: str) -> bool:
    """Whether an `Authorization` header holds a publishable key.

    Raises:
        StripeError: 401 for no key, or one that cannot be a test key.
    """
    key = _key(authorization)
    if key is None:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization header, "
            "using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication "
            "for details, or we can help at https://support.stripe.com/.",
            stored=False,
            headers=_REALM,
        )
    if not _KEY.fullmatch(key):
        hidden = key[:8] + "*" * 8 + key[-4:] if len(key) > 16 else "*" * len(key)
        raise StripeError(401, f"Invalid API Key provided: {hidden}", stored=False, headers=_REALM)
    return key.startswith("pk_")


def masked(authorization: str) -> str:
    """An `Authorization` header as it may be written down: the key's kind and its last four characters."""
    key = _key(authorization)
    if key is None or key == DASHBOARD:
        return "none" if key is None else "dashboard"
    return f"{key[:8]}…{key[-4:]}" if _KEY.fullmatch(key) and len(key) > 12 else f"{key[:3]}…"


def needs_secret() -> StripeError:
    """The refusal of a publishable key where a secret one is needed."""
    return StripeError(
        401,
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can find "
        "a list of "
        "your API keys at https://dashboard.stripe.com/account/apikeys.",
        code="secret_key_required",
        stored=False,
    )


def _key(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return None
        return user or None
    return None
