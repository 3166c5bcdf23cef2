"""The checkout page as the template gets it: words, amounts and choices of one session, hosted or embedded."""

from collections.abc import Sequence
from typing import Any, Final

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages import brand
from stripe_sandbox.pages.checkout_asks import TAX_ID_TYPES, Asks, known_email
from stripe_sandbox.pages.checkout_form import Filled
from stripe_sandbox.pages.countries import countries
from stripe_sandbox.pages.merchant import merchant
from stripe_sandbox.pages.order import deliveries, order, picture, pictures
from stripe_sandbox.pages.test_cards import TEST_ACCOUNTS, TEST_CARDS
from stripe_sandbox.pages.words import Words, words

METHODS: Final = {
    "amazon_pay": "Amazon Pay", "ideal": "iDEAL", "klarna": "Klarna", "link": "Link", "paypal": "PayPal",
}  # fmt: skip
BRANDS: Final = {
    "amex": "American Express", "diners": "Diners Club", "discover": "Discover", "jcb": "JCB",
    "mastercard": "Mastercard", "unionpay": "UnionPay", "visa": "Visa",
}  # fmt: skip
_HOME: Final = {"en": "US", "de": "DE", "fr": "FR", "es": "ES", "ja": "JP"}
_HOME_TAX_ID: Final = {"en": "us_ein", "de": "eu_vat", "fr": "eu_vat", "es": "eu_vat", "ja": "jp_cn"}


def frame(session: Obj, language: str) -> Obj:
    """What every page of a session shows: whose it is, and in which look."""
    look = session.get("branding_settings") or {}
    return {
        "language": language,
        "said": words(language)["checkout"],
        "shop": merchant(session),
        "logo": picture((look.get("logo") or {}).get("url")),
        "icon": picture((look.get("icon") or {}).get("url")),
        "brand_sheet": brand.sheet_address(look),
        "embedded": session["ui_mode"] != "hosted_page",
        "session": session,
    }


def page_of(session: Obj, filled: Filled, sentence: str | None, language: str) -> Obj:
    """The context of `checkout.html`. A security code never comes back to a browser."""
    asks, spoken = Asks.of(session), words(language)
    framed = frame(session, language)
    problems: dict[str, str] = {
        name: spoken["faults"].get(fault, fault) for name, fault in filled.faults.items()
    }
    called = _called(asks, spoken)
    values = {name: value for name, value in filled.values.items() if name != "cvc"}
    everywhere = countries(language)
    slip = order(session, spoken, language)
    ways = deliveries(session, spoken, language)
    return framed | {
        "asks": asks,
        "form": {"filled": values, "faults": problems},
        "problems": [
            (_anchor(name, session, values), f"{called[name]}: {problem}" if name in called else problem)
            for name, problem in problems.items()
            if problem != sentence
        ],
        "sentence": sentence,
        "labels": spoken["labels"],
        "heading": _heading(session, framed["said"], framed["shop"]),
        "order": slip,
        "open_order": "code" in problems or bool(values.get("opened")),
        "deliveries": ways,
        "known_email": known_email(session),
        "countries": everywhere,
        "shipping_countries": [pair for pair in everywhere if pair[0] in asks.shipping_to],
        "home": _HOME[language],
        "home_tax_id": _HOME_TAX_ID[language],
        "tax_id_types": list(TAX_ID_TYPES.items()),
        "texts": _texts(session),
        "updatable": bool(slip and (ways or session["automatic_tax"]["enabled"])),
        "pay_words": _pay_words(session, slip, framed["said"]),
        "tests": _tests(_kinds(session), spoken, language) if asks.method else [],
        "strings": {"faults": spoken["faults"], "updated": framed["said"]["updated"]},
        **_methods(session, values, spoken, language),
    }


def offered(session: Obj) -> list[str]:
    """Everything that may be sent as `method`: ids of saved methods, kinds of new ones."""
    return [*(method["id"] for method in _saved(session)), *_kinds(session)]


def default_method(session: Obj) -> str:
    """What is chosen before the customer chooses."""
    return offered(session)[0]


def images(session: Obj) -> Sequence[str]:
    """Addresses of all pictures a session's page shows."""
    look = session.get("branding_settings") or {}
    brands = [picture((look.get(name) or {}).get("url")) for name in ("logo", "icon")]
    return [address for address in (*brands, *pictures(session)) if address]


def names(spoken: Words) -> dict[str, str]:
    """What each kind of payment method is called."""
    said = spoken["checkout"]
    return METHODS | {
        "card": said["card"], "sepa_debit": said["sepa_debit"], "us_bank_account": said["us_bank_account"],
    }  # fmt: skip


