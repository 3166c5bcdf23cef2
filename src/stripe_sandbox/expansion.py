"""`expand`: ids in an answer replaced by the objects they name, as the API description allows."""

import copy
from collections.abc import Callable
from typing import Any

from stripe_sandbox import lists, spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import (
    balance,
    coupons,
    customers,
    prices,
    promotion_codes,
    session_totals,
    shipping_rates,
    tax_calculations,
    tax_transactions,
)
from stripe_sandbox.spec import Schema
from stripe_sandbox.work import Work, public

MAX_LEVELS = 4
MAX_PATHS = 20


def expand(work: Work, body: Obj, paths: list[str]) -> Obj:
    """`body` with every path of `paths` expanded.

    Raises:
        StripeError: 400 for a path of more than four levels, or one that names no expandable property.
    """
    if len(paths) > MAX_PATHS:
        raise invalid(f"You cannot expand more than {MAX_PATHS} properties.", "expand")
    # What is put into the answer must not get into the stored object, of which `body` may still be a part.
    body = copy.deepcopy(body)
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_LEVELS:
            raise invalid(
                f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {path}", "expand"
            )
        if body.get("object") in ("list", "search_result"):
            if parts[0] != "data" or len(parts) < 2:
                raise _cannot(path)
            for item in body["data"]:
                _expand(work, item, parts[1:], spec.schema(item["object"]), path)
        else:
            _expand(work, body, parts, spec.schema(body["object"]), path)
    return body


def _expand(
    work: Work, body: Obj, parts: list[str], schema: Schema, path: str, owner: Obj | None = None
) -> None:
    # `owner` is the object that `body` is a part of, where it is none itself.
    name, rest = parts[0], parts[1:]
    title = schema.get("title", "")
    if (title, name) in PARTS and owner is not None:
        if (part := PARTS[title, name](work, body, owner)) is not None:
            body[name] = part
        return
    included = INCLUDED.get((title, name))
    if name not in schema.get("x-expandableFields", ()) and included is None:
        _expand_part(work, body, parts, schema, path, owner or body)
        return
    inner = _target(schema["properties"][name])
    if included and name not in body and (found := included(work, body)) is not None:
        body[name] = copy.deepcopy(found)
    value = body.get(name)
    if isinstance(value, str):
        kinds = [option["properties"]["object"]["enum"][0] for option in inner]
        value = next((found for kind in kinds if (found := load(work, kind, value))), value)
        body[name] = value
    if not rest:
        return
    if isinstance(value, dict) and value.get("object") == "list":
        if rest[0] != "data" or len(rest) < 2:
            raise _cannot(path)
        for item in value["data"]:
            _expand(work, item, rest[1:], spec.schema(item["object"]), path)
    elif isinstance(value, dict):
        kind = value.get("object")
        known = spec.schema(kind) if isinstance(kind, str) else inner[0]
        _expand(work, value, rest, known, path)
    elif not any(_allows(option, rest) for option in inner):
        raise _cannot(path)


def _expand_part(work: Work, body: Obj, parts: list[str], schema: Schema, path: str, owner: Obj) -> None:
    # A part of an object that is no object itself, such as `promotion` in `promotion.coupon`, or a list of them.
    name, rest = parts[0], parts[1:]
    node = spec.resolve(schema.get("properties", {}).get(name, {}))
    inner = [spec.resolve(option) for option in node.get("anyOf", [node.get("items", node)])]
    value = body.get(name)
    if not rest or not any(_allows(option, rest) for option in inner):
        raise _cannot(path)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            kind = one.get("object")
            _expand(work, one, rest, spec.schema(kind) if isinstance(kind, str) else inner[0], path, owner)


def load(work: Work, kind: str, id: str) -> Obj | None:
    """The public object of this kind and id, as it is now."""
    found = work.get(kind, id)
    if found is None:
        return None
    if found.get("deleted"):
        return customers.deleted(id) if kind == "customer" else None
    shown = copy.deepcopy(public(found))
    return balance.refresh(shown, work.now) if kind == "balance_transaction" else shown


def _target(field: Schema) -> list[Schema]:
    """What a property may expand to."""
    expansion = field.get("x-expansionResources")
    field = spec.resolve(field)
    options = expansion["oneOf"] if expansion else field.get("anyOf", [field.get("items", field)])
    return [spec.resolve(option) for option in options]


def _allows(schema: Schema, parts: list[str]) -> bool:
    # Whether a path is right although the value is null here.
    if parts[0] == "data" and "data" in schema.get("properties", {}):
        return True
    name, rest = parts[0], parts[1:]
    named = (schema.get("title", ""), name)
    known = name in schema.get("x-expandableFields", ()) or named in INCLUDED or named in PARTS
    if name not in schema.get("properties", {}) or not (rest or known):
        return False
    return not rest or any(_allows(one, rest) for one in _target(schema["properties"][name]))


def _cannot(path: str) -> Exception:
    return invalid(
        f"This property cannot be expanded ({path}). You may want to try expanding another property.",
        "expand",
    )


def _refunds(work: Work, charge: Obj) -> Obj:
    return lists.page(work, "refund", f"/v1/charges/{charge['id']}/refunds", {"charge": charge["id"]})


def _line_items(work: Work, session: Obj) -> Obj:
    stored = work.own("checkout.session", session["id"])
    return lists.slice_page(stored["_"]["lines"], f"/v1/checkout/sessions/{session['id']}/line_items", {})


def _nothing(path: str) -> Callable[[Work, Obj], Obj]:
    def empty(work: Work, owner: Obj) -> Obj:
        return {"object": "list", "data": [], "has_more": False, "url": f"/v1/customers/{owner['id']}/{path}"}

    return empty


def _breakdown(work: Work, details: Obj, session: Obj) -> Obj:
    return session_totals.breakdown(work, session)


def _as_it_is(work: Work, body: Obj) -> None:
    # What an object always shows and Stripe's callers may ask for.
    return None


# What is absent from an object unless expanded.
INCLUDED: dict[tuple[str, str], Callable[[Work, Obj], Any]] = {
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _line_items,
    ("customer", "sources"): _nothing("sources"),
    ("customer", "subscriptions"): _nothing("subscriptions"),
    ("customer", "tax"): customers.tax,
    ("customer", "tax_ids"): customers.tax_ids,
    ("coupon", "applies_to"): coupons.applies_to,
    ("coupon", "currency_options"): coupons.currency_options,
    ("price", "currency_options"): prices.currency_options,
    ("price", "tiers"): prices.tiers,
    ("checkout_session_shipping_cost", "taxes"): _as_it_is,
    ("tax.calculation", "line_items"): tax_calculations.first_lines,
    ("tax.calculation_line_item", "tax_breakdown"): _as_it_is,
    ("tax_calculation_shipping_cost", "tax_breakdown"): _as_it_is,
    ("tax.transaction", "line_items"): tax_transactions.first_lines,
    ("tax_transaction_shipping_cost", "tax_breakdown"): _as_it_is,
    ("item", "discounts"): _as_it_is,
    ("item", "taxes"): _as_it_is,
}
# The same within parts of an object: called with the part and the object it belongs to.
PARTS: dict[tuple[str, str], Callable[[Work, Obj, Obj], Any]] = {
    ("checkout_session_total_details", "breakdown"): _breakdown,
    ("promotion_code_restrictions", "currency_options"): promotion_codes.currency_options,
    ("shipping_rate_fixed_amount", "currency_options"): shipping_rates.currency_options,
}
