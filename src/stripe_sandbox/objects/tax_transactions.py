"""Tax transactions: what was sold, and what of it was taken back (reversals).

Private facts: `lines` (the line items) and, of the original, `reversed`: per line id (``"shipping"`` for
shipping) the amount and the tax taken back so far, so that never more than the original is.
"""

from fractions import Fraction

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects.taxation import half_up, spread
from stripe_sandbox.work import Work, merge_metadata

_COPIED = ("currency", "customer", "customer_details", "ship_from_details", "tax_date")


def create_from_calculation(work: Work, params: Obj) -> Obj:
    """Record the sale that a calculation was made for.

    Raises:
        StripeError: 400 for a calculation that is unknown, over 90 days old or used, or a `reference` that
            another transaction has.
    """
    calculation = work.need("tax.calculation", params["calculation"], "calculation")
    if work.now >= calculation["expires_at"]:
        raise invalid(f"The tax calculation `{calculation['id']}` has expired.", "calculation")
    if calculation["_"]["transaction"]:
        raise invalid(
            f"A tax transaction was already created from the calculation `{calculation['id']}`.",
            "calculation",
        )
    _check_reference(work, params["reference"])
    made = _transaction(work, calculation, params, "transaction")
    made["shipping_cost"] = calculation["shipping_cost"]
    made["posted_at"] = params.get("posted_at", work.now)
    made["_"]["lines"] = [_line(line, "transaction") for line in calculation["_"]["lines"]]
    calculation["_"]["transaction"] = made["id"]
    work.save(calculation)
    return work.save(made)


def create_reversal(work: Work, params: Obj) -> Obj:
    """Take back all of a transaction (`mode` full) or a part of it: by line items and shipping cost, or by a
    `flat_amount` that is spread over all of it. Amounts are negative, in minor units.

    Raises:
        StripeError: 400 for more than is left of the original, a `reference` that another transaction has, or
            amounts that are not negative.
    """
    original = work.need("tax.transaction", params["original_transaction"], "original_transaction")
    if original["type"] != "transaction":
        raise invalid("A reversal cannot be reversed.", "original_transaction")
    _check_reference(work, params["reference"])
    if params["mode"] == "full":
        parts = _all(original, params)
    elif "flat_amount" in params:
        parts = _spread(original, params)
    else:
        parts = _named(original, params)
    made = _transaction(work, original, params, "reversal")
    made["reversal"] = {"original_transaction": original["id"]}
    for part in parts:
        _take_back(original, part)
        if part["id"] == "shipping":
            shown = {
                name: value for name, value in original["shipping_cost"].items() if name != "tax_breakdown"
            }
            made["shipping_cost"] = shown | _amounts(part)
        else:
            made["_"]["lines"].append(_reversed_line(original, part))
    work.save(original)
    return work.save(made)


def line_items(work: Work, id: str, params: Obj) -> Obj:
    """One page of a transaction's lines."""
    transaction = work.need("tax.transaction", id)
    return lists.slice_page(transaction["_"]["lines"], f"/v1/tax/transactions/{id}/line_items", params)


def first_lines(work: Work, transaction: Obj) -> Obj:
    """The first page of its lines, as shown when expanded."""
    return line_items(work, transaction["id"], {})


def _check_reference(work: Work, reference: str) -> None:
    row = work.box.store.row(
        "SELECT id FROM objects WHERE type = 'tax.transaction' AND json_extract(body, '$.reference') = ?",
        (reference,),
    )
    if row is not None:
        raise invalid(
            f"There is already a tax transaction with the reference `{reference[:100]}`.",
            "reference",
            "resource_already_exists",
        )


def _transaction(work: Work, source: Obj, params: Obj, type: str) -> Obj:
    made = blank("tax.transaction") | {name: source[name] for name in _COPIED}
    return made | {
        "id": new_id("tax_1"),
        "created": work.now,
        "metadata": merge_metadata(None, params.get("metadata")),
        "posted_at": work.now,
        "reference": params["reference"],
        "type": type,
        "_": {"lines": [], "reversed": {}},
    }


def _line(line: Obj, type: str) -> Obj:
    names = (
        "amount",
        "amount_tax",
        "metadata",
        "product",
        "quantity",
        "reference",
        "tax_behavior",
        "tax_code",
    )
    made = blank("tax.transaction_line_item") | {name: line[name] for name in names}
    return made | {"id": new_id("tax_li", 14), "reversal": None, "type": type}


