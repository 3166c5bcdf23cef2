"""What a Checkout Session asks its customer beside money and addresses: custom fields, consent, a tax id.

`new_…` makes the part of a new session from the shop's parameters; `answer_…` writes down what the customer
said.
"""

import re
from functools import cache

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid, missing
from stripe_sandbox.objects.tax_table import EU

MAX_FIELDS = 3
MAX_OPTIONS = 200
MAX_TEXT = 255
_KEY = re.compile(r"[A-Za-z0-9_]{1,200}")


def new_fields(given: list[Obj]) -> list[Obj]:
    """`custom_fields` of a new session, not filled in."""
    if len(given) > MAX_FIELDS:
        raise invalid(f"A Checkout Session can have at most {MAX_FIELDS} custom fields.", "custom_fields")
    keys = [one["key"] for one in given]
    fields = []
    for index, one in enumerate(given):
        at = f"custom_fields[{index}]"
        if not _KEY.fullmatch(one["key"]) or keys.count(one["key"]) > 1:
            raise invalid("The key of a custom field must be alphanumeric and unique.", f"{at}[key]")
        if len(one["label"]["custom"]) > 50:
            raise invalid("The label of a custom field has at most 50 characters.", f"{at}[label][custom]")
        fields.append(_new_field(one, at))
    return fields


def _new_field(given: Obj, at: str) -> Obj:
    kind = given["type"]
    told = given.get(kind)
    part: Obj = {"default_value": (told or {}).get("default_value"), "value": None}
    if kind == "dropdown":
        if not told:
            raise missing(f"{at}[dropdown]")
        if not 1 <= len(told["options"]) <= MAX_OPTIONS:
            raise invalid(f"A dropdown has 1 to {MAX_OPTIONS} options.", f"{at}[dropdown][options]")
        part["options"] = told["options"]
    else:
        part |= {name: (told or {}).get(name) for name in ("maximum_length", "minimum_length")}
    field: Obj = {
        "key": given["key"],
        "label": {"custom": given["label"]["custom"], "type": "custom"},
        "optional": given.get("optional", False),
        "type": kind,
        kind: part,
    }
    if part["default_value"] is not None:
        _check_value(field, part["default_value"], f"{at}[{kind}][default_value]")
    return field


def answer_fields(session: Obj, given: list[Obj]) -> None:
    """Write the customer's answers into the custom fields; 400 for what does not fit a field."""
    fields = {field["key"]: field for field in session["custom_fields"]}
    for index, one in enumerate(given):
        field = fields.get(one["key"])
        at = f"custom_fields[{index}]"
        if field is None:
            raise invalid(f"This Checkout Session has no custom field '{one['key'][:100]}'.", f"{at}[key]")
        if one["value"] != "":
            _check_value(field, one["value"], f"{at}[value]")
        field[field["type"]]["value"] = one["value"] or None


def unanswered(session: Obj) -> list[str]:
    """Keys of the custom fields that must still be filled in."""
    return [
        field["key"]
        for field in session["custom_fields"]
        if not field["optional"] and field[field["type"]]["value"] is None
    ]


def take_defaults(session: Obj) -> None:
    """What the customer left alone counts with its default value."""
    for field in session["custom_fields"]:
        part = field[field["type"]]
        if part["value"] is None:
            part["value"] = part["default_value"]


def _check_value(field: Obj, value: str, param: str) -> None:
    kind, part = field["type"], field[field["type"]]
    if kind == "dropdown":
        if value not in [option["value"] for option in part["options"]]:
            raise invalid("This is none of the dropdown's options.", param)
        return
    if kind == "numeric" and not (value.isascii() and value.isdecimal()):
        raise invalid("This field takes digits only.", param)
    shortest, longest = part["minimum_length"] or 0, part["maximum_length"] or MAX_TEXT
    if not shortest <= len(value) <= longest:
        raise invalid(f"This field takes {shortest} to {longest} characters.", param)


def new_consent(given: Obj | None) -> Obj | None:
    """`consent_collection` of a new session, or null."""
    if not given:
        return None
    collection = blank("checkout_session_consent_collection") | given
    # Nothing is asked for unless the shop says so.
    for name in ("promotions", "terms_of_service"):
        collection[name] = collection[name] or "none"
    return collection


def answer_consent(session: Obj, given: Obj) -> None:
    """Write down what the customer agreed to; 400 for what was not asked."""
    asked = session["consent_collection"] or {}
    for name in given:
        if asked.get(name) in (None, "none"):
            raise invalid(f"This Checkout Session does not ask for consent to `{name}`.", f"consent[{name}]")
    session["consent"] = (session["consent"] or blank("checkout_session_consent")) | given


def answer_tax_id(session: Obj, given: Obj | str) -> None:
    """Write down the customer's tax id, or take it away; 400 if the session does not ask for one."""
    if not (session.get("tax_id_collection") or {}).get("enabled"):
        raise invalid("This Checkout Session does not collect tax ids.", "tax_id")
    if isinstance(given, dict) and given["type"] not in _tax_id_types():
        raise invalid(f"Invalid tax_id[type]: {given['type'][:100]}", "tax_id[type]")
    session["customer_details"]["tax_ids"] = [given] if isinstance(given, dict) else []


def needs_tax_id(session: Obj) -> bool:
    """Whether the customer must still tell a tax id: where they live has some, and the shop requires it."""
    if (session.get("tax_id_collection") or {}).get("required") != "if_supported":
        return False
    details = session["customer_details"] or {}
    country = ((details.get("address") or {}).get("country") or "").lower()
    supported = country.upper() in EU or any(kind.startswith(f"{country}_") for kind in _tax_id_types())
    return bool(country) and supported and not details.get("tax_ids")


@cache
def _tax_id_types() -> list[str]:
    found: list[str] = spec.schema("checkout_session_customer_details_tax_id")["properties"]["type"]["enum"]
    return found
