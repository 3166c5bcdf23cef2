"""The administrator's routes, carts and the catalogue as programs see them."""

from fractions import Fraction

from tests.api.conftest import count
from tests.factories import make_variant

from kassa.kernel.ids import new_id
from kassa.pricing import currencies

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


async def follow_in_yen(db, clock):
    """Prices in yen follow those in euros by a rate, from now on."""
    async with db.transaction() as tx:
        said = [currencies.Rate("EUR", "JPY", Fraction(160), clock.now().date(), "a test")]
        await currencies.put_rates(tx, said, now=clock.now())
        charm = currencies.Charm(100)
        await currencies.put_list(
            tx, "JPY", margin=0, charm=charm, own="EUR", actor="staff:ada", now=clock.now()
        )
    await currencies.price_products(db, {}, clock=clock)


async def as_shown(guest):
    return (await guest.get("/products/persuasion")).json()["variants"][0]


def priced(variant, *members):
    """The product with the prices that were shown."""
    kept = {name: variant[name] for name in ("prices", *members)}
    return {**PRODUCT, "variants": [{**PRODUCT["variants"][0], **kept}]}


async def test_prices_that_follow_are_marked_and_follow_on_when_they_are_put_back(boss, guest, db, clock):
    await boss.send("PUT", "/admin/products/persuasion", PRODUCT)
    await follow_in_yen(db, clock)
    before = await as_shown(guest)
    assert before["prices"] == {"EUR": 999, "USD": 1099, "JPY": 1600}
    assert before["automatic"] == ["JPY"]

    for members in ([], ["automatic"]):
        answer = await boss.send("PUT", "/admin/products/persuasion", priced(before, *members))
        assert answer.json()["variants"][0]["automatic"] == ["JPY"]
        assert await as_shown(guest) == before


async def test_a_marked_price_that_is_old_is_not_put_back(boss, guest, db, clock):
    await boss.send("PUT", "/admin/products/persuasion", PRODUCT)
    await follow_in_yen(db, clock)
    before = await as_shown(guest)
    old = {**before, "prices": {**before["prices"], "JPY": 1400}}

    await boss.send("PUT", "/admin/products/persuasion", priced(old, "automatic"))

    assert await as_shown(guest) == before


async def test_a_price_that_is_changed_or_said_to_be_set_by_hand_is(boss, guest, db, clock):
    await boss.send("PUT", "/admin/products/persuasion", PRODUCT)
    await follow_in_yen(db, clock)
    before = await as_shown(guest)

    for changed, members in (
        ({"JPY": 1400}, []),
        ({"JPY": 1600}, ["automatic"]),
    ):
        body = {**before, "automatic": [], "prices": {**before["prices"], **changed}}
        await boss.send("PUT", "/admin/products/persuasion", priced(body, *members))
        after = await as_shown(guest)
        assert (after["prices"]["JPY"], after["automatic"]) == (changed["JPY"], [])


async def test_a_marked_price_that_follows_no_more_is_kept(boss, guest, db, clock):
    await boss.send("PUT", "/admin/products/persuasion", PRODUCT)
    await follow_in_yen(db, clock)
    before = await as_shown(guest)
    async with db.transaction() as tx:
        await currencies.end_list(tx, "JPY", keep=True, now=clock.now())

    await boss.send("PUT", "/admin/products/persuasion", priced(before, "automatic"))

    assert await as_shown(guest) == {**before, "automatic": []}


async def test_a_price_that_nobody_could_pay_is_refused(boss, db):
    variants = [
        {"sku": f"PERS-{n}", "prices": {"EUR": 999, "KWD": price}} for n, price in enumerate((1230, 1234))
    ]

    answer = await boss.send("PUT", "/admin/products/persuasion", {**PRODUCT, "variants": variants})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_product")
    assert answer.json()["errors"] == [
        {"path": "variants[1].prices.KWD", "message": "must be a multiple of 10"}
    ]
    assert await count(db, "products") == 1


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
