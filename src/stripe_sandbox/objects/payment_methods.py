"""PaymentMethods of every kind, by test name, by token or by number.

Private facts: `number` (finds a test card's behaviour again), `cvc` (one was sent), `ends` (how a method that
is no card ends), `used` (paid with, and not attached: may not be used again), `wanted` (that payment had a
`setup_future_usage`: a customer may still get it), `detached`, `set_up` (off-session payments were agreed to).
"""

import copy
import hashlib
import time
from typing import Any

from stripe_sandbox import cards
from stripe_sandbox.behaviour import Behaviour
from stripe_sandbox.cards import Card
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, missing, no_such, refuse_unmodelled
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import changes, customers, method_details, method_kinds
from stripe_sandbox.work import Work, address, merge_metadata, unset

# Kinds of payment method the sandbox can charge.
MODELLED = tuple(method_kinds.KINDS)


def create(work: Work, params: Obj) -> Obj:
    """A new PaymentMethod from `type` and its details.

    Raises:
        StripeError: 402 `card_error` for a number, date or CVC that cannot be right; 400 for what is missing.
    """
    kind = params.get("type") or ("card" if "card" in params else None)
    refuse_unmodelled(params, ("customer", "payment_method"))
    if kind is None:
        raise missing("type")
    if kind not in MODELLED:
        raise invalid(f"The payment method type `{kind}` is not modelled by this sandbox.", "type")
    if other := next((name for name in MODELLED if name in params and name != kind), None):
        raise invalid(f"`{other}` may only be sent with a `type` of `{other}`.", other)
    if kind != "card":
        return _new(work, kind, params, *method_details.read(kind, params))
    given = params.get("card")
    if not given:
        raise missing("card")
    if token := given.get("token"):
        card = cards.by_name(token)
        if card is None:
            raise no_such("token", token, "card[token]", in_path=False)
        return _card_method(work, card, params, cvc=True)
    method = _card_method(
        work,
        _read_card(work, given),
        params,
        cvc=bool(given.get("cvc")),
        expiry=(given["exp_month"], _full_year(given["exp_year"])),
    )
    _change_card(work, method["card"], {"networks": given.get("networks")})
    return method


def use(work: Work, id: str, param: str) -> Obj:
    """The PaymentMethod that a parameter names; a test name (`pm_card_visa`) makes a new one each time."""
    return _by_name(work, id) or work.need("payment_method", id, param)


def behaviour(method: Obj) -> Behaviour:
    """What this PaymentMethod does when it is charged, challenged, refunded or disputed."""
    if method["type"] != "card":
        return method_kinds.behaviour(method)
    facts = method["_"]
    return cards.by_number(facts["number"]).behaviour(cvc=facts["cvc"], set_up=bool(facts.get("set_up")))


