"""What search engines and link previews read beside the words: schema.org as JSON-LD."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from kassa import catalog
from kassa.kernel.money import exponent

_TAG: Final = re.compile(r"<[^>]*>")
_GTIN: Final = re.compile(r"\d{8}|\d{12,14}")
#: What could end the script element, or be another character to a browser than to JSON.
_ESCAPES: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
_SCHEMA: Final = "https://schema.org"


def script(data: object) -> Markup:
    """`data` as JSON that is safe inside a script element."""
    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))  # noqa: S704


def site(base_url: str, name: str) -> dict[str, Any]:
    """The shop, and how to search it from elsewhere."""
    return {
        "@context": _SCHEMA,
        "@type": "WebSite",
        "name": name,
        "url": f"{base_url}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base_url}/books?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def product(
    found: catalog.Product, currency: str, *, base_url: str, images: Sequence[str], trail: Sequence[tuple[str, str]],
    rating: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A product with an offer for each variant priced in `currency`, and the way to it: (name, path).

    `rating` is its AggregateRating, if it has one.
    """
    url = f"{base_url}/products/{found.slug}"
    facts: dict[str, Any] = {
        "@type": "Product",
        "@id": f"{url}#product",
        "name": found.title,
        "url": url,
        "image": list(images),
        "description": plain(found.description)[:5000],
        "sku": found.variants[0].sku if found.variants else found.slug,
    }
    if found.vendor:
        facts["brand"] = {"@type": "Brand", "name": found.vendor}
    if found.attributes.get("author"):
        facts |= {
            "@type": ["Product", "Book"],
            "author": {"@type": "Person", "name": found.attributes["author"]},
        }
    if rating:
        facts["aggregateRating"] = dict(rating)
    offers = [_offer(each, currency, url) for each in found.variants if each.price_minor is not None]
    if offers:
        facts["offers"] = offers if len(offers) > 1 else offers[0]
    crumbs = [
        {"@type": "ListItem", "position": at, "name": name, "item": base_url + path}
        for at, (name, path) in enumerate(trail, start=1)
    ]
    return {
        "@context": _SCHEMA,
        "@graph": [facts, {"@type": "BreadcrumbList", "itemListElement": crumbs}],
    }


def plain(markup: str) -> str:
    """The words of an HTML text."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _offer(variant: catalog.ProductVariant, currency: str, url: str) -> dict[str, Any]:
    amount = Decimal(variant.price_minor or 0).scaleb(-exponent(currency))
    offer = {
        "@type": "Offer",
        "name": variant.title or variant.sku,
        "sku": variant.sku,
        "url": f"{url}?{urlencode({'sku': variant.sku})}",
        "price": f"{amount:f}",
        "priceCurrency": currency,
        "availability": f"{_SCHEMA}/{'InStock' if variant.available > 0 else 'OutOfStock'}",
        "itemCondition": f"{_SCHEMA}/NewCondition",
    }
    if _GTIN.fullmatch(variant.barcode):
        offer["gtin"] = variant.barcode
    return offer
