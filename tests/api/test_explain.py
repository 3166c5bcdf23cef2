"""How an order's total came about, through the API."""

from tests.api.conftest import ORDER


async def test_an_orders_total_is_explained_to_whoever_may_see_it(front, guest):
    order = await front.order(lines=[{"sku": "EMMA-PB", "quantity": 2}])

    told = (await front.get(f"/orders/{order['id']}/explain")).json()

    assert told["agrees"] is True
    assert told["total"] == order["total"]
    assert sum(step["amount"]["amount"] for step in told["totals"][:-1]) == order["total"]["amount"]
    (line,) = told["lines"]
    assert line["steps"][0]["label"] == "2 × €12.99"
    assert line["total"] == order["lines"][0]["total"]
    assert line["tax"]["exact"] == "18186/107"
    assert line["tax"]["leftover"] == "4/107"

    placed = await guest.order()
    with_token = await guest.get(f"/orders/{placed['id']}/explain", X_Order_Token=placed["token"])
    assert with_token.json()["order_id"] == placed["id"]


async def test_somebody_elses_explanation_is_not_there(front, other_front, guest):
    order = await front.order()
    for program in (other_front, guest):
        answer = await program.get(f"/orders/{order['id']}/explain")
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    assert (await front.get("/orders/none/explain")).json()["code"] == "order_not_found"


async def test_an_order_from_before_quotes_were_kept_says_so(front, db):
    order = await front.order(lines=ORDER["lines"])
    async with db.transaction() as tx:
        await tx.execute("update orders set quote = null")
    answer = await front.get(f"/orders/{order['id']}/explain")
    assert (answer.status_code, answer.json()["code"]) == (404, "explanation_not_kept")
