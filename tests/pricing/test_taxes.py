"""Tax and its rounding: worked cases from public sources, and that nothing is ever lost.

`tax_cases.csv` names the source of each case. Prices are in minor units, with tax in them (`in`) or without (`on`);
`total` is what is paid in the end.
"""

import csv
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pricing.test_quote import RULES, variant

from kassa import pricing
from kassa.pricing import Rounding, explain, taxes
from kassa.pricing.rounding import points, tax_in, tax_on

with (Path(__file__).parent / "tax_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))

DAY = date(2026, 11, 21)
RATES = st.sampled_from(
    [0, 400, 500, 550, 662.5, 700, 860.1, 887.5, 997.5, 1000, 1350, 1900, 2000, 2550, 2700]
)
PRICES = st.lists(st.integers(0, 200_000), min_size=1, max_size=9)
RULE = st.sampled_from(list(Rounding))


def test_there_are_enough_cases_and_each_says_where_it_is_from():
    assert len(CASES) >= 40
    assert all(len(case["source"]) > 10 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source'][:60]}, {case['rounding']}")
def test_worked_cases_from_public_sources(case):
    prices = [int(price) for price in case["prices"].split()]
    rate, rule = float(case["basis_points"]), Rounding(case["rounding"])
    if case["how"] == "in":
        made = tax_in(prices, rate, rule)
        total = sum(prices) + sum(one.change for one in made)
    else:
        made = tax_on(prices, rate, rule)
        total = sum(prices) + sum(one.tax.amount for one in made)
    assert sum(one.tax.amount for one in made) == int(case["tax"])
    assert total == int(case["total"])


@given(PRICES, RATES, RULE)
def test_tax_in_prices_leaves_nothing_over(prices, rate, rule):
    made = tax_in(prices, rate, rule)
    nets = [price + one.change - one.tax.amount for price, one in zip(prices, made, strict=True)]
    gross = sum(prices) + sum(one.change for one in made)
    assert sum(nets) + sum(one.tax.amount for one in made) == gross
    exact = [price * points(rate) / (10_000 + points(rate)) for price in prices]
    assert [one.tax.exact for one in made] == exact or rule is Rounding.SUM_BY_NET_KEEP_GROSS
    if rule is not Rounding.SUM_BY_NET:
        assert not any(one.change for one in made)
    if rule is Rounding.SUM_BY_NET:  # EN 16931, BR-CO-17: the tax is that of the sum of the nets
        due = sum(nets) * points(rate) / 10_000
        assert abs(sum(one.tax.amount for one in made) - due) <= Fraction(1, 2)
        assert all(abs(one.change) <= 1 for one in made)
    if rule is Rounding.SUM_BY_NET_KEEP_GROSS:
        assert abs(sum(one.tax.amount for one in made) - sum(exact)) <= Fraction(1, 2)
        assert all(abs(one.tax.amount - due) < Fraction(3, 2) for one, due in zip(made, exact, strict=True))


@given(PRICES, RATES, RULE, st.sampled_from([1, 10, 100]))
def test_tax_on_top_is_what_can_be_charged(prices, rate, rule, step):
    prices = [price * step for price in prices]
    made = tax_on(prices, rate, rule, step)
    exact = sum(prices) * points(rate) / 10_000
    assert all(one.tax.amount % step == 0 and not one.change for one in made)
    slack = Fraction(step, 2) * (len(prices) if rule is Rounding.LINE else 1)
    assert abs(sum(one.tax.amount for one in made) - exact) <= slack


PLACES = st.sampled_from([
    ("DE", None, ""), ("FR", None, ""), ("FI", None, ""), ("FR", None, "FR61954506077"), ("US", "NJ", ""),
    ("US", "NY", ""), ("JP", None, ""), ("IE", None, ""),
])  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(1, 40_000), st.integers(1, 9), st.sampled_from(["books", "standard"])),
        min_size=1,
    ),
    PLACES,
    st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
    RULE,
)
def test_a_quote_adds_up_by_every_rule_in_every_currency(lines, place, currency, rule):
    country, region, vat_id = place
    made = pricing.quote(
        [
            pricing.QuoteLine(variant(price * 10, tax_class=tax_class), quantity)
            for price, quantity, tax_class in [*lines, (400, 9, "books")][-20:]
        ],
        currency,
        rules=pricing.Rules(day=DAY, taxes=taxes.table(rounding=rule)),
        country=country,
        region=region,
        vat_id=vat_id,
    )
    goods = sum(line.unit * line.quantity - line.discount + line.rounding for line in made.lines)
    assert goods == sum(line.total for line in made.lines) == made.subtotal - made.discount + made.rounding
    assert made.total == goods + made.shipping + (0 if made.tax_included else made.tax)
    assert made.tax == sum(line.tax for line in made.lines) + made.shipping_tax
    assert made.tax == sum(line.tax for line in made.tax_lines)
    if made.tax_lines and made.tax_included and not made.reverse_charge:
        taxed = sum(line.total for line in made.lines if line.basis_points) + made.shipping
        assert sum(line.base + line.tax for line in made.tax_lines) in (taxed, taxed - made.shipping)
    assert made.reverse_charge == bool(vat_id)
    assert not (made.reverse_charge and made.tax)


