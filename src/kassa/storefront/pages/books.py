"""The page of a book."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urljoin

from litestar import Response, get
from litestar.params import FromPath

from kassa import catalog, pricing, web
from kassa.catalog import pictures
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.money import Money
from kassa.kernel.speech import N_, _
from kassa.storefront import forms, keeping, structured
from kassa.storefront.about import About, about
from kassa.storefront.editions import editions
from kassa.storefront.purchase import fresh, last_purchase
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import SHARED, render, shop_of
from kassa.storefront.visitor import Visitor, visitor_of
from kassa.storefront.whereabouts import country_name

#: From so few on the page says how many are left.
_FEW: Final = 5
_BESIDE: Final = 6
_FACTS: Final = {
    "author": N_("Author"),
    "year": N_("First published"),
    "language": N_("Written in"),
    "subject": N_("Subject"),
}


@get("/products/{slug:str}", include_in_schema=False)
async def product(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """GET /products/…: one book, its editions, what they cost and how many are left."""
    async with shop_of(request).db.connection() as conn:
        visitor = await visitor_of(request, conn)
    return await product_page(request, visitor, forms.slug(slug), chosen=_asked(request, "sku"))


async def product_page(
    request: AnyRequest,
    visitor: Visitor,
    slug: str,
    *,
    chosen: str = "",
    message: str = "",
    status: int = 200,
) -> Response[str]:
    """The page of a book, with `message` if something about it could not be done."""
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        found = await catalog.product(conn, slug, visitor.currency)
        volume = None if found.media else await catalog.volume(conn, slug, press=shop.settings.name)
        beside = await catalog.related(conn, found.id, visitor.currency, limit=_BESIDE)
        readers = await about(conn, visitor, found.id)
        last = await last_purchase(request, conn)
        rules = await pricing.rules(conn, currency=visitor.currency, now=shop.clock.now(), discounted=False)
    visitor.shop_by(rules.taxes, rules.day)
    drawn = pictures.version(volume) if volume else ""
    page = (
        web.origin(shop.settings.stripe_api_base) if shop.settings.sandbox else "https://checkout.stripe.com"
    )
    choice = editions(found, chosen)
    arrives = _arrives(choice.chosen, visitor.currency, rules)
    return render(
        request, visitor, "pages/product.html", cache=SHARED, product=found, few=_FEW, facts=_facts(found.attributes),
        choice=choice, arrives=arrives, at_once=_at_once(choice.chosen, arrives), home=country_name(rules.taxes.home),
        drawn=drawn, beside=beside, about=readers, trail=_trail(found), message=message, status=status,
        data=_data(shop.settings, found, visitor.currency, drawn, readers),
        buy_now_id="" if keeping.is_anybody(request) else fresh(request),
        begun=last if last is not None and last.line["slug"] == slug else None,
        policy=web.content_security_policy(forms=[page]),
    )  # fmt: skip


def _arrives(
    variant: catalog.ProductVariant | None, currency: str, rules: pricing.Rules
) -> tuple[pricing.ShippingMethod, ...]:
    """How a variant can be sent at home; nothing for what is not sent."""
    if variant is None or not variant.ships:
        return ()
    price = Money(variant.price_minor or 0, currency)
    return rules.ways(pricing.Parcel(variant.weight_grams, price), rules.taxes.home)


def _at_once(variant: catalog.ProductVariant | None, ways: Sequence[pricing.ShippingMethod]) -> bool:
    """Whether it can be bought without a word about where it goes: not if nothing is sent home."""
    return variant is not None and (not variant.ships or any(way.pickup is None for way in ways))


def _trail(found: catalog.Product) -> list[tuple[str, str]]:
    """The way from the front of the shop to a product: (name, path)."""
    shelf = [(title, f"/collections/{slug}") for slug, title in found.collections[:1]]
    return [(_("All books"), "/books"), *shelf, (found.title, f"/products/{found.slug}")]


def _data(
    settings: Settings, found: catalog.Product, currency: str, drawn: str, readers: About
) -> dict[str, Any]:
    base_url = settings.base_url
    if drawn:
        folder = f"{base_url}/media/covers/{found.slug}"
        images = [f"{folder}/960.webp?v={drawn}", f"{folder}/volume-960.webp?v={drawn}"]
    else:
        images = [urljoin(f"{base_url}/", picture.url) for picture in found.media]
    return structured.product(
        found, currency, base_url=settings.front(speech.language()), images=images, trail=_trail(found),
        rating=readers.structured,
    )  # fmt: skip


def _asked(request: AnyRequest, name: str) -> str:
    return forms.check_text(name, request.query_params.get(name) or "")


def _facts(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    known = [(_(label), attributes[name]) for name, label in _FACTS.items() if attributes.get(name)]
    others = [(name, value) for name, value in attributes.items() if name not in _FACTS]
    return known + [(name.replace("_", " ").capitalize(), value) for name, value in others]
