"""What is said to people, in the language of whoever listens (gettext).

English is what stands in the code. The other languages are catalogs, `locales/de.po`, which are read when they are
first needed. The language is that of the task: `speak` sets it for a request or a mail, and everything below says its
texts with `_`. A constant that holds a text marks it with `N_` and is said with `_` where it is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

#: The language of the code.
ENGLISH: Final = "en"
CATALOGS: Final = Path(__file__).parent.parent / "locales"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Say everything inside in `language` (`de`, `de-AT`); in English what it has no words for."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> str:
    """The language spoken now, as HTML and HTTP write it (BCP 47)."""
    return _language.get()


def locale(name: str | None = None) -> Locale:
    """How the language spoken now, or the one named, writes figures and dates; English for one that CLDR lacks."""
    return _locale(name or _language.get())


def translate(text: str) -> str:
    """The text in the language spoken now, with its gaps not filled in yet."""
    return _catalog(_language.get()).gettext(text) if text else text


def translate_number(one: str, many: str, number: int) -> str:
    """As `translate`, in the form that goes with `number`."""
    return _catalog(_language.get()).ngettext(one, many, number)


def _(text: str, **values: Any) -> str:
    """The text in the language spoken now; `%(name)s` are gaps for `values`."""
    return translate(text) % values if values else translate(text)


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """The text in the language spoken now, in the form that goes with `number`, which is a value like the others."""
    return translate_number(one, many, number) % {"number": number, **values}


def N_(text: str) -> str:
    """The text as it is, marked for the translators: it is said with `_` later."""
    return text


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(ENGLISH)


@lru_cache(maxsize=64)
def _catalog(name: str) -> NullTranslations:
    for known in (name, name.partition("-")[0]):
        path = CATALOGS / f"{known}.po"
        if known.isascii() and known.replace("-", "").isalnum() and path.is_file():
            with path.open("rb") as file:
                compiled = BytesIO()
                write_mo(compiled, read_po(file, locale=known.replace("-", "_")))
            compiled.seek(0)
            return Translations(compiled)
    return NullTranslations()
