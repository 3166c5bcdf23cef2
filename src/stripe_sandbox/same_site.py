"""Keeping foreign websites out of what changes the sandbox: a browser says where a request comes from.

Programs send neither `Origin` nor `Sec-Fetch-Site` and are let in.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

_READING: Final = {"GET", "HEAD", "OPTIONS"}


def only_from_here(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse what a page of another site sends.

    Raises:
        PermissionDeniedException: 403; nothing happened.
    """
    if connection.scope.get("method") in _READING:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host", ""):
        foreign = True
    if foreign:
        raise PermissionDeniedException("The sandbox takes no orders from other websites.")
