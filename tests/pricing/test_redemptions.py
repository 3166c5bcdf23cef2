"""A use of a discount follows its order: reserved, committed, given back, and taken again for late money."""

from datetime import timedelta

import pytest
from tests.factories import make_variant, place
from tests.pricing.offers import make, states, used

from kassa import cart, checkout, inventory, orders
from kassa.kernel.errors import Conflict, Invalid, NotFound
from kassa.kernel.ids import new_id
from kassa.orders import Event
from kassa.pricing import discounts
from kassa.pricing.discounts import Kind


@pytest.fixture(autouse=True)
async def book(db, clock):
    """A hundred copies at 12.99."""
    return await make_variant(db, clock, "BOOK", on_hand=100)


async def happens(db, clock, order, event):
    async with db.transaction() as tx:
        return await orders.apply(tx, order.id, event, now=clock.now(), actor="test")


async def count(db, table):
    async with db.connection() as conn:
        return await conn.fetchval(f"select count(*) from {table}")


async def filled(db, clock, quantity=1):
    async with db.transaction() as tx:
        basket = await cart.create(tx, "EUR", now=clock.now())
        await cart.add(tx, basket.id, "BOOK", quantity, now=clock.now())
    return basket.id


async def enter(db, clock, basket, code, **more):
    async with db.transaction() as tx:
        await cart.use_code(tx, basket, code, now=clock.now(), **more)


async def look(db, clock, basket, **more):
    async with db.connection() as conn:
        return await cart.priced(conn, basket, now=clock.now(), **more)


async def test_an_order_uses_a_code_from_placing_to_paying(db, clock):
    await make(db, clock, usage_limit=1)

    order = await place(db, clock, "BOOK", discount_code="spring")

    assert (order.discount_minor, order.total_minor) == (130, 1299 - 130 + 390)
    assert [(one["code"], one["amount"]) for one in order.discounts] == [("SPRING", 130)]
    assert (await used(db), await states(db, order.id)) == (1, ["reserved"])

    for _ in range(2):
        await happens(db, clock, order, Event.PAYMENT_SUCCEEDED)
        assert (await used(db), await states(db, order.id)) == (1, ["committed"])


@pytest.mark.parametrize("event", [Event.CANCELED, Event.EXPIRED])
async def test_an_order_that_dies_gives_its_use_back_once(db, clock, event):
    await make(db, clock, usage_limit=1)
    order = await place(db, clock, "BOOK", discount_code="SPRING")

    for _ in range(2):
        await happens(db, clock, order, event)
        assert (await used(db), await states(db, order.id)) == (0, ["released"])

    assert (await place(db, clock, "BOOK", discount_code="SPRING")).discount_minor == 130


async def test_late_money_takes_the_use_again_if_it_is_free(db, clock):
    await make(db, clock, usage_limit=1)
    order = await place(db, clock, "BOOK", discount_code="SPRING")
    await happens(db, clock, order, Event.CANCELED)

    assert (await happens(db, clock, order, Event.PAYMENT_SUCCEEDED)).state == "paid"
    assert (await used(db), await states(db, order.id)) == (1, ["committed"])


async def test_late_money_without_a_free_use_leaves_the_order_dead_and_its_stock_on_the_shelf(db, clock):
    await make(db, clock, usage_limit=1)
    order = await place(db, clock, "BOOK", discount_code="SPRING")
    await happens(db, clock, order, Event.CANCELED)
    other = await place(db, clock, "BOOK", discount_code="SPRING", email="bob@example.org")

    assert (await happens(db, clock, order, Event.PAYMENT_SUCCEEDED)).state == "canceled"
    assert (await used(db), await states(db, order.id)) == (1, ["released"])
    assert await states(db, other.id) == ["reserved"]
    async with db.connection() as conn:
        assert (await inventory.stock(conn, "BOOK")).reserved == 1
        assert (await inventory.hold(conn, order.id)).state == "released"


async def test_a_discount_that_ended_does_not_stand_in_the_way_of_late_money(db, clock):
    await make(db, clock)
    order = await place(db, clock, "BOOK", discount_code="SPRING")
    await happens(db, clock, order, Event.EXPIRED)
    async with db.transaction() as tx:
        await discounts.end(tx, "SPRING", now=clock.now())

    assert (await happens(db, clock, order, Event.PAYMENT_SUCCEEDED)).state == "paid"


async def test_without_the_stock_late_money_uses_nothing(db, clock):
    await make_variant(db, clock, "LAST", on_hand=1)
    await make(db, clock)
    order = await place(db, clock, "LAST", discount_code="SPRING")
    await happens(db, clock, order, Event.CANCELED)
    await place(db, clock, "LAST")

    assert (await happens(db, clock, order, Event.PAYMENT_SUCCEEDED)).state == "canceled"
    assert (await used(db), await states(db, order.id)) == (0, ["released"])


