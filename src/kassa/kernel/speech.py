"""What is said to people, in the language of whoever listens (gettext).

English is what stands in the code. The other languages are catalogs, `locales/de.po`, which are read when they are
first needed. The language is that of the task: `speak` sets it for a request or a mail, and everything below says its
texts with `_`. A constant that holds a text marks it with `N_` and is said with `_` where it is shown.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

#: The language of the code.
ENGLISH: Final = "en"
#: English from right to left, to see that a page can be mirrored and leaves room; never offered in production.
PSEUDO: Final = "ar-XB"
CATALOGS: Final = Path(__file__).parent.parent / "locales"

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)
_original: ContextVar[bool] = ContextVar("original", default=True)


@contextmanager
def speak(language: str, *, original: bool = False) -> Iterator[None]:
    """Say everything inside in `language` (`de`, `de-AT`); in English what it has no words for.

    `original`: it is the shop's own, in which its catalogue is written.
    """
    before, was = _language.set(language), _original.set(original)
    try:
        yield
    finally:
        _language.reset(before)
        _original.reset(was)


def is_original() -> bool:
    """Whether the catalogue is said as the shop wrote it."""
    return _original.get()


def language() -> str:
    """The language spoken now, as HTML and HTTP write it (BCP 47)."""
    return _language.get()


def prefix(language: str, languages: Sequence[str]) -> str:
    """What stands before the path of a page in this language: "/de"; nothing for the first of the shop's
    `languages`, and for one that it does not speak."""
    return f"/{language}" if language in languages[1:] else ""


def offered(language: str | None, languages: Sequence[str]) -> str:
    """The one of the shop's `languages` that is nearest to the one wished for: `de` for `de-CH`; else the first."""
    wanted = (language or "").replace("_", "-")
    return next((one for one in (wanted, wanted.partition("-")[0]) if one in languages), languages[0])


def direction() -> str:
    """How the language spoken now runs: `ltr` or `rtl`."""
    return str(locale().text_direction)


def territory(name: str | None = None) -> str:
    """The language, and the country where most speak it: `de_DE`, `ja_JP`, for those who want both named."""
    found = locale(name)
    likely = str(get_global("likely_subtags").get(found.language, found.language)).split("_")
    return f"{found.language}_{found.territory or likely[-1]}"


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
    """The text in the language spoken now, in the form that goes with `number`, a value (`num`) like the others."""
    return translate_number(one, many, number) % {"number": decimal(number), "num": decimal(number), **values}


def decimal(number: int) -> str:
    """A number as the language spoken now writes it: "1,000", "1.000"."""
    return str(format_decimal(number, locale=locale()))


def either(choices: Sequence[str]) -> str:
    """One or the other: "A or B"."""
    return str(format_list(choices, style="or", locale=locale()))


def listed(parts: Sequence[str]) -> str:
    """One and the other: "A, B and C"."""
    return str(format_list(parts, style="standard", locale=locale()))


def N_(text: str) -> str:
    """The text as it is, marked for the translators: it is said with `_` later."""
    return text


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse("ar" if name == PSEUDO else name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(ENGLISH)


@lru_cache(maxsize=64)
def _catalog(name: str) -> NullTranslations:
    if name == PSEUDO:
        return _Mirrored()
    for known in (name, name.partition("-")[0]):
        path = CATALOGS / f"{known}.po"
        if known.isascii() and known.replace("-", "").isalnum() and path.is_file():
            with path.open("rb") as file:
                compiled = BytesIO()
                write_mo(compiled, read_po(file, locale=known.replace("-", "_")))
            compiled.seek(0)
            return Translations(compiled)
    return NullTranslations()


#: What is no letter to a reader: gaps for values, and tags.
_KEPT: Final = re.compile(r"%(?:\(\w+\))?[a-z%]|<[^>]*>|&\w+;|\{\w*\}")


class _Mirrored(NullTranslations):
    """English that runs from right to left and is a third longer, as other languages are."""

    def gettext(self, message: str) -> str:
        """The text, mirrored."""
        return _mirrored(message)

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        """The text for a number, mirrored."""
        return _mirrored(msgid1 if num == 1 else msgid2)


def _mirrored(text: str) -> str:
    """The text in the order from right to left (U+202E), its gaps and tags in their own."""
    kept = _KEPT.findall(text)
    words = _KEPT.split(text)
    told = [f"\u202e{part}\u202c" if part.strip() else part for part in words]
    longer = " " + "\u0627\u0644" * max(1, len(text) // 12) if text.strip() else ""
    return "".join(part + mark for part, mark in zip(told, [*kept, ""], strict=True)) + longer
