"""The shop's languages, as its pages offer them: every page has the same path in each."""

from dataclasses import dataclass
from urllib.parse import quote

from kassa.config import Settings
from kassa.kernel import speech


@dataclass(frozen=True, slots=True)
class Link:
    """A page in a language: its address within the shop, the language's own name, and whether it is spoken now."""

    language: str
    name: str
    href: str
    chosen: bool


def links(settings: Settings, here: str) -> list[Link]:
    """The same page in each language; none where there is one language only. `here` is a path with its query."""
    if len(settings.locales) == 1:
        return []
    return [
        Link(one, name(one), speech.prefix(one, settings.locales) + here, one == speech.language())
        for one in settings.locales
    ]


def alternates(settings: Settings, path: str) -> list[tuple[str, str]]:
    """The whole address of a page by `hreflang`, the first language's once more for everybody else (`x-default`)."""
    if len(settings.locales) == 1:
        return []
    found = [(one, settings.front(one) + quote(path)) for one in settings.locales]
    return [*found, ("x-default", found[0][1])]


def address(settings: Settings, path: str) -> str:
    """The whole address of a page in the language spoken now."""
    return settings.front(speech.language()) + quote(path)


def name(language: str) -> str:
    """What those who speak a language call it: "Deutsch"."""
    said = speech.locale(language).get_display_name() or language
    return said[:1].upper() + said[1:]