@pytest.mark.parametrize(
    ("country", "region", "tax_class", "day", "points_"),
    [
        # European Commission and the members' own announcements, as vatupdate.com, Sovos and vatapi.com report them
        ("FI", None, "standard", "2024-08-31", 2400),
        ("FI", None, "standard", "2024-09-01", 2550),
        ("FI", None, "books", "2024-12-31", 1000),
        ("FI", None, "books", "2025-06-01", 1400),
        ("FI", None, "books", "2026-01-01", 1350),
        ("LT", None, "books", "2025-12-31", 900),
        ("LT", None, "books", "2026-01-01", 500),
        ("SK", None, "standard", "2024-12-31", 2000),
        ("SK", None, "standard", "2025-01-01", 2300),
        ("SK", None, "books", "2025-01-01", 500),
        ("RO", None, "standard", "2025-07-31", 1900),
        ("RO", None, "standard", "2025-08-01", 2100),
        ("RO", None, "books", "2025-08-01", 1100),
        ("EE", None, "standard", "2025-06-30", 2200),
        ("EE", None, "standard", "2025-07-01", 2400),
        ("CZ", None, "books", "2023-12-31", 1000),
        ("CZ", None, "books", "2024-01-01", 0),
        ("LV", None, "books", "2026-01-01", 500),
        ("CY", None, "books", "2026-01-01", 300),
        ("DE", None, "books", "2020-07-01", 500),
        ("DE", None, "standard", "2020-12-31", 1600),
        ("DE", None, "standard", "2021-01-01", 1900),
        ("DK", None, "books", "2025-12-31", 2500),
        ("US", "NJ", "books", "2026-01-01", 662.5),
        ("US", "OR", "books", "2026-01-01", 0),
        ("CH", None, "books", "2026-01-01", 0),
    ],
)
def test_the_rate_is_that_of_the_day(country, region, tax_class, day, points_):
    rate = taxes.table().rate(country, region, tax_class, date.fromisoformat(day))
    assert rate.basis_points == points_
    assert rate.included == (country != "US")


def test_rates_that_come_with_kassa_never_overlap_and_leave_no_day_out():
    for rows in taxes.built_in().values():
        for region in {row.region for row in rows}:
            dated = [row for row in rows if row.region == region]
            for earlier, later in pairwise(dated):
                assert earlier.until is not None
                assert later.start is not None
                assert (later.start - earlier.until).days == 1


def test_the_operators_rate_goes_before_the_table_and_the_region_before_the_country():
    own = [
        taxes.RateRow("DE", "", "books", 500, date(2027, 1, 1)),
        taxes.RateRow("US", "", "standard", 100),
        taxes.RateRow("US", "NY", "standard", 887.5, name="City and state"),
    ]
    table = taxes.table(own)
    assert table.rate("DE", None, "books", DAY).basis_points == 700
    assert table.rate("DE", None, "books", date(2027, 1, 1)).basis_points == 500
    assert table.rate("US", "ny", "books", DAY).label == "City and state 8.875 % (NY)"
    assert table.rate("US", "OR", "books", DAY).basis_points == 100


def test_prices_without_tax_are_so_where_the_operator_says():
    table = taxes.table(on_top=["DE"])
    assert not table.rate("DE", None, "books", DAY).included
    assert table.rate("US", "NY", "books", DAY).included
    net = table.rate("DE", None, "books", DAY, vat_id="")
    abroad = taxes.table(on_top=["FR"]).rate("FR", None, "books", DAY, vat_id="FR61954506077")
    assert net.basis_points == 700
    assert (abroad.reverse_charge, abroad.contained, abroad.included) == (True, 0, False)


