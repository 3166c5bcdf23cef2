"""Fifty buyers press the button in the same second, over HTTP, for twenty copies."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
from tests.e2e.shop import Shop

ADDRESS = {"name": "Ada", "line1": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}


def order(shop: Shop, sku: str, key: str) -> httpx.Response:
    """One guest's order."""
    wish = {"lines": [{"sku": sku, "quantity": 1}], "email": "ada@example.org", "shipping_address": ADDRESS}
    headers = {"Idempotency-Key": key}
    return httpx.post(f"{shop.base}/api/v1/orders", json=wish, headers=headers, timeout=30)


def test_fifty_buyers_for_twenty_copies(shop: Shop):
    book = shop.book(on_hand=20)

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda _: order(shop, book.sku, uuid4().hex), range(50)))

    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 30
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert all(body["code"] == "insufficient_stock" for body in refused)
    assert all(body["items"] == [{"sku": book.sku, "requested": 1, "available": 0}] for body in refused)
    assert shop.stock(book) == (20, 20)


def test_one_order_sent_ten_times_at_once_is_one_order(shop: Shop):
    book = shop.book(on_hand=5)
    key = uuid4().hex

    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda _: order(shop, book.sku, key), range(10)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {a.json()["id"] for a in answers if a.status_code == 201} == {
        order(shop, book.sku, key).json()["id"]
    }
    assert all(a.json()["code"] == "idempotency_in_flight" for a in answers if a.status_code == 409)
    assert shop.stock(book) == (5, 1)
