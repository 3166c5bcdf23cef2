"""Everybody presses the button in the same moment, over HTTP."""

from collections import Counter
from uuid import uuid4

from tests.e2e.crowd import rush
from tests.e2e.shop import Shop, eventually

COPIES = 20


def test_fifty_buyers_for_twenty_copies(shop: Shop):
    book = shop.book(on_hand=COPIES)

    answers = rush(shop, [book.sku] * 50)

    assert Counter(answer.status for answer in answers) == {201: COPIES, 409: 30}
    refused = [answer.body for answer in answers if answer.status == 409]
    assert all(body["code"] == "insufficient_stock" for body in refused)
    assert all(body["items"] == [{"sku": book.sku, "requested": 1, "available": 0}] for body in refused)
    assert shop.stock(book) == (COPIES, COPIES)


def test_fifty_buyers_of_many_books_pay_at_once(shop: Shop):
    books = [shop.book(on_hand=10) for _ in range(10)]

    answers = rush(shop, [books[n % 10].sku for n in range(50)], pay=True)

    assert [answer.status for answer in answers] == [201] * 50
    ids = [answer.body["id"] for answer in answers]
    assert len(set(ids)) == len({answer.body["number"] for answer in answers}) == 50
    eventually(lambda: all(shop.order(order_id)["state"] == "paid" for order_id in ids))
    assert [shop.stock(book) for book in books] == [(5, 0)] * 10


def test_five_hundred_buyers_for_twenty_copies(shop: Shop):
    book = shop.book(on_hand=COPIES)

    answers = rush(shop, [book.sku] * 500)

    assert Counter(answer.status for answer in answers) == {201: COPIES, 409: 480}
    assert shop.stock(book) == (COPIES, COPIES)


def test_five_hundred_buyers_of_many_books(shop: Shop):
    books = [shop.book(on_hand=50) for _ in range(20)]

    answers = rush(shop, [books[n % 20].sku for n in range(500)])

    assert Counter(answer.status for answer in answers) == {201: 500}
    assert len({answer.body["id"] for answer in answers}) == 500
    assert [shop.stock(book) for book in books] == [(50, 25)] * 20


def test_one_order_sent_ten_times_at_once_is_one_order(shop: Shop):
    book = shop.book(on_hand=5)
    key = uuid4().hex

    answers = rush(shop, [book.sku] * 10, key=key)

    (again,) = rush(shop, [book.sku], key=key)
    assert {answer.status for answer in answers} <= {201, 409}
    assert {answer.body["id"] for answer in answers if answer.status == 201} == {again.body["id"]}
    assert all(answer.body["code"] == "idempotency_in_flight" for answer in answers if answer.status == 409)
    assert shop.stock(book) == (5, 1)
