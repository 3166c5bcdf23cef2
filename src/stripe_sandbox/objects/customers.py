"""Customers. Private fact: `ip_address` (where they were seen, for taxes).

Their tax ids are objects of their own, shown when a customer is expanded by them.
"""

import copy
import re
from typing import Any

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, invalid, missing, no_such, refuse_unmodelled
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import changes, payment_methods
from stripe_sandbox.work import Work, address, merge_metadata, shipping, unset

NOT_MODELLED = ("cash_balance", "default_source", "source", "test_clock", "validate")
_PLAIN = (
    "business_name", "description", "email", "individual_name", "name", "phone", "preferred_locales",
    "tax_exempt",
)  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PREFIX = re.compile(r"[A-Z0-9]{1,12}")
_EU_VAT = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,12}")
_DEFAULT = "invoice_settings[default_payment_method]"


def create(work: Work, params: Obj) -> Obj:
    """A new Customer, with `payment_method` attached if one is named.

    Raises:
        StripeError: 400 for values that cannot be; 402 for a card that declines.
    """
    customer = blank("customer") | {
        "id": new_id("cus", 14),
        "address": None,
        "created": work.now,
        "currency": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
        "_": {"ip_address": None},
    }
    work.save(customer)
    if params.get("payment_method"):
        method = payment_methods.attach(work, params["payment_method"], {"customer": customer["id"]})
        named = (params.get("invoice_settings") or {}).get("default_payment_method")
        if named == params["payment_method"]:  # a test name stands for the method it made
            settings = params["invoice_settings"] | {"default_payment_method": method["id"]}
            params = params | {"invoice_settings": settings}
    _set(work, customer, params)
    for given in params.get("tax_id_data", []):
        _add_tax_id(work, customer, given)
    work.emit("customer.created", customer)
    return customer


def retrieve(work: Work, id: str) -> Obj:
    """One Customer; a deleted one is shown as such."""
    customer = work.get("customer", id)
    if customer is not None and customer.get("deleted"):
        return deleted(id)
    return work.need("customer", id)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a Customer."""
    customer = work.need("customer", id)
    before = copy.deepcopy(customer)
    _set(work, customer, params)
    if previous := changes.previous(before, customer):
        work.emit("customer.updated", customer, previous)
    return work.save(customer)


def delete(work: Work, id: str) -> Obj:
    """Delete a Customer for good; their saved payment methods are detached."""
    customer = work.need("customer", id)
    work.emit("customer.deleted", customer)
    work.save({"id": id, "object": "customer", "created": customer["created"], "deleted": True})
    for row in work.box.store.rows(
        "SELECT id FROM objects WHERE customer = ? AND type = 'payment_method'", (id,)
    ):
        payment_methods.detach(work, row[0], {})
    return deleted(id)


def deleted(id: str) -> Obj:
    """What is left of a deleted Customer."""
    return {"id": id, "object": "customer", "deleted": True}


def delete_discount(work: Work, id: str) -> Obj:
    """404: no call of this version of the API gives a Customer a discount, so there is none to take away."""
    work.need("customer", id)
    raise no_such("discount", id, "id", in_path=True)


def page(work: Work, params: Obj) -> Obj:
    """Customers, newest first; `email` is compared as it is written."""
    refuse_unmodelled(params, ("test_clock",))
    return lists.page(work, "customer", "/v1/customers", params)


def forget_method(work: Work, id: str, method: str) -> None:
    """A payment method was detached: it is no longer the default of the Customer it belonged to."""
    customer = work.get("customer", id)
    if customer is None or customer.get("deleted"):
        return
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == method:
        settings["default_payment_method"] = None
        work.save(customer)
        previous = {"invoice_settings": {"default_payment_method": method}}
        work.emit("customer.updated", customer, previous)


def tax(work: Work, customer: Obj) -> Obj:
    """What is known of where the Customer is taxed: by where they are shipped to, else by their address."""
    stored = work.own("customer", customer["id"])
    places = (
        ("shipping_destination", (stored["shipping"] or {}).get("address")),
        ("billing_address", stored["address"]),
    )
    location = next(
        (
            {"country": where["country"], "source": source, "state": where["state"]}
            for source, where in places
            if where and where["country"]
        ),
        None,
    )
    return {
        "automatic_tax": "supported" if location else "unrecognized_location",
        "ip_address": stored["_"]["ip_address"],
        "location": location,
        "provider": "stripe",
    }


def tax_ids(work: Work, customer: Obj) -> Obj:
    """The Customer's tax ids, as a list."""
    url = f"/v1/customers/{customer['id']}/tax_ids"
    return lists.page(work, "tax_id", url, {"customer": customer["id"]})


