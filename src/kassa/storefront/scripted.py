"""What the shop's scripts have to say, which the server says: a page carries it in the language it is in."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from kassa.kernel import speech
from kassa.kernel.speech import _, ngettext

#: No language needs a larger number to show all its forms.
_NUMBERS = range(201)


def shop() -> Mapping[str, Any]:
    """The words of the scripts that every page has (`static/shop/`). `{name}` are gaps that they fill in."""
    return {
        "close": _("Close this note"),
        "silent": _(
            "The shop can’t be reached just now. Nothing was changed, as far as we know; please try again."
        ),
        "failed": _("That did not work. Please try again."),
        "see_bag": _("See your bag"),
        "added": _("It is in your bag."),
        "total": _("The total is now {total}."),
        "items": _forms(lambda number: ngettext("%(num)s item", "%(num)s items", number)),
        "suggestions": _forms(
            lambda number: ngettext(
                "%(num)s suggestion. Up and down arrows choose.",
                "%(num)s suggestions. Up and down arrows choose.",
                number,
            )
        ),
        "no_suggestions": _("No suggestions."),
        "see_list": _("See the list"),
        "wished": _("On your wish list."),
        "unwished": _("Off your wish list."),
    }


def passkeys() -> str:
    """The words of `elements/passkeys.js`, as JSON."""
    return _json(
        silent=_("The shop can’t be reached just now. Please try again."),
        unused=_("No passkey was used. Try again, or sign in another way."),
        unmade=_("No passkey was made. Try again when you like."),
        there=_("This device has a passkey for your account already."),
    )


def gallery() -> str:
    """The words of `elements/media-gallery.js`, as JSON."""
    return _json(
        sheet=_("Picture; plus and minus enlarge it"),
        before=_("Picture before"),
        next=_("Next picture"),
        smaller=_("Smaller"),
        larger=_("Larger"),
        close=_("Close"),
        pictures=_("Pictures"),
        place=_("{number} of {all}: {picture}"),
    )


def _json(**words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _forms(said: Callable[[int], str]) -> dict[str, str]:
    """A text about a number in each form that the language has, by the form's name in CLDR."""
    rule = speech.locale().plural_form
    samples = {rule(number): number for number in reversed(_NUMBERS)}
    return {
        name: said(number).replace(speech.decimal(number), "{number}") for name, number in samples.items()
    }
