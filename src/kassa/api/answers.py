"""From what the rooms below know to what callers are told."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from kassa import cart, catalog, inventory, orders, payments, pricing, refunds
from kassa import fulfilment as parcels
from kassa.api.discounts import entered as _entered
from kassa.api.discounts import used as _used
from kassa.api.shapes import (
    Amount,
    CartLineOut,
    CartNoticeOut,
    CartOut,
    CollectionOut,
    EventOut,
    FacetOut,
    FacetValue,
    FulfilmentLineOut,
    FulfilmentOut,
    HoldOut,
    ImageOut,
    OrderItem,
    OrderLineOut,
    OrderOut,
    PaymentOut,
    PickupOut,
    ProductItem,
    ProductList,
    ProductOut,
    RefundLineOut,
    RefundOut,
    ShippingMethodOut,
    StockOut,
    TaxLineOut,
    VariantOut,
)
from kassa.kernel.db import Conn


def product_list(page: catalog.ProductPage) -> ProductList:
    """A page of the catalogue."""
    items = [
        ProductItem(
            str(card.id), card.slug, card.title, card.attributes, card.image_url,
            _maybe(card.from_minor, card.currency), card.available, card.variants,
        )
        for card in page.items
    ]  # fmt: skip
    facets = [
        FacetOut(facet.name, [FacetValue(value, count) for value, count in facet.values])
        for facet in page.facets
    ]
    return ProductList(items, facets, page.next, page.total, page.corrected)


def product(found: catalog.Product, currency: str) -> ProductOut:
    """A product, priced in `currency`."""
    variants = [
        VariantOut(
            str(variant.id), variant.sku, variant.title, variant.options, variant.weight_grams, variant.prices,
            _maybe(variant.price_minor, currency), _maybe(variant.compare_at_minor, currency), variant.available,
            sorted(variant.automatic),
        )
        for variant in found.variants
    ]  # fmt: skip
    return ProductOut(
        str(found.id), found.slug, found.title, found.description, found.status, found.kind, found.vendor,
        found.tags, found.attributes, [CollectionOut(slug, title) for slug, title in found.collections],
        found.image_url, [ImageOut(picture.url, picture.alt) for picture in found.media], variants,
    )  # fmt: skip


def priced_cart(priced: cart.PricedCart) -> CartOut:
    """The whole cart."""
    currency, quote = priced.currency, priced.quote
    empty = 0 if not priced.lines else None
    lines = [
        CartLineOut(
            line.sku, line.title, line.slug, line.image_url, line.quantity, _maybe(line.unit_minor, currency),
            Amount(line.total_minor, currency), line.available, line.problem,
            Amount(sum(share.amount for share in priced.savings.get(line.sku, ())), currency),
        )
        for line in priced.lines
    ]  # fmt: skip
    ways = [
        ShippingMethodOut(
            way.code, way.label, Amount(way.amount.amount, way.amount.currency), way.min_days, way.max_days,
            way.first, way.last, _maybe(way.free_from, currency),
            PickupOut(way.pickup.address, way.pickup.opening) if way.pickup else None,
        )
        for way in (quote.methods if quote else ())
    ]  # fmt: skip
    return CartOut(
        id=str(priced.id),
        currency=currency,
        count=priced.count,
        lines=lines,
        subtotal=Amount(
            quote.subtotal if quote else sum(line.total_minor for line in priced.lines), currency
        ),
        discount=Amount(quote.discount if quote else 0, currency),
        shipping=_maybe(quote.shipping if quote else empty, currency),
        tax=_maybe(quote.tax if quote else empty, currency),
        total=_maybe(quote.total if quote else empty, currency),
        tax_included=quote.tax_included if quote else True,
        shipping_method=quote.shipping_method if quote else None,
        shipping_methods=ways,
        notices=[
            CartNoticeOut(
                told.sku,
                told.title,
                told.kind,
                _maybe(told.was_minor, currency),
                _maybe(told.unit_minor, currency),
                told.quantity,
                told.available,
            )
            for told in priced.notices
        ],
        discounts=[_used(one.title, one.code, one.amount, currency) for one in quote.used] if quote else [],
        discount_code=_entered(priced.entered),
        problem=None if priced.sent else pricing.NotShippedThere.code,
    )


async def order(conn: Conn, found: orders.Order, *, token: str = "") -> OrderOut:
    """An order with its hold, payments, refunds and journal, read on this connection."""
    hold = await inventory.hold(conn, found.id)
    money = found.currency
    return OrderOut(
        id=str(found.id),
        number=orders.shown_number(found.number),
        token=token or UNSET,
        state=found.state.value,
        currency=money,
        email=found.email,
        lines=[_line(line, money) for line in found.lines],
        subtotal=Amount(found.subtotal_minor, money),
        discount=Amount(found.discount_minor, money),
        discounts=[_used(one["title"], one["code"], one["amount"], money) for one in found.discounts],
        shipping=Amount(found.shipping_minor, money),
        tax=Amount(found.tax_minor, money),
        tax_included=found.tax_included,
        tax_lines=[_tax(line, money) for line in found.tax_lines],
        vat_id=found.vat_id,
        reverse_charge=found.reverse_charge,
        total=Amount(found.total_minor, money),
        gift_cards=Amount(found.gift_minor, money),
        due=Amount(found.due_minor, money),
        refunded=Amount(found.refunded_minor, money),
        hold=HoldOut(hold.state, hold.expires_at),
        payments=[payment(attempt) for attempt in await payments.of_order(conn, found.id)],
        fulfilments=[fulfilment(one) for one in await parcels.of_order(conn, found.id)],
        refunds=await _refunds(conn, found),
        events=[EventOut(e.at, e.type, e.actor, e.data, e.hash) for e in await orders.events(conn, found.id)],
        shipping_method=found.shipping_method,
        shipping_address=found.shipping_address,
        billing_address=found.billing_address,
        note=found.note,
        created_at=found.created_at,
        paid_at=found.paid_at,
    )


def payment(attempt: payments.Payment) -> PaymentOut:
    """An attempt, without what is needed to pay it."""
    return PaymentOut(
        str(attempt.id), attempt.provider, attempt.flow, attempt.state, attempt.provider_ref,
        Amount(attempt.amount_minor, attempt.currency), attempt.last_error, attempt.created_at,
    )  # fmt: skip


def payable(attempt: payments.Payment, publishable_key: str) -> PaymentOut:
    """An attempt with what is needed to pay it."""
    shown = payment(attempt)
    if attempt.flow == "hosted":
        return msgspec.structs.replace(shown, url=attempt.url)
    return msgspec.structs.replace(
        shown, client_secret=attempt.client_secret, publishable_key=publishable_key
    )


def refund(one: refunds.Refund, lines: Sequence[refunds.GivenLine]) -> RefundOut:
    """A refund, with its lines."""
    parts = [
        RefundLineOut(
            str(line.line_id), line.quantity, Amount(line.amount_minor, one.currency), line.restocked_at is not None
        )
        for line in lines
    ]  # fmt: skip
    return RefundOut(
        str(one.id), str(one.order_id), str(one.payment_id), Amount(one.amount_minor, one.currency), one.kind,
        one.reason, one.state, one.provider_ref, one.created_at, parts,
    )  # fmt: skip


def fulfilment(parcel: parcels.Fulfilment) -> FulfilmentOut:
    """A parcel."""
    lines = [
        FulfilmentLineOut(str(line.line_id), line.sku, line.title, line.quantity) for line in parcel.lines
    ]
    return FulfilmentOut(
        str(parcel.id), str(parcel.order_id), parcel.state.value, parcel.carrier, parcel.tracking_number,
        parcel.tracking_url, lines, parcel.created_at, parcel.shipped_at, parcel.delivered_at,
    )  # fmt: skip


def order_item(found: orders.OrderSummary | orders.Order) -> OrderItem:
    """An order in a list."""
    return OrderItem(
        str(found.id), orders.shown_number(found.number), found.state.value, found.currency, found.email,
        Amount(found.total_minor, found.currency), found.created_at, found.paid_at,
    )  # fmt: skip


def stock(found: inventory.Stock) -> StockOut:
    """A variant's numbers."""
    return StockOut(found.sku, found.on_hand, found.reserved, found.available)


def _maybe(amount: int | None, currency: str) -> Amount | None:
    return None if amount is None else Amount(amount, currency)


def _line(line: orders.OrderLine, money: str) -> OrderLineOut:
    return OrderLineOut(
        str(line.id), line.sku, line.title, line.quantity, Amount(line.unit_minor, money),
        Amount(line.discount_minor, money), Amount(line.tax_minor, money), Amount(line.total_minor, money),
    )  # fmt: skip


def _tax(line: Mapping[str, Any], money: str) -> TaxLineOut:
    return TaxLineOut(
        line["label"], line["basis_points"], Amount(line["base"], money), Amount(line["tax"], money)
    )


async def _refunds(conn: Conn, found: orders.Order) -> list[RefundOut]:
    made = await refunds.of_order(conn, found.id)
    lines = await refunds.lines_of_order(conn, found.id) if made else []
    return [refund(one, [line for line in lines if line.refund_id == one.id]) for one in made]
