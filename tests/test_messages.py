"""The catalogs of translations: complete, of today, and fit to be put in the place of what they translate."""

import re
import runpy
from pathlib import Path

import pytest

_MESSAGES = runpy.run_path(str(Path(__file__).parent.parent / "scripts" / "messages.py"))
LANGUAGES = _MESSAGES["LANGUAGES"]
_GAP = re.compile(r"%(?:\(\w+\))?[a-z%]|\{\w+\}")
_TAG = re.compile(r"</?\w+[^>]*>")
#: A number may be said without its figure where the language has one form for it: "one book".
_NUMBER = "%(num)s"


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def known(language):
    return _MESSAGES["catalog"](language)


def _forms(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _texts(message):
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_a_catalog_has_the_texts_of_the_code_and_no_others(language, known):
    path = _MESSAGES["CATALOGS"] / f"{language}.po"

    assert path.read_text(encoding="utf-8") == _MESSAGES["written"](language, known), "run make messages"


def test_every_text_is_translated_and_nobody_only_guessed(known):
    assert [
        message.id for message in known if message.id and (message.fuzzy or not all(_forms(message)))
    ] == []


def test_a_translation_has_the_gaps_and_the_tags_of_its_text(known):
    wrong = []
    for message in known:
        gaps = {mark for text in _texts(message) for mark in _GAP.findall(text)}
        without = gaps - {_NUMBER} if isinstance(message.id, tuple) else gaps
        tags = sorted(_TAG.findall(_texts(message)[-1]))
        for form in filter(None, _forms(message) if message.id else ()):
            if set(_GAP.findall(form)) not in (gaps, without) or sorted(_TAG.findall(form)) != tags:
                wrong.append((message.id, form))

    assert wrong == []


def test_a_translation_ends_no_attribute_that_it_stands_in(known):
    assert [form for message in known if message.id for form in _forms(message) if '"' in form] == []


def test_a_translation_begins_and_ends_as_its_text_does(known):
    def edges(text):
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [
        form
        for message in known
        if message.id
        for form in filter(None, _forms(message))
        if edges(form) != edges(_texts(message)[0])
    ] == []
