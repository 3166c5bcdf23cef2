"""From a template and a visitor to an answer."""

from pathlib import Path
from typing import Any, Final

import jinja2
from litestar import Response
from litestar.response import Redirect
from markupsafe import Markup, escape

from kassa import orders
from kassa.kernel.money import show
from kassa.shop import Shop
from kassa.storefront import assets, words
from kassa.storefront.request import AnyRequest
from kassa.storefront.visitor import Visitor

#: Pages that show what anybody may see, but with this visitor's bag in the corner.
SHARED: Final = "private, no-cache"
#: Pages of one person: not kept by the browser either, so the back button asks again.
OWN: Final = "no-store"

_ENV: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _csrf_field(visitor: Visitor) -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(visitor.csrf))


def _number(order: orders.Order) -> str:
    return orders.shown_number(order.number)


_ENV.globals.update(
    asset=assets.address,
    csrf_field=_csrf_field,
    money=show,
    moment=words.moment,
    number=_number,
    problem=words.problem,
)


def render(
    request: AnyRequest, visitor: Visitor, template: str, *, status: int = 200, cache: str = SHARED,
    policy: str | None = None, **context: Any,
) -> Response[str]:  # fmt: skip
    """The page, for this visitor; `policy` is its content security policy if the usual one is too narrow."""
    path = request.url.path
    html = _ENV.get_template(template).render(
        visitor=visitor,
        currencies=_currencies(request),
        path=path,
        here=path + (f"?{request.url.query}" if request.url.query and request.method == "GET" else ""),
        **{"q": "", **context},
    )
    headers = {"Cache-Control": cache, **({"Content-Security-Policy": policy} if policy else {})}
    response = Response(html, status_code=status, media_type="text/html; charset=utf-8", headers=headers)
    return visitor.remember(response)


def go(visitor: Visitor, address: str) -> Redirect:
    """Off to another page of the shop, with GET."""
    response = Redirect(address, status_code=303, headers={"Cache-Control": OWN})
    return visitor.remember(response)


def shop_of(request: AnyRequest) -> Shop:
    """The shop this request came to."""
    shop: Shop = request.app.state.shop
    return shop


def _currencies(request: AnyRequest) -> tuple[str, ...]:
    shop = getattr(request.app.state, "shop", None)
    return shop.settings.currencies if shop is not None else ()
