"""What a sent form changes of the order, before anything is paid: one step each, so that one slip spoils no other."""

from collections.abc import Iterator
from dataclasses import dataclass

from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import sessions
from stripe_sandbox.pages.checkout_asks import Asks
from stripe_sandbox.pages.checkout_form import filled_address, same_address, tax_id_of
from stripe_sandbox.pages.order import rows
from stripe_sandbox.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Step:
    """One change: what to tell the session, which control it came from, and which fault it is if refused."""

    params: Obj
    field: str
    fault: str


def make(box: Sandbox, session: Obj, values: dict[str, str], do: str) -> dict[str, str]:
    """Let the form change the order; the faults of what was refused, by control.

    `do` is the button: `code` and `uncode`, `less:…` and `more:…`, `add:…`, `drop:…` (a saved payment method), or
    another one, which changes only what was typed and chosen.
    """
    faults: dict[str, str] = {}
    for step in [*_asked(session, do), *_typed(session, values, do)]:
        if _is_refused(box, session["id"], step.params):
            faults.setdefault(step.field, step.fault)
    return faults


def _is_refused(box: Sandbox, id: str, params: Obj) -> bool:
    return box.attempt(lambda work: sessions.change(work, id, params)).status != 200


def _asked(session: Obj, do: str) -> Iterator[Step]:
    """What the button itself means."""
    verb, _, target = do.partition(":")
    if verb == "uncode":
        yield Step({"promotion_code": ""}, "code", "unknown_code")
    if verb == "drop":
        yield Step({"remove_payment_method": target}, "method", "choose_method")
    if verb == "add":
        items = {item["price"]["id"]: item for item in session.get("optional_items") or ()}
        if item := items.get(target):
            added = [{"price": target, "quantity": item["quantity"]}]
            yield Step({"optional_items": added}, "code", "invalid_quantity")


def _typed(session: Obj, values: dict[str, str], do: str) -> Iterator[Step]:
    asks = Asks.of(session)
    yield from _quantities(session, values, do)
    if values.get("code") and not session.get("discounts") and session.get("allow_promotion_codes"):
        yield Step({"promotion_code": values["code"]}, "code", "unknown_code")
    if asks.shipping_to and values.get("shipping_line1") and values.get("shipping_country"):
        where = filled_address(values, "shipping")
        told = {"name": values.get("shipping_name", ""), "address": where}
        yield Step({"shipping_details": told}, "shipping_country", "invalid_address")
    group = "shipping" if same_address(asks, values) else "billing"
    if asks.billing and values.get(f"{group}_country") and values.get(f"{group}_line1"):
        billed = {"customer_details": {"address": filled_address(values, group)}}
        yield Step(billed, f"{group}_country", "invalid_address")
    if session.get("shipping_options") and values.get("shipping_rate"):
        yield Step({"shipping_rate": values["shipping_rate"]}, "shipping_rate", "choose_delivery")
    if tax_id := tax_id_of(asks, values):
        yield Step({"tax_id": tax_id}, "tax_id", "invalid_tax_id")
    elif asks.tax_id and (session["customer_details"] or {}).get("tax_ids"):
        yield Step({"tax_id": ""}, "tax_id", "invalid_tax_id")


def _quantities(session: Obj, values: dict[str, str], do: str) -> Iterator[Step]:
    for line in rows(session["line_items"]):
        name = f"quantity:{line['id']}"
        typed = values.get(name, "")
        if do in (f"less:{line['id']}", f"more:{line['id']}"):
            base = int(typed) if typed.isascii() and typed.isdecimal() else line["quantity"]
            wanted = base + (1 if do.startswith("more") else -1)
        elif not typed or typed == str(line["quantity"]):
            continue
        else:
            # What is no number is refused like a number that is too high.
            wanted = int(typed) if typed.isascii() and typed.isdecimal() else -1
        yield Step({"line_items": [{"id": line["id"], "quantity": wanted}]}, name, "invalid_quantity")
