"""What callers may send. Unknown members are refused, so nobody can believe that a price was heard."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from msgspec import Meta

from kassa.kernel.address import Address
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import parse_id

Sku = Annotated[str, Meta(min_length=1, max_length=100, description="The code of a variant.")]
Quantity = Annotated[int, Meta(ge=1, le=99)]
CurrencyCode = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="An ISO 4217 code.")]
CountryCode = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="An ISO 3166-1 alpha-2 code.")]
Short = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=100, description="Items per page.")]
Cursor = Annotated[str, Meta(max_length=500, description="`next` of the page before.")]
MinorUnits = Annotated[int, Meta(ge=0, le=99_999_999, description="In the currency's minor unit.")]
GiftCodes = Annotated[list[Short], Meta(max_length=5, description="Codes of gift cards.")]


class Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A body of a request."""


class ProductQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Beside these, `subject`, `author`, `format`, `language`, `price` ("1000-1500") and `availability` (`in_stock`,
    `sold_out`) filter by facet; each may be given several times. `sort` is `title`, `newest`, `price`, with `-`
    backwards, or `relevance`, as a search is without it. A `q` that nothing fits is corrected unless `exact`.
    """

    q: Text | None = None
    collection: Text | None = None
    sort: Short | None = None
    currency: CurrencyCode | None = None
    limit: Limit = 20
    after: Cursor | None = None
    exact: bool = False


class CurrencyQuery(msgspec.Struct, frozen=True, kw_only=True):
    """In what currency prices are shown."""

    currency: CurrencyCode | None = None


class CartQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where the cart would go, for shipping and tax; without a country, at home."""

    country: CountryCode | None = None
    region: Short | None = None
    shipping_method: Short | None = None


class OrdersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`q` is an order number or the beginning of an e-mail address."""

    state: Literal["pending", "paid", "fulfilling", "fulfilled", "canceled", "failed", "refunded"] | None = (
        None
    )
    q: Text | None = None
    limit: Limit = 50
    after: Cursor | None = None


class NewCart(Body, frozen=True):
    """An empty cart."""

    currency: CurrencyCode | None = None


class CartLineBody(Body, frozen=True):
    """So many more of one variant."""

    sku: Sku
    quantity: Quantity = 1


class QuantityBody(Body, frozen=True):
    """Exactly so many; zero takes the line out."""

    quantity: Annotated[int, Meta(ge=0, le=99)]


class PriceShown(Body, frozen=True):
    """A price as a `notice` told it."""

    amount: Annotated[int, Meta(ge=0, le=10**15)]
    currency: CurrencyCode


class AgreementBody(Body, frozen=True):
    """What is agreed to of what a `notice` told: the price of a unit, and how many; zero takes the line out."""

    quantity: Annotated[int, Meta(ge=0, le=99)]
    unit_price: PriceShown | None = None


class DiscountBody(Body, frozen=True):
    """A discount code."""

    code: Annotated[str, Meta(min_length=1, max_length=100)]


class OrderLineBody(Body, frozen=True):
    """So many of one variant; what it costs is ours to say."""

    sku: Sku
    quantity: Quantity


class PlaceOrderBody(Body, frozen=True):
    """An order: either `lines` or `cart_id`."""

    email: Annotated[str, Meta(min_length=3, max_length=254)]
    shipping_address: Address
    lines: Annotated[list[OrderLineBody], Meta(min_length=1, max_length=50)] | None = None
    cart_id: Short | None = None
    currency: CurrencyCode | None = None
    billing_address: Address | None = None
    shipping_method: Short | None = None
    discount_code: Short | None = None
    gift_cards: GiftCodes = []
    note: Annotated[str, Meta(max_length=1_000, description="For the people who pack.")] = ""
    vat_id: Annotated[str, Meta(max_length=40, description="Of a business in the EU or the UK.")] = ""
    locale: Annotated[str, Meta(pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)] | None = (
        None
    )


class PayBody(Body, frozen=True):
    """`element`: a PaymentIntent for the Payment Element; `hosted`: a page of the provider's."""

    flow: Literal["element", "hosted"]


class EmptyBody(Body, frozen=True):
    """Nothing to say."""


#: A language as addresses name it.
LanguageTag = Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]


class VariantBody(Body, frozen=True, kw_only=True):
    """A variant; `on_hand` left out leaves the stock alone, `translations` (its titles by language) what they are.

    The prices of currencies in `automatic` stay as they are, whatever stands in `prices`. If it is left out, those that
    follow by rates do so on, where they are given as they are.
    """

    sku: Sku
    title: Text = ""
    options: dict[Short, Text] = {}
    prices: dict[CurrencyCode, MinorUnits]
    on_hand: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    weight_grams: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    automatic: Annotated[list[CurrencyCode], Meta(max_length=200)] | None = None
    translations: Annotated[dict[LanguageTag, Text], Meta(max_length=50)] | None = None


class TranslationBody(Body, frozen=True):
    """What is said of a product in a language; what is empty is said as in the shop's own."""

    title: Annotated[str, Meta(max_length=300)] = ""
    description: Annotated[str, Meta(max_length=50_000)] = ""
    seo_title: Annotated[str, Meta(max_length=300)] = ""
    seo_description: Annotated[str, Meta(max_length=1_000)] = ""


class ProductBody(Body, frozen=True, kw_only=True):
    """A whole product; `collections` are titles; the description may be simple HTML, which is cleaned.

    `translations` by language; left out, they stay as they are.
    """

    title: Annotated[str, Meta(min_length=1, max_length=300)]
    description: Annotated[str, Meta(max_length=50_000)] = ""
    collections: Annotated[list[Text], Meta(max_length=50)] = []
    attributes: Annotated[dict[Short, Text | int], Meta(max_length=50)] = {}
    variants: Annotated[list[VariantBody], Meta(min_length=1, max_length=100)]
    kind: Short = ""
    vendor: Text = ""
    tags: Annotated[list[Short], Meta(max_length=50)] = []
    status: Literal["active", "draft", "archived"] = "active"
    translations: Annotated[dict[LanguageTag, TranslationBody], Meta(max_length=50)] | None = None


class AdjustmentBody(Body, frozen=True):
    """A change of what is on hand, and why."""

    delta: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)]
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class InvalidEmail(Invalid):
    """What was given is no e-mail address."""

    code = "invalid_email"


def email(text: str) -> str:
    """The address in its normal form; nobody is asked whether it exists.

    Raises:
        InvalidEmail: it can't be one.
    """
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        message = str(error)[:200]
        raise InvalidEmail("This is no e-mail address.", errors=[("email", message)]) from None
    return found.ascii_email or found.normalized


def identity(text: str, missing: Exception) -> UUID:
    """The id written in an address; what is no id is not there.

    Raises:
        missing: it is no id.
    """
    found = parse_id(text)
    if found is None:
        raise missing
    return found
