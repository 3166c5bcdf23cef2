"""Refunds through the API: once per key, never more than is left, told with the order."""

import pytest

from kassa import orders


@pytest.fixture
async def sold(front, till):
    """A paid order of two copies, as the API shows it."""
    placed = await front.order(lines=[{"sku": "EMMA-PB", "quantity": 2}])
    payment = (await front.wish(f"/orders/{placed['id']}/payments", {"flow": "element"})).json()
    path = f"/v1/payment_intents/{payment['provider_ref']}/confirm"
    form = f"client_secret={payment['client_secret']}&payment_method=pm_card_visa&use_stripe_sdk=true"
    await till.stripe.raw("POST", path, form, authorization="Bearer pk_test_page")
    await till.settle()
    order = (await front.get(f"/orders/{placed['id']}")).json()
    assert order["state"] == orders.State.PAID
    return order


async def test_a_refund_is_written_down_and_told_with_the_order(boss, till, sold):
    answer = await boss.wish(f"/admin/orders/{sold['id']}/refunds", {"amount": 500, "reason": "late"})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["amount"]) == ("requested", {"amount": 500, "currency": "EUR"})
    await till.settle()
    after = (await boss.get(f"/admin/orders/{sold['id']}")).json()
    assert after["refunded"] == {"amount": 500, "currency": "EUR"}
    (told,) = after["refunds"]
    assert (told["id"], told["state"], told["kind"], told["reason"]) == (
        made["id"], "succeeded", "requested", "late",
    )  # fmt: skip
    assert after["events"][-2]["actor"] == "key:boss"


async def test_the_same_key_refunds_once(boss, till, sold):
    path, body = f"/admin/orders/{sold['id']}/refunds", {"amount": 500, "reason": "late"}

    first, again = [await boss.wish(path, body, key="once") for _ in range(2)]
    other = await boss.wish(path, {"amount": 501, "reason": "late"}, key="once")

    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    await till.settle()
    assert (await boss.get(f"/admin/orders/{sold['id']}")).json()["refunded"]["amount"] == 500
    missing = await boss.send("POST", path, body)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_required")


async def test_more_than_is_left_is_a_conflict_and_nothing_is_sent(boss, till, sold):
    path = f"/admin/orders/{sold['id']}/refunds"

    answer = await boss.wish(path, {"amount": sold["total"]["amount"] + 1, "reason": "too kind"})

    assert (answer.status_code, answer.json()["code"]) == (409, "refund_too_large")
    assert answer.json()["left"] == sold["total"]["amount"]
    assert await till.charged() == [sold["total"]["amount"]]
    assert (await boss.get(f"/admin/orders/{sold['id']}")).json()["refunds"] == []


async def test_everything_goes_back_once(boss, till, sold):
    path = f"/admin/orders/{sold['id']}/refunds"
    assert (await boss.wish(path, {"reason": "closed"})).json()["amount"] == sold["total"]
    await till.settle()

    answer = await boss.wish(path, {"reason": "closed"})

    assert (answer.status_code, answer.json()["code"]) == (409, "refund_too_large")
    assert (await boss.get(f"/admin/orders/{sold['id']}")).json()["state"] == "refunded"


async def test_lines_go_back_to_the_shelf(boss, till, sold):
    body = {"lines": [{"line_id": sold["lines"][0]["id"], "quantity": 1, "restock": True}], "reason": "read"}

    made = (await boss.wish(f"/admin/orders/{sold['id']}/refunds", body)).json()

    assert made["amount"]["amount"] == 1299
    assert await till.stock() == (4, 0)


async def test_what_makes_no_sense_is_refused(boss, front, sold):
    path = f"/admin/orders/{sold['id']}/refunds"
    for body, code in (
        ({"amount": 0}, "validation_failed"),
        ({"amount": -5}, "validation_failed"),
        ({"amount": 1.5}, "validation_failed"),
        ({"lines": []}, "validation_failed"),
        ({"lines": [{"line_id": "x", "quantity": 1}]}, "invalid_refund"),
        ({"lines": [{"line_id": sold["id"], "quantity": 1}]}, "invalid_refund"),
        ({"currency": "EUR"}, "validation_failed"),
    ):
        answer = await boss.wish(path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    assert (await boss.wish("/admin/orders/nobody/refunds", {})).status_code == 404
    unpaid = await front.order()
    answer = await boss.wish(f"/admin/orders/{unpaid['id']}/refunds", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_refund")
    assert (await front.wish(path, {"amount": 1})).status_code == 403
