"""What addresses look like in each country, and what is wrong with one."""

import pytest

from kassa.kernel import postal
from kassa.kernel.address import countries

GOOD = {
    "DE": {"line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin"},
    "US": {"line1": "1 Main St", "city": "Austin", "region": "TX", "postal_code": "78701"},
    "GB": {"line1": "1 High St", "city": "London", "postal_code": "EC1Y 8SY"},
    "JP": {"line1": "1-1 Chiyoda", "region": "Tokyo", "postal_code": "100-0001"},
    "SG": {"line1": "1 Orchard Rd", "postal_code": "238801"},
    "AE": {"line1": "1 Sheikh Zayed Rd", "region": "Dubai"},
    "IE": {"line1": "1 O'Connell St", "city": "Dublin", "region": "Co. Dublin"},
    "BR": {"line1": "Rua A 1", "city": "Recife", "region": "PE", "postal_code": "50010-000"},
}


def look(country, **changed):
    kept = postal.tidy(
        {"name": "Ada", **GOOD.get(country, {"line1": "A 1", "city": "B"}), **changed}, country
    )
    return kept, postal.faults(kept, country)


@pytest.mark.parametrize("country", GOOD)
def test_an_address_of_the_country_has_no_faults(country):
    kept, faults = look(country)

    assert not faults
    assert {name: kept[name] for name in GOOD[country]} == GOOD[country]


def test_every_country_we_ship_to_has_a_name_and_a_street():
    for country in countries():
        asked = {field.name: field for field in postal.fields(country)}
        assert asked["name"].required
        assert asked["line1"].required
        assert set(asked) <= set(postal.PARTS)
        for field in asked.values():
            values = [value for value, _ in field.choices]
            assert len(values) == len(set(values))
            assert all(len(value) <= field.most for value in values)


def test_the_examples_that_a_form_shows_are_codes_that_it_takes():
    for country in countries():
        for field in postal.fields(country):
            for example in field.example.split(" or ") if field.example else ():
                assert "postal_code" not in look(country, postal_code=example)[1], (country, example)


@pytest.mark.parametrize(
    ("country", "changed", "field", "words"),
    [
        ("DE", {"postal_code": "1011"}, "postal_code", "looks like 26133"),
        ("DE", {"postal_code": ""}, "postal_code", "fill in the postal code"),
        ("US", {"postal_code": "ABC"}, "postal_code", "A ZIP code there looks like"),
        ("US", {"region": ""}, "region", "choose the state"),
        ("US", {"region": "Bavaria"}, "region", "choose one of the list"),
        ("IE", {"postal_code": "1"}, "postal_code", "An Eircode there looks like"),
        ("IN", {"region": "Goa", "postal_code": "1"}, "postal_code", "A PIN code there looks like"),
        ("GB", {"city": " "}, "city", "fill in the town or city"),
        ("DE", {"name": "x" * 201}, "name", "at most 200"),
    ],
)
def test_a_fault_is_said_in_plain_words_beside_its_field(country, changed, field, words):
    assert words in look(country, **changed)[1][field]


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("US", "new york", "NY"),
        ("US", "ny", "NY"),
        ("JP", "東京都", "Tokyo"),
        ("BR", "sao paulo", "SP"),
        ("AE", "دبي", "Dubai"),
    ],
)
def test_a_region_is_known_by_its_names(country, typed, kept):
    found, faults = look(country, region=typed)

    assert found["region"] == kept
    assert "region" not in faults


def test_codes_are_in_capitals_and_stray_spaces_go():
    kept, faults = look("GB", postal_code=" ec1y   8sy ", city="  Long   Acre ")

    assert (kept["postal_code"], kept["city"]) == ("EC1Y 8SY", "Long Acre")
    assert not faults


def test_a_part_that_the_country_has_not_is_not_kept():
    assert "region" not in look("DE", region="Bavaria")[0]
    assert "city" not in look("SG", city="Singapore")[0]
    assert not postal.has_city("SG")
    assert postal.has_city("DE")


def test_a_country_of_which_nothing_is_known_asks_for_name_street_and_city():
    assert [field.name for field in postal.fields("CP")] == ["name", "line1", "line2", "city"]


def test_the_fields_come_in_the_order_of_the_countrys_post():
    assert [field.name for field in postal.fields("DE")][3:] == ["postal_code", "city"]
    assert [field.name for field in postal.fields("US")][3:] == ["city", "region", "postal_code"]
    assert postal.fields("US")[-1].label == "ZIP code"
    assert ("TX", "Texas") in postal.fields("US")[-2].choices
