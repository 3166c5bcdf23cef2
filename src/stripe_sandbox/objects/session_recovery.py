"""Recovery of an expired Checkout Session: its `after_expiration.recovery.url` opens a new one like it."""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError
from stripe_sandbox.objects import session_params, sessions
from stripe_sandbox.work import Work

LASTS_SECONDS = 30 * 86400


def offer(work: Work, session: Obj) -> None:
    """Give an expiring session its recovery address, if the shop wanted one; good for 30 days."""
    recovery = (session["after_expiration"] or {}).get("recovery")
    if recovery and recovery["enabled"]:
        recovery["url"] = f"{work.base_url}/c/recover/{session['id']}"
        recovery["expires_at"] = work.now + LASTS_SECONDS


def recover(work: Work, id: str) -> Obj:
    """A customer opens the recovery address: a new open session like the expired one; again: the same one.

    Raises:
        StripeError: 404 for no such session, 400 if it cannot be recovered (any more).
    """
    expired = work.need("checkout.session", id)
    recovery = (expired["after_expiration"] or {}).get("recovery") or {}
    if not recovery.get("url") or recovery["expires_at"] <= work.now:
        raise StripeError(400, "This Checkout Session cannot be recovered.")
    earlier = work.get("checkout.session", expired["_"].get("recovered_by"))
    if earlier is not None and earlier["status"] != "expired":
        return earlier
    params: Obj = dict(expired["_"]["params"])
    params.pop("allow_promotion_codes", None)
    if recovery["allow_promotion_codes"] and not params.get("discounts"):
        params["allow_promotion_codes"] = True
    session = session_params.create(work, params)
    session["recovered_from"] = expired["id"]
    expired["_"]["recovered_by"] = session["id"]
    work.save(expired)
    return sessions.settle(work, session)
