"""Products, and what makes Products and Prices together. Prices themselves are in `prices`."""

import copy

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import exclusive, inside, invalid, missing
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects import prices
from stripe_sandbox.objects.changes import previous
from stripe_sandbox.objects.taxation import check_tax_code
from stripe_sandbox.work import Work, merge_metadata, unset

MAX_IMAGES = 8
MAX_FEATURES = 15
MAX_DESCRIPTOR = 22
_FIELDS = (
    "active", "description", "images", "marketing_features", "name", "package_dimensions", "shippable",
    "statement_descriptor", "tax_code", "type", "unit_label", "url",
)  # fmt: skip


def create_product(work: Work, params: Obj, at: str = "") -> Obj:
    """A new Product, with its default Price if `default_price_data` describes one.

    `at` is where its parameters are in the request.
    """
    if params.get("id") and work.get("product", params["id"]):
        raise invalid("Product already exists.", inside(at, "id"), "resource_already_exists")
    product = _blank(work, params.get("id") or new_id("prod", 14))
    _set(product, params, at)
    work.save(product)
    price = None
    if "default_price_data" in params:
        price = prices.build(work, params["default_price_data"], product["id"], "default_price_data")
        product["default_price"] = price["id"]
    work.emit("product.created", product)
    if price is not None:
        work.emit("price.created", price)
    return product


def update_product(work: Work, id: str, params: Obj) -> Obj:
    """Change a Product."""
    product = work.need("product", id)
    before = copy.deepcopy(product)
    _set(product, params, "")
    if "default_price" in params:
        product["default_price"] = _own_price(work, product, params["default_price"])
    if previous(before, product):
        product["updated"] = work.now
        work.emit("product.updated", product, previous(before, product))
    return work.save(product)


def delete_product(work: Work, id: str) -> Obj:
    """Delete a Product that has no prices."""
    product = work.need("product", id)
    owned = "SELECT 1 FROM objects WHERE type = 'price' AND json_extract(body, '$.product') = ?"
    if work.box.store.row(owned, (id,)):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    work.emit("product.deleted", product)
    work.save({"id": id, "object": "product", "created": product["created"], "deleted": True})
    return {"id": id, "object": "product", "deleted": True}


def page(work: Work, params: Obj) -> Obj:
    """One page of Products; by `active`, `ids`, `shippable`, `type`, `url`, `created`."""
    rest = dict(params)
    extra: tuple[lists.Filter, ...] = ()
    if "ids" in rest:
        if "starting_after" in rest or "ending_before" in rest:
            raise exclusive("ids", "starting_after", "ending_before")
        ids = rest.pop("ids")
        extra = (lists.Filter(f"id IN ({', '.join('?' * len(ids))})", tuple(ids)),)
    return lists.page(work, "product", "/v1/products", rest, extra)


def create_price(work: Work, params: Obj) -> Obj:
    """A new Price, of a Product given by id or described in `product_data`."""
    if "product_data" in params:
        if "product" in params:
            raise exclusive("product", "product_data")
        product = create_product(work, params["product_data"], "product_data")["id"]
    elif "product" in params:
        product = work.need("product", params["product"], "product")["id"]
    else:
        raise missing("product")
    price = prices.build(work, params, product)
    work.emit("price.created", price)
    return price


def inline_price(work: Work, data: Obj, at: str) -> Obj:
    """The Price that a line item describes in place; it is not for sale elsewhere (`active` false)."""
    if data.get("recurring"):
        raise invalid("You must use `subscription` mode with recurring prices.", f"{at}[recurring]")
    if "product" in data and "product_data" in data:
        raise exclusive(f"{at}[product]", f"{at}[product_data]")
    if "product" in data:
        product = work.need("product", data["product"], f"{at}[product]")["id"]
    elif "product_data" in data:
        made = _blank(work, new_id("prod", 14))
        _set(made, data["product_data"], f"{at}[product_data]")
        made["active"] = False
        product = work.save(made)["id"]
    else:
        raise missing(f"{at}[product_data]")
    return prices.build(work, data | {"active": False}, product, at)


def _blank(work: Work, id: str) -> Obj:
    never_sent = ("default_price", "statement_descriptor", "tax_code", "unit_label")
    return (
        blank("product")
        | dict.fromkeys(never_sent)
        | {"id": id, "active": True, "created": work.now, "updated": work.now, "type": "service"}
    )


def _own_price(work: Work, product: Obj, id: str) -> str | None:
    if not id:
        return None
    price = work.need("price", id, "default_price")
    if price["product"] != product["id"]:
        raise invalid(f"The price `{id}` belongs to another product.", "default_price")
    if not price["active"]:
        raise invalid(f"The price `{id}` is not active.", "default_price")
    return id


def _set(product: Obj, params: Obj, at: str) -> None:
    _check(params, at)
    for name in _FIELDS:
        if name in params:
            product[name] = unset(params[name])
    for name in ("images", "marketing_features"):
        product[name] = product[name] or []
    if "tax_details" in params:
        given = params["tax_details"]
        product["tax_details"] = blank("product_tax_details") | _known(given) if given else None
    product["metadata"] = merge_metadata(product["metadata"], params.get("metadata"))


def _known(details: Obj) -> Obj:
    return {name: unset(value) for name, value in details.items()}


def _check(params: Obj, at: str) -> None:
    if params.get("name") == "":
        raise invalid("Product names cannot be empty.", inside(at, "name"), "parameter_invalid_empty")
    if len(params.get("images") or ()) > MAX_IMAGES:
        raise invalid(f"A product can have at most {MAX_IMAGES} images.", inside(at, "images"))
    if len(params.get("marketing_features") or ()) > MAX_FEATURES:
        raise invalid(
            f"A product can have at most {MAX_FEATURES} features.", inside(at, "marketing_features")
        )
    if len(params.get("statement_descriptor") or "") > MAX_DESCRIPTOR:
        raise invalid(
            f"The statement descriptor must be at most {MAX_DESCRIPTOR} characters.",
            inside(at, "statement_descriptor"),
        )
    if params.get("tax_code"):
        check_tax_code(params["tax_code"], inside(at, "tax_code"))
    if (params.get("tax_details") or {}).get("tax_code"):
        check_tax_code(params["tax_details"]["tax_code"], inside(at, "tax_details[tax_code]"))
