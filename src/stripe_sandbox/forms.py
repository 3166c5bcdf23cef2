"""Form bodies and query strings: ``a[b][0][c]=1`` becomes ``{"a": {"b": {"0": {"c": "1"}}}}``.

Lists stay dicts with numbered keys here; the schema decides in `validation` what is a list. Depth and number
of fields are limited, so that no request can make the sandbox work without end.
"""

from typing import Any
from urllib.parse import parse_qsl

from stripe_sandbox.errors import invalid

MAX_FIELDS = 2000
MAX_DEPTH = 12


def parse_form(text: str) -> dict[str, Any]:
    """The nested parameters of a form-encoded text.

    Raises:
        StripeError: 400 for more than 2000 fields, brackets that do not match, or a name used both as a value
            and as a group.
    """
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise invalid("Invalid request: the body could not be parsed as form parameters.") from None
    result: dict[str, Any] = {}
    for name, value in pairs:
        if "[" in name:
            _put(result, _parts(name), name, value)
        else:
            result[name] = value
    return result


def _parts(name: str) -> list[str]:
    head, _, rest = name.partition("[")
    if not head or not rest.endswith("]"):
        raise invalid(f"Invalid request: parameter name '{name[:100]}' is malformed.", name[:100])
    return [head, *rest[:-1].split("][")]


def _put(result: dict[str, Any], parts: list[str], name: str, value: str) -> None:
    if len(parts) > MAX_DEPTH:
        raise invalid(f"Invalid request: parameter '{name[:100]}' is nested too deeply.", name[:100])
    place = result
    for part in parts[:-1]:
        inner = place.setdefault(part or str(len(place)), {})
        if not isinstance(inner, dict):
            raise invalid(f"Invalid request: parameter '{name[:100]}' is given twice.", name[:100])
        place = inner
    last = parts[-1]
    place[last or str(len(place))] = value
