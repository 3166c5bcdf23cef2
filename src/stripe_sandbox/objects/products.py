"""Products and Prices, as far as Checkout Sessions need them (one-time prices)."""

from decimal import Decimal, InvalidOperation

from stripe_sandbox.amounts import check_currency
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work, merge_metadata, unset

_PRODUCT_FIELDS = (
    "active", "description", "images", "marketing_features", "name", "package_dimensions", "shippable",
    "statement_descriptor", "tax_code", "unit_label", "url",
)  # fmt: skip


def create_product(work: Work, params: Obj) -> Obj:
    """A new Product."""
    product = blank("product")
    product |= {
        "id": params.get("id") or new_id("prod", 14),
        "active": True,
        "created": work.now,
        "updated": work.now,
        "type": "service",
    }
    if work.get("product", product["id"]):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    _set(product, params)
    work.save(product)
    if "default_price_data" in params:
        price = create_price(work, params["default_price_data"] | {"product": product["id"]})
        product["default_price"] = price["id"]
    work.emit("product.created", product)
    return product


def update_product(work: Work, id: str, params: Obj) -> Obj:
    """Change a Product."""
    product = work.need("product", id)
    _set(product, params)
    if "default_price" in params:
        product["default_price"] = work.need("price", params["default_price"], "default_price")["id"]
    product["updated"] = work.now
    work.emit("product.updated", product, {})
    return work.save(product)


def delete_product(work: Work, id: str) -> Obj:
    """Delete a Product that has no prices."""
    product = work.need("product", id)
    prices = "SELECT 1 FROM objects WHERE type = 'price' AND json_extract(body, '$.product') = ?"
    if work.box.store.row(prices, (id,)):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    work.emit("product.deleted", product)
    work.save({"id": id, "object": "product", "created": product["created"], "deleted": True})
    return {"id": id, "object": "product", "deleted": True}


def create_price(work: Work, params: Obj) -> Obj:
    """A new one-time Price, of a Product given by id or described in `product_data`."""
    if params.get("recurring"):
        raise invalid("Recurring prices are not modelled by this sandbox yet.", "recurring")
    if "product_data" in params:
        if "product" in params:
            raise exclusive("product", "product_data")
        product = create_product(work, params["product_data"])["id"]
    else:
        if "product" not in params:
            raise missing("product")
        product = work.need("product", params["product"], "product")["id"]
    price = _price(work, params, product, "")
    work.emit("price.created", price)
    return price


def update_price(work: Work, id: str, params: Obj) -> Obj:
    """Change a Price's `active`, nickname, lookup key, tax behaviour or metadata."""
    price = work.need("price", id)
    for name in ("active", "nickname", "lookup_key", "tax_behavior"):
        if name in params:
            price[name] = unset(params[name])
    price["metadata"] = merge_metadata(price["metadata"], params.get("metadata"))
    work.emit("price.updated", price, {})
    return work.save(price)


def inline_price(work: Work, data: Obj, at: str) -> Obj:
    """The Price that a line item describes in place; it is not for sale elsewhere (`active` false)."""
    if data.get("recurring"):
        raise invalid("You must use `subscription` mode with recurring prices.", f"{at}[recurring]")
    if "product" in data:
        product = work.need("product", data["product"], f"{at}[product]")["id"]
    elif "product_data" in data:
        made = blank("product")
        made |= {
            "id": new_id("prod", 14),
            "active": False,
            "created": work.now,
            "updated": work.now,
            "type": "service",
        }
        _set(made, data["product_data"])
        product = work.save(made)["id"]
    else:
        raise missing(f"{at}[product_data]")
    price = _price(work, data, product, at)
    price["active"] = False
    return price


def _price(work: Work, data: Obj, product: str, at: str) -> Obj:
    def param(name: str) -> str:
        return f"{at}[{name}]" if at else name

    currency = check_currency(data["currency"], param("currency"))
    amount = data.get("unit_amount")
    if amount is None and "unit_amount_decimal" in data:
        try:
            decimal = Decimal(data["unit_amount_decimal"])
        except InvalidOperation:
            raise invalid("Invalid decimal", param("unit_amount_decimal")) from None
        if decimal != decimal.to_integral_value():
            raise invalid(
                "Fractions of a minor unit are not modelled by this sandbox.", param("unit_amount_decimal")
            )
        amount = int(decimal)
    if amount is None:
        raise missing(param("unit_amount"))
    if amount < 0:
        raise invalid(
            "This value must be greater than or equal to 0.",
            param("unit_amount"),
            "parameter_invalid_integer",
        )
    price = blank("price")
    price |= {
        "id": new_id("price_1"),
        "active": data.get("active", True),
        "billing_scheme": "per_unit",
        "created": work.now,
        "currency": currency,
        "lookup_key": data.get("lookup_key"),
        "metadata": merge_metadata(None, data.get("metadata")),
        "nickname": data.get("nickname"),
        "product": product,
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "type": "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    return work.save(price)


def _set(product: Obj, params: Obj) -> None:
    for name in _PRODUCT_FIELDS:
        if name in params:
            product[name] = unset(params[name]) if isinstance(params[name], str) else params[name]
    for name in ("images", "marketing_features"):
        product[name] = product[name] or []
    product["metadata"] = merge_metadata(product["metadata"], params.get("metadata"))
