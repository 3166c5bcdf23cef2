"""GET /admin/reports: the books by day or month, each currency by itself."""

import pytest
from tests.api.test_refunds import sold

__all__ = ["sold"]


def told(answer):
    assert answer.status_code == 200
    return [
        (item["begin"], item["currency"], item["orders"], item["sold"], item["refunds"]["amount"])
        for item in answer.json()["items"]
    ]


async def test_a_report_is_what_the_books_say(boss, till, sold, clock):
    assert told(await boss.get("/admin/reports")) == [("2026-11-02", "EUR", 1, sold["total"], 0)]
    clock.advance(days=40)
    await boss.wish(f"/admin/orders/{sold['id']}/refunds", {"amount": 500, "reason": "late"})
    await till.settle()

    nothing = {"amount": 0, "currency": "EUR"}
    assert told(await boss.get("/admin/reports?from=2026-11-01")) == [
        ("2026-12-12", "EUR", 0, nothing, 500),
        ("2026-11-02", "EUR", 1, sold["total"], 0),
    ]
    assert told(await boss.get("/admin/reports?by=month&from=2026-01-01&currency=EUR")) == [
        ("2026-12-01", "EUR", 0, nothing, 500),
        ("2026-11-01", "EUR", 1, sold["total"], 0),
    ]
    assert told(await boss.get("/admin/reports?currency=JPY")) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-11-02&to=2026-11-01", "invalid_period"),
        ("from=2020-01-01", "invalid_period"),
        ("to=9999-12-31", "invalid_period"),
        ("from=yesterday", "validation_failed"),
        ("by=week", "validation_failed"),
        ("currency=euro", "validation_failed"),
    ],
)
async def test_what_makes_no_report_is_a_problem(boss, query, code):
    answer = await boss.get(f"/admin/reports?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_reports_are_not_for_customers(front, guest):
    assert (await front.get("/admin/reports")).status_code == 403
    assert (await guest.get("/admin/reports")).status_code == 401
