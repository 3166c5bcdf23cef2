"""The operator's verbs: make a discount, change it, end it."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from kassa.kernel.db import Conn, Tx
from kassa.kernel.ids import new_id
from kassa.kernel.money import MAX_MINOR
from kassa.pricing import limits
from kassa.pricing.discounts import queries
from kassa.pricing.discounts.engine import LIMIT, Kind
from kassa.pricing.discounts.errors import InvalidDiscount, LimitBelowUsed, TooManyAutomatic, UnknownDiscount
from kassa.pricing.discounts.queries import Offer
from kassa.pricing.discounts.service import CODE_LIMIT, canonical

TITLE_LIMIT: Final = 100
TARGETS_LIMIT: Final = 500
_CODE: Final = re.compile(r"[^\W_](?:[^\W_]|[-_.])*")
_MOST_USES: Final = 1_000_000_000
_MOST_UNITS: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountInput:
    """What a discount is to be, as `Offer` says; without a title it is called after what it does."""

    kind: Kind
    value: int = 0
    currency: str | None = None
    minimum_minor: int = 0
    title: str = ""
    automatic: bool = False
    targets: frozenset[UUID] = field(default_factory=frozenset)
    buy: int = 0
    get: int = 0
    combines: bool = True
    usage_limit: int | None = None
    per_customer_limit: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


async def put(tx: Tx, code: str, given: DiscountInput, *, now: datetime) -> tuple[Offer, bool]:
    """The discount of this code is exactly as given afterwards, but for its uses; and whether it is new.

    Raises:
        InvalidDiscount: `errors` names what is wrong.
        LimitBelowUsed: it has been used more often than it would be allowed.
        TooManyAutomatic: so many without a code are not looked at.
    """
    wanted = canonical(code)
    found = faults(wanted, given)
    if found:
        raise InvalidDiscount("The discount is not valid.", errors=found)
    offer = Offer(
        id=new_id(), code=wanted, automatic=given.automatic, kind=given.kind, title=given.title.strip(),
        value=0 if given.kind is Kind.FREE_SHIPPING else given.value, currency=given.currency,
        minimum_minor=given.minimum_minor, targets=given.targets,
        buy=given.buy if given.kind is Kind.BUY_X_GET_Y else 0,
        get=given.get if given.kind is Kind.BUY_X_GET_Y else 0, combines=given.combines,
        usage_limit=given.usage_limit, per_customer_limit=given.per_customer_limit, used=0,
        starts_at=given.starts_at, ends_at=given.ends_at, created_at=now,
    )  # fmt: skip
    created = await queries.insert(tx, offer)
    (there,) = await queries.lock(tx, [(await one(tx, wanted)).id])
    if not created:
        if offer.usage_limit is not None and offer.usage_limit < there.used:
            raise LimitBelowUsed(
                f"It has been used {there.used} times already, so it can't be limited to {offer.usage_limit}.",
                extra={"used": there.used},
            )
        there = replace(offer, id=there.id, used=there.used, created_at=there.created_at)
        await queries.replace(tx, there, now=now)
    if offer.automatic and await queries.automatic_left(tx, now=now) > LIMIT:
        raise TooManyAutomatic(f"At most {LIMIT} discounts can apply by themselves. End one of them first.")
    return there, created


async def end(tx: Tx, code: str, *, now: datetime) -> Offer:
    """The discount applies no more; orders that use it keep it. One that is over stays as it is.

    Raises:
        UnknownDiscount: there is none.
    """
    await queries.end(tx, (await one(tx, code)).id, now=now)
    return await one(tx, code)


async def one(conn: Conn, code: str) -> Offer:
    """The discount of this code, automatic or not.

    Raises:
        UnknownDiscount: there is none.
    """
    found = await queries.get(conn, canonical(code))
    if found is None:
        raise UnknownDiscount("There is no discount with this code.")
    return found


def faults(code: str, given: DiscountInput) -> list[tuple[str, str]]:
    """What is wrong with a discount, by member; `code` in its canonical form."""
    found: list[tuple[str, str]] = []
    if len(code) > CODE_LIMIT or not _CODE.fullmatch(code):
        found.append(("code", f"must be 1 to {CODE_LIMIT} letters, digits, hyphens or dots"))
    if len(given.title) > TITLE_LIMIT or not given.title.isprintable():
        found.append(("title", f"must be at most {TITLE_LIMIT} printable characters"))
    if len(given.targets) > TARGETS_LIMIT:
        found.append(("on", f"must name at most {TARGETS_LIMIT}"))
    if given.starts_at and given.ends_at and given.ends_at <= given.starts_at:
        found.append(("ends_at", "must be later than starts_at"))
    for name, limit in (
        ("usage_limit", given.usage_limit),
        ("per_customer_limit", given.per_customer_limit),
    ):
        if limit is not None and not 1 <= limit <= _MOST_USES:
            found.append((name, f"must be from 1 to {_MOST_USES}"))
    return found + _of_money(given) + _of_kind(given)


def _of_money(given: DiscountInput) -> list[tuple[str, str]]:
    found = []
    if not 0 <= given.minimum_minor <= MAX_MINOR:
        found.append(("minimum", "is out of range"))
    if given.currency is None and (given.minimum_minor or given.kind is Kind.FIXED):
        found.append(("currency", "is required with an amount"))
    return found


def _of_kind(given: DiscountInput) -> list[tuple[str, str]]:
    if given.kind is Kind.FREE_SHIPPING:
        return [("on", "must be empty: a parcel is sent as a whole")] if given.targets else []
    if given.kind is Kind.FIXED:
        step = limits.step(given.currency or "")
        if not 1 <= given.value <= MAX_MINOR or given.value % step:
            more = f", in steps of {step}" if step > 1 else ""
            return [("value", f"must be an amount in minor units{more}")]
        return []
    found = [] if 1 <= given.value <= 10_000 else [("value", "must be more than 0 and at most 100 percent")]
    if given.kind is Kind.BUY_X_GET_Y:
        found += [
            (name, f"must be from 1 to {_MOST_UNITS}")
            for name, units in (("buy", given.buy), ("get", given.get))
            if not 1 <= units <= _MOST_UNITS
        ]
    return found
