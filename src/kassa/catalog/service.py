"""The verbs of the catalogue: show a product, put one in."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import nh3

from kassa import jobs
from kassa.catalog import queries, translations
from kassa.catalog.errors import ProductNotFound, SkuTaken
from kassa.catalog.find import queries as finding
from kassa.catalog.translations import Text
from kassa.kernel import speech
from kassa.kernel.db import Conn, Tx
from kassa.kernel.errors import Invalid, KassaError
from kassa.kernel.ids import new_id
from kassa.kernel.money import MAX_MINOR, exponent

#: Stock is inventory's: whoever puts products in brings the verb that sets it.
SetOnHand = Callable[[Tx, UUID, int], Awaitable[None]]

VARIANTS_LIMIT: Final = 100
_PRICED_AT_ONCE: Final = 200
#: What stands between the titles of a way to a shelf.
PATH: Final = " > "
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BOOKS: Final = ("book", "novel", "poetry", "plays")
_GIFT_CARD: Final = "gift card"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantInput:
    """A variant to be put in; prices in minor units by currency; `on_hand` None leaves the stock alone.

    `automatic`: currencies whose prices are left as they are, whatever `prices` says, because they follow by rates;
    None: those that do and are given as they are. `translations`: its title by language; None leaves them alone.
    """

    sku: str
    title: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, int] = field(default_factory=dict)
    compare_at: Mapping[str, int] = field(default_factory=dict)
    on_hand: int | None = None
    weight_grams: int = 0
    barcode: str = ""
    ships: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, str] | None = None
    automatic: Sequence[str] | None = ()


@dataclass(frozen=True, slots=True)
class MediaInput:
    """A picture by its address."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInput:
    """A product to be put in; `collections` are titles, or ways to them: "Fiction > Novels".

    `translations`: what is said of it by language; None leaves them alone.
    """

    title: str
    variants: Sequence[VariantInput]
    description: str = ""
    vendor: str = ""
    kind: str = ""
    tags: Sequence[str] = ()
    status: str = "active"
    attributes: Mapping[str, str] = field(default_factory=dict)
    collections: Sequence[str] = ()
    media: Sequence[MediaInput] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Text] | None = None


