"""What a browser sees of the sandbox: Stripe.js, card fields, challenges, the hosted payment page, a dashboard.

Every page carries a strict Content-Security-Policy, takes nothing from elsewhere, and the hosted page and the
full-page challenge work without JavaScript. Pages read and act through `app.state.sandbox` only.
"""

from typing import Final

from litestar.types import ControllerRouterHandler

from stripe_sandbox.pages import (
    assets,
    brand,
    challenge,
    checkout,
    dashboard,
    element,
    embedded,
    receipt,
    redirect,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    assets.stripe_js,
    assets.static_file,
    *element.route_handlers,
    *challenge.route_handlers,
    *redirect.route_handlers,
    *brand.route_handlers,
    *checkout.route_handlers,
    *embedded.route_handlers,
    *receipt.route_handlers,
    *dashboard.route_handlers,
]
