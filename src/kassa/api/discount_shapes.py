"""The shapes of discounts: as operators make them, and as carts and orders use them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kassa.api.requests import Body, CurrencyCode, Cursor, Limit, Sku, Text

Kind = Literal["percent", "fixed", "free_shipping", "buy_x_get_y"]
Uses = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Units = Annotated[int, Meta(ge=1, le=99)]


class DiscountAmount(msgspec.Struct, frozen=True):
    """Money: an integer of minor units and an ISO 4217 code."""

    amount: int
    currency: str


class UsedDiscountOut(msgspec.Struct, frozen=True):
    """A discount that a cart or an order uses, and what it saves in all; `code` is null for an automatic one."""

    title: str
    code: str | None
    amount: DiscountAmount


class EnteredCodeOut(msgspec.Struct, frozen=True):
    """The code that was entered for a cart, and how it stands.

    `standing`: `applied`, `beaten` (another discount saves more), or why it does not count: `minimum_not_reached`,
    `not_applicable`, `too_few_units`, `wrong_currency`, `not_started`, `ended`, `used_up`, `already_used`. `missing` is
    how many minor units, or units, would make it count.
    """

    code: str
    standing: str
    detail: str
    missing: int | None


class DiscountOut(msgspec.Struct, frozen=True):
    """A discount. `value` is percent, or minor units of `currency`; `used` counts orders that wait or were paid."""

    code: str
    automatic: bool
    kind: str
    title: str
    value: float | int
    currency: str | None
    minimum: int
    collections: list[str]
    products: list[str]
    skus: list[str]
    buy: int
    get: int
    combines: bool
    usage_limit: int | None
    per_customer_limit: int | None
    used: int
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime


class DiscountList(msgspec.Struct, frozen=True):
    """Discounts, newest first."""

    items: list[DiscountOut]
    next: str | None


class DiscountsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Discounts, newest first."""

    limit: Limit = 50
    after: Cursor | None = None


class PutDiscountBody(Body, frozen=True):
    """A discount.

    `value`: percent of `percent` and, of what is got, of `buy_x_get_y` (100: for nothing), up to two decimals; minor
    units of `currency` of `fixed`. `minimum`, in minor units of `currency`, is what the goods must cost. `collections`
    and `products` are slugs; without these and `skus` it is on everything. `automatic`: it needs no code to be entered,
    and the code in the address is only its name. `combines`: it goes together with others.
    """

    kind: Kind
    value: Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    currency: CurrencyCode | None = None
    minimum: Annotated[int, Meta(ge=0)] = 0
    title: Text = ""
    automatic: bool = False
    collections: Annotated[list[Text], Meta(max_length=100)] = msgspec.field(default_factory=list)
    products: Annotated[list[Text], Meta(max_length=100)] = msgspec.field(default_factory=list)
    skus: Annotated[list[Sku], Meta(max_length=100)] = msgspec.field(default_factory=list)
    buy: Units | None = None
    get: Units | None = None
    combines: bool = True
    usage_limit: Uses | None = None
    per_customer_limit: Uses | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
