"""Reading what an HTML form sent."""

from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

MAX_FIELDS: Final = 300
MAX_CHARS: Final = 500


async def read_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The fields of a form-encoded body, trimmed, without control characters, each cut at `MAX_CHARS`.

    What is no form at all is an empty one: the page then says what is missing. Of a name sent twice the last counts.
    """
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    return {name: _clean(value) for name, value in pairs}


def _clean(value: str) -> str:
    return "".join(char for char in value if char.isprintable()).strip()[:MAX_CHARS]
