"""What the desk shows when something can't be done."""

from typing import Any

from litestar import Response

from kassa.admin.desk import AnyRequest, go, login_address
from kassa.admin.view import page
from kassa.web import Fault


def render_error(request: AnyRequest, fault: Fault) -> Response[Any]:
    """The page of a failure; it needs no database, for that may be what failed."""
    return page(request, "error.html", status=fault.status, headers=fault.headers, fault=fault)


def to_login(request: AnyRequest, error: Exception) -> Response[Any]:
    """Nobody is logged in: to the login, and from there back to where they wanted to go."""
    return go(login_address(request))
