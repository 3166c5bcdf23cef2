"""When a parcel leaves and arrives, and how that is said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.kernel.address import Address
from kassa.kernel.money import Money
from kassa.kernel.speech import speak
from kassa.pricing import ShippingMethod, zones
from kassa.pricing.zones import ZONES, Calendar, Parcel, PickupPoint, Table

HERE = Address(name="Kassa Books", line1="Lange Gasse 1", city="Köln", postal_code="50667", country="DE")


def standard(day: date, hour: int = 12, calendar: Calendar | None = None) -> ShippingMethod:
    now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    table = Table(ZONES, calendar or Calendar(), now)
    return table.ways(Parcel(300, Money(1190, "EUR")), "DE", None)[0]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 19), "Monday 23 – Wednesday 25 November"),
        (date(2026, 11, 20), "Tuesday 24 – Thursday 26 November"),
        (date(2026, 11, 21), "Wednesday 25 – Friday 27 November"),  # nothing leaves on a Saturday
        (date(2026, 11, 26), "Monday 30 November – Wednesday 2 December"),
        (date(2026, 12, 29), "Thursday 31 December – Monday 4 January"),
    ],
)
def test_a_parcel_arrives_on_working_days(today, said):
    assert zones.delivery(standard(today)) == said


@pytest.mark.parametrize(
    ("hour", "first"),
    [
        (12, date(2026, 11, 24)),
        (13, date(2026, 11, 25)),
        (23, date(2026, 11, 25)),
    ],  # 13:00 is 14:00 in Berlin
)
def test_what_is_ordered_after_the_cutoff_leaves_on_the_next_working_day(hour, first):
    calendar = Calendar("Europe/Berlin", cutoff=14)

    assert standard(date(2026, 11, 20), hour, calendar).first == first


def test_a_midnight_of_the_shop_is_not_that_of_the_world():
    tokyo = Calendar("Asia/Tokyo")

    assert standard(date(2026, 11, 19), 14, tokyo).first == date(2026, 11, 23)
    assert standard(date(2026, 11, 19), 15, tokyo).first == date(2026, 11, 24)


def test_nothing_leaves_or_arrives_on_a_holiday():
    calendar = Calendar(holidays=frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 28)}))

    found = standard(date(2026, 12, 23), calendar=calendar)

    assert (found.first, found.last) == (date(2026, 12, 30), date(2027, 1, 1))


def test_a_shop_that_never_works_still_has_an_answer():
    rested = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(900))

    assert Calendar(holidays=rested).leaves(datetime(2026, 1, 1, tzinfo=UTC)) > date(2027, 1, 1)


@given(
    ordered=st.integers(0, 525_600).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    cutoff=st.none() | st.integers(0, 23),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    span=st.tuples(st.integers(0, 15), st.integers(0, 15)).map(sorted),
)
def test_a_window_is_of_working_days_and_never_before_the_order(ordered, cutoff, days, span):
    calendar = Calendar(cutoff=cutoff, days=days)

    first, last = calendar.window(ordered, *span)

    assert ordered.date() <= calendar.leaves(ordered) <= first <= last
    assert calendar.works(first)
    assert calendar.works(last)
    later = calendar.window(ordered + timedelta(hours=30), *span)
    assert (first, last) <= later


def test_a_parcel_that_arrives_on_one_day_has_one_day():
    day = date(2026, 11, 23)
    way = ShippingMethod("express", "Express", Money(0, "EUR"), 1, 1, day, day)

    assert zones.delivery(way) == "Monday 23 November"


def test_days_are_said_in_the_language_spoken():
    way = standard(date(2026, 11, 20))

    with speak("de"):
        assert zones.delivery(way) == "Dienstag, 24. November – Donnerstag, 26. November"
    with speak("ja"):
        assert zones.delivery(way) == "11月24日火曜日 – 11月26日木曜日"


def test_what_is_fetched_does_not_arrive_but_is_ready():
    day = date(2026, 11, 23)
    way = ShippingMethod("shop", "At the shop", Money(0, "EUR"), 0, 0, day, day, PickupPoint(HERE))

    assert zones.arrival(way) == "Ready for you Monday 23 November"
    assert zones.arrival(standard(date(2026, 11, 20))) == "Arrives Tuesday 24 – Thursday 26 November"
    assert zones.place(PickupPoint(HERE)) == ["Kassa Books", "Lange Gasse 1", "50667 Köln"]
