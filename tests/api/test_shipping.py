"""Where parcels go and what that costs, as programs say it."""

import pytest
from tests.api.conftest import ADDRESS, ORDER

SWISS = {
    "name": "Switzerland",
    "countries": ["CH", "LI"],
    "ways": [
        {
            "code": "post", "label": "By post", "by": "weight", "min_days": 3, "max_days": 6,
            "bands": [{"grams": 1000, "prices": {"EUR": 900, "*": 1000}}, {"prices": {"EUR": 1700}}],
            "free_from": {"EUR": 10_000},
        },
        {
            "code": "shop", "label": "At the shop", "bands": [{"prices": {"EUR": 0}}], "min_days": 0, "max_days": 1,
            "pickup": {"address": ADDRESS, "opening": "Mon–Fri 10–18"},
        },
    ],
}  # fmt: skip
_KWD = "ways[0].bands[0].prices.KWD"
IN_ZURICH = {**ADDRESS, "country": "CH", "city": "Zürich", "postal_code": "8001"}


async def test_a_zone_is_made_replaced_shown_and_removed(boss):
    made = await boss.send("PUT", "/admin/shipping-zones/swiss", SWISS)
    again = await boss.send("PUT", "/admin/shipping-zones/swiss", {**SWISS, "countries": ["CH"]})
    shown = await boss.get("/admin/shipping-zones/swiss")
    listed = await boss.get("/admin/shipping-zones")
    left = await boss.send("DELETE", "/admin/shipping-zones/swiss")

    assert (made.status_code, again.status_code) == (201, 200)
    assert shown.json()["countries"] == ["CH"]
    assert shown.json()["ways"][1]["pickup"] == SWISS["ways"][1]["pickup"]
    assert [zone["code"] for zone in listed.json()["items"]] == ["home", "eu", "world", "swiss"]
    assert [zone["code"] for zone in left.json()["items"]] == ["home", "eu", "world"]
    gone = await boss.get("/admin/shipping-zones/swiss")
    assert (gone.status_code, gone.json()["code"]) == (404, "zone_not_found")


async def test_an_order_is_priced_by_the_zone_it_goes_to(boss, guest):
    await boss.send("PUT", "/admin/shipping-zones/swiss", SWISS)

    sent = await guest.order(shipping_address=IN_ZURICH)
    heavy = await guest.order(shipping_address=IN_ZURICH, lines=[{"sku": "EMMA-PB", "quantity": 4}])

    assert (sent["shipping"]["amount"], sent["shipping_method"]) == (900, "post")
    assert heavy["shipping"]["amount"] == 1700


async def test_what_is_fetched_is_an_order_with_the_tax_of_the_shop(boss, guest):
    await boss.send("PUT", "/admin/shipping-zones/swiss", SWISS)

    fetched = await guest.order(shipping_address=IN_ZURICH, shipping_method="shop")

    assert (fetched["shipping"]["amount"], fetched["shipping_method"]) == (0, "shop")
    assert fetched["tax"]["amount"] == 85  # 12.99 × 7/107, as in Germany


async def test_nothing_is_sent_where_no_zone_leads(boss, guest):
    await boss.send("DELETE", "/admin/shipping-zones/world")

    refused = await guest.wish("/orders", {**ORDER, "shipping_address": IN_ZURICH})
    cart = (await guest.send("POST", "/carts", {})).json()["id"]
    await guest.send("POST", f"/carts/{cart}/lines", {"sku": "EMMA-PB", "quantity": 1})
    shown = (await guest.get(f"/carts/{cart}?country=CH")).json()
    at_once = await guest.wish("/buy-now", {"sku": "EMMA-PB", "quantity": 1, "country": "CH"})

    assert (refused.status_code, refused.json()["code"]) == (422, "not_shipped_there")
    assert refused.json()["errors"][0]["path"] == "shipping_address.country"
    assert (shown["total"], shown["shipping_methods"], shown["problem"]) == (None, [], "not_shipped_there")
    assert (at_once.status_code, at_once.json()["code"]) == (422, "not_shipped_there")
    stock = (await boss.get("/admin/stock/EMMA-PB")).json()
    assert stock["reserved"] == 0


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"countries": ["ZZ"]}, "invalid_zone", "countries"),
        ({"rest": True}, "invalid_zone", "countries"),
        ({"ways": [{**SWISS["ways"][0], "min_days": 9}]}, "invalid_zone", "ways[0].max_days"),
        ({"ways": [{**SWISS["ways"][0], "bands": [{"prices": {"KWD": 5}}]}]}, "invalid_zone", _KWD),
        ({"ways": [{**SWISS["ways"][0], "bands": []}]}, "validation_failed", "ways[0].bands"),
        ({"prices": 1}, "validation_failed", "prices"),
    ],
)  # fmt: skip
async def test_a_zone_that_makes_no_sense_is_refused_with_its_faults(boss, change, code, path):
    answer = await boss.send("PUT", "/admin/shipping-zones/swiss", {**SWISS, **change})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert path in [fault["path"] for fault in answer.json()["errors"]]
    assert (await boss.get("/admin/shipping-zones/swiss")).status_code == 404


async def test_a_country_of_another_zone_is_refused_by_name(boss):
    answer = await boss.send("PUT", "/admin/shipping-zones/swiss", {**SWISS, "countries": ["CH", "AT"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "country_taken")
    assert (answer.json()["zone"], answer.json()["countries"]) == ("eu", ["AT"])


async def test_the_calendar_is_said_and_shown(boss):
    wish = {"zone": "Europe/Berlin", "cutoff": 14, "days": [0, 1, 2, 3, 4, 5], "holidays": ["2026-12-25"]}

    assert (await boss.send("PUT", "/admin/shipping-calendar", wish)).json() == wish
    assert (await boss.get("/admin/shipping-calendar")).json() == wish
    refused = await boss.send("PUT", "/admin/shipping-calendar", {**wish, "zone": "Mars/Olympus"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_calendar")
    assert (await boss.get("/admin/shipping-calendar")).json() == wish


async def test_only_an_administrator_says_where_parcels_go(guest, front):
    for program, status in ((guest, 401), (front, 403)):
        for method, path in (
            ("GET", "/admin/shipping-zones"), ("GET", "/admin/shipping-zones/home"),
            ("PUT", "/admin/shipping-zones/home"), ("DELETE", "/admin/shipping-zones/home"),
            ("GET", "/admin/shipping-calendar"), ("PUT", "/admin/shipping-calendar"),
        ):  # fmt: skip
            assert (await program.send(method, path, {})).status_code == status


async def test_a_cart_says_its_ways_with_their_days_and_where_it_is_fetched(boss, guest):
    await boss.send("PUT", "/admin/shipping-zones/swiss", SWISS)
    cart = (await guest.send("POST", "/carts", {})).json()["id"]
    await guest.send("POST", f"/carts/{cart}/lines", {"sku": "EMMA-PB", "quantity": 1})

    post, shop = (await guest.get(f"/carts/{cart}?country=CH")).json()["shipping_methods"]

    assert (post["code"], post["free_from"]["amount"], post["pickup"]) == ("post", 10_000, None)
    assert post["first_day"] < post["last_day"]
    assert shop["pickup"] == SWISS["ways"][1]["pickup"]
    assert (await guest.get(f"/carts/{cart}")).json()["shipping"]["amount"] == 390