def describe(method: Obj, spoken: Words) -> Obj:
    """A stored payment method in a line: its name, its last digits, its mark."""
    kind: str = method["type"]
    part = method.get(kind) or {}
    if kind == "card":
        name = BRANDS.get(part["brand"], spoken["checkout"]["card"])
        mark = part["brand"] if part["brand"] in BRANDS else "unknown"
    else:
        name, mark = names(spoken).get(kind, kind), kind
    last4 = part.get("last4")
    tail = f"•••• {last4}" if last4 else part.get("email") or part.get("payer_email") or ""
    return {"id": method["id"], "name": name, "tail": tail, "mark": mark, "expires": None}


def _methods(session: Obj, values: dict[str, str], spoken: Words, language: str) -> Obj:
    said = spoken["checkout"]
    saved = []
    for method in _saved(session):
        shown = describe(method, spoken)
        if card := method.get("card"):
            date = f"{card['exp_month']:02}/{card['exp_year'] % 100:02}"
            shown["expires"] = said["expires"].format(date=date)
        saved.append(shown)
    kinds = _kinds(session)
    options = session.get("saved_payment_method_options") or {}
    keeps = options.get("payment_method_save") == "enabled"
    chosen = values.get("method", "")
    return {
        "saved": saved,
        "kinds": kinds,
        "names": names(spoken),
        "single": len(kinds) == 1 and not saved,
        "chosen": chosen if chosen in offered(session) else default_method(session),
        "removable": options.get("payment_method_remove") == "enabled",
        "savable": [kind for kind in ("card", "sepa_debit", "us_bank_account") if keeps],
    }


def _saved(session: Obj) -> list[Obj]:
    found: list[Obj] = session.get("saved_payment_methods") or []
    return found


def _kinds(session: Obj) -> list[str]:
    found: list[str] = session["payment_method_types"]
    return found


def _heading(session: Obj, said: dict[str, str], shop: str) -> str:
    if session["mode"] == "setup":
        return said["save_with"].format(shop=shop)
    kind = "donate_to" if session["submit_type"] == "donate" else "pay_shop"
    return said[kind].format(shop=shop)


def _pay_words(session: Obj, slip: Obj | None, said: dict[str, str]) -> str:
    if slip is None:
        return said["save"]
    if not slip["amount"]:
        return said["finish"]
    kind = session["submit_type"] if session["submit_type"] in ("book", "donate") else "pay"
    return said[kind].format(amount=slip["total"])


def _texts(session: Obj) -> dict[str, str | None]:
    """The shop's own sentences."""
    texts: Any = session["custom_text"]
    named = {"terms": "terms_of_service_acceptance"}
    return {
        name: (texts.get(named.get(name, name)) or {}).get("message")
        for name in ("after_submit", "shipping_address", "submit", "terms")
    }


def _tests(kinds: Sequence[str], spoken: Words, language: str) -> list[tuple[str, str]]:
    """Numbers to try, with what they do: cards first, then bank accounts where those are taken."""
    said, labels = spoken["checkout"], spoken["labels"]
    found = [(card.number, card.does[language]) for card in TEST_CARDS] if "card" in kinds else []
    ends = {True: said["test_pays"], False: said["test_fails"], None: labels["routing_number"]}
    for kind, accounts in TEST_ACCOUNTS.items():
        if kind in kinds:
            found += [
                (number, ends[end] if end is None else f"{names(spoken)[kind]}: {ends[end]}")
                for number, end in accounts
            ]
    return found


def _called(asks: Asks, spoken: Words) -> dict[str, str]:
    """What a control is called, where the sentence about it does not say that."""
    labels, said = spoken["labels"], spoken["checkout"]
    found = {
        name: labels[name] for name in ("phone", "iban", "holder_type", "routing_number", "account_number")
    }
    found |= {name: said[name] for name in ("individual_name", "business_name", "tax_id_type", "tax_id")}
    for group in ("shipping", "billing"):
        found |= {f"{group}_{part}": labels[part] for part in ("country", "line1", "postal_code", "city")}
    for kind in ("sepa_debit", "us_bank_account"):
        found[f"{kind}_name"] = labels["account_holder"]
    found |= {"shipping_name": labels["full_name"], "klarna_country": labels["country"]}
    found["tax_business_name"] = said["business_name"]
    return found | {field.name: field.label for field in asks.fields}


def _anchor(name: str, session: Obj, values: dict[str, str]) -> str:
    """The control a fault of the form is about, for the link that leads there."""
    return f"method-{default_method(session)}" if name == "method" else name
