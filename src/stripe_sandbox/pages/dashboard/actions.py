"""What may be done at the dashboard: forms an object offers in its present state, and what each of them does.

What Stripe's API can do goes through the API, so that it is validated and stands in the request log; what only
customers, banks and time can do goes straight to the sandbox.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from stripe_sandbox import api, keys
from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import disputes
from stripe_sandbox.sandbox import ApiAnswer, Sandbox
from stripe_sandbox.work import Work

Form = dict[str, str]
Choice = tuple[str, str]

METHODS: Final[tuple[Choice, ...]] = (
    ("pm_card_visa", "4242 succeeds"),
    ("pm_card_authenticationRequired", "3184 asks for 3-D Secure"),
    ("pm_card_visa_chargeDeclined", "0002 declined"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "9995 insufficient funds"),
    ("pm_card_chargeDeclinedExpiredCard", "0069 expired"),
    ("pm_card_mastercard", "4444 Mastercard, succeeds"),
    ("pm_card_createDispute", "0259 is disputed afterwards"),
    ("pm_card_pendingRefund", "7726 refunds are pending at first"),
    ("pm_card_refundFail", "5126 refunds fail"),
)
REASONS: Final[tuple[Choice, ...]] = tuple(
    (reason, reason.replace("_", " "))
    for reason in (
        "fraudulent", "product_not_received", "duplicate", "credit_not_processed", "product_unacceptable", "general",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One input: a select if it has `options`."""

    name: str
    label: str
    value: str = ""
    type: str = "text"
    options: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One form: what it does, its button, its inputs."""

    act: str
    label: str
    fields: tuple[Field, ...] = ()
    danger: bool = False


def offers(body: Obj, related: Sequence[Obj] = ()) -> list[Offer]:
    """What may be done with an object in its present state; `related` are the others of its payment."""
    if body["object"] == "payment_intent":
        return _payment(body, [one for one in related if one["object"] == "charge" and one["paid"]])
    make = _OFFERS.get(body["object"])
    return [] if make is None or body.get("deleted") else make(body)


def perform(box: Sandbox, act: str, id: str, form: Form) -> ApiAnswer | None:
    """Do it; None if there is no such act."""
    do = _ACTS.get(act)
    return None if do is None else do(box, id, form)


def _payment(intent: Obj, charges: list[Obj]) -> list[Offer]:
    status = intent["status"]
    cancel = Offer("cancel_payment", "Cancel", danger=True)
    if status == "requires_action":
        return [*_challenge(), cancel]
    if status in ("requires_payment_method", "requires_confirmation"):
        return [Offer("confirm", "Pay", (_method(),)), cancel]
    if status == "requires_capture":
        return [Offer("capture", "Capture", (_amount(intent["amount_capturable"]),)), cancel]
    left = sum(charge["amount_captured"] - charge["amount_refunded"] for charge in charges)
    if status != "succeeded" or left <= 0:
        return []
    return [
        Offer("refund", "Refund", (_amount(left),)),
        Offer("dispute", "Dispute", (Field("reason", "Reason", options=REASONS),), danger=True),
    ]


def _session(session: Obj) -> list[Offer]:
    if session["status"] != "open":
        return []
    email = (
        session["customer_email"] or (session["customer_details"] or {}).get("email") or "jenny@example.com"
    )
    pay = Offer("pay", "Pay as the customer", (_method(), Field("email", "E-mail", email, "email")))
    return [*([pay] if session["mode"] == "payment" else []), Offer("expire", "Expire", danger=True)]


def _setup(intent: Obj) -> list[Offer]:
    return _challenge() if intent["status"] == "requires_action" else []


def _dispute(dispute: Obj) -> list[Offer]:
    if dispute["status"] in ("won", "lost", "warning_closed", "prevented"):
        return []
    outcomes = (("won", "won"), ("lost", "lost"))
    return [Offer("decide", "The bank decides", (Field("outcome", "Outcome", options=outcomes),))]


def _endpoint(endpoint: Obj) -> list[Offer]:
    if endpoint["status"] == "enabled":
        return [Offer("disable_endpoint", "Disable", danger=True)]
    return [Offer("enable_endpoint", "Enable")]


_OFFERS: Final[dict[str, Callable[[Obj], list[Offer]]]] = {
    "checkout.session": _session,
    "setup_intent": _setup,
    "dispute": _dispute,
    "webhook_endpoint": _endpoint,
    "event": lambda event: [Offer("resend", "Send to every endpoint again")],
    "refund": lambda refund: (
        [Offer("cancel_refund", "Cancel")] if refund["status"] == "requires_action" else []
    ),
}


def _challenge() -> list[Offer]:
    return [Offer("authenticate", "The customer agrees"), Offer("fail", "The customer refuses", danger=True)]


def _method() -> Field:
    return Field("payment_method", "Test card", options=METHODS)


def _amount(value: int) -> Field:
    return Field("amount", "Amount, minor units", str(value), "number")


def _api(path: str, *names: str, **fixed: str) -> Callable[[Sandbox, str, Form], ApiAnswer]:
    """An act that is a POST of the API: `path` with the object's id, the form's fields `names`, and `fixed`."""

    def act(box: Sandbox, id: str, form: Form) -> ApiAnswer:
        sent = {name: form[name] for name in names if form.get(name)}
        sent |= {name: value.format(id=id, base=box.base_url) for name, value in fixed.items()}
        answer = api.act(box, "POST", path.format(id=id), urlencode(sent), user=keys.DASHBOARD)
        return ApiAnswer(answer.status, msgspec.json.decode(answer.body))

    return act


def _capture(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    given = {"amount_to_capture": form.get("amount", "")}
    return _api("/v1/payment_intents/{id}/capture", "amount_to_capture")(box, id, given)


def _pay_session(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    given = {name: form[name] for name in ("payment_method", "email") if form.get(name)}
    return box.pay_session(id, given)


def _open_dispute(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    def act(work: Work) -> Obj:
        intent = work.need("payment_intent", id)
        charge = work.need("charge", intent["latest_charge"] or "", "charge")
        known = {reason for reason, _ in REASONS}
        return disputes.open_for(work, charge, form["reason"] if form.get("reason") in known else "general")

    return box.attempt(act)


def _decide(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    outcome = "won" if form.get("outcome") == "won" else "lost"
    return box.attempt(lambda work: disputes.decide(work, id, outcome))


def _resend(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    def act(work: Work) -> Obj:
        event: Obj = work.need("event", id)
        wanted = [form["endpoint"]] if form.get("endpoint") else [one["id"] for one in box.endpoints()]
        box.deliveries.resend(id, event["type"], wanted)
        return event

    return box.attempt(act)


_ACTS: Final[dict[str, Callable[[Sandbox, str, Form], ApiAnswer]]] = {
    "confirm": _api(
        "/v1/payment_intents/{id}/confirm", "payment_method", return_url="{base}/_sandbox/payments/{id}"
    ),
    "cancel_payment": _api("/v1/payment_intents/{id}/cancel"),
    "capture": _capture,
    "refund": _api("/v1/refunds", "amount", payment_intent="{id}"),
    "cancel_refund": _api("/v1/refunds/{id}/cancel"),
    "authenticate": lambda box, id, form: box.authenticate(id, "succeed"),
    "fail": lambda box, id, form: box.authenticate(id, "fail"),
    "pay": _pay_session,
    "expire": _api("/v1/checkout/sessions/{id}/expire"),
    "dispute": _open_dispute,
    "decide": _decide,
    "resend": _resend,
    "disable_endpoint": _api("/v1/webhook_endpoints/{id}", disabled="true"),
    "enable_endpoint": _api("/v1/webhook_endpoints/{id}", disabled="false"),
}


def said(answer: ApiAnswer) -> Any:
    """What an answer says to a person who was refused."""
    return answer.body.get("error", {}).get("message", "")
