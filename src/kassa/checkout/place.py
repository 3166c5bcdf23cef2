"""Placing an order: one transaction from cart to held stock. Locks cart, then stock, then discounts and gift cards."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from kassa import cart, catalog, inventory, orders, payments, pricing
from kassa.checkout.errors import NothingToBuy, OrderTaken, QuoteChanged, UnknownSku
from kassa.checkout.taxed import keep_taxes
from kassa.kernel import speech
from kassa.kernel.address import Address, validate
from kassa.kernel.db import Tx
from kassa.kernel.errors import KassaError
from kassa.kernel.ids import hash_token, new_token
from kassa.pricing import discounts, taxes

_LINES_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """What a customer asks for: `lines` of (SKU, quantity), or the cart's. `total_shown` in minor units.

    `customer_id` is of whoever is signed in; `note` is for the people who pack, at most a thousand characters.
    `discount_code` counts in place of the cart's. `locale` is the language the order keeps: the one spoken now.
    """

    order_id: UUID
    email: str
    currency: str
    shipping_address: Address
    lines: Sequence[tuple[str, int]] | None = None
    cart_id: UUID | None = None
    billing_address: Address | None = None
    shipping_method: str | None = None
    locale: str = field(default_factory=speech.language)
    owner: str = "guest"
    total_shown: int | None = None
    customer_id: UUID | None = None
    note: str = ""
    vat_id: str = ""
    discount_code: str | None = None
    gift_cards: Sequence[str] = ()


async def place_order(
    tx: Tx, wish: PlaceOrder, *, now: datetime, hold_seconds: int, actor: str
) -> tuple[orders.Order, str]:
    """Place an order and hold its stock; the order, and the token that opens it (shown only now).

    What gift cards have of its total is promised to it; if that is all of it, it is paid.

    Placing the same order id for the same cart again gives the order that is there, and no token: also when it was
    paid and the cart is empty, or when what it was for is sold no more.

    Raises:
        Unanswered: the tax is somebody else's to say: see `taxed`.
        UnknownSku, NothingToBuy, BadVatId, Invalid: the wish is wrong in itself.
        QuoteChanged: the total shown is not the total.
        InsufficientStock: `items` says what there is; nothing is held.
        UsedUp: somebody else has just had the last use of a discount; nothing is held.
        OrderTaken: the id belongs to another order.
        CardRefused, TooManyGiftCards: nothing is placed.
    """
    address = validate(wish.shipping_address)
    wish = replace(wish, vat_id=taxes.vat_id(wish.vat_id, address.country))
    billing = validate(wish.billing_address, "billing_address") if wish.billing_address else None
    try:
        quote = await _agree(tx, wish, address, now)
    except KassaError:
        there = await _placed(tx, wish)
        if there is None:
            raise
        return there, ""
    token = new_token()
    order = orders.NewOrder(
        id=wish.order_id, token_hash=hash_token(token), email=wish.email, locale=wish.locale, quote=quote,
        shipping_address=msgspec.to_builtins(address),
        billing_address=msgspec.to_builtins(billing) if billing else None,
        cart_id=wish.cart_id, owner=wish.owner, customer_id=wish.customer_id, note=wish.note, vat_id=wish.vat_id,
    )  # fmt: skip
    if not await orders.insert(tx, order, now=now, actor=actor):
        return await _same(tx, wish), ""
    await keep_taxes(tx, wish.order_id, quote, now=now, actor=actor)
    expires_at = now + timedelta(seconds=hold_seconds)
    wanted = {line.variant_id: line.quantity for line in quote.lines}
    try:
        if not await inventory.reserve(tx, wish.order_id, wanted, now=now, expires_at=expires_at):
            raise OrderTaken("This id is in use already.")
    except inventory.InsufficientStock as short:
        skus = {line.variant_id: line.sku for line in quote.lines}
        items = [
            {"sku": skus[variant_id], "requested": requested, "available": available}
            for variant_id, (requested, available) in short.short.items()
        ]
        raise inventory.InsufficientStock(short.short, extra={"items": items}) from None
    taken = {used.id: used.amount for used in quote.used}
    await discounts.redeem(tx, wish.order_id, taken, email=wish.email, now=now)
    if wish.gift_cards:
        there = await orders.get(tx, wish.order_id)
        await payments.use_gift_cards(tx, there, wish.gift_cards, now=now, actor=actor)
    return await orders.get(tx, wish.order_id), token


async def _agree(tx: Tx, wish: PlaceOrder, address: Address, now: datetime) -> pricing.Quote:
    wanted, code = await _wanted(tx, wish)
    quote = await _quote(tx, wish, wanted, code, address, now)
    if wish.total_shown is not None and wish.total_shown != quote.total:
        raise QuoteChanged(
            "The total has changed since it was shown.",
            extra={"total": quote.total, "currency": quote.currency},
        )
    return quote


async def _wanted(tx: Tx, wish: PlaceOrder) -> tuple[dict[str, int], str | None]:
    """The SKUs wished for and how many of each, and the code; the same SKU on two lines is one wish."""
    code = wish.discount_code
    if wish.lines is not None:
        pairs = list(wish.lines)
    elif wish.cart_id is not None:
        entered = (await cart.lock(tx, wish.cart_id)).discount_code
        code = code or entered
        pairs = await cart.contents(tx, wish.cart_id)
    else:
        pairs = []
    if not pairs:
        raise NothingToBuy("There is nothing in this order.")
    if len(pairs) > _LINES_LIMIT:
        raise NothingToBuy(f"An order has at most {_LINES_LIMIT} lines.", code="too_many_lines")
    wanted: dict[str, int] = {}
    for sku, quantity in pairs:
        wanted[sku] = wanted.get(sku, 0) + quantity
    return wanted, code


async def _quote(
    tx: Tx, wish: PlaceOrder, wanted: dict[str, int], code: str | None, address: Address, now: datetime
) -> pricing.Quote:
    variants = await catalog.variants_by_sku(tx, wanted, wish.currency)
    faults = [
        (f"lines[{index}].sku", f"{sku} is not for sale in {wish.currency}")
        for index, sku in enumerate(wanted)
        if sku not in variants or not variants[sku].active or variants[sku].price_minor is None
    ]
    if faults:
        raise UnknownSku("Something in this order is not for sale here.", errors=faults)
    quote = await pricing.priced(
        tx,
        [pricing.QuoteLine(variants[sku], quantity) for sku, quantity in wanted.items()],
        wish.currency,
        rules=await pricing.rules(tx, currency=wish.currency, now=now, code=code, email=wish.email),
        now=now,
        insist=True,
        country=address.country,
        region=address.region,
        postal_code=address.postal_code or None,
        vat_id=wish.vat_id,
        shipping_method=wish.shipping_method,
    )
    # Whoever asked for a code, or has not been shown the total, is not charged more without a word.
    entered, unseen = quote.entered, wish.total_shown is None
    if entered and unseen and not entered.good and (wish.discount_code or entered.final):
        raise discounts.refusal(entered)
    return quote


async def _placed(tx: Tx, wish: PlaceOrder) -> orders.Order | None:
    """The order that this wish has made already."""
    try:
        return await _same(tx, wish)
    except (orders.OrderNotFound, OrderTaken):
        return None


async def _same(tx: Tx, wish: PlaceOrder) -> orders.Order:
    """The order of this id, if it is the one that this cart or caller placed before."""
    order = await orders.lock(tx, wish.order_id)
    if wish.cart_id is None or (order.cart_id, order.owner) != (wish.cart_id, wish.owner):
        raise OrderTaken("There is an order of this id already.")
    return await orders.get(tx, wish.order_id)