async def test_short_stock_uses_nothing(db, clock):
    await make(db, clock)

    with pytest.raises(inventory.InsufficientStock):
        await place(db, clock, "BOOK", 500, discount_code="SPRING")

    assert (await used(db), await count(db, "redemptions"), await count(db, "orders")) == (0, 0, 0)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ends_at": -1}, "discount_ended"),
        ({"starts_at": 1}, "discount_not_started"),
        ({"kind": Kind.FIXED, "value": 100, "currency": "USD"}, "discount_wrong_currency"),
        ({"minimum_minor": 9_999, "currency": "EUR"}, "discount_minimum_not_reached"),
        ({"targets": frozenset({new_id()})}, "discount_not_applicable"),
        ({"kind": Kind.BUY_X_GET_Y, "buy": 2, "get": 1}, "discount_too_few_units"),
    ],
)
async def test_who_asks_for_a_code_that_does_not_count_is_told_why_and_orders_nothing(db, clock, more, code):
    at = {name: clock.now() + timedelta(days=days) for name, days in more.items() if name.endswith("_at")}
    await make(db, clock, **more | at)

    with pytest.raises((Invalid, Conflict)) as refused:
        await place(db, clock, "BOOK", discount_code="SPRING")

    assert refused.value.code == code
    assert (await used(db), await count(db, "orders"), await count(db, "holds")) == (0, 0, 0)


async def test_an_unknown_code_orders_nothing(db, clock):
    await make(db, clock, "AUTO", automatic=True)

    for code in ("NOPE", "AUTO", "' or 1=1 --", "\u202e", "x" * 100):
        with pytest.raises(Invalid, match="There is no discount"):
            await place(db, clock, "BOOK", discount_code=code)
    assert await count(db, "orders") == 0


async def test_a_customer_is_an_address_whatever_its_case(db, clock):
    await make(db, clock, per_customer_limit=1)
    await place(db, clock, "BOOK", discount_code="SPRING", email="Ada@Example.org")

    with pytest.raises(Conflict) as refused:
        await place(db, clock, "BOOK", discount_code="SPRING", email="ada@example.ORG")
    assert refused.value.code == "discount_already_used"
    assert (
        await place(db, clock, "BOOK", discount_code="SPRING", email="bob@example.org")
    ).discount_minor == 130


async def test_an_automatic_discount_needs_no_code_and_its_limit_holds(db, clock):
    await make(db, clock, "AUTO", automatic=True, usage_limit=1)

    assert (await place(db, clock, "BOOK")).discount_minor == 130
    assert (await place(db, clock, "BOOK")).discount_minor == 0
    assert await used(db, "AUTO") == 1


async def test_the_same_order_placed_twice_is_one_use(db, clock):
    await make(db, clock, usage_limit=1)
    basket, order_id = await filled(db, clock), new_id()
    await enter(db, clock, basket, "SPRING")
    wish = {"lines": None, "cart_id": basket, "order_id": order_id, "total_shown": 1559}

    first = await place(db, clock, **wish)
    again = await place(db, clock, **wish)

    assert first.id == again.id == order_id
    assert await used(db) == 1


async def test_an_order_that_waits_is_not_in_the_way_of_its_own_cart(db, clock):
    await make(db, clock, usage_limit=1, per_customer_limit=1)
    basket = await filled(db, clock)
    await enter(db, clock, basket, "SPRING")
    order = await place(db, clock, lines=None, cart_id=basket)

    others = await look(db, clock, basket, email="ada@example.org")
    own = await look(db, clock, basket, email="ada@example.org", order_id=order.id)

    assert (others.entered.standing, others.quote.discount) == ("used_up", 0)
    assert (own.entered.standing, own.quote.discount) == ("applied", 130)


async def test_a_code_is_kept_on_the_cart_until_it_counts(db, clock):
    await make(db, clock, minimum_minor=2_000, currency="EUR")
    basket = await filled(db, clock)

    await enter(db, clock, basket, " spring ")
    short = await look(db, clock, basket)
    async with db.transaction() as tx:
        await cart.change(tx, basket, "BOOK", 2, now=clock.now())
    enough = await look(db, clock, basket)

    assert (short.code, short.entered.standing, short.entered.missing) == (
        "SPRING",
        "minimum_not_reached",
        701,
    )
    assert (enough.entered.standing, enough.quote.discount) == ("applied", 260)
    assert [share.amount for share in enough.savings["BOOK"]] == [260]


