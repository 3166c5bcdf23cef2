"""Orders through the API: shapes, money, who may see what."""

from tests.api.conftest import ADDRESS, ORDER, count

EUR = "EUR"


async def test_an_order_is_shown_as_the_contract_says(front):
    order = await front.order(lines=[{"sku": "EMMA-PB", "quantity": 2}])

    assert {
        "id", "number", "token", "state", "currency", "email", "lines", "subtotal", "discount", "shipping", "tax",
        "total", "refunded", "hold", "payments", "fulfilments", "refunds", "events", "shipping_address",
        "created_at", "paid_at",
    } <= order.keys()  # fmt: skip
    assert order["state"] == "pending"
    assert order["paid_at"] is None
    assert order["created_at"] == "2026-11-02T09:00:00Z"
    assert order["hold"] == {"state": "held", "expires_at": "2026-11-02T09:15:00Z"}
    line = order["lines"][0]
    assert {name: line[name] for name in ("sku", "quantity", "unit_price", "discount", "total")} == {
        "sku": "EMMA-PB", "quantity": 2, "unit_price": {"amount": 1299, "currency": EUR},
        "discount": {"amount": 0, "currency": EUR}, "total": {"amount": 2598, "currency": EUR},
    }  # fmt: skip
    assert line["tax"]["currency"] == EUR
    assert order["total"]["amount"] == order["subtotal"]["amount"] + order["shipping"]["amount"]
    assert [event["type"] for event in order["events"]] == ["order.placed"]
    assert order["events"][0]["actor"] == "key:front"


async def test_the_token_is_shown_once_and_opens_the_order_to_a_guest(guest):
    order = await guest.order()

    assert (await guest.get(f"/orders/{order['id']}")).status_code == 404
    assert (await guest.get(f"/orders/{order['id']}", X_Order_Token="wrong")).status_code == 404
    answer = await guest.get(f"/orders/{order['id']}", X_Order_Token=order["token"])
    assert answer.status_code == 200
    assert "token" not in answer.json()


async def test_somebody_elses_order_is_not_there(front, other_front, guest):
    order = await front.order()

    for path in (f"/orders/{order['id']}", "/orders/0", "/orders/00000000-0000-7000-8000-000000000000"):
        answer = await other_front.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    for path, body in (("payments", {"flow": "element"}), ("cancellation", None)):
        answer = await other_front.wish(f"/orders/{order['id']}/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    assert (await other_front.get("/orders")).json() == {"items": [], "next": None}
    assert (await guest.get("/orders")).status_code == 401
    assert (await front.get(f"/orders/{order['id']}")).json()["state"] == "pending"
    assert [item["id"] for item in (await front.get("/orders")).json()["items"]] == [order["id"]]


async def test_lists_of_orders_have_pages(front):
    ids = [(await front.order())["id"] for _ in range(3)]

    first = (await front.get("/orders?limit=2")).json()
    rest = (await front.get(f"/orders?limit=2&after={first['next']}")).json()

    assert sorted(item["id"] for item in first["items"] + rest["items"]) == sorted(ids)
    assert rest["next"] is None


async def test_prices_in_the_body_are_refused(front, db):
    for member in ("total", "prices", "amount"):
        answer = await front.wish("/orders", {**ORDER, member: 1})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == member
    answer = await front.wish(
        "/orders", {**ORDER, "lines": [{"sku": "EMMA-PB", "quantity": 1, "unit_price": 1}]}
    )
    assert answer.json()["errors"][0]["path"] == "lines[0].unit_price"
    assert await count(db, "orders") == 0


async def test_short_stock_says_what_there_is_and_holds_nothing(front, till, db):
    answer = await front.wish("/orders", {**ORDER, "lines": [{"sku": "EMMA-PB", "quantity": 9}]})

    assert answer.status_code == 409
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "insufficient_stock"
    assert problem["items"] == [{"sku": "EMMA-PB", "requested": 9, "available": 5}]
    assert {"type", "title", "status", "detail", "request_id"} <= problem.keys()
    assert await till.stock() == (5, 0)
    assert await count(db, "orders") == 0


async def test_an_order_can_be_made_of_a_cart(guest, till):
    cart = (await guest.send("POST", "/carts", {"currency": "USD"})).json()
    await guest.send("POST", f"/carts/{cart['id']}/lines", {"sku": "EMMA-PB", "quantity": 2})

    body = {"cart_id": cart["id"], "email": "ada@example.org", "shipping_address": ADDRESS}
    order = (await guest.wish("/orders", body)).json()

    assert order["currency"] == "USD"
    assert order["subtotal"] == {"amount": 2998, "currency": "USD"}
    assert await till.stock() == (5, 2)


async def test_an_order_is_made_of_lines_or_of_a_cart(guest, db):
    for body in ({**ORDER, "cart_id": "x"}, {"email": "a@example.org", "shipping_address": ADDRESS}):
        answer = await guest.wish("/orders", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "lines_or_cart")
    assert await count(db, "orders") == 0


async def test_a_canceled_order_gives_its_stock_back(guest, till):
    order = await guest.order()
    assert await till.stock() == (5, 1)

    answer = await guest.wish(f"/orders/{order['id']}/cancellation", X_Order_Token=order["token"])

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["hold"]["state"]) == ("canceled", "released")
    assert await till.stock() == (5, 0)


