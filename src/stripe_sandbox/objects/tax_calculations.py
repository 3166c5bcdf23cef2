"""Tax calculations: what is due on a sale, valid for 90 days. Rates are those of `tax_table`.

Private facts: `lines` (the line items with their breakdown) and `transaction` (the one made from it).
"""

from typing import Any

from stripe_sandbox import lists
from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import StripeError, exclusive, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import customers, shipping_rates
from stripe_sandbox.objects.tax_table import GOODS, NAMES, SHIPPING, Rate
from stripe_sandbox.objects.taxation import TaxRule, check_tax_code, eu_country, take, taxable
from stripe_sandbox.work import Work, address, merge_metadata

VALID_SECONDS = 90 * 86400
MOST = 10**12
_OVERRIDES = {"exempt": "customer_exempt", "reverse": "reverse_charge"}


def create(work: Work, params: Obj) -> Obj:
    """A new calculation over `line_items` and `shipping_cost` for a customer's address.

    Raises:
        StripeError: 400; `customer_tax_location_invalid` for an address that does not say where the customer
            is, `tax_id_invalid` for a VAT id of the EU that is none.
    """
    currency = check_currency(params["currency"])
    details = _details(work, params)
    ship_from = params.get("ship_from_details")
    origin = address(ship_from["address"]) if ship_from else None
    rule = TaxRule(
        details["address"] or {},
        tuple(details["tax_ids"]),
        details["taxability_override"],
        origin["country"] if origin else None,
    )
    if not rule.known():
        raise _unknown_place("customer_details[address]" if "customer_details" in params else "customer")
    lines = _lines(work, params["line_items"], rule)
    shipping = _shipping(work, params["shipping_cost"], currency, rule) if "shipping_cost" in params else None
    parts = [*lines, shipping] if shipping else lines
    exclusive_tax = sum(part["amount_tax"] for part in parts if part["tax_behavior"] == "exclusive")
    calculation = blank("tax.calculation")
    calculation |= {
        "id": new_id("taxcalc_1"),
        "amount_total": sum(part["amount"] for part in parts) + exclusive_tax,
        "currency": currency,
        "customer": params.get("customer"),
        "customer_details": details,
        "expires_at": work.now + VALID_SECONDS,
        "ship_from_details": {"address": origin} if origin else None,
        "shipping_cost": shipping,
        "tax_amount_exclusive": exclusive_tax,
        "tax_amount_inclusive": sum(part["amount_tax"] for part in parts) - exclusive_tax,
        "tax_breakdown": _totals(parts, rule),
        "tax_date": params.get("tax_date", work.now),
        "_": {"lines": lines, "transaction": None},
    }
    return work.save(calculation)


def line_items(work: Work, id: str, params: Obj) -> Obj:
    """One page of a calculation's lines."""
    calculation = work.need("tax.calculation", id)
    return lists.slice_page(calculation["_"]["lines"], _url(id), params)


def first_lines(work: Work, calculation: Obj) -> Obj:
    """The first page of its lines, as shown when expanded."""
    return line_items(work, calculation["id"], {})


def _url(id: str) -> str:
    return f"/v1/tax/calculations/{id}/line_items"


def _details(work: Work, params: Obj) -> Obj:
    given = params.get("customer_details") or {}
    if not given and not params.get("customer"):
        raise missing("customer_details")
    details = blank("tax_calculation_customer_details") | {"taxability_override": "none"}
    if params.get("customer"):
        details |= _of_customer(work, work.need("customer", params["customer"], "customer"))
    if "address" in given:
        details |= {"address": address(given["address"]), "address_source": given.get("address_source")}
    elif given.get("ip_address"):
        raise invalid(
            "Finding a customer by `ip_address` is not modelled by this sandbox; send an address.",
            "customer_details[ip_address]",
        )
    for name in ("ip_address", "tax_ids", "taxability_override"):
        details[name] = given.get(name, details[name])
    for index, one in enumerate(details["tax_ids"]):
        if one["type"] == "eu_vat" and eu_country(one) is None:
            raise invalid(
                f"Invalid value for eu_vat: {one['value'][:40]}",
                f"customer_details[tax_ids][{index}][value]",
                "tax_id_invalid",
            )
    return details


def _of_customer(work: Work, customer: Obj) -> Obj:
    shipping = (customer["shipping"] or {}).get("address")
    where = shipping or customer.get("address")
    ids = customers.tax_ids(work, customer)["data"]
    return {
        "address": where,
        "address_source": ("shipping" if shipping else "billing") if where else None,
        "tax_ids": [{"type": one["type"], "value": one["value"]} for one in reversed(ids)],
        "taxability_override": _OVERRIDES.get(customer.get("tax_exempt") or "none", "none"),
    }


def _lines(work: Work, given: list[Obj], rule: TaxRule) -> list[Obj]:
    if not given:
        raise missing("line_items")
    references = [line["reference"] for line in given if line.get("reference")]
    lines = []
    for index, line in enumerate(given):
        at = f"line_items[{index}]"
        reference = line.get("reference") or _free_reference(index + 1, references)
        if references.count(reference) > 1:
            raise invalid(f"The reference `{reference}` is used by several line items.", f"{at}[reference]")
        lines.append(_line(work, line, at, rule) | {"reference": reference})
    return lines


