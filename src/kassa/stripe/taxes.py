"""Stripe Tax: what is due on a sale, the record of the sale, and of what of it was taken back.

`gateway.taxes.calculate(wish, key=…) -> Calculation`, `.record(…) -> str`, `.reverse(…) -> str`. Amounts go in and come
out in ISO 4217's minor unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import stripe

from kassa.stripe.calls import call
from kassa.stripe.shown import from_stripe, to_stripe

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Taxable:
    """Something sold or sent: what it costs in all, by Stripe's code of its kind, with tax in it or not."""

    reference: str
    amount: int
    quantity: int
    code: str
    included: bool


@dataclass(frozen=True, slots=True)
class TaxWish:
    """A sale as Stripe Tax is asked about it. `address`: country, and postal_code and state as far as they are known.

    `owed_by_customer`: the customer is a business that owes the tax itself. `ships_from`: the country of the shop.
    """

    currency: str
    address: Mapping[str, str]
    lines: Sequence[Taxable]
    shipping: Taxable | None
    ships_from: str
    owed_by_customer: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The tax of one line: the sum of its rates, in percent together, and what the first of them is called.

    `place` is where it is due: a state where there is one, else the country.
    """

    amount: int
    percent: Fraction
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """What Stripe says is due; `expires_at` in Unix seconds: until then a sale can be recorded from it."""

    id: str
    expires_at: int
    lines: tuple[Due, ...]
    shipping: Due | None


class Taxes:
    """The calls about taxes."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._tax = client.v1.tax

    async def calculate(self, wish: TaxWish, *, key: str) -> Calculation:
        """What is due on a sale; the same question under the same key is the same calculation.

        Raises:
            Rejected: Stripe can't say (`customer_tax_location_invalid`: it needs more of the address).
            Unreachable
        """
        made = await call(self._tax.calculations.create_async(_asked(wish), {"idempotency_key": key}))
        found = made["line_items"]
        if found.get("has_more"):
            most: Any = {"limit": _PAGE}
            found = await call(self._tax.calculations.line_items.list_async(made["id"], most))
        lines = {line["reference"]: _due(line, wish.currency) for line in found["data"]}
        cost = made.get("shipping_cost")
        return Calculation(
            made["id"], int(made["expires_at"]), tuple(lines[line.reference] for line in wish.lines),
            _due(cost, wish.currency) if cost else None,
        )  # fmt: skip

    async def record(self, calculation: str, *, reference: str, metadata: Mapping[str, str], key: str) -> str:
        """The sale of a calculation, under a `reference` that no other has; Stripe's id of the transaction.

        Raises:
            Rejected: the calculation is over or used, or the reference is taken.
            Unreachable
        """
        wish: Any = {"calculation": calculation, "reference": reference, "metadata": dict(metadata)}
        made = self._tax.transactions.create_from_calculation_async(wish, {"idempotency_key": key})
        return str((await call(made))["id"])

    async def reverse(
        self, transaction: str, *, reference: str, amount: int | None, currency: str, key: str
    ) -> str:
        """Take all of a sale back, or `amount` of it with the tax that is in that; Stripe's id of the reversal.

        Raises:
            Rejected: more than is left, or the reference is taken.
            Unreachable
        """
        wish: Any = {"original_transaction": transaction, "reference": reference, "mode": "full"}
        if amount is not None:
            wish |= {"mode": "partial", "flat_amount": -to_stripe(amount, currency)}
        made = self._tax.transactions.create_reversal_async(wish, {"idempotency_key": key})
        return str((await call(made))["id"])


def _asked(wish: TaxWish) -> Any:
    details: dict[str, Any] = {"address": dict(wish.address), "address_source": "shipping"}
    if wish.owed_by_customer:
        details["taxability_override"] = "reverse_charge"
    asked: dict[str, Any] = {
        "currency": wish.currency.lower(),
        "customer_details": details,
        "ship_from_details": {"address": {"country": wish.ships_from}},
        "line_items": [
            {**_cost(line, wish.currency), "reference": line.reference, "quantity": line.quantity}
            for line in wish.lines
        ],
        "expand": ["line_items"],
    }
    if wish.shipping is not None:
        asked["shipping_cost"] = _cost(wish.shipping, wish.currency)
    return asked


def _cost(one: Taxable, currency: str) -> dict[str, Any]:
    return {
        "amount": to_stripe(one.amount, currency),
        "tax_code": one.code,
        "tax_behavior": "inclusive" if one.included else "exclusive",
    }


def _due(line: Mapping[str, Any], currency: str) -> Due:
    rates = [one for one in line.get("tax_breakdown") or () if one.get("tax_rate_details")]
    percent = sum((Fraction(one["tax_rate_details"]["percentage_decimal"]) for one in rates), Fraction(0))
    first = rates[0] if rates else None
    place = first["jurisdiction"] if first else {}
    return Due(
        from_stripe(line["amount_tax"], currency), percent,
        " + ".join(dict.fromkeys(one["tax_rate_details"]["display_name"] for one in rates)),
        place.get("state") or place.get("country") or "",
    )  # fmt: skip
