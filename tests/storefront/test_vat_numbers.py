"""A business gives its VAT number in the checkout; prices say what is in them."""

import re

import pytest
from tests.storefront.conftest import ADDRESS, hidden

from kassa import orders
from kassa.pricing import taxes

PARIS = {
    **ADDRESS,
    "line1": "1 rue de Rivoli",
    "city": "Paris",
    "postal_code": "75001",
    "country": "FR",
}
GOOD = "FR61954506077"


async def placed(db):
    async with db.connection() as conn:
        return [await orders.get(conn, one.id) for one in (await orders.list_orders(conn)).items]


async def shown(browser, **values):
    """The checkout for these values, as "Update" shows it."""
    return (await browser.post("/checkout", **{**values, "intent": "update"})).text


async def test_a_business_elsewhere_in_the_union_pays_no_vat_and_its_number_is_kept(browser, db, till):
    await browser.add()
    page = await shown(browser, **PARIS, vat_id="fr 61 954 506 077")

    assert f'value="{GOOD}"' in page
    assert "No VAT is charged: reverse charge." in page
    answer = await browser.post(
        "/checkout",
        **PARIS,
        vat_id=GOOD,
        order_id=hidden(page, "order_id"),
        total_shown=hidden(page, "total_shown"),
    )

    assert answer.status_code == 303
    (order,) = await placed(db)
    assert (order.vat_id, order.reverse_charge, order.tax_minor) == (GOOD, True, 0)
    assert order.total_minor == int(hidden(page, "total_shown"))
    assert "Reverse charge (FR)" in str(order.tax_lines)
    assert GOOD in (await browser.get(f"/orders/{order.id}")).text


async def test_at_home_the_number_is_kept_and_the_tax_is_paid(browser, db, till):
    await browser.add()
    page = await shown(browser, **ADDRESS, vat_id="136695976")
    answer = await browser.post(
        "/checkout", **ADDRESS, vat_id="136695976", order_id=hidden(page, "order_id"),
        total_shown=hidden(page, "total_shown"),
    )  # fmt: skip

    assert answer.status_code == 303
    (order,) = await placed(db)
    assert (order.vat_id, order.reverse_charge) == ("DE136695976", False)
    assert order.tax_minor > 0


@pytest.mark.parametrize("wrong", ["FR61954506078", "DE", "GB980780684", "x" * 300])
async def test_a_wrong_number_is_said_beside_its_field_and_nothing_is_lost(browser, db, till, wrong):
    await browser.add()
    for intent in ({}, {"intent": "update"}):
        answer = await browser.post(
            "/checkout", **{**PARIS, "vat_id": wrong, "note": "Mind the dog", **intent}
        )
        assert answer.status_code == (200 if intent else 422)
        assert 'id="fault-vat_id"' in answer.text
        assert f'value="{wrong}"' in answer.text
        assert "Mind the dog" in answer.text
        assert "1 rue de Rivoli" in answer.text
        assert "reverse charge" not in answer.text
    assert await placed(db) == []
    assert await till.stock() == (5, 0)


async def test_where_nobody_has_such_numbers_none_is_asked_for_and_what_was_typed_stays(browser, db):
    await browser.add()
    page = await shown(browser, **{**ADDRESS, "country": "JP"}, vat_id=GOOD)
    assert 'id="vat_id"' not in page
    assert hidden(page, "vat_id") == GOOD


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("DE", "Prices incl. VAT, plus shipping."),
        ("FR", "Prices incl. VAT, plus shipping."),
        ("US", "Prices plus tax and shipping."),
        ("JP", "Prices plus shipping; customs may ask for tax when it arrives."),
    ],
)
async def test_prices_are_shown_as_they_are_where_the_parcel_goes(browser, country, words):
    await browser.add()
    await shown(browser, **{**ADDRESS, "country": country})
    listed = (await browser.get("/books")).text
    (product,) = set(re.findall(r'href="(/products/[^"#?]+)"', listed))
    assert words in listed
    for path in ("/", product, "/cart"):
        assert words in (await browser.get(path)).text


async def test_the_shops_own_country_is_where_a_stranger_is(browser, db, clock):
    async with db.transaction() as tx:
        known = await taxes.settings(tx)
        wish = taxes.Settings("US", known.rounding, "table", known.on_top, "")
        await taxes.save(tx, wish, now=clock.now())
    assert "Prices plus tax and shipping." in (await browser.get("/books")).text
