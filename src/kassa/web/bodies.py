"""Reading what callers send: bounded, typed, with the path of what is wrong."""

import re
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request

from kassa.kernel.errors import Invalid

#: A larger body is refused before it is read to its end.
BODY_LIMIT: Final = 1024 * 1024
_DEPTH: Final = 50
_WHERE: Final = re.compile(r"(?P<message>.*?) - at `(key in )?\$?\.?(?P<path>.*)`", re.DOTALL)
_FIELD: Final = re.compile(r"(?:missing required|contains unknown) field `(?P<name>.*?)`", re.DOTALL)

T = TypeVar("T")


class InvalidJson(Invalid):
    """The body is not JSON."""

    code = "invalid_json"


class ValidationFailed(Invalid):
    """The request has not the form that is asked for; `errors` names the fields."""

    code = "validation_failed"


async def read_json(request: Request[Any, Any, Any], type_: type[T]) -> T:
    """The body as `type_`; an empty body is an empty object.

    Raises:
        InvalidJson: it is no JSON (400).
        ValidationFailed: it is not of this type, or a text in it has a NUL character (422).
    """
    body = await request.body() or b"{}"
    try:
        value = msgspec.json.decode(body, type=type_)
    except msgspec.ValidationError as error:
        raise _failed(error) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InvalidJson("The body is not JSON.") from None
    _refuse_nul(msgspec.to_builtins(value), "", 0)
    return value


def read_query(request: Request[Any, Any, Any], type_: type[T]) -> T:
    """The query string as `type_`; parameters that the type does not name are left alone.

    Raises:
        ValidationFailed: a value is not of its type.
    """
    given = {name: values[-1] for name, values in request.query_params.dict().items()}
    try:
        return msgspec.convert(given, type_, strict=False)
    except msgspec.ValidationError as error:
        raise _failed(error) from None


def _failed(error: msgspec.ValidationError) -> ValidationFailed:
    text = str(error)
    found = _WHERE.fullmatch(text)
    message, path = (found["message"], found["path"]) if found else (text, "")
    if field := _FIELD.search(message):
        path = f"{path}.{field['name']}" if path else field["name"]
    return ValidationFailed("The request is not valid.", errors=[(path[:200], message[:300])])


def _refuse_nul(value: object, path: str, depth: int) -> None:
    """PostgreSQL can't keep a NUL in a text, and nobody means one."""
    if isinstance(value, str) and "\x00" in value:
        raise ValidationFailed("The request is not valid.", errors=[(path, "contains a NUL character")])
    if depth > _DEPTH:
        raise ValidationFailed("The request is not valid.", errors=[(path, "is nested too deeply")])
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_nul(key, path, depth + 1)
            _refuse_nul(inner, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _refuse_nul(inner, f"{path}[{index}]", depth + 1)
