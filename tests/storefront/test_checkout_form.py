"""The checkout's form: fields by country, saved addresses, another bill, a note; nothing typed is lost."""

import pytest
from tests.storefront.conftest import ADDRESS, hidden
from tests.storefront.members import join

from kassa import orders
from kassa.accounts import addresses
from kassa.stripe import Unreachable

BILL = {
    "bill_elsewhere": "on", "billing_name": "Byron GmbH", "billing_line1": "1 Main St", "billing_city": "Austin",
    "billing_region": "TX", "billing_postal_code": "78701", "billing_country": "US",
}  # fmt: skip


async def got(db, order_id):
    """The order as it is kept."""
    async with db.connection() as conn:
        return await orders.get(conn, order_id)


async def placed(db):
    """How many orders there are."""
    async with db.connection() as conn:
        return len((await orders.list_orders(conn)).items)


async def saved(db):
    """Every street in anybody's book."""
    async with db.connection() as conn:
        who = await conn.fetchval("select id from customers")
        return [one.address["line1"] for one in await addresses.saved(conn, who)]


async def test_another_country_has_other_fields_and_keeps_what_was_typed(browser, db):
    await browser.add()

    page = (await browser.post("/checkout", **{**ADDRESS, "country": "US", "intent": "update"})).text

    assert "ZIP code" in page
    assert '<option value="TX">Texas</option>' in page
    assert 'value="Rosenthaler Str. 12"' in page
    assert 'role="alert"' not in page
    assert await placed(db) == 0


async def test_a_part_that_the_country_has_not_is_carried_along(browser, db):
    await browser.add()

    page = (await browser.post("/checkout", country="SG", city="Berlin", intent="update")).text

    assert 'for="city"' not in page
    assert '<input type="hidden" name="city" value="Berlin">' in page
    assert "City" in (await browser.post("/checkout", country="DE", city="Berlin", intent="update")).text


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"postal_code": "1011"}, "postal_code", "A postal code there looks like 26133"),
        ({"country": "US", "postal_code": "78701", "region": ""}, "region", "Please choose the state."),
        (
            {"country": "US", "postal_code": "X1", "region": "TX"},
            "postal_code",
            "A ZIP code there looks like",
        ),
        ({"note": "x" * 1001}, "note", "at most 1,000 characters"),
        ({"line1": "y" * 400}, "line1", "at most 200 characters"),
        ({**BILL, "billing_city": ""}, "billing_city", "Please fill in the city."),
        ({**BILL, "billing_country": "QQ"}, "billing_country", "choose a country"),
    ],
)
async def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(
    browser, db, till, wrong, field, words
):
    await browser.add()

    answer = await browser.post("/checkout", **{**ADDRESS, "note": "For Ada", **wrong})

    assert answer.status_code == 422
    assert f'id="fault-{field}"' in answer.text
    assert words in answer.text
    for typed in {**ADDRESS, "note": "For Ada", **wrong}.values():
        assert typed in ("", "on", "QQ") or f'"{typed}"' in answer.text or f">{typed}<" in answer.text, typed
    assert await placed(db) == 0
    assert await till.stock() == (5, 0)


async def test_the_bill_and_the_note_are_kept_with_the_order(browser, db):
    await browser.add()

    order = await got(db, await browser.order(**BILL, note="Next door is in.\r\nThank you"))

    assert order.billing_address == {
        "name": "Byron GmbH", "line1": "1 Main St", "city": "Austin", "region": "TX", "postal_code": "78701",
        "country": "US",
    }  # fmt: skip
    assert order.note == "Next door is in.\nThank you"
    assert order.customer_id is None


async def test_without_the_tick_there_is_no_other_bill(browser, db):
    await browser.add()

    order_id = await browser.order(**{**BILL, "bill_elsewhere": ""})

    assert (await got(db, order_id)).billing_address is None


async def test_another_note_is_another_order(browser, db):
    await browser.add()
    first = await browser.order(note="A")

    second = await browser.order(note="B")

    assert first != second
    assert (await got(db, first)).state == "canceled"


