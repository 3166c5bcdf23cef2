"""A call of the SDK, and the three outcomes of one that did not simply succeed."""

from collections.abc import Awaitable
from typing import Any, Final

import stripe
import structlog

from kassa.stripe.errors import Declined, Rejected, Unreachable

_TRANSIENT: Final = frozenset({"lock_timeout", "idempotency_key_in_use", "rate_limit"})
#: Not let in (a key that was rolled, or may not do this): nothing was said about the wish, and what became of an
#: earlier try is not known.
_SHUT_OUT: Final = frozenset({401, 403})

log = structlog.get_logger()


async def call(request: Awaitable[Any]) -> dict[str, Any]:
    """Await an SDK call and sort what can go wrong into the three outcomes.

    Raises:
        Declined: the bank said no.
        Unreachable: nobody knows whether it happened, or Stripe does not let us in.
        Rejected: Stripe refused the request as wrong.
    """
    try:
        answer: dict[str, Any] = (await request).to_dict()
    except stripe.CardError as error:
        raise Declined(_error(error)) from None
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unreachable("Stripe did not answer.") from error
    except stripe.StripeError as error:
        status = error.http_status
        # Below 400 it was done, and the answer can't be read: what became of it is not known either.
        unknown = status is None or status < 400 or status >= 500 or status == 409
        if unknown or error.code in _TRANSIENT or status in _SHUT_OUT:
            raise Unreachable("Stripe could not do it just now.") from error
        if isinstance(error, stripe.IdempotencyError):
            # Two wishes under one row's key: a bug of ours that nobody may overlook, however it ends.
            log.error("idempotency key used for another wish", detail=str(error.user_message))
        raise Rejected(
            str(error.user_message or "Stripe refused the request."), provider_code=error.code
        ) from error
    return answer


def _error(error: stripe.StripeError) -> dict[str, Any]:
    whole: Any = error.json_body or {}
    body = whole.get("error") or {}
    return {name: body.get(name) for name in ("code", "decline_code", "message") if body.get(name)}
