"""What changes an open Checkout Session: what its customer says on the page, and what the shop sends again.

Every change prices the session anew. The parameters of a customer's change are those of
`page_operations.CHANGES`.
"""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.objects import (
    payment_intents,
    session_fields,
    session_lines,
    session_rules,
    session_saving,
    session_shipping,
    session_totals,
    sessions,
)
from stripe_sandbox.work import Work, address, merge_metadata, unset

NAMES = ("email", "name", "phone", "business_name", "individual_name")
# A session that is over still takes these.
ALWAYS = {"metadata"}
# What a customer's address must hold to be sent to.
NEEDED = ("line1", "country")


def update(work: Work, id: str, params: Obj) -> Obj:
    """The shop changes its session: metadata always; lines, shipping and the like while it is open.

    Raises:
        StripeError: 400 for a session that is over, or a change its `ui_mode` does not allow.
    """
    session = work.need("checkout.session", id)
    others = sorted(set(params) - ALWAYS)
    if others and session["status"] != "open":
        raise StripeError(
            400, f"This Checkout Session has a status of `{session['status']}` and cannot be changed."
        )
    session["metadata"] = merge_metadata(session["metadata"], params.get("metadata"))
    if others and session["mode"] != "payment":
        raise invalid(f"You can not update `{others[0]}` in `setup` mode.", others[0])
    _update_collected(session, params)
    _update_intent_data(work, session, params)
    if "line_items" in params:
        ordered = session_lines.change_all(work, session["_"]["ordered"], params["line_items"])
        session["_"]["ordered"] = ordered
    if "shipping_options" in params:
        session_shipping.offer(work, session, params["shipping_options"] or [])
    if others:
        session_totals.renew(work, session)
    return sessions.settle(work, session)


def _update_collected(session: Obj, params: Obj) -> None:
    if "collected_information" not in params:
        return
    if session["ui_mode"] not in ("embedded_page", "elements"):
        raise invalid(
            "`collected_information` can only be set for `embedded_page` and `elements` sessions.",
            "collected_information",
        )
    given = params["collected_information"].get("shipping_details")
    if given:
        _ship_to(session, given, "collected_information[shipping_details]")


def _update_intent_data(work: Work, session: Obj, params: Obj) -> None:
    given = params.get("payment_intent_data")
    if given is None:
        return
    if session["ui_mode"] != "elements":
        raise invalid(
            "`payment_intent_data` can only be updated when `ui_mode` is `elements`.", "payment_intent_data"
        )
    data = session["_"]["intent"]
    for name, value in given.items():
        if name == "metadata":
            data["metadata"] = merge_metadata(data.get("metadata"), value)
        else:
            data[name] = unset(value)
    intent = work.get("payment_intent", session["payment_intent"])
    if intent is not None:
        session_totals.abandon(work, intent)
        payment_intents.update(work, intent["id"], given)


def apply(work: Work, session: Obj, params: Obj) -> None:
    """Write down what the customer says, not yet what it costs. 400 for what the session does not offer."""
    _note_details(session, params)
    if "shipping_details" in params:
        locked = (session.get("permissions") or {}).get("update_shipping_details") == "server_only"
        if locked and work.by_page:
            raise invalid("Only the server may change the shipping details.", "shipping_details")
        _ship_to(session, params["shipping_details"], "shipping_details")
    if "custom_fields" in params:
        session_fields.answer_fields(session, params["custom_fields"])
    if "consent" in params:
        session_fields.answer_consent(session, params["consent"])
    if "tax_id" in params:
        session["customer_details"] = details_of(session)
        session_fields.answer_tax_id(session, params["tax_id"])
    _choose_items(work, session, params)
    if "shipping_rate" in params:
        session_shipping.choose(session, params["shipping_rate"])
    if "promotion_code" in params:
        session_totals.take_code(work, session, params["promotion_code"])
    if "remove_payment_method" in params:
        session_saving.remove(work, session, params["remove_payment_method"])


def note_method(work: Work, session: Obj, params: Obj) -> None:
    """What the payment method tells of the customer counts where they said nothing themselves."""
    saved = work.get("payment_method", params.get("payment_method"))
    token = work.get("confirmation_token", params.get("confirmation_token"))
    stored: Obj = (saved or (token or {}).get("payment_method_preview") or {}).get("billing_details") or {}
    billing = stored | ((params.get("payment_method_data") or {}).get("billing_details") or {})
    details = details_of(session)
    for name in ("email", "name", "phone"):
        details[name] = details[name] or unset(billing.get(name))
    where = billing.get("address") or {}
    if not details["address"] and any(where.values()):
        details["address"] = address(where)
    session["customer_details"] = details


