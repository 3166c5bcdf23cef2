"""Discounts over HTTP: made by administrators, entered for carts, used by orders."""

import pytest
from tests.api.conftest import ORDER

SPRING = {"kind": "percent", "value": 10, "usage_limit": 2}


@pytest.fixture
async def cart(front):
    """The address of a cart with one EMMA-PB at 12.99."""
    made = (await front.send("POST", "/carts", {})).json()["id"]
    await front.send("POST", f"/carts/{made}/lines", {"sku": "EMMA-PB", "quantity": 1})
    return f"/carts/{made}"


async def test_a_discount_is_created_replaced_shown_and_ended(boss):
    made = await boss.send("PUT", "/admin/discounts/spring", SPRING)
    again = await boss.send(
        "PUT", "/admin/discounts/SPRING", {**SPRING, "value": 12.5, "products": ["emma-pb"]}
    )
    ended = [await boss.send("DELETE", "/admin/discounts/Spring") for _ in range(2)]

    assert (made.status_code, again.status_code) == (201, 200)
    assert (again.json()["code"], again.json()["value"], again.json()["products"]) == (
        "SPRING",
        12.5,
        ["emma-pb"],
    )
    assert [one.status_code for one in ended] == [200, 200]
    assert ended[0].json()["ends_at"] == ended[1].json()["ends_at"]
    assert (await boss.get("/admin/discounts/spring")).json() == ended[0].json()
    assert [one["code"] for one in (await boss.get("/admin/discounts")).json()["items"]] == ["SPRING"]


async def test_the_list_is_paged(boss):
    for number in range(3):
        await boss.send("PUT", f"/admin/discounts/D{number}", SPRING)

    first = (await boss.get("/admin/discounts?limit=2")).json()
    rest = (await boss.get(f"/admin/discounts?limit=2&after={first['next']}")).json()

    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "percent"}, "invalid_discount"),
        ({"kind": "percent", "value": 12.345}, "invalid_discount"),
        ({"kind": "percent", "value": 101}, "invalid_discount"),
        ({"kind": "fixed", "value": 500}, "invalid_discount"),
        ({"kind": "fixed", "value": 5.5, "currency": "EUR"}, "invalid_discount"),
        ({"kind": "fixed", "value": 500, "currency": "XTS"}, "unsupported_currency"),
        ({"kind": "percent", "value": 10, "skus": ["NOPE"]}, "invalid_discount"),
        ({"kind": "gift", "value": 10}, "validation_failed"),
        ({"kind": "percent", "value": 10, "used": 5}, "validation_failed"),
    ],
)
async def test_what_is_no_discount_is_refused_and_nothing_is_there(boss, body, code):
    answer = await boss.send("PUT", "/admin/discounts/SPRING", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await boss.get("/admin/discounts/SPRING")).status_code == 404


async def test_only_administrators_make_discounts(front, guest, boss):
    assert (await front.send("PUT", "/admin/discounts/SPRING", SPRING)).status_code == 403
    assert (await guest.send("PUT", "/admin/discounts/SPRING", SPRING)).status_code == 401
    assert (await guest.get("/admin/discounts")).status_code == 401
    assert (await boss.get("/admin/discounts")).json()["items"] == []


async def test_a_cart_uses_a_code_and_drops_it(boss, front, cart):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)

    used = (await front.send("PUT", f"{cart}/discount", {"code": "spring"})).json()
    dropped = [(await front.send("DELETE", f"{cart}/discount")).json() for _ in range(2)]

    eur = {"currency": "EUR"}
    assert used["discount"] == {"amount": 130, **eur}
    assert used["lines"][0]["discount"] == {"amount": 130, **eur}
    assert used["discounts"] == [{"title": "10% off", "code": "SPRING", "amount": {"amount": 130, **eur}}]
    assert (used["discount_code"]["code"], used["discount_code"]["standing"]) == ("SPRING", "applied")
    assert used["total"] == {"amount": 1559, **eur}
    assert all((one["discount_code"], one["total"]["amount"]) == (None, 1689) for one in dropped)


