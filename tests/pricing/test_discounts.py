"""Which discounts apply, and what each takes: pure, exhaustive where it can be."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.kernel.ids import new_id
from kassa.pricing.discounts import RULES, Discount, Kind, Line, Standing, Taken, said, stand, take

IDS = [new_id() for _ in range(4)]


def one(kind: Kind, value: int = 0, **more: object) -> Discount:
    currency = "EUR" if kind is Kind.FIXED else None
    return Discount(
        **{"id": new_id(), "kind": kind, "title": "", "value": value, "currency": currency, **more}
    )  # type: ignore[arg-type]


def line(unit: int, quantity: int = 1, *ids: int, discountable: bool = True) -> Line:
    return Line(frozenset(IDS[index] for index in ids), unit, quantity, discountable)


def taken(
    lines: list[Line], *offers: Discount, shipping: int = 390, code: str | None = None, step: int = 1
) -> Taken:
    return take(lines, offers, "EUR", shipping=shipping, code=code, step=step)


def losses(lines: list[Line], *offers: Discount, **more: int) -> list[int]:
    found = taken(lines, *offers, **more)
    return [found.of_line(index) for index in range(len(lines))]


lines_of_carts = st.lists(
    st.builds(
        Line, st.frozensets(st.sampled_from(IDS)), st.integers(0, 50_000), st.integers(1, 9), st.booleans()
    ),
    min_size=1,
    max_size=8,
)


@st.composite
def offers(draw: st.DrawFn) -> Discount:
    kind = draw(st.sampled_from(list(Kind)))
    value = draw(st.integers(1, 20_000 if kind is Kind.FIXED else 10_000))
    return one(
        kind, value, on=draw(st.frozensets(st.sampled_from(IDS), max_size=2)), buy=draw(st.integers(1, 3)),
        get=draw(st.integers(1, 3)), combines=draw(st.booleans()), minimum=draw(st.sampled_from([0, 0, 500])),
    )  # fmt: skip


def saved(found: Taken, shipping: int = 500) -> int:
    return found.total + (shipping if found.free_shipping else 0)


@given(lines_of_carts, st.lists(offers(), max_size=6), st.sampled_from([1, 10]))
def test_no_line_goes_below_zero_and_nothing_is_finer_than_can_be_charged(cart, many, step):
    cart = [Line(each.ids, each.unit * step, each.quantity, each.discountable) for each in cart]
    found = take(cart, many, "EUR", shipping=500, code=None, step=step)

    for index, each in enumerate(cart):
        lost = found.of_line(index)
        assert 0 <= lost <= each.amount
        assert lost % step == 0
        assert each.discountable or lost == 0
        assert lost == sum(part.amount for part in found.lines[index].values())
    assert found.total == sum(found.of_line(index) for index in range(len(cart)))
    assert {id_ for lost in found.lines for id_ in lost} <= {used.id for used in found.used}


@given(lines_of_carts, st.lists(offers(), max_size=6), st.sampled_from([1, 10]))
def test_the_customer_gets_at_least_what_any_one_discount_would_give(cart, many, step):
    cart = [Line(each.ids, each.unit * step, each.quantity, each.discountable) for each in cart]
    together = take(cart, many, "EUR", shipping=500, code=None, step=step)
    alone = [saved(take(cart, [each], "EUR", shipping=500, code=None, step=step)) for each in many]

    assert saved(together) >= max(alone, default=0)


@given(lines_of_carts, st.lists(offers(), max_size=5))
def test_a_discount_that_does_not_go_with_others_stands_alone(cart, many):
    used = take(cart, many, "EUR", shipping=500, code=None, step=1).used

    assert len(used) <= 1 or all(each.combines for each in used)


@given(lines_of_carts, st.lists(offers(), max_size=5))
def test_a_line_loses_one_discount_of_its_own_and_one_on_everything_at_most(cart, many):
    found = take(cart, many, "EUR", shipping=500, code=None, step=1)
    own = {each.id for each in many if each.on or each.kind is Kind.BUY_X_GET_Y}

    for lost in found.lines:
        assert len([id_ for id_ in lost if id_ in own]) <= 1
        assert len([id_ for id_ in lost if id_ not in own]) <= 1


@given(lines_of_carts, st.lists(offers(), max_size=3))
def test_the_order_in_which_discounts_are_known_does_not_change_what_is_saved(cart, many):
    worth = {saved(take(cart, each, "EUR", shipping=500, code=None, step=1)) for each in permutations(many)}

    assert len(worth) == 1


def test_a_fixed_amount_is_shared_by_what_lines_cost_and_loses_no_cent():
    assert losses([line(1000), line(1000), line(1000)], one(Kind.FIXED, 1000)) == [334, 333, 333]
    assert losses([line(300), line(200)], one(Kind.FIXED, 9_999)) == [300, 200]
    assert losses([line(1000), line(2000)], one(Kind.FIXED, 1000), step=10) == [330, 670]


def test_products_first_then_the_order_on_what_is_left():
    cart = [line(1000, 1, 0), line(1000)]

    assert losses(cart, one(Kind.PERCENT, 5000, on=frozenset(IDS[:1])), one(Kind.PERCENT, 1000)) == [550, 100]


def test_a_line_takes_the_better_of_two_offers_of_its_own():
    cart = [line(1000, 1, 0, 1), line(1000, 1, 1)]
    tenth, fifth = (
        one(Kind.PERCENT, 1000, on=frozenset(IDS[1:2])),
        one(Kind.PERCENT, 2000, on=frozenset(IDS[:1])),
    )

    assert losses(cart, tenth, fifth) == [200, 100]


@pytest.mark.parametrize(
    ("quantities", "buy", "get", "lost"),
    [
        ([(500, 3)], 2, 1, [500]),
        ([(500, 2)], 2, 1, [0]),
        ([(500, 5)], 2, 1, [500]),
        ([(500, 6)], 2, 1, [1000]),
        ([(900, 1), (500, 1), (700, 1)], 2, 1, [0, 500, 0]),
        ([(900, 2), (100, 2)], 1, 1, [900, 100]),
        ([(900, 1), (100, 1)], 1, 2, [0, 100]),
    ],
)
def test_of_what_is_bought_the_cheapest_units_are_free(quantities, buy, get, lost):
    cart = [line(unit, count) for unit, count in quantities]

    assert losses(cart, one(Kind.BUY_X_GET_Y, 10_000, buy=buy, get=get)) == lost


def test_the_code_that_was_entered_counts_where_two_save_the_same():
    mine = one(Kind.PERCENT, 1000, code="MINE", combines=False)
    found = taken([line(1000)], one(Kind.PERCENT, 1000, combines=False), mine, code="MINE")

    assert found.used == (mine,)


def test_free_shipping_competes_with_what_does_not_go_with_it():
    free, tenth = one(Kind.FREE_SHIPPING), one(Kind.PERCENT, 1000, combines=False)

    assert taken([line(1000)], free, tenth, shipping=390).free_shipping is free
    assert taken([line(9000)], free, tenth, shipping=390).free_shipping is None


def test_gift_cards_are_never_discounted():
    assert losses([line(5000, discountable=False)], one(Kind.PERCENT, 10_000), one(Kind.FIXED, 100)) == [0]


@pytest.mark.parametrize(
    ("offer", "cart", "standing", "missing"),
    [
        (one(Kind.PERCENT, 1000, code="X"), [line(1000)], Standing.APPLIED, 0),
        (
            one(Kind.PERCENT, 1000, code="X", minimum=1500, currency="EUR"),
            [line(1000)],
            Standing.MINIMUM,
            500,
        ),
        (one(Kind.FIXED, 100, code="X", currency="USD"), [line(1000)], Standing.WRONG_CURRENCY, 0),
        (one(Kind.PERCENT, 1000, code="X", on=frozenset(IDS[:1])), [line(1000, 1, 1)], Standing.NOT_MEANT, 0),
        (one(Kind.BUY_X_GET_Y, 10_000, code="X", buy=2, get=1), [line(1000, 1)], Standing.TOO_FEW, 2),
    ],
)
def test_a_code_says_how_it_stands_and_what_is_missing(offer, cart, standing, missing):
    found = stand(offer, cart, "EUR", taken(cart, offer, code="X"))

    assert (found.standing, found.missing) == (standing, missing)
    assert "X" in said(found)


def test_a_code_that_is_beaten_says_so():
    weak, strong = one(Kind.PERCENT, 100, code="X"), one(Kind.PERCENT, 5000)
    cart = [line(1000)]

    assert stand(weak, cart, "EUR", taken(cart, weak, strong, code="X")).standing is Standing.BEATEN


def test_the_guide_says_the_rules_in_the_same_words():
    guide = " ".join(Path("docs/guide/discounts.md").read_text(encoding="utf-8").split())

    assert all(rule in guide for rule in RULES)
