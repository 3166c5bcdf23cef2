"""The form of a discount: what was typed, what is wrong with it, and what it asks for if nothing is.

Amounts are typed in the major unit ("3.90"), percent as people say it ("12.5"), times in UTC; nothing typed is lost.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from kassa.admin.shipping_form import Typed
from kassa.catalog import Named
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id
from kassa.kernel.money import parse_decimal, to_decimal
from kassa.pricing import discounts
from kassa.pricing.discounts import DiscountInput, Kind, Offer

#: Every collection may be a field.
FIELDS: Final = 300
_NAMES: Final = {"on": "goods", "usage_limit": "usage_limit", "ends_at": "ends_at"}
_DIGITS: Final = 9


def of_offer(offer: Offer, names: Sequence[Named]) -> dict[str, str]:
    """The fields of the form for a discount that is there."""
    goods = [one.code for one in names if one.kind != "collection"]
    values = {
        "code": offer.code, "title": offer.title, "kind": offer.kind.value, "currency": offer.currency or "",
        "value": _value(offer), "minimum": _amount(offer.minimum_minor, offer.currency),
        "buy": str(offer.buy or ""), "get": str(offer.get or ""), "automatic": "on" if offer.automatic else "",
        "alone": "" if offer.combines else "on", "usage_limit": str(offer.usage_limit or ""),
        "per_customer_limit": str(offer.per_customer_limit or ""), "starts_at": _moment(offer.starts_at),
        "ends_at": _moment(offer.ends_at), "goods": "\n".join(goods),
    }  # fmt: skip
    return values | {f"collection:{one.code}": "on" for one in names if one.kind == "collection"}


def goods(values: Mapping[str, str]) -> list[str]:
    """The slugs and SKUs that were typed, one a line."""
    return [line.strip() for line in values.get("goods", "").splitlines() if line.strip()]


def shelves(values: Mapping[str, str]) -> list[str]:
    """The slugs of the collections that were ticked."""
    return [name.partition(":")[2] for name in values if name.startswith("collection:")]


def read(
    sent: Mapping[str, str], names: Sequence[Named], currencies: Sequence[str], code: str | None
) -> tuple[Typed, str, DiscountInput | None]:
    """The form as it was sent, the code, and the discount it asks for if nothing is wrong.

    `names` is what was found of the goods; an automatic discount without a code is given a name.
    """
    typed = Typed({name: text.strip() for name, text in sent.items() if name != "csrf_token"})
    values = typed.values
    automatic = bool(values.get("automatic"))
    wanted = code or discounts.canonical(values.get("code", ""))
    if automatic and not wanted:
        wanted = f"AUTO-{new_id().hex[-6:].upper()}"
    kind = Kind(values["kind"]) if values.get("kind") in set(Kind) else Kind.PERCENT
    currency = values.get("currency") or None
    if currency not in (None, *currencies):
        typed.faults["currency"] = "The shop does not sell in this currency."
        currency = None
    known = {one.code for one in names}
    missing = [text for text in goods(values) if text not in known]
    if missing:
        typed.faults["goods"] = f"The catalogue has no {missing[0]}."
    given = DiscountInput(
        kind=kind, value=_read_value(typed, kind, currency), currency=currency,
        minimum_minor=_read_amount(typed, "minimum", currency), title=values.get("title", ""), automatic=automatic,
        targets=_targets(names), buy=_whole(typed, "buy") or 0, get=_whole(typed, "get") or 0,
        combines=not values.get("alone"), usage_limit=_whole(typed, "usage_limit"),
        per_customer_limit=_whole(typed, "per_customer_limit"), starts_at=_read_moment(typed, "starts_at"),
        ends_at=_read_moment(typed, "ends_at"),
    )  # fmt: skip
    for path, words in discounts.faults(wanted, given):
        name = _NAMES.get(path, path)
        typed.faults.setdefault(name, f"{_LABELS.get(name, name.capitalize())} {words}.")
    return typed, wanted, None if typed.faults else given


_LABELS: Final = {
    "code": "The code", "value": "This", "goods": "This", "currency": "A currency", "minimum": "The minimum",
    "title": "The name", "usage_limit": "This", "per_customer_limit": "This", "buy": "This", "get": "This",
    "ends_at": "The end",
}  # fmt: skip


def _targets(names: Sequence[Named]) -> frozenset[UUID]:
    return frozenset(one.id for one in names)


def _value(offer: Offer) -> str:
    if offer.kind is Kind.FREE_SHIPPING:
        return ""
    return (
        _amount(offer.value, offer.currency) if offer.kind is Kind.FIXED else discounts.percent(offer.value)
    )


def _amount(minor: int, currency: str | None) -> str:
    return str(to_decimal(minor, currency)) if minor and currency else ""


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if at is not None else ""


def _read_value(typed: Typed, kind: Kind, currency: str | None) -> int:
    if kind is Kind.FREE_SHIPPING:
        return 0
    if kind is Kind.FIXED:
        return _read_amount(typed, "value", currency)
    text = typed.values.get("value", "").removesuffix("%").strip().replace(",", ".")
    if not text and kind is Kind.BUY_X_GET_Y:
        return 10_000
    try:
        exact = Decimal(text) * 100
        if exact.is_finite() and abs(exact) <= 10**6 and exact == int(exact):
            return int(exact)
    except ArithmeticError:
        pass
    typed.faults["value"] = "This is not a percentage with at most two decimals."
    return 0


def _read_amount(typed: Typed, name: str, currency: str | None) -> int:
    text = typed.values.get(name, "")
    if not text:
        return 0
    if currency is None:
        typed.faults["currency"] = "Please choose the currency of the amount."
        return 0
    try:
        return parse_decimal(text.replace(",", "."), currency)
    except Invalid:
        typed.faults[name] = f"This is not an amount in {currency}."
        return 0


def _whole(typed: Typed, name: str) -> int | None:
    text = typed.values.get(name, "")
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text)
    typed.faults[name] = "This is not a whole number."
    return None


def _read_moment(typed: Typed, name: str) -> datetime | None:
    text = typed.values.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        typed.faults[name] = "This is not a time like 2026-12-24 18:00."
        return None
