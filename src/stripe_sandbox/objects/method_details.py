"""How payment methods that are no cards are shown: their own part of a PaymentMethod and of a Charge."""

import hashlib

from stripe_sandbox import bank_accounts
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import missing
from stripe_sandbox.ids import random_text

_BICS = {
    "abn_amro": "ABNANL2A", "adyen": "ADYBNL2A", "asn_bank": "ASNBNL21", "bunq": "BUNQNL2A",
    "buut": "BUUTNL2A", "finom": "FNOMNL22", "handelsbanken": "HANDNL2A", "ing": "INGBNL2A",
    "knab": "KNABNL2H", "mollie": "MLLENL2A", "moneyou": "MOYONL21", "n26": "NTSBDEB1", "nn": "NNBANL2G",
    "rabobank": "RABONL2U", "regiobank": "RBRBNL21", "revolut": "REVOLT21", "sns_bank": "SNSBNL2A",
    "triodos_bank": "TRIONL2U", "van_lanschot": "FVLBNL22", "yoursafe": "BITSNL2A",
}  # fmt: skip
_FUNDING = {
    "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2035, "funding": "credit", "last4": "4242",
}  # fmt: skip

# Details and facts of a new method.
Described = tuple[Obj, Obj]


def by_name(name: str) -> tuple[str, Described] | None:
    """The kind of a test method such as `pm_usBankAccount_success`, and what it is; None if there is none."""
    _, stem, ending, *rest = [*name.lower().split("_"), "", ""][:4]
    if stem == "usbankaccount" and (number := bank_accounts.us_number(ending)):
        return "us_bank_account", _us_bank_account({"account_number": number})
    if stem == "sepadebit" and (iban := bank_accounts.iban(ending, rest[0] or "de")):
        return "sepa_debit", _sepa_debit(iban)
    return None


def read(kind: str, params: Obj) -> Described:
    """What a new method is, from what the caller says about it.

    Raises:
        StripeError: 400 for a bank account that is not there or cannot be.
    """
    given = params.get(kind) or {}
    if kind == "us_bank_account":
        for name in ("account_number", "routing_number"):
            if not given.get(name):
                raise missing(f"us_bank_account[{name}]")
        bank_accounts.check_us(given["account_number"], given["routing_number"])
        return _us_bank_account(given)
    if kind == "sepa_debit":
        if not given.get("iban"):
            raise missing("sepa_debit[iban]")
        return _sepa_debit(bank_accounts.check_iban(given["iban"]))
    part = blank(f"payment_method_{kind}")
    email = (params.get("billing_details") or {}).get("email") or None
    if kind == "link":
        part["email"] = email
    if kind == "paypal":
        part |= {"country": "US", "payer_email": email, "payer_id": random_text(13).upper()}
    if kind == "ideal":
        part |= {"bank": given.get("bank"), "bic": _BICS.get(given.get("bank", ""))}
    if kind == "klarna" and given.get("dob"):
        part["dob"] = given["dob"]
    return part, {"ends": None}


def charged(method: Obj) -> Obj:
    """The kind's own part of a Charge's `payment_method_details`."""
    kind = method["type"]
    part = blank(f"charge_payment_method_details_{kind}")
    part |= {name: value for name, value in method[kind].items() if name in part}
    if kind == "us_bank_account":
        part["payment_reference"] = random_text(15)
    elif kind == "klarna":
        part |= {"payment_method_category": "pay_later", "preferred_locale": "en-US"}
    elif kind == "ideal":
        part |= {"bank": part["bank"] or "ing", "bic": part["bic"] or "INGBNL2A"}
        part |= {"iban_last4": "5264", "verified_name": method["billing_details"]["name"] or "Jenny Rosen"}
    elif kind == "paypal":
        part |= {"payer_name": method["billing_details"]["name"], "transaction_id": random_text(17).upper()}
        part["seller_protection"] = {"dispute_categories": None, "status": "not_eligible"}
    elif kind == "amazon_pay":
        part["transaction_id"] = random_text(20)
        part["funding"] = {"type": "card", "card": _FUNDING}
    return part


def _us_bank_account(given: Obj) -> Described:
    number = given["account_number"]
    part = blank("payment_method_us_bank_account") | {
        "account_holder_type": given.get("account_holder_type", "individual"),
        "account_type": given.get("account_type", "checking"),
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": _fingerprint(number),
        "last4": number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": given.get("routing_number", bank_accounts.ROUTING),
        "status_details": {},
    }
    return part, {"ends": bank_accounts.us_ending(number)}


def _sepa_debit(iban: str) -> Described:
    part = blank("payment_method_sepa_debit") | {
        "bank_code": iban[4:12] if iban[:2] == "DE" else iban[4:9],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": _fingerprint(iban),
        "last4": iban[-4:],
    }
    return part, {"ends": bank_accounts.iban_ending(iban)}


def _fingerprint(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]