async def test_a_code_for_a_cart_that_is_not_there_is_not_found(boss, front):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)

    for id_ in ("x", "01890000-0000-7000-8000-000000000000"):
        answer = await front.send("PUT", f"/carts/{id_}/discount", {"code": "SPRING"})
        assert answer.json()["code"] == "cart_not_found"


async def test_a_limited_code_is_used_by_so_many_orders_and_given_back(boss, front):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)
    made = [await front.order(discount_code="spring") for _ in range(2)]

    refused = await front.wish("/orders", {**ORDER, "discount_code": "SPRING"})
    assert (refused.status_code, refused.json()["code"]) == (409, "discount_used_up")
    assert (await boss.get("/admin/discounts/SPRING")).json()["used"] == 2

    await front.wish(f"/orders/{made[0]['id']}/cancellation", {})
    assert (await boss.get("/admin/discounts/SPRING")).json()["used"] == 1
    order = await front.order(discount_code="SPRING")
    assert order["discounts"][0]["code"] == "SPRING"
    assert order["lines"][0]["discount"]["amount"] == order["discount"]["amount"] == 130


async def test_the_same_order_asked_for_twice_is_one_use(boss, front):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)

    for _ in range(2):
        answer = await front.wish("/orders", {**ORDER, "discount_code": "SPRING"}, key="once")
        assert answer.status_code == 201
    assert (await boss.get("/admin/discounts/SPRING")).json()["used"] == 1


async def test_a_limit_below_what_was_used_is_refused_and_changes_nothing(boss, front):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)
    for _ in range(2):
        await front.order(discount_code="SPRING")

    answer = await boss.send("PUT", "/admin/discounts/SPRING", {**SPRING, "value": 20, "usage_limit": 1})

    assert (answer.status_code, answer.json()["code"], answer.json()["used"]) == (
        409,
        "discount_limit_below_used",
        2,
    )
    assert (await boss.get("/admin/discounts/SPRING")).json()["value"] == 10


async def test_what_is_missing_for_a_minimum_is_said(boss, front, cart):
    await boss.send("PUT", "/admin/discounts/BIG", {**SPRING, "minimum": 5000, "currency": "EUR"})

    kept = (await front.send("PUT", f"{cart}/discount", {"code": "BIG"})).json()
    refused = await front.wish("/orders", {**ORDER, "discount_code": "BIG"})

    assert (kept["discount_code"]["standing"], kept["discount_code"]["missing"]) == (
        "minimum_not_reached",
        3701,
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "discount_minimum_not_reached")
    assert (refused.json()["missing"], refused.json()["currency"]) == (3701, "EUR")


async def test_an_order_that_leaves_nothing_to_pay_is_refused_and_uses_nothing(boss, front):
    await boss.send("PUT", "/admin/discounts/ALL", {"kind": "percent", "value": 100, "usage_limit": 1})
    await boss.send("PUT", "/admin/discounts/SHIP", {"kind": "free_shipping", "automatic": True})

    refused = await front.wish("/orders", {**ORDER, "discount_code": "ALL"})

    assert (refused.status_code, refused.json()["code"]) == (400, "amount_below_minimum")
    assert (refused.json()["minimum"], refused.json()["currency"]) == (50, "EUR")
    assert (await boss.get("/admin/discounts/ALL")).json()["used"] == 0

    await boss.send("DELETE", "/admin/discounts/SHIP")
    order = await front.order(discount_code="ALL")
    assert order["total"]["amount"] == order["shipping"]["amount"] > 0


async def test_guessing_codes_is_slow_work(boss, guest, cart):
    await boss.send("PUT", "/admin/discounts/SPRING", SPRING)
    for number in range(30):
        assert (await guest.send("PUT", f"{cart}/discount", {"code": f"G{number}"})).status_code == 404

    for code in ("G30", "SPRING"):
        answer = await guest.send("PUT", f"{cart}/discount", {"code": code})
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert (await guest.wish("/orders", {**ORDER, "discount_code": "SPRING"})).status_code == 429
