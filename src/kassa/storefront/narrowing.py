"""What a list can be narrowed by, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kassa import catalog
from kassa.kernel.money import show_briefly
from kassa.kernel.speech import N_, _
from kassa.storefront import forms
from kassa.storefront.request import AnyRequest

_VALUES_LIMIT: Final = 20
#: So many values of a facet are seen at once; the others are a click away.
_FIRST: Final = 6
_LABELS: Final = {
    "subject": N_("Subject"),
    "author": N_("Author"),
    "format": N_("Format"),
    "language": N_("Written in"),
    "price": N_("Price"),
    "availability": N_("Availability"),
}
_STOCK: Final = {catalog.IN_STOCK: N_("In stock"), catalog.SOLD_OUT: N_("Sold out")}
_BAND: Final = re.compile(r"(\d{1,12})-(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: as it is sent, as it is said, how many it would show, and whether it is chosen."""

    value: str
    text: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with its values: the `first` few with everything that is chosen, and the `others`."""

    name: str
    label: str
    first: Sequence[Choice]
    others: Sequence[Choice]


def asked(request: AnyRequest, name: str) -> list[str]:
    """The values of a facet in an address, each once, bounded.

    Raises:
        Invalid: one is too long, or no text.
    """
    given = request.query_params.getall(name, [])[:_VALUES_LIMIT]
    return [value for value in dict.fromkeys(forms.check_text(name, value) for value in given) if value]


def shown(
    facets: Sequence[catalog.Facet],
    chosen: Mapping[str, Sequence[str]],
    currency: str,
    words: Mapping[str, str],
) -> list[Group]:
    """The facets that can narrow the list, or are chosen; `words` are what values are called in the language spoken."""
    groups = []
    for facet in facets:
        mine = chosen.get(facet.name, ())
        choices = [
            Choice(value, said(facet.name, value, currency, words), count, value in mine)
            for value, count in facet.values
        ]
        if len(choices) > 1 or mine:
            ahead = [place < _FIRST or each.chosen for place, each in enumerate(choices)]
            first = [each for each, seen in zip(choices, ahead, strict=True) if seen]
            others = [each for each, seen in zip(choices, ahead, strict=True) if not seen]
            groups.append(Group(facet.name, _(_LABELS[facet.name]), first, others))
    return groups


def said(name: str, value: str, currency: str, words: Mapping[str, str]) -> str:
    """A value as it is read: "€10 to €15", "In stock", "Jane Austen"."""
    if name == "availability":
        return _(_STOCK[value]) if value in _STOCK else value
    band = _BAND.fullmatch(value) if name == "price" else None
    if band is None:
        return words.get(value, value) if name != "author" else value
    low, high = (show_briefly(int(minor), currency) for minor in band.groups())
    return (
        _("Under %(price)s", price=high)
        if int(band[1]) == 0
        else _("%(low)s to %(high)s", low=low, high=high)
    )