@dataclass(frozen=True, slots=True)
class ProductVariant:
    """A variant as its product's page shows it; `price_minor` in the currency asked for.

    `automatic`: the currencies whose prices follow from others by rates.
    """

    id: UUID
    sku: str
    title: str
    options: Mapping[str, str]
    weight_grams: int
    barcode: str
    ships: bool
    on_hand: int
    available: int
    prices: Mapping[str, int]
    compare_at: Mapping[str, int]
    price_minor: int | None
    compare_at_minor: int | None
    extra: Mapping[str, str]
    automatic: Sequence[str] = ()

    @property
    def by_hand(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """The prices and compare-at prices that a person set; the others follow from them by rates."""
        kept = self.prices.keys() - set(self.automatic)
        return (
            {name: amount for name, amount in self.prices.items() if name in kept},
            {name: amount for name, amount in self.compare_at.items() if name in kept},
        )


@dataclass(frozen=True, slots=True)
class Product:
    """A product with everything its page shows."""

    id: UUID
    slug: str
    title: str
    description: str
    vendor: str
    kind: str
    tags: Sequence[str]
    attributes: Mapping[str, str]
    options: Sequence[str]
    status: str
    extra: Mapping[str, str]
    collections: Sequence[tuple[str, str]]
    media: Sequence[MediaInput]
    image_url: str | None
    variants: Sequence[ProductVariant]
    seo_title: str = ""
    seo_description: str = ""


async def product(conn: Conn, slug: str, currency: str, *, include_draft: bool = False) -> Product:
    """The product of this slug, with the variants that are offered.

    Raises:
        ProductNotFound: there is none, or it is not for sale and `include_draft` is False.
    """
    row = await queries.product_row(conn, slug)
    if row is None or (row["status"] != "active" and not include_draft):
        raise ProductNotFound("There is no such product.")
    media = [MediaInput(*picture.values()) for picture in await queries.media_rows(conn, row["id"])]
    variants = [
        ProductVariant(
            variant["id"], variant["sku"], variant["title"], variant["options"], variant["weight_grams"],
            variant["barcode"], variant["ships"], variant["on_hand"], variant["available"], variant["prices"],
            variant["compare_at"], variant["price_minor"], variant["compare_at_minor"], variant["extra"],
            variant["automatic"],
        )
        for variant in await queries.variant_rows(conn, row["id"], currency)
        if variant["active"]
    ]  # fmt: skip
    facts: dict[str, Any] = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a record, not a dict
    found = Product(
        **facts,
        collections=await queries.collections_of(conn, row["id"]),
        media=media,
        image_url=queries.picture(slug, media[0].url if media else None, row["attributes"]),
        variants=variants,
    )
    return found if speech.is_original() else await _said(conn, found)


async def _said(conn: Conn, found: Product) -> Product:
    """The product in the language spoken now."""
    texts = await translations.product_texts(conn, [found.id, *(each.id for each in found.variants)])
    words, shelves = await translations.words(conn), await translations.shelves(conn)
    own = texts.get(found.id, Text())
    return replace(
        found,
        title=own.title or found.title,
        description=own.description or found.description,
        seo_title=own.seo_title,
        seo_description=own.seo_description,
        attributes={
            name: value if name == "author" else words.get(value, value)
            for name, value in found.attributes.items()
        },
        options=[words.get(name, name) for name in found.options],
        collections=[
            (slug, shelves[slug].title or title if slug in shelves else title)
            for slug, title in found.collections
        ],
        variants=[
            replace(
                each,
                title=texts[each.id].title if each.id in texts else words.get(each.title, each.title),
                options={
                    words.get(name, name): words.get(value, value) for name, value in each.options.items()
                },
            )
            for each in found.variants
        ],
    )


async def put_product(
    tx: Tx, slug: str, given: ProductInput, *, set_on_hand: SetOnHand, now: datetime
) -> tuple[UUID, bool]:
    """Make the product of this slug exactly as given; its id, and whether it is new.

    Variants no longer given stay inactive, for the orders that know them. A shelf of a way "Fiction > Novels" that
    stands nowhere yet is put there; one that has its place stays where it is.

    Raises:
        Invalid: a value is wrong; `errors` names each.
        SkuTaken: a SKU belongs to another product.
    """
    product_id, created, moved = await write_product(tx, slug, given, set_on_hand=set_on_hand, now=now)
    await finding.index(tx, [product_id, *moved])
    await ask_for_prices(tx, [product_id], now=now)
    return product_id, created


async def ask_for_prices(tx: Tx, product_ids: Sequence[UUID], *, now: datetime) -> None:
    """Have the prices of these products written that follow from others by rates, if the shop has such."""
    if await queries.has_price_lists(tx):
        chunks = range(0, len(product_ids), _PRICED_AT_ONCE)
        for start in chunks:
            ids = [str(id_) for id_ in product_ids[start : start + _PRICED_AT_ONCE]]
            await jobs.enqueue(tx, "price_products", {"product_ids": ids}, now=now)


async def write_product(
    tx: Tx, slug: str, given: ProductInput, *, set_on_hand: SetOnHand, now: datetime
) -> tuple[UUID, bool, list[UUID]]:
    """As `put_product`, but the caller writes the listings: of this product, and of those that are returned."""
    _check(slug, given)
    options = list(dict.fromkeys(name for variant in given.variants for name in variant.options))
    values = {
        "slug": slug, "title": given.title, "description": nh3.clean(given.description), "vendor": given.vendor,
        "kind": given.kind, "tags": list(given.tags), "status": given.status, "attributes": dict(given.attributes),
        "options": options, "extra": dict(given.extra),
    }  # fmt: skip
    product_id, created = await queries.upsert_product(tx, new_id(), values, now=now)
    owners = await queries.owner_of_skus(tx, [variant.sku for variant in given.variants])
    for sku, owner in owners.items():
        if owner != product_id:
            raise SkuTaken(f"The SKU {sku} belongs to another product.", extra={"sku": sku})
    said = {product_id: given.translations} if given.translations is not None else {}
    for position, variant in enumerate(given.variants, start=1):
        variant_id = await _put_variant(
            tx, product_id, position, variant, kind=given.kind, set_on_hand=set_on_hand
        )
        if variant.translations is not None:
            told = {language: Text(title) for language, title in variant.translations.items()}
            said[variant_id] = told
    await translations.put(tx, said)
    await queries.retire_variants(tx, product_id, [variant.sku for variant in given.variants])
    if given.media is not None:
        await queries.set_media(tx, product_id, [(new_id(), m.url, m.alt) for m in given.media])
    return product_id, created, await _shelve(tx, product_id, given.collections)


def slugify(text: str) -> str:
    """`text` as it stands in an address: lower case ASCII words with hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:200].strip("-")


async def _shelve(tx: Tx, product_id: UUID, ways: Sequence[str]) -> list[UUID]:
    """Put a product on the last shelf of each way; the products that moved with a shelf."""
    shelves: dict[str, str] = {}
    parents: dict[str, str] = {}
    ends: list[str] = []
    for way in ways:
        steps = {slugify(title): title.strip() for title in way.split(PATH) if slugify(title)}
        slugs = list(steps)
        parents |= dict(zip(slugs[1:], slugs, strict=False))
        ends += slugs[-1:]
        shelves |= steps
    moved = await queries.add_collections(tx, [(new_id(), s, title) for s, title in shelves.items()], parents)
    await queries.set_collections(tx, product_id, ends)
    return moved


async def _put_variant(
    tx: Tx, product_id: UUID, position: int, variant: VariantInput, *, kind: str, set_on_hand: SetOnHand
) -> UUID:
    tax_class = _tax_class(kind)
    values: dict[str, Any] = {
        "position": position, "sku": variant.sku, "title": variant.title or " / ".join(variant.options.values()),
        "options": dict(variant.options), "weight_grams": variant.weight_grams, "barcode": variant.barcode,
        "tax_class": tax_class, "ships": variant.ships and tax_class != "voucher", "extra": dict(variant.extra),
    }  # fmt: skip
    variant_id = await queries.upsert_variant(tx, new_id(), product_id, values)
    await queries.set_prices(tx, variant_id, variant.prices, variant.compare_at, left=variant.automatic)
    if variant.on_hand is not None:
        await set_on_hand(tx, variant_id, variant.on_hand)
    return variant_id


def _tax_class(kind: str) -> str:
    """How goods of a kind are taxed; a gift card is not, until it is spent."""
    if _GIFT_CARD in kind.lower():
        return "voucher"
    return "books" if any(word in kind.lower() for word in _BOOKS) else "standard"


def _check(slug: str, given: ProductInput) -> None:
    faults = []
    if not _SLUG.fullmatch(slug) or len(slug) > 200:
        faults.append(("slug", "must be lower case letters, digits and single hyphens"))
    if not given.title.strip():
        faults.append(("title", "must not be empty"))
    if not 1 <= len(given.variants) <= VARIANTS_LIMIT:
        faults.append(("variants", f"must be 1 to {VARIANTS_LIMIT}"))
    if len({variant.sku for variant in given.variants}) < len(given.variants):
        faults.append(("variants", "use a SKU twice"))
    for index, variant in enumerate(given.variants):
        path = f"variants[{index}]"
        for currency, amount in [*variant.prices.items(), *variant.compare_at.items()]:
            try:
                exponent(currency)
            except KassaError:
                faults.append((f"{path}.prices", f"{currency[:10]!r} is not an ISO 4217 code"))
            if not 0 <= amount <= MAX_MINOR:
                faults.append((f"{path}.prices", "must be amounts in minor units"))
        if not variant.sku.strip() or len(variant.sku) > 100:
            faults.append((f"{path}.sku", "must be 1 to 100 characters"))
    if faults:
        raise Invalid("The product is not valid.", code="invalid_product", errors=faults)
