"""The catalogs of translations, brought up to date with the texts in the code: `make messages`.

A catalog holds exactly the texts that there are, sorted, without places and dates, so that its changes are those of
the texts. A text that is new has an empty translation; one that is gone is gone with its translation. Nothing is
guessed: a text that was changed is a new one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.plurals import get_plural
from babel.messages.pofile import normalize, read_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "kassa"
CATALOGS = SOURCE / "locales"
LANGUAGES = ("de", "es", "fr", "ja")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}

#: A text, or the two forms of one about a number.
Text = str | tuple[str, str]


def texts() -> list[Text]:
    """Every text of the code, in order: one that also has a plural, with it."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, Text] = {}
    for _file, _line, text, _comments, _context in extract_from_dir(
        str(SOURCE), methods, options, keywords=KEYWORDS, comment_tags=()
    ):
        one = text if isinstance(text, str) else (text[0], text[1])
        name = one if isinstance(one, str) else one[0]
        if name and not isinstance(found.get(name), tuple):
            found[name] = one
    return [found[name] for name in sorted(found, key=lambda name: (name.casefold(), name))]


def catalog(language: str) -> Catalog:
    """What is translated."""
    path = CATALOGS / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def written(language: str, known: Catalog) -> str:
    """The catalog as a file, with the texts of today."""
    return "\n".join(_lines(language, known))


def _lines(language: str, known: Catalog) -> Iterator[str]:
    plural = get_plural(language)
    yield 'msgid ""'
    yield 'msgstr ""'
    yield '"Content-Type: text/plain; charset=utf-8\\n"'
    yield f'"Language: {language}\\n"'
    yield f'"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"'
    for text in texts():
        yield ""
        if isinstance(text, str):
            found = known.get(text)
            yield f"msgid {normalize(text, width=110)}"
            yield f"msgstr {normalize(_one(found), width=110)}"
            continue
        found = known.get(text[0])
        forms = found.string if found is not None and isinstance(found.string, tuple | list) else ()
        yield f"msgid {normalize(text[0], width=110)}"
        yield f"msgid_plural {normalize(text[1], width=110)}"
        for at in range(plural.num_plurals):
            yield f"msgstr[{at}] {normalize(forms[at] if at < len(forms) else '', width=110)}"
    yield ""


def _one(found: Message | None) -> str:
    if found is None:
        return ""
    return found.string if isinstance(found.string, str) else next(iter(found.string), "")


def main() -> None:
    """Write every catalog, and say what is left to translate."""
    for language in LANGUAGES:
        text = written(language, catalog(language))
        (CATALOGS / f"{language}.po").write_text(text, encoding="utf-8")
        missing = sum(not all(_forms(one)) for one in catalog(language) if one.id)
        sys.stdout.write(f"{language}: {missing} to translate\n")


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


if __name__ == "__main__":
    main()