def details_of(session: Obj) -> Obj:
    """The session's `customer_details`, blank ones for a customer nobody knows yet."""
    known: Obj = session["customer_details"] or blank("checkout_session_customer_details")
    return known | {"tax_exempt": known["tax_exempt"] or "none", "tax_ids": known["tax_ids"] or []}


def missing(session: Obj) -> list[str]:
    """What the customer must still tell, by the names of `payment_pages`."""
    details = details_of(session)
    shipped = (session["collected_information"] or {}).get("shipping_details")
    names = session.get("name_collection") or {}
    taxed_there = session_totals.tax_status(session) == "requires_billing_address"
    required = {
        "email": True,
        "phone": (session.get("phone_number_collection") or {}).get("enabled"),
        "billing_address": session["billing_address_collection"] == "required" or taxed_there,
    }
    wanted = {"email": details["email"], "phone": details["phone"], "billing_address": details["address"]}
    lacking = [name for name, is_needed in required.items() if is_needed and not wanted[name]]
    if session["shipping_address_collection"] and not shipped:
        lacking.append("shipping_address")
    asked = session["consent_collection"] or {}
    agreed = (session["consent"] or {}).get("terms_of_service")
    if asked.get("terms_of_service") == "required" and not agreed:
        lacking.append("terms_of_service")
    if session_fields.needs_tax_id(session):
        lacking.append("tax_id")
    for kind, one in names.items():
        if one["enabled"] and not one["optional"] and not details[f"{kind}_name"]:
            lacking.append(f"{kind}_name")
    return lacking + [f"custom_fields.{key}" for key in session_fields.unanswered(session)]


def check_complete(session: Obj) -> None:
    """400 when a page confirms without something that this session asks for.

    An e-mail address every page asks for; a test need not.
    """
    for name in missing(session):
        if name != "email":
            raise invalid(f"This Checkout Session still needs: {name}.", name.partition(".")[0])


def _note_details(session: Obj, params: Obj) -> None:
    given = dict(params.get("customer_details") or {})
    if "email" in params:
        given["email"] = params["email"]
    session_rules.check_email(given.get("email") or "", "email")
    if not given:
        return
    details = details_of(session)
    for name in NAMES:
        if name in given:
            details[name] = unset(given[name])
    # The shop's own word on the address stands.
    details["email"] = session["customer_email"] or details["email"]
    if "address" in given:
        details["address"] = address(given["address"]) if any(given["address"].values()) else None
    session["customer_details"] = details
    if {"business_name", "individual_name"} & set(given):
        collected = session["collected_information"] or blank("checkout_session_collected_information")
        for name in ("business_name", "individual_name"):
            collected[name] = details[name]
        session["collected_information"] = collected


def _ship_to(session: Obj, given: Obj, param: str) -> None:
    where = {name: value for name, value in (given.get("address") or {}).items() if value}
    collected = session["collected_information"] or blank("checkout_session_collected_information")
    session["collected_information"] = collected
    if not where:
        collected["shipping_details"] = None
        return
    asked = session["shipping_address_collection"] or {}
    allowed = asked.get("allowed_countries")
    if allowed and where.get("country") not in allowed:
        raise invalid(
            f"This Checkout Session does not ship to `{where.get('country', '')}`.",
            f"{param}[address][country]",
        )
    collected["shipping_details"] = {"address": address(where), "name": given.get("name") or ""}


def _choose_items(work: Work, session: Obj, params: Obj) -> None:
    facts = session["_"]
    ordered = list(facts["ordered"])
    for index, one in enumerate(params.get("line_items") or ()):
        at = f"line_items[{index}]"
        place = next((n for n, line in enumerate(ordered) if line["id"] == one["id"]), None)
        if place is None:
            raise invalid(f"No such line item: '{one['id'][:100]}'", f"{at}[id]", "resource_missing")
        ordered[place] = session_lines.adjust(ordered[place], one["quantity"], f"{at}[quantity]")
    for index, one in enumerate(params.get("optional_items") or ()):
        ordered = _choose_optional(work, session, ordered, one, f"optional_items[{index}]")
    ordered = [line for line in ordered if line["quantity"]]
    if facts["ordered"] and not ordered:
        raise invalid("At least one line item must remain.", "line_items")
    facts["ordered"] = ordered


def _choose_optional(work: Work, session: Obj, ordered: list[Obj], one: Obj, at: str) -> list[Obj]:
    offered = {item["price"]: item for item in session.get("optional_items") or ()}
    item = offered.get(one["price"])
    if item is None:
        raise invalid("This is none of the optional items.", f"{at}[price]", "resource_missing")
    if one["quantity"] not in (0, item["quantity"]):
        session_lines.adjust(item, one["quantity"], f"{at}[quantity]")
    rest = [line for line in ordered if not (line.get("optional") and line["price"]["id"] == one["price"])]
    return [*rest, session_lines.added(work, item, one["quantity"])] if one["quantity"] else rest
