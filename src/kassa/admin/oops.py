"""What the desk shows when something can't be done."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from kassa.admin.desk import AnyRequest, go, login_address
from kassa.admin.view import page


def render_error(request: AnyRequest, status: int, problem: Mapping[str, Any]) -> Response[Any]:
    """The page of a failure; it needs no database, for that may be what failed."""
    return page(request, "error.html", status=status, fault=problem)


def to_login(request: AnyRequest, error: Exception) -> Response[Any]:
    """Nobody is logged in: to the login, and from there back to where they wanted to go."""
    return go(login_address(request))
