"""The one type of request that the storefront sees."""

from typing import Any

from litestar import Request

AnyRequest = Request[Any, Any, Any]
