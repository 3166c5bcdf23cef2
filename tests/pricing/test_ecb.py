"""The European Central Bank's files: what is in them is read exactly, and what is not theirs is refused."""

from datetime import date
from fractions import Fraction

import pytest

from kassa.pricing.currencies import InvalidRates, read_ecb

XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time="2026-10-30"><Cube currency="USD" rate="1.1554"/><Cube currency="JPY" rate="177.99"/></Cube>
    <Cube time="2026-10-29"><Cube currency="USD" rate="1.1601"/></Cube>
  </Cube>
</gesmes:Envelope>"""
DAILY = "Date, USD, JPY, HUF, \n30 October 2026, 1.1554, 177.99, 388.33, \n"
HISTORY = "Date,USD,JPY,RUB,\n2026-10-30,1.1554,177.99,N/A,\n2026-10-29,1.1601,177.5,N/A,\n"


def told(text):
    return {(one.base, one.currency, one.day, one.rate) for one in read_ecb(text)}


def test_xml_of_several_days():
    assert told(XML) == {
        ("EUR", "USD", date(2026, 10, 30), Fraction("1.1554")),
        ("EUR", "JPY", date(2026, 10, 30), Fraction("177.99")),
        ("EUR", "USD", date(2026, 10, 29), Fraction("1.1601")),
    }
    assert {one.source for one in read_ecb(XML)} == {"ECB"}


def test_the_csv_of_a_day_and_that_of_the_history():
    assert told(DAILY) >= {("EUR", "HUF", date(2026, 10, 30), Fraction("388.33"))}
    assert len(told(DAILY)) == 3
    assert told(HISTORY) == {
        ("EUR", "USD", date(2026, 10, 30), Fraction("1.1554")),
        ("EUR", "JPY", date(2026, 10, 30), Fraction("177.99")),
        ("EUR", "USD", date(2026, 10, 29), Fraction("1.1601")),
        ("EUR", "JPY", date(2026, 10, 29), Fraction("177.5")),
    }


def test_of_a_long_history_the_newest_days_are_kept():
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + number) for number in range(500)]
    lines = "".join(f"{day},1.1\n" for day in reversed(days))

    kept = sorted(one.day for one in read_ecb(f"Date,USD\n{lines}"))

    assert kept == days[-366:]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first line"),
        ("Handle,Title\nemma,Emma\n", "first line"),
        ("Date,USD\nyesterday,1.1\n", "line 2: 'yesterday' is not a day"),
        ("Date,USD\n2026-10-30,much\n", "line 2: 'much' is not a rate"),
        ("Date,USD\n2026-10-30,0\n", "line 2"),
        ("Date,USD\n2026-10-30,-1\n", "line 2"),
        ("Date,USD\n2026-10-30,NaN\n", "line 2"),
        ("Date,USD\n2026-10-30,1e99\n", "line 2"),
        ("Date,USD\n2026-10-30,N/A\n", "no rates"),
        ('Date,USD\n"2026-10-30,1\n', "line 2"),
        ("<Cube", "not XML"),
        ("<Envelope/>", "no rates"),
        ('<Cube><Cube time="2026-10-30"><Cube currency="USD"/></Cube></Cube>', "no currency or no rate"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
    ],
)
def test_what_is_not_theirs_is_refused_and_named(text, why):
    with pytest.raises(InvalidRates) as refused:
        read_ecb(text)

    assert why in refused.value.detail
