"""Customers."""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import payment_methods
from stripe_sandbox.work import Work, address, merge_metadata, shipping, unset

_PLAIN = (
    "description",
    "email",
    "name",
    "phone",
    "preferred_locales",
    "tax_exempt",
    "business_name",
    "individual_name",
)


def create(work: Work, params: Obj) -> Obj:
    """A new Customer."""
    customer = blank("customer")
    customer |= {
        "id": new_id("cus", 14),
        "address": None,
        "created": work.now,
        "currency": None,
        "delinquent": False,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
    }
    _set(work, customer, params)
    work.save(customer)
    if params.get("payment_method"):
        payment_methods.attach(work, params["payment_method"], {"customer": customer["id"]})
    work.emit("customer.created", customer)
    return customer


def retrieve(work: Work, id: str) -> Obj:
    """One Customer; a deleted one is shown as such."""
    customer = work.get("customer", id)
    if customer is not None and customer.get("deleted"):
        return _deleted(id)
    return work.need("customer", id)


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change a Customer."""
    customer = work.need("customer", id)
    before = dict(customer)
    _set(work, customer, params)
    previous = {name: before.get(name) for name, value in customer.items() if before.get(name) != value}
    if previous:
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
    return _deleted(id)


def _deleted(id: str) -> Obj:
    return {"id": id, "object": "customer", "deleted": True}


def _set(work: Work, customer: Obj, params: Obj) -> None:
    for name in _PLAIN:
        if name in params:
            customer[name] = unset(params[name])
    for name in ("business_name", "individual_name"):  # absent, never null
        if customer.get(name, "") is None:
            del customer[name]
    if "address" in params:
        customer["address"] = address(params["address"]) if params["address"] else None
    if "shipping" in params:
        customer["shipping"] = shipping(params["shipping"])
    if "balance" in params:
        customer["balance"] = params["balance"]
    settings = params.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        wanted = unset(settings["default_payment_method"])
        if wanted:
            work.need("payment_method", wanted, "invoice_settings[default_payment_method]")
        customer["invoice_settings"]["default_payment_method"] = wanted
    customer["metadata"] = merge_metadata(customer["metadata"], params.get("metadata"))
