"""Early fraud warnings: the card's issuer believes that a payment was fraud, before anybody disputes it.

Stripe's API description leaves this object out, and so can nobody ask for it; its events are sent. Private
fact on the charge: `warning`, the id of its warning.
"""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work

KIND = "radar.early_fraud_warning"


def warn(work: Work, id: str) -> None:
    """Scheduled: the issuer warns of a charge."""
    charge = work.get("charge", id)
    if charge is None or charge["_"].get("warning"):
        return
    warning: Obj = {
        "id": new_id("issfr_1"),
        "object": KIND,
        "actionable": _is_actionable(charge),
        "charge": charge["id"],
        "created": work.now,
        "fraud_type": "misc",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    charge["_"]["warning"] = warning["id"]
    work.save(charge)
    work.save(warning)
    work.emit(f"{KIND}.created", warning)


def settle_for(work: Work, charge: Obj) -> None:
    """A charge was refunded or disputed: nothing more can be done about its warning."""
    warning = work.get(KIND, charge["_"].get("warning"))
    if warning is None or warning["actionable"] == _is_actionable(charge):
        return
    previous = {"actionable": warning["actionable"]}
    warning["actionable"] = _is_actionable(charge)
    work.save(warning)
    work.emit(f"{KIND}.updated", warning, previous)


def _is_actionable(charge: Obj) -> bool:
    return not charge["refunded"] and not charge["disputed"]