async def test_what_nothing_in_the_cart_would_mend_is_refused_and_changes_nothing(db, clock):
    await make(db, clock)
    await make(db, clock, "OLD", ends_at=clock.now())
    await make(db, clock, "ONCE", per_customer_limit=1)
    await place(db, clock, "BOOK", discount_code="ONCE")
    basket = await filled(db, clock)
    await enter(db, clock, basket, "SPRING")

    for code, kind in (("NOPE", NotFound), (" ", NotFound), ("OLD", Conflict), ("ONCE", Conflict)):
        with pytest.raises(kind):
            await enter(db, clock, basket, code, email="ada@example.org")
    assert (await look(db, clock, basket)).code == "SPRING"


async def test_a_cart_whose_code_has_ended_is_not_charged_more_without_a_word(db, clock):
    await make(db, clock)
    basket = await filled(db, clock)
    await enter(db, clock, basket, "SPRING")
    async with db.transaction() as tx:
        await discounts.end(tx, "SPRING", now=clock.now())

    with pytest.raises(Conflict) as refused:
        await place(db, clock, lines=None, cart_id=basket)
    assert refused.value.code == "discount_ended"
    with pytest.raises(checkout.QuoteChanged):
        await place(db, clock, lines=None, cart_id=basket, total_shown=1559)
    assert await count(db, "orders") == 0
    assert (await place(db, clock, lines=None, cart_id=basket, total_shown=1689)).discount_minor == 0


async def test_two_carts_become_one_with_the_code_that_came_last(db, clock):
    await make(db, clock)
    guest, own = await filled(db, clock), await filled(db, clock)
    await enter(db, clock, guest, "SPRING")

    async with db.transaction() as tx:
        await cart.merge(tx, guest, own, now=clock.now())

    assert (await look(db, clock, own)).code == "SPRING"


async def test_free_shipping_is_the_cheapest_way(db, clock):
    await make(db, clock, kind=Kind.FREE_SHIPPING, value=0)

    standard = await place(db, clock, "BOOK", discount_code="SPRING")
    express = await place(db, clock, "BOOK", discount_code="SPRING", shipping_method="express")

    assert (standard.shipping_minor, express.shipping_minor) == (0, 990 - 390)
    assert [one["on_shipping"] for one in standard.discounts] == [True]
    assert standard.discount_minor == 0


async def test_a_discount_is_made_changed_and_ended_and_keeps_its_uses(db, clock):
    await make(db, clock, usage_limit=5)
    await place(db, clock, "BOOK", discount_code="SPRING")

    async with db.transaction() as tx:
        for _ in range(2):
            given = discounts.DiscountInput(kind=Kind.FIXED, value=500, currency="EUR", usage_limit=1)
            offer, created = await discounts.put(tx, "spring", given, now=clock.now())
    assert (created, offer.used, offer.kind) == (False, 1, Kind.FIXED)
    async with db.transaction() as tx:
        first = await discounts.end(tx, "SPRING", now=clock.now())
    clock.advance(seconds=5)
    async with db.transaction() as tx:
        assert (await discounts.end(tx, "SPRING", now=clock.now())).ends_at == first.ends_at


async def test_more_automatic_discounts_than_are_looked_at_are_refused(db, clock):
    for number in range(discounts.LIMIT):
        await make(db, clock, f"AUTO-{number}", automatic=True, value=1)

    with pytest.raises(discounts.TooManyAutomatic):
        await make(db, clock, "ONE-MORE", automatic=True)
    assert await count(db, "discounts") == discounts.LIMIT


@pytest.mark.parametrize(
    ("code", "more", "member"),
    [
        ("", {}, "code"),
        ("a b", {}, "code"),
        ("x" * 41, {}, "code"),
        ("OK", {"value": 0}, "value"),
        ("OK", {"value": 10_001}, "value"),
        ("OK", {"kind": Kind.FIXED, "value": 5}, "currency"),
        ("OK", {"kind": Kind.FIXED, "value": 5, "currency": "KWD"}, "value"),
        ("OK", {"minimum_minor": 5}, "currency"),
        ("OK", {"kind": Kind.BUY_X_GET_Y, "value": 10_000, "buy": 0, "get": 1}, "buy"),
        ("OK", {"kind": Kind.FREE_SHIPPING, "targets": frozenset({new_id()})}, "on"),
        ("OK", {"usage_limit": 0}, "usage_limit"),
        ("OK", {"title": "\x00"}, "title"),
    ],
)
async def test_what_can_not_be_is_refused_by_member(db, clock, code, more, member):
    with pytest.raises(discounts.InvalidDiscount) as refused:
        await make(db, clock, code, **more)

    assert [path for path, _ in refused.value.errors] == [member]
    assert await count(db, "discounts") == 0
