"""The catalogue: products, their variants, prices, collections, attributes and media.

Tables: `products`, `variants`, `prices`, `collections`, `collection_products`, `media`; reads `stock` and
`price_lists`. What is found by what is in `find`, what is said in which language in `translations`.
Invariants: a SKU belongs to one variant; a variant that was ever ordered is never deleted, only made inactive;
prices are minor units per currency, and those marked automatic are written by `pricing.currencies`; descriptions are
sanitised on the way in.
"""

from kassa.catalog.demo import demo_csv, demo_gift_cards_csv, demo_translations
from kassa.catalog.errors import ImportFailed, ProductNotFound, SkuTaken
from kassa.catalog.export import export_csv
from kassa.catalog.find.queries import ProductCard, index
from kassa.catalog.find.shelves import Collection, collections, trail
from kassa.catalog.find.suggest import Suggestions, suggest
from kassa.catalog.find.vocabulary import corrected
from kassa.catalog.importer import ImportReport, import_csv
from kassa.catalog.listing import FACETS, IN_STOCK, SOLD_OUT, SORTS, Facet, ProductPage, list_products
from kassa.catalog.named import Named, named
from kassa.catalog.queries import (
    SaleVariant,
    is_empty,
    variants_by_id,
    variants_by_sku,
)
from kassa.catalog.reach import (
    NewProduct,
    SitemapEntry,
    SitemapPage,
    new_products,
    related,
    sitemap,
    sitemap_pages,
)
from kassa.catalog.service import (
    MediaInput,
    Product,
    ProductInput,
    ProductVariant,
    SetOnHand,
    VariantInput,
    product,
    put_product,
    slugify,
)
from kassa.catalog.translations import Text, words
from kassa.catalog.translations import load as load_translations
from kassa.catalog.views import volume

__all__ = [
    "FACETS",
    "IN_STOCK",
    "SOLD_OUT",
    "SORTS",
    "Collection",
    "Facet",
    "ImportFailed",
    "ImportReport",
    "MediaInput",
    "Named",
    "NewProduct",
    "Product",
    "ProductCard",
    "ProductInput",
    "ProductNotFound",
    "ProductPage",
    "ProductVariant",
    "SaleVariant",
    "SetOnHand",
    "SitemapEntry",
    "SitemapPage",
    "SkuTaken",
    "Suggestions",
    "Text",
    "VariantInput",
    "collections",
    "corrected",
    "demo_csv",
    "demo_gift_cards_csv",
    "demo_translations",
    "export_csv",
    "import_csv",
    "index",
    "is_empty",
    "list_products",
    "load_translations",
    "named",
    "new_products",
    "product",
    "put_product",
    "related",
    "sitemap",
    "sitemap_pages",
    "slugify",
    "suggest",
    "trail",
    "variants_by_id",
    "variants_by_sku",
    "volume",
    "words",
]
