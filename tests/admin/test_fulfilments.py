"""The operator packs, hands over and looks after parcels; a double click makes one parcel."""

import re

import pytest
from tests.admin.conftest import Browser
from tests.fulfilment.parcels import do, journal, line, paid, parcels, refunded, state

from kassa import fulfilment
from kassa.admin import words
from kassa.fulfilment import State
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database

DRAWN = re.compile(r'name="fulfilment_id" value="([0-9a-f-]{36})"')


def test_every_state_of_a_parcel_has_a_label():
    assert set(words.PARCEL) == {str(one) for one in State}


async def opened(operator: Browser, order) -> str:
    page = await operator.open(f"/admin/orders/{order.id}")
    assert page.status_code == 200
    return page.text


async def test_a_parcel_is_shipped_from_the_orders_page_and_twice_is_once(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    order = await paid(db, clock)
    page = await opened(operator, order)
    fields = {
        "fulfilment_id": DRAWN.findall(page)[0], f"quantity:{line(order, 'EMMA')}": "2",
        f"quantity:{line(order, 'PERSUASION')}": "", "carrier": "DHL", "tracking_number": "0034", "step": "ship",
    }  # fmt: skip

    for _ in range(2):
        answer = await operator.send(f"/admin/orders/{order.id}/fulfilments", **fields)
        assert answer.headers["location"] == f"/admin/orders/{order.id}#parcels"

    assert await parcels(db, order) == [("shipped", {"EMMA": 2})]
    page = await opened(operator, order)
    assert "The parcel is on its way; the customer is told." in page
    assert 'href="https://www.dhl.com/global-en/home/tracking.html?tracking-id=0034"' in page
    assert "of 1</span>" in page


async def test_a_picked_parcel_is_handed_over_and_marked_as_delivered(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    order = await paid(db, clock, EMMA=1)
    await opened(operator, order)
    await operator.send(
        f"/admin/orders/{order.id}/fulfilments", step="pick", **{f"quantity:{line(order, 'EMMA')}": "1"}
    )
    async with db.connection() as conn:
        (parcel,) = await fulfilment.of_order(conn, order.id)
    assert "Nothing is left to send." in await opened(operator, order)

    await operator.send(f"/admin/fulfilments/{parcel.id}/shipment", carrier="UPS", tracking_number="1")
    await operator.send(f"/admin/fulfilments/{parcel.id}/tracking", carrier="UPS", tracking_number="2")
    await operator.send(f"/admin/fulfilments/{parcel.id}/delivery")

    assert await state(db, order) == "fulfilled"
    assert (await journal(db, order))[2:] == [
        "order.picked", "order.shipped", "fulfilment.tracking", "order.delivered",
    ]  # fmt: skip


async def test_a_picked_parcel_is_unpacked_and_one_that_left_is_not(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    order = await paid(db, clock)
    picked = await do(db, clock, fulfilment.pick, order.id, {line(order, "EMMA"): 1})
    sent = await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 1})
    await opened(operator, order)

    for parcel in (picked, sent):
        await operator.send(f"/admin/fulfilments/{parcel.id}/cancellation")

    assert [one for one, _ in await parcels(db, order)] == ["canceled", "shipped"]
    assert "A parcel that is shipped cannot be canceled." in await opened(operator, order)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ("4", "More units than are left to send."),
        ("0", "A parcel has at least one unit in it."),
        ("two", "A quantity is a whole number."),
        ("-1", "A quantity is a whole number."),
        ("9999999999", "A quantity is a whole number."),
    ],
)
async def test_what_is_refused_is_said_on_the_orders_page(
    operator: Browser, db: Database, clock: FrozenClock, quantity: str, said: str
) -> None:
    order = await paid(db, clock)
    await opened(operator, order)

    await operator.send(
        f"/admin/orders/{order.id}/fulfilments", **{f"quantity:{line(order, 'EMMA')}": quantity}
    )

    assert said in await opened(operator, order)
    assert await parcels(db, order) == []


async def test_the_page_says_why_nothing_can_be_sent(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    from tests.factories import place

    order = await paid(db, clock)
    pending = await place(db, clock, "EMMA")
    assert "Nothing is sent before the order is paid." in await opened(operator, pending)
    assert 'aria-label="Ship"' in await opened(operator, order)

    await refunded(db, order, clock, {}, amount=order.total_minor)

    page = await opened(operator, order)
    assert "All of its money goes back, so nothing more is sent." in page
    assert 'aria-label="Ship"' not in page


async def test_the_slip_says_what_is_in_the_parcel_and_what_comes_later_but_no_price(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.pick, order.id, {line(order, "EMMA"): 2})

    page = (await operator.open(f"/admin/fulfilments/{parcel.id}/slip")).text

    for fact in ("Ada Lovelace", "10115 Berlin", "Title of EMMA", "1 × Title of EMMA", "1 × Title of PERSUASION",
                 "1 of 1, more to come"):  # fmt: skip
        assert fact in page
    assert "€" not in page
    assert "12.99" not in page


async def test_what_waits_is_listed_oldest_first_and_page_by_page(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    made = []
    for n in range(51):
        made.append(str((await paid(db, clock, **{f"S{n}": 1})).id))
        clock.advance(seconds=60)

    page = (await operator.open("/admin/to-ship")).text
    assert re.findall(r'href="/admin/orders/([0-9a-f-]{36})#parcels"', page) == made[:50]
    following = re.findall(r'href="(/admin/to-ship\?[^"]+)"', page)[0]
    page = (await operator.open(following)).text
    assert re.findall(r'href="/admin/orders/([0-9a-f-]{36})#parcels"', page) == made[50:]


async def test_strangers_and_forged_forms_move_no_parcel(
    operator: Browser, browser: Browser, db: Database, clock: FrozenClock
) -> None:
    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.pick, order.id)

    forged = await operator.client.post(
        f"/admin/fulfilments/{parcel.id}/shipment", data={"csrf_token": "guess"}
    )
    assert forged.status_code == 403
    operator.client.cookies.clear()
    for address in (f"/admin/fulfilments/{parcel.id}/slip", "/admin/to-ship"):
        assert (await browser.open(address)).status_code == 303
    assert [one for one, _ in await parcels(db, order)] == ["picked"]


async def test_a_parcel_that_is_not_there_is_not_found(operator: Browser) -> None:
    for id_ in ("nothing", "0199f0e0-0000-7000-8000-000000000000"):
        assert (await operator.open(f"/admin/fulfilments/{id_}/slip")).status_code == 404
