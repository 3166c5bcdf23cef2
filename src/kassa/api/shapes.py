"""The shapes of answers. Every amount is `{"amount", "currency"}` in the currency's minor unit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from kassa.api.discount_shapes import EnteredCodeOut, UsedDiscountOut
from kassa.kernel.address import Address


class Amount(msgspec.Struct, frozen=True):
    """Money: an integer of minor units (1299 is €12.99) and an ISO 4217 code."""

    amount: int
    currency: str


class FacetValue(msgspec.Struct, frozen=True):
    """How many of the products found have this value."""

    value: str
    count: int


class FacetOut(msgspec.Struct, frozen=True):
    """A property to filter by."""

    name: str
    values: list[FacetValue]


class ProductItem(msgspec.Struct, frozen=True):
    """A product in a list; `price` is the least of its variants' prices."""

    id: str
    slug: str
    title: str
    attributes: Mapping[str, str]
    image_url: str | None
    price: Amount | None
    available: bool
    variants: int


class ProductList(msgspec.Struct, frozen=True):
    """A page of products; `total` counts all that were found. `corrected` was searched for instead of a `q` that
    nothing fits.
    """

    items: list[ProductItem]
    facets: list[FacetOut]
    next: str | None
    total: int
    corrected: str | None


class VariantOut(msgspec.Struct, frozen=True):
    """A variant; `price` in the currency asked for, `prices` in all, by currency: `automatic` names those that follow
    from others by rates."""

    id: str
    sku: str
    title: str
    options: Mapping[str, str]
    weight_grams: int
    prices: Mapping[str, int]
    price: Amount | None
    compare_at: Amount | None
    available: int
    automatic: Sequence[str]


class CollectionOut(msgspec.Struct, frozen=True):
    """A shelf that the product stands on."""

    slug: str
    title: str


class ImageOut(msgspec.Struct, frozen=True):
    """A picture."""

    url: str
    alt: str


class ProductOut(msgspec.Struct, frozen=True):
    """A product with its variants; the description is HTML that was cleaned."""

    id: str
    slug: str
    title: str
    description: str
    status: str
    kind: str
    vendor: str
    tags: Sequence[str]
    attributes: Mapping[str, str]
    collections: list[CollectionOut]
    image_url: str | None
    media: list[ImageOut]
    variants: list[VariantOut]


class CartLineOut(msgspec.Struct, frozen=True):
    """A line as it is worth now; `problem`: null, `sold_out`, `not_enough` or `no_price`."""

    sku: str
    title: str
    slug: str
    image_url: str | None
    quantity: int
    unit_price: Amount | None
    total: Amount
    available: int
    problem: str | None
    discount: Amount


class CartNoticeOut(msgspec.Struct, frozen=True):
    """Something that has changed since a line was put in; PUT …/lines/{sku}/agreement agrees to it.

    `kind`: `price_changed` (a unit cost `was`, and costs `unit_price`), `not_enough` (`requested` were asked for,
    `available` are left), `sold_out` or `no_price`.
    """

    sku: str
    title: str
    kind: str
    was: Amount | None
    unit_price: Amount | None
    requested: int
    available: int


class PickupOut(msgspec.Struct, frozen=True):
    """Where customers fetch something, and when somebody is there."""

    address: Address
    opening: str


class ShippingMethodOut(msgspec.Struct, frozen=True):
    """A way to send the cart; working days from and to, and the days that makes if it is ordered now. `pickup`: where
    it is fetched, and when somebody is there; `free_from`: what the goods must cost for it to cost nothing.
    """

    code: str
    label: str
    price: Amount
    min_days: int
    max_days: int
    first_day: date | None = None
    last_day: date | None = None
    free_from: Amount | None = None
    pickup: PickupOut | None = None


class CartOut(msgspec.Struct, frozen=True):
    """The whole priced cart. `shipping`, `tax` and `total` are null while it can't be bought as it is; `problem` is
    `not_shipped_there` if that is because of where it would go.
    """

    id: str
    currency: str
    count: int
    lines: list[CartLineOut]
    subtotal: Amount
    discount: Amount
    shipping: Amount | None
    tax: Amount | None
    total: Amount | None
    tax_included: bool
    shipping_method: str | None
    shipping_methods: list[ShippingMethodOut]
    notices: list[CartNoticeOut]
    discounts: list[UsedDiscountOut]
    discount_code: EnteredCodeOut | None
    problem: str | None = None