def _free_reference(number: int, taken: list[str]) -> str:
    while f"L{number}" in taken:
        number += 1
    taken.append(f"L{number}")
    return f"L{number}"


def _line(work: Work, given: Obj, at: str, rule: TaxRule) -> Obj:
    if given.get("performance_location"):
        raise invalid(
            "`performance_location` is not modelled by this sandbox yet.", f"{at}[performance_location]"
        )
    _check_amount(given["amount"], f"{at}[amount]")
    quantity = given.get("quantity", 1)
    if quantity < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", f"{at}[quantity]", "parameter_invalid_integer"
        )
    product = work.need("product", given["product"], f"{at}[product]") if given.get("product") else {}
    known = product.get("tax_code") or (product.get("tax_details") or {}).get("tax_code")
    code = check_tax_code(given.get("tax_code") or known or GOODS, f"{at}[tax_code]")
    behaviour = given.get("tax_behavior", "exclusive")
    breakdown = _breakdown(given["amount"], rule, code, inclusive=behaviour == "inclusive")
    return blank("tax.calculation_line_item") | {
        "id": new_id("tax_li", 14),
        "amount": given["amount"],
        "amount_tax": sum(one["amount"] for one in breakdown),
        "metadata": merge_metadata(None, given.get("metadata")),
        "product": given.get("product") or None,
        "quantity": quantity,
        "tax_behavior": behaviour,
        "tax_breakdown": breakdown,
        "tax_code": code,
    }


def _shipping(work: Work, given: Obj, currency: str, rule: TaxRule) -> Obj:
    rate: Obj | None = None
    if given.get("shipping_rate"):
        if "amount" in given:
            raise exclusive("shipping_cost[amount]", "shipping_cost[shipping_rate]")
        rate = work.need("shipping_rate", given["shipping_rate"], "shipping_cost[shipping_rate]")
        amount, behaviour = shipping_rates.in_currency(rate, currency, "shipping_cost[shipping_rate]")
        code = rate["tax_code"]
    elif "amount" in given:
        amount, behaviour, code = given["amount"], "exclusive", None
    else:
        raise missing("shipping_cost[amount]")
    _check_amount(amount, "shipping_cost[amount]")
    behaviour = given.get("tax_behavior", "inclusive" if behaviour == "inclusive" else "exclusive")
    code = check_tax_code(given.get("tax_code") or code or SHIPPING, "shipping_cost[tax_code]")
    breakdown = _breakdown(amount, rule, code, inclusive=behaviour == "inclusive")
    cost = {
        "amount": amount,
        "amount_tax": sum(one["amount"] for one in breakdown),
        "tax_behavior": behaviour,
        "tax_breakdown": breakdown,
        "tax_code": code,
    }
    return cost | ({"shipping_rate": rate["id"]} if rate else {})


def _breakdown(amount: int, rule: TaxRule, code: str, *, inclusive: bool) -> list[Obj]:
    rates = rule.rates(code)
    taken = take(amount, [(rate.percent, inclusive) for rate in rates])
    return [
        {
            "amount": one.amount,
            "jurisdiction": {
                "country": rate.country,
                "display_name": _name(rate),
                "level": "state" if rate.state else "country",
                "state": rate.state,
            },
            "sourcing": "destination",
            "tax_rate_details": _rate_details(rate),
            "taxability_reason": rate.reason,
            "taxable_amount": taxable(rate.reason, one.taxable),
        }
        for rate, one in zip(rates, taken, strict=True)
    ]


def _rate_details(rate: Rate) -> Obj | None:
    if rate.reason == "not_collecting":
        return None
    return {"display_name": rate.name, "percentage_decimal": rate.percent, "tax_type": rate.tax_type}


def _totals(parts: list[Obj], rule: TaxRule) -> list[Obj]:
    """One entry per rate, reason and tax behaviour over all lines and shipping."""
    sums: dict[tuple[Any, ...], Obj] = {}
    for part in parts:
        inclusive = part["tax_behavior"] == "inclusive"
        for rate, one in zip(rule.rates(part["tax_code"]), part["tax_breakdown"], strict=True):
            known = sums.setdefault((rate, inclusive), _total(rate, inclusive=inclusive))
            known["amount"] += one["amount"]
            known["taxable_amount"] += one["taxable_amount"]
    return list(sums.values())


def _total(rate: Rate, *, inclusive: bool) -> Obj:
    collecting = rate.reason != "not_collecting"
    return {
        "amount": 0,
        "inclusive": inclusive,
        "tax_rate_details": {
            "country": rate.country,
            "flat_amount": None,
            "percentage_decimal": rate.percent,
            "rate_type": "percentage" if collecting else None,
            "state": rate.state,
            "tax_type": rate.tax_type if collecting else None,
        },
        "taxability_reason": rate.reason,
        "taxable_amount": 0,
    }


def _name(rate: Rate) -> str:
    key = f"{rate.country}-{rate.state}" if rate.state else rate.country
    return NAMES.get(key, rate.state or rate.country)


def _check_amount(amount: int, param: str) -> None:
    if amount < 0:
        raise invalid("This value must be greater than or equal to 0.", param, "parameter_invalid_integer")
    if amount >= MOST:
        raise invalid("The amount is too large.", param, "amount_too_large")


def _unknown_place(param: str) -> StripeError:
    return invalid(
        "We could not determine the customer's tax location based on the provided customer address.",
        param,
        "customer_tax_location_invalid",
    )
