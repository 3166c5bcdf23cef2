"""PaymentMethods: cards, by test name, by token or by number.

Private facts: `number` (finds the test card's behaviour again), `cvc` (one was sent), `used` (paid with, and
not attached: may not be used again), `detached`, `set_up` (off-session payments were agreed to).
"""

import hashlib
import time
from typing import Any

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Behaviour
from stripe_sandbox.cards import Card
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, missing, no_such
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work, address, merge_metadata, unset

# Kinds of payment method the sandbox can charge.
MODELLED = ("card",)


def create(work: Work, params: Obj) -> Obj:
    """A new PaymentMethod from `type` and its details.

    Raises:
        StripeError: 402 `card_error` for a number, date or CVC that cannot be right; 400 for what is missing.
    """
    kind = params.get("type") or ("card" if "card" in params else None)
    if kind is None:
        raise missing("type")
    if kind not in MODELLED:
        raise invalid(f"The payment method type `{kind}` is not modelled by this sandbox yet.", "type")
    given = params.get("card")
    if not given:
        raise missing("card")
    if token := given.get("token"):
        card = cards.by_name(token)
        if card is None:
            raise no_such("token", token, "card[token]", in_path=False)
        return work.save(_card_method(work, card, params, cvc=True))
    card = _read_card(work, given)
    method = _card_method(work, card, params, cvc=bool(given.get("cvc")))
    method["card"] |= {"exp_month": given["exp_month"], "exp_year": _full_year(given["exp_year"])}
    return work.save(method)


def use(work: Work, id: str, param: str) -> Obj:
    """The PaymentMethod that a parameter names; a test name (`pm_card_visa`) makes a new one each time."""
    card = cards.by_name(id) if id.startswith(("pm_card_", "tok_")) else None
    if card is not None:
        return work.save(_card_method(work, card, {}, cvc=True))
    return work.need("payment_method", id, param)


def behaviour(method: Obj) -> Behaviour:
    """What this PaymentMethod does when it is charged, challenged, refunded or disputed."""
    facts = method["_"]
    return cards.by_number(facts["number"]).behaviour(cvc=facts["cvc"], set_up=bool(facts.get("set_up")))


def retrieve(work: Work, id: str) -> Obj:
    """One PaymentMethod by id or test name; 404 if there is none."""
    if id.startswith("pm_card_") and cards.by_name(id):
        return use(work, id, "payment_method")
    return work.need("payment_method", id)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change billing details, expiry, `allow_redisplay` or metadata."""
    method = work.need("payment_method", id)
    if "billing_details" in params:
        method["billing_details"] = _billing(params["billing_details"], method["billing_details"])
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    for name in ("exp_month", "exp_year"):
        if name in (params.get("card") or {}):
            method["card"][name] = params["card"][name]
    method["metadata"] = merge_metadata(method["metadata"], params.get("metadata"))
    if method["customer"]:
        work.emit("payment_method.updated", method)
    return work.save(method)


def attach(work: Work, id: str, params: Obj) -> Obj:
    """Give the PaymentMethod to a customer. Cards that decline are refused with their decline."""
    if "customer" not in params:
        raise missing("customer")
    method = use(work, id, "payment_method") if id.startswith("pm_card_") else work.need("payment_method", id)
    customer = work.need("customer", params["customer"], "customer")
    if method["customer"] and method["customer"] != customer["id"]:
        raise invalid("The payment method you provided has already been attached to a customer.")
    if method["_"].get("detached") or method["_"].get("used"):
        raise invalid(ALREADY_USED)
    does = behaviour(method)
    if does.decline and not does.attachable:
        code, decline_code = does.decline
        raise StripeError(
            402, cards.message(code, decline_code), type="card_error", code=code, decline_code=decline_code
        )
    return attach_to(work, method, customer["id"])


def attach_to(work: Work, method: Obj, customer: str) -> Obj:
    """Record that `method` belongs to `customer`, and announce it; twice is once."""
    if method["customer"] != customer:
        method["customer"] = customer
        work.save(method)
        work.emit("payment_method.attached", method)
    return method


def detach(work: Work, id: str, params: Obj) -> Obj:
    """Take the PaymentMethod from its customer; it can never be attached or charged again."""
    method = work.need("payment_method", id)
    if not method["customer"]:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    method["_"]["detached"] = True
    work.save(method)
    work.emit("payment_method.detached", method, previous)
    return method


ALREADY_USED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared "
    "with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used "
    "again. To "
    "use a PaymentMethod multiple times, you must attach it to a Customer first."
)


def _read_card(work: Work, given: Obj) -> Card:
    for name in ("number", "exp_month", "exp_year"):
        if name not in given:
            raise missing(f"card[{name}]")
    number = given["number"].replace(" ", "").replace("-", "")
    if not cards.passes_checksum(number):
        raise _card_error("Your card number is incorrect.", "incorrect_number", "number")
    if not 1 <= given["exp_month"] <= 12:
        raise _card_error("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    year, month = _year_and_month(work.now)
    if not (year, month) <= (_full_year(given["exp_year"]), given["exp_month"]) <= (year + 50, 12):
        raise _card_error("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    card = cards.by_number(number)
    cvc = given.get("cvc")
    lengths = (3, 4) if card.brand == "amex" else (3,)
    if cvc and not (cvc.isascii() and cvc.isdecimal() and len(cvc) in lengths):
        raise _card_error("Your card's security code is invalid.", "invalid_cvc", "cvc")
    return card


def _card_error(message: str, code: str, param: str) -> StripeError:
    return StripeError(402, message, type="card_error", code=code, param=param, stored=False)


def _full_year(year: int) -> int:
    return year + 2000 if 0 <= year < 100 else year


def _year_and_month(now: int) -> tuple[int, int]:
    moment = time.gmtime(now)
    return moment.tm_year, moment.tm_mon


def _card_method(work: Work, card: Card, params: Obj, *, cvc: bool) -> Obj:
    year, month = _year_and_month(work.now)
    method = blank("payment_method")
    method |= {
        "id": new_id("pm_1"),
        "allow_redisplay": params.get("allow_redisplay", "unspecified"),
        "billing_details": _billing(params.get("billing_details"), None),
        "created": work.now,
        "metadata": merge_metadata(None, params.get("metadata")),
        "type": "card",
        "card": card_details(card, month, year + 1, cvc=cvc),
        "_": {"number": card.number, "cvc": cvc},
    }
    return method


def card_details(card: Card, month: int, year: int, *, cvc: bool) -> Obj:
    """The `card` part of a PaymentMethod."""
    details = blank("payment_method_card")
    checks = {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "pass" if cvc else None,
    }
    details |= {
        "brand": card.brand,
        "checks": checks | dict.fromkeys(card.failing_checks, "fail"),
        "country": card.country,
        "display_brand": "american_express" if card.brand == "amex" else card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": card.funding,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.brand != "amex"},
    }
    return details


def _billing(given: Any, old: Obj | None) -> Obj:
    details = old or {"address": address(None), "email": None, "name": None, "phone": None, "tax_id": None}
    for name, value in (given or {}).items():
        details[name] = address(value) if name == "address" else unset(value)
    return details
