"""What a Checkout Session sells: line items as they were ordered, before any amount is known.

An ordered line is `{id, price, quantity, tax_rates, adjustable_quantity, metadata}`: `price` is the whole
Price as it was, so that a later change of it does not change the order. What is paid for it is `session_totals`'
business.
"""

from typing import Any

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import exclusive, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import prices, products
from stripe_sandbox.work import Work, merge_metadata, public

MAX_LINES = 100
MAX_OPTIONAL = 10
MAX_QUANTITY = 999_999
USUAL_MAXIMUM = 99


def read_all(work: Work, given: list[Obj]) -> list[Obj]:
    """The ordered lines of a new session.

    Raises:
        StripeError: 400 for too many, or one that names no price that can be sold once.
    """
    _check_number(given)
    return [_read(work, line, f"line_items[{index}]") for index, line in enumerate(given)]


def change_all(work: Work, lines: list[Obj], given: list[Obj]) -> list[Obj]:
    """The ordered lines after the shop sent its whole list again: a known `id` keeps or changes a line, a
    line without one is new, and what is not named is gone.
    """
    if not given:
        raise invalid("A Checkout Session must have at least one line item.", "line_items")
    _check_number(given)
    known = {line["id"]: line for line in lines}
    result = []
    for index, one in enumerate(given):
        at = f"line_items[{index}]"
        if "id" not in one:
            result.append(_read(work, one, at))
            continue
        if one["id"] not in known:
            raise invalid(f"No such line item: '{one['id']}'", f"{at}[id]", "resource_missing")
        result.append(_changed(work, known.pop(one["id"]), one, at))
    return result


def read_optional(work: Work, given: list[Obj], currency: str) -> list[Obj]:
    """The items that a customer may add: `{price, quantity, adjustable_quantity}`, `price` by its id."""
    if len(given) > MAX_OPTIONAL:
        raise invalid(f"A Checkout Session can have at most {MAX_OPTIONAL} optional items.", "optional_items")
    items = []
    for index, one in enumerate(given):
        at = f"optional_items[{index}]"
        price = prices.for_sale(work, one["price"], f"{at}[price]")
        prices.in_currency(price, currency, f"{at}[price]")
        adjustable = _adjustable(one.get("adjustable_quantity"), one["quantity"], at)
        items.append(
            {"adjustable_quantity": adjustable, "price": price["id"], "quantity": _quantity(one, at)}
        )
    return items


def added(work: Work, item: Obj, quantity: int) -> Obj:
    """The ordered line of an optional item that the customer took."""
    return {
        "id": new_id("li_1"),
        "price": public(work.own("price", item["price"])),
        "quantity": quantity,
        "tax_rates": [],
        "adjustable_quantity": item["adjustable_quantity"],
        "metadata": {},
        "optional": True,
    }


def adjust(line: Obj, quantity: int, param: str) -> Obj:
    """`line` with the quantity a customer chose; 400 where the shop did not allow it."""
    bounds = line["adjustable_quantity"]
    if not bounds or not bounds["enabled"]:
        raise invalid("The quantity of this line item cannot be adjusted.", param)
    if quantity and not bounds["minimum"] <= quantity <= bounds["maximum"]:
        raise invalid(
            f"The quantity of this line item must be between {bounds['minimum']} and {bounds['maximum']}.",
            param,
        )
    if quantity == 0 and bounds["minimum"] > 0:
        raise invalid(f"The quantity of this line item must be at least {bounds['minimum']}.", param)
    return line | {"quantity": quantity}


def _check_number(given: list[Obj]) -> None:
    if len(given) > MAX_LINES:
        raise invalid(f"A Checkout Session can have at most {MAX_LINES} line items.", "line_items")


def _read(work: Work, given: Obj, at: str) -> Obj:
    price = _price(work, given, at)
    if "quantity" not in given:
        raise missing(f"{at}[quantity]")
    quantity = _quantity(given, at)
    return {
        "id": new_id("li_1"),
        "price": price,
        "quantity": quantity,
        "tax_rates": _tax_rates(work, given.get("tax_rates"), at),
        "adjustable_quantity": _adjustable(given.get("adjustable_quantity"), quantity, at),
        "metadata": merge_metadata(None, given.get("metadata")),
    }


def _changed(work: Work, line: Obj, given: Obj, at: str) -> Obj:
    line = dict(line)
    if "price" in given or "price_data" in given:
        line["price"] = _price(work, given, at)
    if "quantity" in given:
        line["quantity"] = _quantity(given, at)
    if "tax_rates" in given:
        line["tax_rates"] = _tax_rates(work, given["tax_rates"], at)
    if "adjustable_quantity" in given:
        line["adjustable_quantity"] = _adjustable(given["adjustable_quantity"], line["quantity"], at)
    line["metadata"] = merge_metadata(line["metadata"], given.get("metadata"))
    return line


def _price(work: Work, given: Obj, at: str) -> Obj:
    if "price" in given and "price_data" in given:
        raise exclusive(f"{at}[price]", f"{at}[price_data]")
    if "price_data" in given:
        return public(products.inline_price(work, given["price_data"], f"{at}[price_data]"))
    if "price" not in given:
        raise missing(f"{at}[price_data]")
    return public(prices.for_sale(work, given["price"], f"{at}[price]"))


def _quantity(given: Obj, at: str) -> int:
    quantity: int = given["quantity"]
    if quantity < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", f"{at}[quantity]", "parameter_invalid_integer"
        )
    if quantity > MAX_QUANTITY:
        raise invalid(
            f"This value must be less than or equal to {MAX_QUANTITY}.",
            f"{at}[quantity]",
            "parameter_invalid_integer",
        )
    return quantity


def _tax_rates(work: Work, given: Any, at: str) -> list[str]:
    rates = given or []
    for index, rate in enumerate(rates):
        if not work.need("tax_rate", rate, f"{at}[tax_rates][{index}]")["active"]:
            raise invalid("The tax rate specified is not active.", f"{at}[tax_rates][{index}]")
    return list(rates)


def _adjustable(given: Obj | None, quantity: int, at: str) -> Obj | None:
    if not given:
        return None
    if not given["enabled"]:
        return {"enabled": False, "maximum": None, "minimum": None}
    bounds = {
        "enabled": True,
        "maximum": given.get("maximum", max(USUAL_MAXIMUM, quantity)),
        "minimum": given.get("minimum", 0),
    }
    if not 0 <= bounds["minimum"] <= quantity <= bounds["maximum"] <= MAX_QUANTITY:
        raise invalid(
            "`quantity` must lie between `minimum` and `maximum`, and these between 0 and 999999.",
            f"{at}[adjustable_quantity]",
        )
    return bounds
