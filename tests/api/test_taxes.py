"""Taxes as programs say them, and VAT numbers on orders."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.api.conftest import ADDRESS, ORDER

from kassa.kernel.ids import new_id

SETTINGS = {"home": "DE", "rounding": "sum_by_net", "on_top": ["US"], "vat_id": "DE 136 695 976"}
RATE = {"country": "US", "region": "New York", "tax_class": "standard", "basis_points": 887.5}
IN_PARIS = {**ADDRESS, "country": "FR", "city": "Paris", "postal_code": "75001"}
IN_NEW_YORK = {**ADDRESS, "country": "US", "region": "NY", "city": "New York", "postal_code": "10001"}


async def test_settings_are_shown_and_changed(boss):
    first = (await boss.get("/admin/taxes")).json()
    saved = await boss.send("PUT", "/admin/taxes", SETTINGS)

    assert (first["home"], first["rounding"], first["on_top"], first["rates"]) == (
        "DE",
        "line",
        ["CA", "US"],
        [],
    )
    assert saved.status_code == 200
    assert saved.json() == (await boss.get("/admin/taxes")).json()
    assert saved.json()["vat_id"] == "DE136695976"


async def test_a_rate_as_fine_as_the_law_is_worked_with_exactly(boss, guest):
    path = f"/admin/taxes/rates/{new_id()}"
    (rate,) = (await boss.send("PUT", path, RATE)).json()["rates"]
    order = await guest.order(shipping_address=IN_NEW_YORK)
    gone = await boss.send("DELETE", path)
    again = await boss.send("DELETE", path)

    assert (rate["region"], rate["basis_points"]) == ("NY", 887.5)
    (line,) = order["tax_lines"]
    assert (line["label"], line["basis_points"]) == ("Sales tax 8.875 % (NY)", 887.5)
    base = order["subtotal"]["amount"] + order["shipping"]["amount"]
    assert abs(line["tax"]["amount"] - base * 8875 / 100_000) <= 1
    assert order["total"]["amount"] == base + line["tax"]["amount"]
    assert gone.json()["rates"] == []
    assert (again.status_code, again.json()["code"]) == (404, "tax_rate_not_found")


async def test_an_order_keeps_the_rate_of_its_day(boss, front, clock):
    today, tomorrow = clock.now().date(), clock.now().date() + timedelta(days=1)
    for rate in ({"ends_on": str(today)}, {"starts_on": str(tomorrow), "basis_points": 1000}):
        answer = await boss.send("PUT", f"/admin/taxes/rates/{new_id()}", {**RATE, **rate})
        assert answer.status_code == 200, answer.text
    order = await front.order(shipping_address=IN_NEW_YORK)
    told = (await front.get(f"/orders/{order['id']}/explain")).json()

    clock.advance(days=1)
    later = await front.order(shipping_address=IN_NEW_YORK)
    kept = (await front.get(f"/orders/{order['id']}")).json()

    assert [one["tax_lines"][0]["basis_points"] for one in (order, kept, later)] == [887.5, 887.5, 1000]
    assert kept["total"] == order["total"]
    assert (await front.get(f"/orders/{order['id']}/explain")).json() == told


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"basis_points": 10_001},
        {"basis_points": -1},
        {"basis_points": 1.001},
        {"tax_class": "voucher"},
        {"starts_on": "2027-02-02", "ends_on": "2027-02-01"},
        {"starts_on": "soon"},
        {"more": 1},
    ],
)
async def test_a_rate_that_can_not_be_changes_nothing(boss, wrong):
    answer = await boss.send("PUT", f"/admin/taxes/rates/{new_id()}", {**RATE, **wrong})
    assert answer.status_code == 422
    assert (await boss.get("/admin/taxes")).json()["rates"] == []


@pytest.mark.parametrize(
    "wrong", [{"home": "XX"}, {"rounding": "up"}, {"on_top": ["Texas"]}, {"vat_id": "DE1"}]
)
async def test_settings_that_can_not_be_change_nothing(boss, wrong):
    before = (await boss.get("/admin/taxes")).json()
    answer = await boss.send("PUT", "/admin/taxes", {**SETTINGS, **wrong})
    assert answer.status_code == 422
    assert (await boss.get("/admin/taxes")).json() == before


async def test_what_is_no_rate_is_not_there(boss):
    for path in ("/admin/taxes/rates/x", f"/admin/taxes/rates/{UUID(int=0)}"):
        assert (await boss.send("DELETE", path)).status_code == 404


async def test_a_business_elsewhere_in_the_union_owes_the_tax(guest):
    order = await guest.order(shipping_address=IN_PARIS, vat_id="61 954 506 077")
    plain = await guest.order(shipping_address=IN_PARIS)

    assert (order["vat_id"], order["reverse_charge"], order["tax"]["amount"]) == ("FR61954506077", True, 0)
    assert (plain["vat_id"], plain["reverse_charge"]) == ("", False)
    assert plain["tax"]["amount"] > 0
    assert order["total"]["amount"] < plain["total"]["amount"]


async def test_a_wrong_number_is_refused_and_nothing_is_held(guest, boss):
    answer = await guest.wish("/orders", {**ORDER, "vat_id": "DE136695977"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_vat_id")
    assert answer.json()["errors"][0]["path"] == "vat_id"
    assert (await boss.get("/admin/stock/EMMA-PB")).json()["reserved"] == 0
