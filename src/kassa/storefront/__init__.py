"""The storefront: pages for people who buy, working without JavaScript wherever Stripe permits.

Handlers decide and render; what they decide with is in the rooms below. `render_error` draws the pages of
what went wrong, for the error hook of `kassa.web`.
"""

from litestar.types import ControllerRouterHandler

from kassa.storefront.assets import asset
from kassa.storefront.oops import render_error
from kassa.storefront.pages import (
    account,
    alerts,
    bag,
    books,
    buying,
    checkout,
    find,
    machines,
    orders,
    paying,
    pictures,
    resuming,
    retrying,
    returns,
    reviews,
    wishes,
)

route_handlers: list[ControllerRouterHandler] = [
    asset,
    find.home,
    find.books,
    find.collection,
    find.suggestions,
    books.product,
    pictures.cover,
    pictures.rendition,
    pictures.card,
    pictures.shop_card,
    pictures.icon,
    pictures.favicon,
    machines.sitemap_index,
    machines.sitemap,
    machines.feed,
    machines.robots,
    machines.manifest,
    bag.bag,
    bag.count,
    bag.add,
    bag.change,
    bag.step,
    bag.remove,
    bag.put_back,
    bag.accept,
    bag.currency,
    buying.buy,
    buying.come_back,
    buying.give_up,
    checkout.show,
    checkout.place,
    paying.show,
    paying.hosted,
    paying.come_back,
    paying.cancel,
    retrying.retry,
    resuming.resume,
    resuming.mail_link,
    orders.show,
    orders.again,
    returns.cancel,
    returns.show,
    returns.ask,
    reviews.show,
    reviews.write,
    wishes.show,
    wishes.shared,
    wishes.wish,
    wishes.to_bag,
    wishes.share,
    alerts.ask,
    alerts.show_confirm,
    alerts.confirm,
    alerts.show_stop,
    alerts.stop,
    *account.route_handlers,
]

__all__ = ["render_error", "route_handlers"]
