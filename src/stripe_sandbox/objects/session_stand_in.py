"""Who pays a session when nobody sits at its page: somebody who fills in what it asks for."""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import session_changes, sessions
from stripe_sandbox.work import Work

EMAIL, NAME, PHONE = "jenny.rosen@example.com", "Jenny Rosen", "+14155550123"
ADDRESS = {
    "line1": "510 Townsend Street", "city": "San Francisco", "state": "CA", "postal_code": "94103",
    "country": "US",
}  # fmt: skip


def pay(work: Work, id: str, params: Obj) -> Obj:
    """Confirm a session with `params`, see `sessions.pay`, and tell whatever else it asks for."""
    session = sessions.need_open(work, id, "paid")
    session_changes.note_method(work, session, params)
    return sessions.pay(work, id, _answers(session) | params)


def _answers(session: Obj) -> Obj:
    lacking = session_changes.missing(session)
    details: Obj = {}
    given: Obj = {}
    if "email" in lacking:
        details["email"] = EMAIL
    if "phone" in lacking:
        details["phone"] = PHONE
    if "billing_address" in lacking:
        details |= {"name": NAME, "address": ADDRESS}
    for name in ("individual_name", "business_name"):
        if name in lacking:
            details[name] = NAME
    if "shipping_address" in lacking:
        countries = session["shipping_address_collection"]["allowed_countries"]
        given["shipping_details"] = {"name": NAME, "address": _address(countries)}
    if "terms_of_service" in lacking:
        given["consent"] = {"terms_of_service": "accepted"}
    fields = [
        {"key": field["key"], "value": _value(field)}
        for field in session["custom_fields"]
        if f"custom_fields.{field['key']}" in lacking
    ]
    if fields:
        given["custom_fields"] = fields
    return given | ({"customer_details": details} if details else {})


def _address(countries: list[str]) -> Obj:
    if "US" in countries:
        return ADDRESS
    return {"line1": "1 Main Street", "city": "Springfield", "postal_code": "10000", "country": countries[0]}


def _value(field: Obj) -> str:
    part = field[field["type"]]
    if field["type"] == "dropdown":
        return str(part["default_value"] or part["options"][0]["value"])
    length = max(part["minimum_length"] or 1, 1)
    filler = "1" if field["type"] == "numeric" else "x"
    return str(part["default_value"] or filler * length)
