"""A local, stateful Stripe: API version 2026-10-28.endive, offline, on disk, with test cards, webhooks and
faults.

Knows nothing of the shop that talks to it. `create_app` gives an ASGI application for tests, `serve` a
process.
"""

from stripe_sandbox.app import SandboxApp, create_app
from stripe_sandbox.server import PortInUse, serve

__all__ = ["PortInUse", "SandboxApp", "create_app", "serve"]
