"""What a customer is shown of their order: lines, what may be added, codes, ways of delivery, totals in words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.words import Words, money

MOST: Final = 999_999


@dataclass(frozen=True, slots=True)
class Teller:
    """Says amounts of one currency in one language."""

    said: dict[str, str]
    currency: str
    language: str

    def amount(self, minor: int) -> str:
        """`minor` units as a person writes them."""
        return money(minor, self.currency, self.language)

    def price(self, minor: int) -> str:
        """The same, and a word for nothing."""
        return self.amount(minor) if minor else self.said["free"]


def order(session: Obj, words: Words, language: str) -> Obj | None:
    """The whole slip of paper of a session, or None if nothing is sold."""
    if session["mode"] == "setup" or session["amount_total"] is None:
        return None
    teller = Teller(words["checkout"], session["currency"], language)
    return {
        "amount": session["amount_total"],
        "total": teller.amount(session["amount_total"]),
        "lines": [_line(line, teller) for line in rows(session.get("line_items"))],
        "extras": [
            _extra(item, teller) for item in session.get("optional_items") or () if not item.get("selected")
        ],
        "takes_codes": bool(session.get("allow_promotion_codes")) or bool(_codes(session)),
        "codes": _codes(session),
        "totals": _totals(session, teller),
        "included_tax": _included(session, teller),
    }


def deliveries(session: Obj, words: Words, language: str) -> list[Obj]:
    """The ways of delivery to choose from."""
    teller = Teller(words["checkout"], session["currency"] or "usd", language)
    found = []
    for option in session.get("shipping_options") or ():
        rate = option["shipping_rate"]
        found.append(
            {
                "id": rate["id"],
                "name": rate["display_name"],
                "amount": teller.price(option["shipping_amount"]),
                "estimate": _estimate(rate.get("delivery_estimate"), words["estimates"]),
                "chosen": bool(option.get("selected")),
            }
        )
    return found


def rows(listed: Any) -> list[Obj]:
    """The rows of a list object, or of a plain list."""
    found: list[Obj] = listed["data"] if isinstance(listed, dict) else listed or []
    return found


def picture(address: str | None) -> str | None:
    """The address of a picture, if it is one that a page may fetch."""
    parts = urlsplit(address or "")
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def pictures(session: Obj) -> list[str]:
    """All pictures of the products on the page."""
    prices = [item["price"] for item in rows(session.get("line_items"))]
    prices += [item["price"] for item in session.get("optional_items") or ()]
    return [found for price in prices if (found := _image(price))]


def _line(line: Obj, teller: Teller) -> Obj:
    price, quantity = line["price"], line["quantity"]
    product = _product(price)
    bounds = line.get("adjustable_quantity") or {}
    name = line["description"] or product.get("name") or "?"
    about = product.get("description")
    each, odd = divmod(
        line["amount_subtotal"], quantity or 1
    )  # of a price by the dozen there is no single one
    return {
        "id": line["id"],
        "name": name,
        "about": about if about != name else None,
        "image": _image(price),
        "quantity": quantity,
        "each": teller.amount(each) if quantity > 1 and each and not odd else None,
        "sum": teller.price(line["amount_subtotal"]),
        "adjustable": bool(bounds.get("enabled")),
        "least": bounds.get("minimum") or 0,
        "most": bounds.get("maximum") or MOST,
    }


def _extra(item: Obj, teller: Teller) -> Obj:
    price = item["price"]
    return {
        "id": price["id"],
        "name": _product(price).get("name") or "?",
        "image": _image(price),
        "sum": teller.price(round(Decimal(price["unit_amount_decimal"] or 0) * item["quantity"])),
    }


def _product(price: Obj) -> Obj:
    product = price["product"]
    return product if isinstance(product, dict) else {}


def _image(price: Obj) -> str | None:
    images = _product(price).get("images") or [None]
    return picture(images[0])


def _codes(session: Obj) -> list[str]:
    found = []
    for discount in session.get("discounts") or ():
        code, coupon = discount.get("promotion_code"), discount.get("coupon")
        found.append(code["code"] if code else (coupon["name"] or coupon["id"]) if coupon else "")
    return [code for code in found if code]


def _totals(session: Obj, teller: Teller) -> list[Obj]:
    """The rows above the total; none if there is nothing to add up."""
    said, details = teller.said, session["total_details"]
    found: list[Obj] = []
    if details["amount_discount"]:
        found.append({"name": said["discount"], "amount": teller.amount(-details["amount_discount"])})
    if session.get("shipping_options") or details["amount_shipping"]:
        chosen = session.get("shipping_cost")
        amount = teller.price(details["amount_shipping"] or 0) if chosen else said["choose_delivery"]
        found.append({"name": said["shipping"], "amount": amount, "pending": not chosen})
    if session["automatic_tax"]["enabled"] and session["automatic_tax"]["status"] != "complete":
        found.append({"name": said["tax"], "amount": said["tax_pending"], "pending": True})
    elif tax := _added_tax(session):
        found.append({"name": said["tax"], "amount": teller.amount(tax)})
    if not found:
        return []
    subtotal = {"name": said["subtotal"], "amount": teller.amount(session["amount_subtotal"])}
    return [{"pending": False} | row for row in (subtotal, *found)]


def _added_tax(session: Obj) -> int:
    """The tax on top of the prices: the rest of the sum, for a total adds up."""
    details = session["total_details"]
    others = session["amount_subtotal"] - details["amount_discount"] + (details["amount_shipping"] or 0)
    added: int = min(session["amount_total"] - others, details["amount_tax"])
    return max(0, added)


def _included(session: Obj, teller: Teller) -> str | None:
    inside = session["total_details"]["amount_tax"] - _added_tax(session)
    return teller.said["tax_included"].format(amount=teller.amount(inside)) if inside > 0 else None


def _estimate(given: Obj | None, said: dict[str, str]) -> str | None:
    """ "3–5 business days", "up to 2 weeks", "from 1 day": as a shop estimates the way of a parcel."""
    low, high = (given or {}).get("minimum"), (given or {}).get("maximum")
    if low and high and low["unit"] == high["unit"]:
        if low["value"] == high["value"]:
            return _span(high, said)
        return said[high["unit"]].format(count=f"{low['value']}\N{EN DASH}{high['value']}")
    if low and high:
        return f"{_span(low, said)} \N{EN DASH} {_span(high, said)}"
    if high:
        return said["at_most"].format(time=_span(high, said))
    return said["at_least"].format(time=_span(low, said)) if low else None


def _span(time: Obj, said: dict[str, str]) -> str:
    unit = time["unit"] if time["value"] != 1 else f"one_{time['unit']}"
    return said[unit].format(count=time["value"])
