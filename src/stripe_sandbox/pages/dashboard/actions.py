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
from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import disputes, payouts, refund_course
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
REASONS: Final[tuple[Choice, ...]] = tuple((word, word.replace("_", " ")) for word in disputes.REASONS)
FAILURES: Final[tuple[Choice, ...]] = tuple((word, word.replace("_", " ")) for word in refund_course.FAILURES)


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
        return _payment(body, related)
    make = _OFFERS.get(body["object"])
    return [] if make is None or body.get("deleted") else make(body)


def perform(box: Sandbox, act: str, id: str, form: Form) -> ApiAnswer | None:
    """Do it; None if there is no such act."""
    do = _ACTS.get(act)
    return None if do is None else do(box, id, form)


def _payment(intent: Obj, related: Sequence[Obj]) -> list[Offer]:
    status = intent["status"]
    cancel = Offer("cancel_payment", "Cancel", danger=True)
    if status == "requires_action":
        return [*_challenge(), cancel]
    if status in ("requires_payment_method", "requires_confirmation"):
        # Who pays on a Checkout page pays the session.
        of_session = any(one["object"] == "checkout.session" for one in related)
        return [cancel] if of_session else [Offer("confirm", "Pay", (_method(),)), cancel]
    if status == "requires_capture":
        return [Offer("capture", "Capture", (_amount(intent["amount_capturable"]),)), cancel]
    return [offer for one in related if one["object"] == "charge" for offer in _charge(one)]


def _charge(charge: Obj) -> list[Offer]:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["paid"] or left <= 0:
        return []
    return [
        Offer("refund", "Refund", (_amount(left), _same(charge))),
        Offer(
            "dispute",
            "Dispute",
            (Field("reason", "Reason", "fraudulent", options=REASONS), _same(charge)),
            danger=True,
        ),
    ]


def _refund(refund: Obj) -> list[Offer]:
    fail = Offer(
        "fail_refund",
        "The bank returns it",
        (Field("reason", "Reason", "lost_or_stolen_card", options=FAILURES),),
        danger=True,
    )
    finish, cancel = Offer("finish_refund", "It goes through"), Offer("cancel_refund", "Cancel", danger=True)
    if refund["status"] == "pending":
        return [finish, fail]
    if refund["status"] == "requires_action":
        return [finish, fail, cancel]
    return [fail] if refund["status"] == "succeeded" else []


def _payout(payout: Obj) -> list[Offer]:
    if payout["status"] not in ("pending", "in_transit", "paid"):
        return []
    return [Offer("fail_payout", "The bank returns it", danger=True)]


def _session(session: Obj) -> list[Offer]:
    if session["status"] != "open":
        return []
    email = (
        session["customer_email"] or (session["customer_details"] or {}).get("email") or "jenny@example.com"
    )
    pay = Offer("pay", "Pay as the customer", (_method(), Field("email", "E-mail", email, "email")))
    return [*([pay] if session["mode"] == "payment" else []), Offer("expire", "Expire", danger=True)]


def _setup(intent: Obj) -> list[Offer]:
    if intent["status"] == "requires_action":
        return _challenge()
    if intent["status"] in ("requires_payment_method", "requires_confirmation"):
        return [
            Offer("confirm_setup", "Save the card", (_method(),)),
            Offer("cancel_setup", "Cancel", danger=True),
        ]
    return []


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
    "refund": _refund,
    "payout": _payout,
}


def _challenge() -> list[Offer]:
    return [Offer("authenticate", "The customer agrees"), Offer("fail", "The customer refuses", danger=True)]


def _method() -> Field:
    return Field("payment_method", "Test card", options=METHODS)


def _amount(value: int) -> Field:
    return Field("amount", "Amount, minor units", str(value), "number")


def _same(charge: Obj) -> Field:
    """The charge that is meant, whatever page the form stands on."""
    return Field("charge", "", charge["id"], "hidden")


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
    reason = form.get("reason", "")

    def act(work: Work) -> Obj:
        charge = work.need("charge", form.get("charge", ""), "charge")
        return disputes.open_for(work, charge, reason if reason in disputes.REASONS else "general")

    return box.attempt(act)


def _fail_refund(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    reason = form.get("reason", "")
    known = reason if reason in refund_course.FAILURES else "unknown"
    return box.attempt(lambda work: refund_course.conclude(work, id, "failed", known))


def _finish_refund(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    return box.attempt(lambda work: refund_course.conclude(work, id, "succeeded", "unknown"))


def _pay_out(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    return box.attempt(lambda work: payouts.pay_out(work, check_currency(form.get("currency", ""))))


def _fail_payout(box: Sandbox, id: str, form: Form) -> ApiAnswer:
    return box.attempt(lambda work: payouts.fail(work, id, "could_not_process"))


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
    "refund": _api("/v1/refunds", "amount", "charge"),
    "fail_refund": _fail_refund,
    "finish_refund": _finish_refund,
    "pay_out": _pay_out,
    "fail_payout": _fail_payout,
    "confirm_setup": _api(
        "/v1/setup_intents/{id}/confirm", "payment_method", return_url="{base}/_sandbox/setups/{id}"
    ),
    "cancel_setup": _api("/v1/setup_intents/{id}/cancel"),
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
