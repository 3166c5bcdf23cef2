"""VAT numbers: normalised as their tax offices write them, and refused when they can't be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.pricing import taxes


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("ATU57194903", "AT", "ATU57194903"),
        ("U57194903", "AT", "ATU57194903"),
        ("be 0697.449.992", "BE", "BE0697449992"),
        ("BE697449992", "BE", "BE0697449992"),
        ("136695976", "DE", "DE136695976"),
        (" de-136 695 976 ", "DE", "DE136695976"),
        ("FR 61 954 506 077", "FR", "FR61954506077"),
        ("61954506077", "FR", "FR61954506077"),
        ("NL4495445B01", "NL", "NL004495445B01"),
        ("GR 094259216", "GR", "EL094259216"),
        ("EL094259216", "GR", "EL094259216"),
        ("GB 980 7806 84", "GB", "GB980780684"),
        ("980780684", "GB", "GB980780684"),
        ("XI980780684", "IE", "XI980780684"),
        ("ATU57194903", "FR", "ATU57194903"),
        ("", "DE", ""),
        ("   ", "DE", ""),
        ("whatever", "US", ""),
    ],
)
def test_a_good_number_is_written_as_its_tax_office_does(text, country, number):
    assert taxes.vat_id(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE136695977", "DE"),
        ("DE13669597", "DE"),
        ("FR61954506078", "FR"),
        ("GB980780684", "DE"),
        ("ATU57194903", "GB"),
        ("EU372022452", "DE"),
        ("CHE107787577", "DE"),
        ("…", "DE"),
        ("\x00", "DE"),
        ("DE136695976" + " " * 60, "DE"),
        ("1" * 5_000, "DE"),
    ],
)
def test_what_can_not_be_one_is_refused(text, country):
    with pytest.raises(taxes.BadVatId) as refused:
        taxes.vat_id(text, country)
    assert refused.value.errors == (("vat_id", "is not a VAT number"),)


@given(st.text(max_size=60), st.sampled_from(sorted(taxes.VAT_COUNTRIES)))
def test_anything_is_a_number_or_refused_and_a_good_one_stays_as_it_is(text, country):
    try:
        number = taxes.vat_id(text, country)
    except taxes.BadVatId:
        return
    assert taxes.vat_id(number, country) == number