@pytest.mark.parametrize(
    ("country", "vat_id", "total", "reverse"),
    [
        ("FR", "", 1000, False),
        ("FR", "FR61954506077", 948, True),  # 10.00 with 5.5 % in it is 9.48 without
        ("FR", "ATU57194903", 948, True),
        ("DE", "DE136695976", 1000, False),
        ("FR", "DE136695976", 1000, False),
        ("GB", "GB980780684", 1000, False),
    ],
)
def test_a_business_of_another_member_owes_the_tax_itself(country, vat_id, total, reverse):
    made = pricing.quote(
        [pricing.QuoteLine(variant(1000, ships=False), 1)], "EUR", rules=RULES, country=country, vat_id=vat_id
    )
    assert made.total == total
    assert made.reverse_charge is reverse
    if reverse:
        assert made.tax == 0
        assert [line.label for line in made.tax_lines] == [f"Reverse charge ({country})"]


def sent_to_france(*lines, vat_id="FR61954506077", currency="EUR", **more):
    return pricing.quote(
        [pricing.QuoteLine(one, 1) for one in lines],
        currency,
        rules=RULES,
        country="FR",
        vat_id=vat_id,
        **more,
    )


def test_what_is_sent_to_a_business_of_another_member_is_sent_net_too():
    anybody, business = sent_to_france(variant(1000), vat_id=""), sent_to_france(variant(1000))

    contained = tax_in([anybody.shipping], 550, Rounding.LINE)[0].tax.amount
    assert contained > 0
    assert business.shipping == anybody.shipping - contained
    assert business.total == 948 + business.shipping
    assert business.tax_lines[0].base == business.total


def test_sending_is_net_of_the_rate_of_the_main_supply():
    books = sent_to_france(variant(9000), variant(1000, tax_class="standard"))
    toys = sent_to_france(variant(1000), variant(9000, tax_class="standard"))
    gross = sent_to_france(variant(9000), variant(1000, tax_class="standard"), vat_id="").shipping

    assert books.shipping == gross - tax_in([gross], 550, Rounding.LINE)[0].tax.amount
    assert toys.shipping == gross - tax_in([gross], 2000, Rounding.LINE)[0].tax.amount


def test_each_way_that_is_offered_costs_what_it_would_be_charged():
    offered = sent_to_france(variant(1000)).methods

    charged = [sent_to_france(variant(1000), shipping_method=way.code).shipping for way in offered]
    assert charged == [way.amount.amount for way in offered]


def test_sending_net_can_be_charged_where_the_last_decimal_is_always_zero():
    assert sent_to_france(variant(99_990), currency="KWD").shipping % 10 == 0


def test_sending_net_is_explained_and_adds_up():
    told = explain.explain(sent_to_france(variant(1000)))

    assert told.agrees
    assert [step.kind for step in told.shipping.steps] == ["price"]


def test_a_business_of_the_shops_own_country_pays_the_rate_of_home_wherever_the_parcel_goes():
    rate = taxes.table().rate("FR", None, "books", DAY, vat_id="DE136695976")
    assert (rate.label, rate.included) == ("VAT 7 % (DE)", True)


def test_outside_the_union_nobody_is_charged_the_other_way_round():
    assert not taxes.table(home="GB").rate("FR", None, "books", DAY, vat_id="FR61954506077").reverse_charge


def test_the_same_question_has_the_same_key():
    rate = taxes.table().rate("DE", None, "books", DAY)
    line = taxes.Asked("SKU", "books", 1000, 1, rate)
    asked = taxes.Question("EUR", 1, "DE", None, "10115", "", DAY, (line,), None)
    again = taxes.Question("EUR", 1, "DE", None, "10115", "", DAY, (line,), None)
    other = taxes.Question("EUR", 1, "DE", None, "10117", "", DAY, (line,), None)
    assert asked.key == again.key != other.key


GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "tax.md").read_text(encoding="utf-8")
EXAMPLES = [
    [cell.strip(" `") for cell in row.strip("|").split("|")]
    for row in GUIDE.splitlines()
    if row.startswith("| ") and (" % in |" in row or " % on top |" in row)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example[0]}, {example[2]}")
def test_the_guides_examples_are_right(example):
    prices = [int(price) for price in example[0].split()]
    rate, rule = float(example[1].split()[0]) * 100, Rounding(example[2])
    on_top = example[1].endswith("top")
    made = tax_on(prices, rate, rule) if on_top else tax_in(prices, rate, rule)
    paid = [price + one.change for price, one in zip(prices, made, strict=True)]
    due = [one.tax.amount for one in made]
    assert [" ".join(map(str, paid)), " ".join(map(str, due))] == example[3:5]
    assert [str(sum(due)), str(sum(paid) + (sum(due) if on_top else 0))] == example[5:7]
