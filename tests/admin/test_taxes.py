"""Taxes at the desk: how the shop is taxed, and rates of its own."""

from datetime import date

import pytest

from kassa.pricing import Rounding, taxes

SETTINGS = {
    "home": "DE",
    "rounding": "sum_by_net",
    "on_top": "us ca; AU",
    "vat_id": "de 136 695 976",
    "provider": "table",
}
RATE = {
    "country": "GB",
    "region": "",
    "tax_class": "books",
    "percent": "0",
    "name": "",
    "starts_on": "",
    "ends_on": "",
}


async def known(db):
    async with db.connection() as conn:
        return await taxes.settings(conn)


async def own(db):
    async with db.connection() as conn:
        return list(await taxes.own_rates(conn))


async def send(operator, path, **values):
    await operator.open("/admin/taxes")
    return await operator.send(path, **values)


async def test_what_is_saved_is_how_the_shop_is_taxed(operator, db):
    assert (await send(operator, "/admin/taxes", **SETTINGS)).status_code == 303
    assert await known(db) == taxes.Settings(
        "DE", Rounding.SUM_BY_NET, "table", ("AU", "CA", "US"), "DE136695976"
    )
    page = (await operator.open("/admin/taxes")).text
    assert "DE136695976" in page
    assert "AU, CA, US" in page


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("home", "XX", "Home is not a country"),
        ("on_top", "US, Texas", "TEXAS is not a country"),
        ("vat_id", "DE136695977", "is not a VAT number of this country"),
        ("rounding", "up", "is not one of the three"),
    ],
)
async def test_what_can_not_be_is_said_and_changes_nothing(operator, db, name, value, said):
    before = await known(db)
    answer = await send(operator, "/admin/taxes", **{**SETTINGS, name: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert "us ca; AU" in answer.text or name == "on_top"
    assert await known(db) == before


async def test_a_rate_is_noted_and_removed(operator, db):
    sent = {
        **RATE,
        "percent": "7,25 %",
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
        "name": "Book tax",
    }
    assert (await send(operator, "/admin/taxes/rates", **sent)).status_code == 303
    (rate,) = await own(db)
    assert (rate.country, rate.tax_class, rate.basis_points, rate.name) == ("GB", "books", 725, "Book tax")
    assert (rate.starts_on, rate.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
    assert "Book tax" in (await operator.open("/admin/taxes")).text
    assert (await send(operator, f"/admin/taxes/rates/{rate.id}/remove")).status_code == 303
    assert await own(db) == []
    assert (await send(operator, f"/admin/taxes/rates/{rate.id}/remove")).status_code == 404


async def test_a_region_is_kept_as_addresses_keep_it(operator, db):
    await send(operator, "/admin/taxes/rates", **{**RATE, "country": "US", "region": "California"})
    assert [rate.region for rate in await own(db)] == ["CA"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": "much"},
        {"percent": "101"},
        {"percent": "7.25555"},
        {"percent": "-1"},
        {"percent": "1e50"},
        {"percent": "1e999999"},
        {"country": "XX"},
        {"tax_class": ""},
        {"tax_class": "voucher"},
        {"starts_on": "2027-02-30"},
        {"starts_on": "2027-02-02", "ends_on": "2027-02-01"},
    ],
)
async def test_a_rate_that_can_not_be_is_refused_and_what_was_typed_stays(operator, db, wrong):
    answer = await send(operator, "/admin/taxes/rates", **{**RATE, "name": "Kept", **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="Kept"' in answer.text
    assert await own(db) == []


async def test_two_rates_never_hold_at_once(operator, db):
    first = {**RATE, "starts_on": "2027-01-01", "ends_on": "2027-06-30"}
    assert (await send(operator, "/admin/taxes/rates", **first)).status_code == 303
    for clash in ({}, {"starts_on": "2027-06-30"}, {"ends_on": "2027-01-01"}):
        answer = await send(operator, "/admin/taxes/rates", **{**RATE, **clash})
        assert "another rate of this place and class holds then" in answer.text
    for fits in ({"starts_on": "2027-07-01"}, {"ends_on": "2026-12-31"}, {"tax_class": "standard"}):
        assert (await send(operator, "/admin/taxes/rates", **{**RATE, **fits})).status_code == 303
    assert len(await own(db)) == 4


async def test_without_a_login_nothing_is_changed(browser, db):
    before = await known(db)
    await browser.send("/admin/taxes", **SETTINGS)
    await browser.send("/admin/taxes/rates", **RATE)
    assert await known(db) == before
    assert await own(db) == []