async def test_a_paid_order_is_not_canceled(guest, till):
    order, token = await _paid(guest, till)

    answer = await guest.wish(f"/orders/{order['id']}/cancellation", X_Order_Token=token)

    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
    assert await till.stock() == (4, 0)


async def test_paying_by_card_ends_in_a_paid_order(guest, till):
    order, _ = await _paid(guest, till)

    assert order["state"] == "paid"
    assert order["hold"]["state"] == "committed"
    assert [(p["state"], p["flow"], p["provider"]) for p in order["payments"]] == [
        ("succeeded", "element", "stripe")
    ]
    assert order["payments"][0]["amount"] == order["total"]
    assert order["payments"][0]["provider_ref"].startswith("pi_")


async def test_the_same_flow_gives_the_same_attempt_and_the_other_closes_it(guest, till):
    order = await guest.order()
    path, token = f"/orders/{order['id']}/payments", order["token"]

    first = await guest.wish(path, {"flow": "element"}, X_Order_Token=token)
    again = await guest.wish(path, {"flow": "element"}, X_Order_Token=token)
    hosted = await guest.wish(path, {"flow": "hosted"}, X_Order_Token=token)

    assert (first.status_code, again.status_code, hosted.status_code) == (201, 200, 201)
    assert first.json()["client_secret"] == again.json()["client_secret"]
    assert first.json()["publishable_key"] == "pk_test_page"
    assert hosted.json()["url"].startswith("http")
    assert "client_secret" not in hosted.json()
    states = [
        p["state"]
        for p in (await guest.get(f"/orders/{order['id']}", X_Order_Token=token)).json()["payments"]
    ]
    assert states == ["canceled", "open"]


async def test_a_strangers_payment_is_not_there(guest, other_front, till):
    order = await guest.order()
    payment = await guest.wish(
        f"/orders/{order['id']}/payments", {"flow": "element"}, X_Order_Token=order["token"]
    )

    for id_ in (payment.json()["id"], "nonsense"):
        answer = await other_front.send("POST", f"/payments/{id_}/sync")
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_not_found")


async def _paid(guest, till):
    order = await guest.order()
    token = order["token"]
    payment = (
        await guest.wish(f"/orders/{order['id']}/payments", {"flow": "element"}, X_Order_Token=token)
    ).json()
    path = f"/v1/payment_intents/{payment['provider_ref']}/confirm"
    form = f"client_secret={payment['client_secret']}&payment_method=pm_card_visa&use_stripe_sdk=true"
    status, _, _ = await till.stripe.raw("POST", path, form, authorization="Bearer pk_test_page")
    assert status == 200
    answer = await guest.send("POST", f"/payments/{payment['id']}/sync", X_Order_Token=token)
    assert answer.status_code == 200
    return answer.json(), token
