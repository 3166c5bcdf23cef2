"""From a template and a visitor to an answer."""

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
from litestar import Response
from litestar.response import Redirect
from markupsafe import Markup, escape

from kassa import orders, web
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.money import show
from kassa.pricing import discounts, zones
from kassa.shop import Shop
from kassa.storefront import assets, keeping, languages, scripted, structured, whereabouts, words
from kassa.storefront.request import AnyRequest
from kassa.storefront.visitor import Visitor

#: Pages that show what anybody may see, but with this visitor's bag in the corner.
SHARED: Final = keeping.SHARED
#: Pages of one person: not kept by the browser either, so the back button asks again.
OWN: Final = keeping.OWN

_ELSEWHERE: Final = re.compile(r"""<img [^>]*?\bsrc="(https://[a-z0-9.-]+(?::\d+)?)[/"]""", re.I)
_HOSTS_LIMIT: Final = 8

_ENV: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
_ENV.policies["ext.i18n.trimmed"] = True
_ENV.install_gettext_callables(speech.translate, speech.translate_number, newstyle=True)  # type: ignore[attr-defined]


def _ngettext(one: str, many: str, number: int, **values: Any) -> Markup:
    """The text in the form that goes with `number`, which is written as the language writes numbers."""
    text = Markup(speech.translate_number(one, many, number))  # noqa: S704
    return text % {"num": speech.decimal(number), **values}


class _At:
    """`{{ at }}` in a template: what stands before the path of a page of the shop, "/de" or nothing."""

    def __str__(self) -> str:
        return web.prefix()

    def __html__(self) -> str:
        return web.prefix()


def _csrf_field(visitor: Visitor) -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(visitor.csrf))


def _figure(number: int, text: str) -> Markup:
    """A number as eyes see it, with the rest of a text about it for ears only: "3", heard as "3 items"."""
    shown = speech.decimal(number)
    before, _, after = text.partition(shown)
    unseen = [
        Markup('<span class="unseen">{}</span>').format(part) if part else "" for part in (before, after)
    ]
    return Markup("{}{}{}").format(unseen[0], shown, unseen[1])


def _number(order: orders.Order) -> str:
    return orders.shown_number(order.number)


_ENV.globals.update(
    arrival=zones.arrival,
    asset=assets.address,
    at=_At(),
    changed=words.changed,
    code_told=discounts.said,
    csrf_field=_csrf_field,
    day=words.day,
    device=words.device,
    direction=speech.direction,
    figure=_figure,
    language=speech.language,
    money=show,
    moment=words.moment,
    ngettext=_ngettext,
    number=_number,
    pickup_place=zones.place,
    plain=structured.plain,
    problem=words.problem,
    scripted=scripted.shop,
    scripted_gallery=scripted.gallery,
    scripted_passkeys=scripted.passkeys,
    site=structured.site,
    still_to_free=words.still_to_free,
    structured=structured.script,
    country_name=whereabouts.country_name,
    discount_rules=discounts.RULES,
    prices_told=whereabouts.told,
    tax_name=whereabouts.tax_name,
    territory=speech.territory,
    worded=speech.translate,  # what the shop's people wrote: `_` would take it for markup, and a % for a gap
)


def render(
    request: AnyRequest, visitor: Visitor, template: str, *, status: int = 200, cache: str = OWN,
    policy: str | None = None, **context: Any,
) -> Response[str]:  # fmt: skip
    """The page, for this visitor; `policy` is its content security policy if the usual one is too narrow.

    It is this person's own unless `cache` says that anybody may see it.
    """
    path, settings = request.url.path, _settings(request)
    here = quote(path) + (f"?{request.url.query}" if request.url.query and request.method == "GET" else "")
    html = _ENV.get_template(template).render(
        visitor=visitor,
        base_url=settings.base_url,
        front=settings.front(speech.language()),
        shop_name=settings.name,
        canonical=languages.address(settings, path) if cache == SHARED and status == 200 else None,
        languages=languages.links(settings, here if request.method == "GET" else "/"),
        alternates=languages.alternates(settings, path),
        currencies=settings.currencies,
        path=path,
        here=here,
        **{"q": "", **context},
    )
    headers = {
        "Cache-Control": cache,
        "Content-Language": speech.language(),
        "Content-Security-Policy": _policy(policy, html),
        "Speculation-Rules": f'"{assets.address("speculation.json")}"',
    }
    response = Response("", status_code=status, media_type="text/html", headers=headers)
    return keeping.page(request, visitor.remember(response), html)


def macros(template: str) -> Any:
    """The macros of a template, as functions, for what is no page of the shop."""
    return _ENV.get_template(template).module


def go(visitor: Visitor, address: str) -> Redirect:
    """Off to another page of the shop in the language spoken, or elsewhere, with GET."""
    there = web.prefix() + address if address.startswith("/") else address
    response = Redirect(there, status_code=303, headers={"Cache-Control": OWN})
    return visitor.remember(response)


def shop_of(request: AnyRequest) -> Shop:
    """The shop this request came to."""
    shop: Shop = request.app.state.shop
    return shop


def _policy(policy: str | None, html: str) -> str:
    """The page's content security policy, with the hosts of the pictures it shows from elsewhere, and no others."""
    hosts = dict.fromkeys(_ELSEWHERE.findall(html))
    known = policy or web.content_security_policy()
    return known.replace("img-src 'self'", " ".join(["img-src 'self'", *list(hosts)[:_HOSTS_LIMIT]]))


def _settings(request: AnyRequest) -> Settings:
    """The shop's settings; the usual ones for a page that is drawn before there is a shop."""
    shop: Shop | None = getattr(request.app.state, "shop", None)
    return shop.settings if shop is not None else Settings()
