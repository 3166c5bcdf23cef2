"""`/_sandbox`: what happened here, told so that a mistake is found by looking, and everything that may be done.

Plain pages and forms; a script only keeps them up to date. Nothing on them is without a limit.
"""

from typing import Final

from stripe_sandbox.pages.dashboard import orders, views

route_handlers: Final = [*views.route_handlers, *orders.route_handlers]