class OrderLineOut(msgspec.Struct, frozen=True):
    """A line as it was agreed."""

    id: str
    sku: str
    title: str
    quantity: int
    unit_price: Amount
    discount: Amount
    tax: Amount
    total: Amount


class TaxLineOut(msgspec.Struct, frozen=True):
    """The tax of one rate, in basis points (hundredths of a percent; 8.875 % are 887.5), and what it is on."""

    label: str
    basis_points: float
    base: Amount
    tax: Amount


class HoldOut(msgspec.Struct, frozen=True):
    """The stock kept for the order: `held`, `paying`, `committed` or `released`."""

    state: str
    expires_at: datetime


class PaymentOut(msgspec.Struct, frozen=True):
    """One attempt to collect. What is needed to pay it is there only in the answer to `POST …/payments`."""

    id: str
    provider: str
    flow: str
    state: str
    provider_ref: str | None
    amount: Amount
    last_error: Mapping[str, Any] | None
    created_at: datetime
    client_secret: str | UnsetType | None = UNSET
    publishable_key: str | UnsetType = UNSET
    url: str | UnsetType | None = UNSET


class RefundLineOut(msgspec.Struct, frozen=True):
    """So many units of a line that a refund is for, and what of it they are; `restocked`: back on the shelf."""

    line_id: str
    quantity: int
    amount: Amount
    restocked: bool


class RefundOut(msgspec.Struct, frozen=True):
    """Money going back; `kind` is `surplus` if the order had no use for it. `lines` are what it is for, if that was
    said; they come to no more than its amount."""

    id: str
    order_id: str
    payment_id: str
    amount: Amount
    kind: str
    reason: str
    state: str
    provider_ref: str | None
    created_at: datetime
    lines: list[RefundLineOut]


class FulfilmentLineOut(msgspec.Struct, frozen=True):
    """So many units of a line of the order."""

    line_id: str
    sku: str
    title: str
    quantity: int


class FulfilmentOut(msgspec.Struct, frozen=True):
    """A parcel: `picked`, `shipped`, `delivered` or `canceled`. `tracking_url` is the carrier's, if we know it."""

    id: str
    order_id: str
    state: str
    carrier: str
    tracking_number: str
    tracking_url: str | None
    lines: list[FulfilmentLineOut]
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None


class EventOut(msgspec.Struct, frozen=True):
    """Something that happened to the order. `hash` covers it and the event before it."""

    at: datetime
    type: str
    actor: str
    data: Mapping[str, Any]
    hash: str


class OrderOut(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything about it. `token` is there only when the order is placed: keep it. What `gift_cards`
    leave of `total` is `due`, paid or not.

    `vat_id` is the customer's, "" without one; `reverse_charge`: the customer owes the tax.
    """

    id: str
    number: str
    token: str | UnsetType = UNSET
    state: str
    currency: str
    email: str
    lines: list[OrderLineOut]
    subtotal: Amount
    discount: Amount
    discounts: list[UsedDiscountOut]
    shipping: Amount
    tax: Amount
    tax_included: bool
    tax_lines: list[TaxLineOut]
    vat_id: str
    reverse_charge: bool
    total: Amount
    gift_cards: Amount
    due: Amount
    refunded: Amount
    hold: HoldOut
    payments: list[PaymentOut]
    fulfilments: list[FulfilmentOut]
    refunds: list[RefundOut]
    events: list[EventOut]
    shipping_method: str
    shipping_address: Mapping[str, Any]
    billing_address: Mapping[str, Any] | None
    note: str
    created_at: datetime
    paid_at: datetime | None


class OrderItem(msgspec.Struct, frozen=True):
    """An order in a list."""

    id: str
    number: str
    state: str
    currency: str
    email: str
    total: Amount
    created_at: datetime
    paid_at: datetime | None


class OrderList(msgspec.Struct, frozen=True):
    """A page of orders, newest first."""

    items: list[OrderItem]
    next: str | None


class StockOut(msgspec.Struct, frozen=True):
    """A variant's numbers: `available` = `on_hand` − `reserved`."""

    sku: str
    on_hand: int
    reserved: int
    available: int
