"""What browsers send: bounded, cleaned, and with faults that stand beside their fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from litestar.exceptions import HTTPException

from kassa.kernel import speech
from kassa.kernel.errors import Invalid, NotFound
from kassa.kernel.speech import _
from kassa.storefront.request import AnyRequest

_TEXT_LIMIT: Final = 300
_FIELDS_LIMIT: Final = 40
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)
class Form:
    """What was typed, kept as it was, what is wrong with it by field, and what its labels call the fields."""

    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


async def read(
    request: AnyRequest, *, longer: Mapping[str, int] | None = None, fields: int = _FIELDS_LIMIT
) -> dict[str, str]:
    """The text fields of a form, at most `fields`; those named in `longer` may have so many characters.

    Raises:
        Invalid: the body is no form, or holds what no keyboard types.
    """
    try:
        sent = await request.form()
    except HTTPException:
        raise
    except (ValueError, LookupError):
        raise Invalid(_("The form could not be read."), code="invalid_form") from None
    values = {name: value for name, value in sent.items() if isinstance(value, str)}
    if len(values) > fields:
        raise Invalid(_("The form has too many fields."), code="invalid_form")
    for name, value in values.items():
        check_text(name, value, (longer or {}).get(name, _TEXT_LIMIT))
    return values


def next_page(values: Mapping[str, str], otherwise: str) -> str:
    """Where the form's field `next` leads, if that is in this shop, whatever browsers make of slashes."""
    address = values.get("next", "")
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if ours and address.isprintable() else otherwise


def check_text(name: str, value: str, limit: int = _TEXT_LIMIT) -> str:
    """`value`, if it is text of a reasonable length.

    Raises:
        Invalid: it is too long, or holds control characters.
    """
    if len(value) > limit:
        raise Invalid(_("Something in the form is too long."), errors=[(name[:40], _("is too long"))])
    if _CONTROL.search(value):
        raise Invalid(
            _("Something in the form is no text."), errors=[(name[:40], _("holds control characters"))]
        )
    return value


def slug(text: str) -> str:
    """`text`, if it can be the slug of anything.

    Raises:
        NotFound: it can't.
    """
    if len(text) > 200 or not _SLUG.fullmatch(text):
        raise NotFound(_("There is no such page."))
    return text


def query(**values: str) -> str:
    """Values as the query of an address."""
    return urlencode(values)


def whole(values: Mapping[str, str], name: str, *, least: int, most: int) -> int:
    """A whole number of the form.

    Raises:
        Invalid: it is none, or out of bounds.
    """
    text = values.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and least <= int(text) <= most):
        bounds = {"least": speech.decimal(least), "most": speech.decimal(most)}
        message = _("must be a whole number from %(least)s to %(most)s", **bounds)
        told = _("The %(field)s must be a whole number from %(least)s to %(most)s.", field=name, **bounds)
        raise Invalid(told, code=f"invalid_{name}", errors=[(name, message)])
    return int(text)


def amount(values: Mapping[str, str], name: str) -> int | None:
    """An amount in minor units that the page had shown; None if the form says none."""
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
