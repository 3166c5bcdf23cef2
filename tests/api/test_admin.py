"""The administrator's routes, carts and the catalogue as programs see them."""

from tests.api.conftest import count
from tests.factories import make_variant

from kassa.kernel.ids import new_id

PRODUCT = {
    "title": "Persuasion",
    "description": "<p>Late <script>alert(1)</script>love.</p>",
    "collections": ["Novels"],
    "attributes": {"author": "Jane Austen", "year": 1817},
    "variants": [
        {
            "sku": "PERS-PB", "title": "Paperback", "options": {"Format": "Paperback"},
            "prices": {"EUR": 999, "USD": 1099}, "on_hand": 7, "weight_grams": 250,
        }
    ],
}  # fmt: skip


async def test_only_an_administrators_key_opens_the_administration(guest, front, db):
    for program, status, code in ((guest, 401, "unauthenticated"), (front, 403, "forbidden")):
        for method, path, body in (
            ("PUT", "/admin/products/persuasion", PRODUCT),
            ("GET", "/admin/stock/EMMA-PB", None),
            ("POST", "/admin/stock/EMMA-PB/adjustments", {"delta": 1, "reason": "x"}),
            ("GET", "/admin/orders", None),
            ("GET", "/admin/orders/x", None),
        ):
            answer = await program.send(method, path, body, Idempotency_Key="k")
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await count(db, "products") == 1
    assert await count(db, "idempotency_keys") == 0


async def test_a_product_is_created_then_replaced(boss, guest):
    made = await boss.send("PUT", "/admin/products/persuasion", PRODUCT)
    again = await boss.send("PUT", "/admin/products/persuasion", {**PRODUCT, "title": "Persuasion (new)"})

    assert (made.status_code, again.status_code) == (201, 200)
    shown = (await guest.get("/products/persuasion")).json()
    assert shown["title"] == "Persuasion (new)"
    assert "<script>" not in shown["description"]
    assert shown["collections"] == [{"slug": "novels", "title": "Novels"}]
    variant = shown["variants"][0]
    assert variant["price"] == {"amount": 999, "currency": "EUR"}
    assert variant["prices"] == {"EUR": 999, "USD": 1099}
    assert variant["available"] == 7
    in_dollars = (await guest.get("/products/persuasion?currency=USD")).json()
    assert in_dollars["variants"][0]["price"] == {"amount": 1099, "currency": "USD"}


async def test_a_sku_of_another_product_is_refused(boss, till, db):
    body = {**PRODUCT, "variants": [{"sku": "EMMA-PB", "prices": {"EUR": 1}, "on_hand": 0}]}

    answer = await boss.send("PUT", "/admin/products/persuasion", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "sku_taken")
    assert await count(db, "products") == 1
    assert await till.stock() == (5, 0)


async def test_stock_is_not_adjusted_below_what_is_promised(boss, front, till):
    await front.order()
    path = "/admin/stock/EMMA-PB"

    answer = await boss.wish(f"{path}/adjustments", {"delta": -5, "reason": "lost"})
    assert (answer.status_code, answer.json()["code"]) == (409, "below_reserved")
    assert (await boss.get(path)).json() == {"sku": "EMMA-PB", "on_hand": 5, "reserved": 1, "available": 4}

    assert (await boss.wish(f"{path}/adjustments", {"delta": -4, "reason": "lost"})).status_code == 201
    assert await till.stock() == (1, 1)
    assert (await boss.get("/admin/stock/NOPE")).json()["code"] == "unknown_sku"


async def test_an_administrator_sees_every_order(boss, front, guest):
    ids = {(await front.order())["id"], (await guest.order())["id"]}

    page = (await boss.get("/admin/orders?state=pending")).json()
    assert {item["id"] for item in page["items"]} == ids
    assert (await boss.get("/admin/orders?state=paid")).json() == {"items": [], "next": None}
    assert len((await boss.get("/admin/orders?q=ada@")).json()["items"]) == 2
    for id_ in ids:
        assert (await boss.get(f"/admin/orders/{id_}")).json()["id"] == id_
    answer = await boss.get(f"/admin/orders/{new_id()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


async def test_every_answer_about_a_cart_is_the_whole_priced_cart(guest):
    cart = (await guest.send("POST", "/carts", {})).json()
    path = f"/carts/{cart['id']}"
    assert cart["lines"] == []
    assert cart["total"] == {"amount": 0, "currency": "EUR"}

    added = (await guest.send("POST", f"{path}/lines", {"sku": "EMMA-PB", "quantity": 2})).json()
    assert added["subtotal"] == {"amount": 2598, "currency": "EUR"}
    assert added["total"]["amount"] == 2598 + added["shipping"]["amount"]
    changed = (await guest.send("PATCH", f"{path}/lines/EMMA-PB", {"quantity": 9})).json()
    assert [(line["quantity"], line["problem"]) for line in changed["lines"]] == [(9, "not_enough")]
    assert (await guest.get(path)).json() == changed
    refused = await guest.send("PUT", f"{path}/discount", {"code": "SPRING"})
    assert (refused.status_code, refused.json()["code"]) == (404, "discount_unknown")
    assert (await guest.send("DELETE", f"{path}/discount")).json() == changed
    assert (await guest.send("DELETE", f"{path}/lines/EMMA-PB")).json()["lines"] == []


async def test_a_cart_tells_what_has_changed_until_it_is_agreed_to(guest, db, clock):
    cart = (await guest.send("POST", "/carts", {})).json()
    path = f"/carts/{cart['id']}"
    await guest.send("POST", f"{path}/lines", {"sku": "EMMA-PB", "quantity": 2})
    await make_variant(db, clock, price=1399, on_hand=1)

    notices = (await guest.get(path)).json()["notices"]

    assert [(one["kind"], one["requested"], one["available"]) for one in notices] == [
        ("not_enough", 2, 1),
        ("price_changed", 2, 1),
    ]
    assert notices[1]["was"] == {"amount": 1299, "currency": "EUR"}
    agreed = {"quantity": 1, "unit_price": notices[1]["unit_price"]}
    answer = (await guest.send("PUT", f"{path}/lines/EMMA-PB/agreement", agreed)).json()
    assert answer["notices"] == []
    assert answer["count"] == 1


async def test_the_catalogue_filters_and_pages(boss, guest):
    await boss.send("PUT", "/admin/products/persuasion", PRODUCT)

    found = (await guest.get("/products?author=Jane+Austen")).json()
    assert [item["slug"] for item in found["items"]] == ["persuasion"]
    assert {"name": "author", "values": [{"value": "Jane Austen", "count": 1}]} in found["facets"]
    assert [item["slug"] for item in (await guest.get("/products?collection=novels")).json()["items"]] == [
        "persuasion"
    ]
    first = (await guest.get("/products?limit=1&sort=-price")).json()
    rest = (await guest.get(f"/products?limit=1&sort=-price&after={first['next']}")).json()
    assert [item["price"]["amount"] for item in first["items"] + rest["items"]] == [1299, 999]
    assert rest["next"] is None