async def test_an_order_that_waits_is_in_the_form_again(browser):
    await browser.add()
    await browser.order(**BILL, note="Ring twice")

    page = (await browser.get("/checkout")).text

    assert "Ring twice" in page
    assert 'value="Byron GmbH"' in page
    assert 'name="bill_elsewhere" checked' in page


async def test_a_place_without_cities_needs_none(browser, db):
    await browser.add()

    order = await got(db, await browser.order(country="SG", postal_code="238801", city="", total_shown=""))

    assert order.shipping_address["country"] == "SG"
    assert "city" not in order.shipping_address


async def test_the_ways_say_when_the_parcel_comes(browser, clock):
    await browser.add()

    page = (await browser.get("/checkout")).text

    assert "Express" in page
    assert "–" in page
    assert "working days" not in page


async def test_a_guest_is_shown_the_way_to_sign_in_and_back(browser):
    await browser.add()

    assert "href='/login?next=/checkout'" in (await browser.get("/checkout")).text


async def test_who_is_signed_in_finds_the_form_filled_and_the_order_is_theirs(browser, app, db):
    await join(browser, app.state.shop, name="Ada King")
    await browser.add()

    page = (await browser.get("/checkout")).text
    order = await got(db, await browser.order())

    assert "Signed in as ada@example.org" in page
    assert 'value="Ada King"' in page
    assert hidden(page, "order_id")
    async with db.connection() as conn:
        assert order.customer_id == await conn.fetchval("select id from customers")


async def test_an_address_is_kept_when_asked_and_chosen_the_next_time(browser, app, db):
    await join(browser, app.state.shop)
    await browser.add()
    await browser.order()
    assert await saved(db) == []

    first = await browser.order(save_address="on", line1="Am Park 2")
    page = (await browser.get("/checkout")).text

    assert await saved(db) == ["Am Park 2"]
    assert "Am Park 2, 10119 Berlin, Germany" in page
    async with db.connection() as conn:
        [entry] = await addresses.saved(conn, await conn.fetchval("select id from customers"))
    again = await browser.order(saved_address=entry.id, line1="not looked at", note="new")
    assert (await got(db, again)).shipping_address == (await got(db, first)).shipping_address
    assert await saved(db) == ["Am Park 2"]


async def test_somebody_elses_saved_address_is_not_there(browser, stranger, app, db):
    await join(browser, app.state.shop)
    await browser.add()
    await browser.order(save_address="on", line1="Am Park 2")
    async with db.connection() as conn:
        theirs = await conn.fetchval("select id from customer_addresses")
    await stranger.add()

    page = (await stranger.post("/checkout", saved_address=theirs, intent="update")).text
    order = await got(db, await stranger.order(saved_address=theirs))

    assert "Am Park 2" not in page
    assert order.shipping_address["line1"] == ADDRESS["line1"]


async def test_a_full_book_keeps_nobody_from_paying(browser, app, db, monkeypatch):
    await join(browser, app.state.shop)
    monkeypatch.setattr(addresses.service, "MOST", 0)
    await browser.add()

    assert await browser.order(save_address="on")

    assert await saved(db) == []


async def test_a_stripe_that_is_away_loses_nothing_that_was_typed(browser, db, till, monkeypatch):
    await browser.add()
    first = await browser.order(note="A")
    await browser.get(f"/orders/{first}/pay")

    async def silence(*args, **kwargs):
        raise Unreachable("Stripe does not answer.")

    monkeypatch.setattr(type(till.gateway), "cancel_intent", silence)
    answer = await browser.post("/checkout", **{**ADDRESS, "note": "Ring twice"})

    assert answer.status_code == 503
    assert "be reached just now" in answer.text
    assert "Ring twice" in answer.text
    assert (await got(db, first)).state == "pending"
    assert await placed(db) == 1


async def test_whoever_packs_and_whoever_ordered_reads_the_note(browser, db):
    await browser.add()
    order_id = await browser.order(note="<b>Ring</b> twice")

    assert "&lt;b&gt;Ring&lt;/b&gt; twice" in (await browser.get(f"/orders/{order_id}")).text
