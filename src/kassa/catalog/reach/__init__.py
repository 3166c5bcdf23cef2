"""How a product is come across from elsewhere: from its neighbours, by search engines, by readers of feeds.

Reads `products`, `collections`, `media` and what is derived of them in `listings`. Invariants: only what is for sale
is told; every list is bounded, and read from an index.
"""

from kassa.catalog.reach.queries import (
    NewProduct,
    SitemapEntry,
    SitemapPage,
    new_products,
    related,
    sitemap,
    sitemap_pages,
)

__all__ = ["NewProduct", "SitemapEntry", "SitemapPage", "new_products", "related", "sitemap", "sitemap_pages"]