def retrieve(work: Work, id: str) -> Obj:
    """One PaymentMethod by id or test name; 404 if there is none."""
    return _by_name(work, id) or work.need("payment_method", id)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a customer's method: billing details, expiry, holder of the account, `allow_redisplay`, metadata.

    Raises:
        StripeError: 400 for a method that is nobody's; 402 for an expiry that cannot be.
    """
    method = work.need("payment_method", id)
    if not method["customer"]:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")
    if other := next((name for name in MODELLED if name in params and name != method["type"]), None):
        raise invalid(f"`{other}` may only be sent for a payment method of this type.", other)
    before = copy.deepcopy(method)
    if "billing_details" in params:
        method["billing_details"] = _billing(params["billing_details"], method["billing_details"])
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    given = dict(params.get(method["type"]) or {})
    if method["type"] == "card":
        _change_card(work, method["card"], given)
    else:
        method[method["type"]] |= given
    method["metadata"] = merge_metadata(method["metadata"], params.get("metadata"))
    if previous := changes.previous(before, method):
        work.emit("payment_method.updated", method, previous)
    return work.save(method)


def attach(work: Work, id: str, params: Obj) -> Obj:
    """Give the PaymentMethod to a customer. Cards that decline are refused with their decline."""
    refuse_unmodelled(params, ("customer_account",))
    if "customer" not in params:
        raise missing("customer")
    method = retrieve(work, id)
    customer = work.need("customer", params["customer"], "customer")
    if method["customer"] and method["customer"] != customer["id"]:
        raise invalid("The payment method you provided has already been attached to a customer.")
    facts = method["_"]
    if facts.get("detached") or (facts.get("used") and not facts.get("wanted")):
        raise invalid(ALREADY_USED)
    does = behaviour(method)
    if does.decline and not does.attachable:
        code, decline_code = does.decline
        raise StripeError(
            402, cards.message(code, decline_code), type="card_error", code=code, decline_code=decline_code
        )
    if not does.attachable and not method["customer"]:
        raise invalid(
            f"Payment methods of the type `{method['type']}` cannot be attached directly. Save them with a "
            "SetupIntent or a PaymentIntent that has `setup_future_usage`."
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
    customers.forget_method(work, previous["customer"], id)
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
    _check_expiry(work, given["exp_month"], _full_year(given["exp_year"]))
    card = cards.by_number(number)
    cvc = given.get("cvc")
    lengths = (3, 4) if card.brand == "amex" else (3,)
    if cvc and not (cvc.isascii() and cvc.isdecimal() and len(cvc) in lengths):
        raise _card_error("Your card's security code is invalid.", "invalid_cvc", "cvc")
    return card


def _check_expiry(work: Work, month: int, year: int) -> None:
    if not 1 <= month <= 12:
        raise _card_error("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    this_year, this_month = _year_and_month(work.now)
    if not (this_year, this_month) <= (year, month) <= (this_year + 50, 12):
        raise _card_error("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")


def _change_card(work: Work, card: Obj, given: Obj) -> None:
    if "exp_month" in given or "exp_year" in given:
        expiry = {name: (card | given)[name] for name in ("exp_month", "exp_year")}
        expiry["exp_year"] = _full_year(expiry["exp_year"])
        _check_expiry(work, expiry["exp_month"], expiry["exp_year"])
        card |= expiry
    if preferred := (given.get("networks") or {}).get("preferred"):
        card["networks"]["preferred"] = preferred


def _card_error(message: str, code: str, param: str) -> StripeError:
    return StripeError(402, message, type="card_error", code=code, param=param, stored=False)


def _full_year(year: int) -> int:
    return year + 2000 if 0 <= year < 100 else year


def _year_and_month(now: int) -> tuple[int, int]:
    moment = time.gmtime(now)
    return moment.tm_year, moment.tm_mon


def _by_name(work: Work, name: str) -> Obj | None:
    if name.startswith(("pm_card_", "tok_")) and (card := cards.by_name(name)):
        return _card_method(work, card, {}, cvc=True)
    if found := method_details.by_name(name):
        kind, (part, facts) = found
        billing = {"name": "Jenny Rosen", "email": "jenny@example.com"}
        return _new(work, kind, {"billing_details": billing}, part, facts)
    return None


def _new(work: Work, kind: str, params: Obj, part: Obj, facts: Obj) -> Obj:
    method = blank("payment_method")
    method |= {
        "id": new_id("pm_1"),
        "allow_redisplay": params.get("allow_redisplay", "unspecified"),
        "billing_details": _billing(params.get("billing_details"), None),
        "created": work.now,
        "metadata": merge_metadata(None, params.get("metadata")),
        "type": kind,
        kind: part,
        "_": facts,
    }
    return work.save(method)


def _card_method(
    work: Work, card: Card, params: Obj, *, cvc: bool, expiry: tuple[int, int] | None = None
) -> Obj:
    if expiry is None:
        year, month = _year_and_month(work.now)
        expiry = month, year + 1
    part = card_details(card, *expiry, cvc=cvc, billing=params.get("billing_details"))
    return _new(work, "card", params, part, {"number": card.number, "cvc": cvc})


def card_details(card: Card, month: int, year: int, *, cvc: bool, billing: Obj | None = None) -> Obj:
    """The `card` part of a PaymentMethod. A check is null when there was nothing to check."""
    details = blank("payment_method_card")
    where = (billing or {}).get("address") or {}
    checks = {
        "address_line1_check": "pass" if where.get("line1") else None,
        "address_postal_code_check": "pass" if where.get("postal_code") else None,
        "cvc_check": "pass" if cvc else None,
    }
    failing = [name for name in card.failing_checks if cvc or name != "cvc_check"]
    details |= {
        "brand": card.brand,
        "checks": checks | dict.fromkeys(failing, "fail"),
        "country": card.country,
        "display_brand": "american_express" if card.brand == "amex" else card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": card.funding,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.does.authentication != "unsupported"},
    }
    return details


def _billing(given: Any, old: Obj | None) -> Obj:
    details = old or {"address": address(None), "email": None, "name": None, "phone": None, "tax_id": None}
    for name, value in (given or {}).items():
        details[name] = address(value) if name == "address" else unset(value)
    return details
