"""Accounts as their owners see them: opening one, coming in, and the frame its pages hang in.

The frame is `templates/account/frame.html`; a page of an account extends it, is listed in `frame.SECTIONS`, and
begins with `frame.member_of` (a form with `frame.checked_member`).
"""

from litestar.types import ControllerRouterHandler

from kassa.storefront.pages.account import (
    addresses,
    cards,
    data,
    links,
    orders,
    overview,
    passkeys,
    security,
    signing,
)

route_handlers: list[ControllerRouterHandler] = [
    signing.show_ask,
    signing.ask,
    signing.show_login,
    signing.log_in,
    signing.log_out,
    links.show_verify,
    links.verify,
    links.show_link,
    links.use_link,
    links.show_reset,
    links.reset,
    links.show_email,
    links.use_email,
    passkeys.ask,
    passkeys.sign_in,
    passkeys.offer,
    passkeys.add,
    passkeys.rename,
    passkeys.remove,
    overview.overview,
    orders.list_orders,
    addresses.show_all,
    addresses.show,
    addresses.save,
    addresses.remove,
    addresses.prefer,
    data.data,
    data.download,
    data.delete,
    cards.cards,
    cards.delete,
    security.security,
    security.rename,
    security.change_email,
    security.set_password,
    security.remove_password,
    security.end_session,
    security.end_others,
]

__all__ = ["route_handlers"]