def _left(original: Obj) -> list[Obj]:
    """What was not taken back yet, per line and shipping: ``{id, amount, amount_tax, inclusive}``."""
    whole = [*original["_"]["lines"]]
    if original["shipping_cost"]:
        whole.append(original["shipping_cost"] | {"id": "shipping"})
    found = []
    for part in whole:
        amount, tax = original["_"]["reversed"].get(part["id"], (0, 0))
        left = {"amount": part["amount"] - amount, "amount_tax": part["amount_tax"] - tax}
        found.append(left | {"id": part["id"], "inclusive": part["tax_behavior"] == "inclusive"})
    return found


def _all(original: Obj, params: Obj) -> list[Obj]:
    for name in ("flat_amount", "line_items", "shipping_cost"):
        if name in params:
            raise invalid(f"`{name}` can only be used when `mode` is `partial`.", name)
    if original["_"]["reversed"]:
        raise invalid(
            "A transaction that has reversals cannot be reversed in full; reverse what is left of it with "
            "`mode` `partial`.",
            "mode",
        )
    return _left(original)


def _spread(original: Obj, params: Obj) -> list[Obj]:
    for name in ("line_items", "shipping_cost"):
        if name in params:
            raise exclusive("flat_amount", name)
    flat = _negative(params["flat_amount"], "flat_amount")
    left = _left(original)
    weights = [part["amount"] + (0 if part["inclusive"] else part["amount_tax"]) for part in left]
    if flat > sum(weights):
        raise _too_much("flat_amount")
    parts = []
    for part, weight, share in zip(left, weights, spread(flat, weights), strict=True):
        if share:
            tax = half_up(Fraction(share * part["amount_tax"], weight))
            amount = share if part["inclusive"] else share - tax
            parts.append(part | {"amount": amount, "amount_tax": tax})
    return parts


def _named(original: Obj, params: Obj) -> list[Obj]:
    given = params.get("line_items") or []
    if not given and "shipping_cost" not in params:
        raise missing("line_items")
    left = {part["id"]: part for part in _left(original)}
    parts = []
    for index, line in enumerate(given):
        at = f"line_items[{index}]"
        if line["original_line_item"] == "shipping" or line["original_line_item"] not in left:
            raise invalid(
                f"No such line item: '{line['original_line_item'][:100]}'",
                f"{at}[original_line_item]",
                "resource_missing",
            )
        known = left[line["original_line_item"]]
        parts.append(_part(known, line, at))
        # The same line may be named twice.
        for name in ("amount", "amount_tax"):
            known[name] -= parts[-1][name]
    if "shipping_cost" in params:
        if "shipping" not in left:
            raise invalid("The original transaction has no shipping cost.", "shipping_cost")
        parts.append(_part(left["shipping"], params["shipping_cost"], "shipping_cost"))
    return parts


def _part(left: Obj, given: Obj, at: str) -> Obj:
    found = {name: _negative(given[name], f"{at}[{name}]") for name in ("amount", "amount_tax")}
    for name, value in found.items():
        if value > left[name]:
            raise _too_much(f"{at}[{name}]")
    return left | found | {"given": given}


def _reversed_line(original: Obj, part: Obj) -> Obj:
    line = next(one for one in original["_"]["lines"] if one["id"] == part["id"])
    given = part.get("given", {})
    return (
        _line(line, "reversal")
        | _amounts(part)
        | {
            "metadata": merge_metadata(None, given.get("metadata")),
            "quantity": given.get("quantity", line["quantity"]),
            "reference": given.get("reference", line["reference"]),
            "reversal": {"original_line_item": line["id"]},
        }
    )


def _amounts(part: Obj) -> Obj:
    return {"amount": -part["amount"], "amount_tax": -part["amount_tax"]}


def _take_back(original: Obj, part: Obj) -> None:
    amount, tax = original["_"]["reversed"].get(part["id"], (0, 0))
    original["_"]["reversed"][part["id"]] = (amount + part["amount"], tax + part["amount_tax"])


def _negative(value: int, param: str) -> int:
    if value > 0:
        raise invalid("This value must be less than or equal to 0.", param, "parameter_invalid_integer")
    return -value


def _too_much(param: str) -> Exception:
    return invalid("A reversal cannot be more than what is left of the original transaction.", param)
