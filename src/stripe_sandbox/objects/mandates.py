"""Mandates: how the customer agreed that a method may be charged again. Cards need none."""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.work import Work

WITHOUT = ("card", "ideal")


def create(work: Work, method: Obj, agreed: Obj | None, *, once: Obj | None = None) -> Obj | None:
    """The mandate to charge `method` any number of times, or None for methods that have none.

    `agreed` is the `mandate_data` of the confirmation; without it the agreement was made elsewhere. With `once`
    (amount and currency) it is good for that one payment.
    """
    kind = method["type"]
    if kind in WITHOUT:
        return None
    identifier = new_id("mandate_1")
    part: Obj = blank(f"mandate_payment_method_details_{kind}")
    if kind == "sepa_debit":
        page = f"{work.base_url}/_sandbox/mandates/{identifier}"
        part |= {"reference": random_text(16).upper(), "url": page}
    if kind == "paypal":
        part |= {"billing_agreement_id": f"B-{random_text(17).upper()}", "payer_id": method[kind]["payer_id"]}
    mandate = blank("mandate") | {
        "id": identifier,
        "customer_acceptance": _acceptance(work, agreed),
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: part},
        "status": "active",
        "type": "single_use" if once else "multi_use",
    }
    mandate[mandate["type"]] = once or {}
    return work.save(mandate)


def _acceptance(work: Work, agreed: Obj | None) -> Obj:
    given = (agreed or {}).get("customer_acceptance", {})
    acceptance: Obj = {
        "accepted_at": given.get("accepted_at", work.now),
        "type": given.get("type", "online" if work.by_page else "offline"),
    }
    if acceptance["type"] == "offline":
        return acceptance | {"offline": {}}
    sent = given.get("online", {})
    online = {name: sent.get(name) for name in ("ip_address", "user_agent")}
    return acceptance | {"online": online}
