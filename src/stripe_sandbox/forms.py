"""Form bodies and query strings: ``a[b][0][c]=1`` becomes ``{"a": {"b": {"0": {"c": "1"}}}}``.

Lists stay dicts with numbered keys here; the schema decides in `validation` what is a list. Depth and number
of fields are limited, so that no request can make the sandbox work without end.
"""

import hashlib
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartPart, parse_form_data

from stripe_sandbox.errors import invalid

MAX_FIELDS = 2000
MAX_DEPTH = 12
# How files of the types that have rules begin.
SIGNATURES = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"))


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


def parse_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """The parameters of a multipart form. A file becomes what is known about it: ``name``, ``size`` in bytes,
    ``type`` by its first bytes (pdf, png, jpg, gif, else the ending of its name) and ``sha256``.

    Raises:
        StripeError: 400 for a body that is no such form.
    """
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        fields, uploads = parse_form_data(
            environ | {"wsgi.input": BytesIO(body)},
            strict=True,
            spool_limit=len(body),
            memory_limit=len(body),
        )
    except MultipartError:
        raise invalid("Invalid request: the body could not be parsed as a multipart form.") from None
    result: dict[str, Any] = {}
    for name, value in fields.iterallitems():
        _put(result, _parts(name), name, value)
    for name, part in uploads.iterallitems():
        _put(result, _parts(name), name, _upload(part))
    return result


def _upload(part: MultipartPart) -> dict[str, str]:
    name = (part.filename or "blob").replace("\\", "/").rsplit("/", 1)[-1]
    kind = next((kind for start, kind in SIGNATURES if part.raw.startswith(start)), None)
    return {
        "name": name,
        "size": str(part.size),
        "type": kind or name.rpartition(".")[2].lower(),
        "sha256": hashlib.sha256(part.raw).hexdigest(),
    }


def _parts(name: str) -> list[str]:
    if "[" not in name:
        return [name]
    head, _, rest = name.partition("[")
    if not head or not rest.endswith("]"):
        raise invalid(f"Invalid request: parameter name '{name[:100]}' is malformed.", name[:100])
    return [head, *rest[:-1].split("][")]


def _put(result: dict[str, Any], parts: list[str], name: str, value: Any) -> None:
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
