"""SetupAttempts: one for each confirmation of a SetupIntent, and how it went."""

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work

_OPEN = ("requires_confirmation", "requires_action", "processing")
_CARD_FIELDS = (
    "brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet",
)  # fmt: skip


def begin(work: Work, intent: Obj, method: Obj) -> Obj:
    """A new attempt to set up `method`; it becomes the intent's `latest_attempt`."""
    kind = method["type"]
    part = blank(f"setup_attempt_payment_method_details_{kind}")
    if kind == "ideal":
        part |= {name: method["ideal"][name] for name in ("bank", "bic")}
    if kind == "card":
        part |= {name: method["card"].get(name) for name in _CARD_FIELDS}
        part["network"] = method["card"]["brand"]
    attempt = blank("setup_attempt") | {
        "id": new_id("setatt_1"),
        "created": work.now,
        "customer": intent["customer"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: part},
        "setup_intent": intent["id"],
        "status": "requires_confirmation",
        "usage": intent["usage"],
    }
    intent["latest_attempt"] = attempt["id"]
    return work.save(attempt)


def move(work: Work, intent: Obj, status: str, *, error: Obj | None = None) -> None:
    """Give the intent's latest attempt its next status, and its error when that is `failed`."""
    attempt = work.own("setup_attempt", intent["latest_attempt"])
    attempt |= {"status": status, "setup_error": error}
    work.save(attempt)


def secure(work: Work, intent: Obj, flow: str) -> None:
    """Note on the latest attempt that 3-D Secure was passed, by `challenge` or `frictionless`."""
    attempt = work.own("setup_attempt", intent["latest_attempt"])
    if "card" in attempt["payment_method_details"]:
        attempt["payment_method_details"]["card"]["three_d_secure"] = {
            "authentication_flow": flow,
            "electronic_commerce_indicator": "05",
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": "8c9a3f0d-5b14-4c6f-9f2e-0d7f5a1f5a3e",
            "version": "2.2.0",
        }
        work.save(attempt)


def generate(work: Work, intent: Obj, account: Obj) -> None:
    """Note on the latest attempt the bank account that came out of it, and the intent's mandate for it."""
    attempt = work.own("setup_attempt", intent["latest_attempt"])
    kind = attempt["payment_method_details"]["type"]
    attempt["payment_method_details"][kind] |= {
        "generated_sepa_debit": account["id"],
        "generated_sepa_debit_mandate": intent["mandate"],
        "iban_last4": account["sepa_debit"]["last4"],
        "verified_name": account["billing_details"]["name"],
    }
    work.save(attempt)


def abandon(work: Work, intent: Obj) -> None:
    """End an attempt that still waits for somebody, if there is one."""
    latest = work.get("setup_attempt", intent["latest_attempt"])
    if latest is not None and latest["status"] in _OPEN:
        move(work, intent, "abandoned")


def page(work: Work, params: Obj) -> Obj:
    """The attempts of one SetupIntent, newest first."""
    work.need("setup_intent", params["setup_intent"], "setup_intent")
    return lists.page(work, "setup_attempt", "/v1/setup_attempts", params)
