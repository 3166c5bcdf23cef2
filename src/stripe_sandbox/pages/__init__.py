"""The sandbox's own pages: hosted checkout, 3-D Secure challenge, receipts, dashboard."""

from litestar.types import ControllerRouterHandler

route_handlers: list[ControllerRouterHandler] = []