def _set(work: Work, customer: Obj, params: Obj) -> None:
    refuse_unmodelled(params, NOT_MODELLED)
    email = params.get("email")
    if email and not _EMAIL.fullmatch(email):
        raise invalid(f"Invalid email address: {email[:100]}", "email", "email_invalid")
    for name in _PLAIN:
        if name in params:
            customer[name] = unset(params[name])
    for name in ("business_name", "individual_name"):  # absent, never null
        if customer.get(name, "") is None:
            del customer[name]
    customer["tax_exempt"] = customer["tax_exempt"] or "none"
    if "address" in params:
        customer["address"] = address(params["address"]) if params["address"] else None
    if "shipping" in params:
        customer["shipping"] = shipping(params["shipping"])
    if "invoice_prefix" in params:
        if not _PREFIX.fullmatch(params["invoice_prefix"]):
            raise invalid(
                "The invoice prefix must be 1 to 12 uppercase letters or numbers.", "invoice_prefix"
            )
        customer["invoice_prefix"] = params["invoice_prefix"]
    for name in ("balance", "next_invoice_sequence"):
        if name in params:
            customer[name] = params[name]
    customer["metadata"] = merge_metadata(customer["metadata"], params.get("metadata"))
    _set_invoices(work, customer, params.get("invoice_settings") or {})
    work.save(customer)
    _set_tax(work, customer, params.get("tax") or {})


def _set_invoices(work: Work, customer: Obj, given: Obj) -> None:
    settings = customer["invoice_settings"]
    if "default_payment_method" in given:
        wanted = unset(given["default_payment_method"])
        method = work.need("payment_method", wanted, _DEFAULT) if wanted else None
        if method is not None and method["customer"] != customer["id"]:
            raise StripeError(
                400,
                f"The customer does not have a payment method with the ID {wanted}. The payment method must "
                "be attached to the customer.",
                code="resource_missing",
                param=_DEFAULT,
            )
        settings["default_payment_method"] = wanted
    for name in ("custom_fields", "footer"):
        if name in given:
            settings[name] = unset(given[name])
    if "rendering_options" in given:
        sent = given["rendering_options"]
        names = ("amount_tax_display", "template")
        settings["rendering_options"] = {name: unset(sent.get(name)) for name in names} if sent else None


def _set_tax(work: Work, customer: Obj, given: Obj) -> None:
    if "ip_address" in given:
        customer["_"]["ip_address"] = unset(given["ip_address"])
        work.save(customer)
    if given.get("validate_location") == "immediately" and tax(work, customer)["location"] is None:
        raise invalid(
            "The customer's location isn't recognized. Set a valid customer address in order to automatically "
            "calculate tax.",
            "address",
            "customer_tax_location_invalid",
        )


def _add_tax_id(work: Work, customer: Obj, given: Obj) -> None:
    kind, value = given["type"], given["value"].strip()
    if not value:
        raise missing("tax_id_data[0][value]")
    if kind == "eu_vat" and not _EU_VAT.fullmatch(value):
        raise invalid("Invalid value for eu_vat.", "tax_id_data[0][value]", "tax_id_invalid")
    tax_id: dict[str, Any] = {
        "id": new_id("txi_1"),
        "object": "tax_id",
        "country": value[:2] if kind == "eu_vat" else kind[:2].upper(),
        "created": work.now,
        "customer": customer["id"],
        "livemode": False,
        "type": kind,
        "value": value,
        "verification": {"status": "unavailable", "verified_address": None, "verified_name": None},
    }
    work.save(tax_id)
    work.flush()
