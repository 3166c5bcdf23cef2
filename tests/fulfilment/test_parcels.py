"""What goes into a parcel, where it is, and what the order is called meanwhile."""

import pytest
from tests.factories import place
from tests.fulfilment.parcels import do, journal, left, line, paid, parcels, state

from kassa import fulfilment, jobs, orders
from kassa.fulfilment import InvalidStep, NothingToShip, TooMany, UnknownLine
from kassa.kernel.errors import Invalid
from kassa.kernel.ids import new_id


async def test_an_order_is_sent_at_once_and_delivered(db, clock):
    order = await paid(db, clock)

    parcel = await do(db, clock, fulfilment.ship, order.id, carrier="DHL", tracking_number="0034 12")

    assert await state(db, order) == "fulfilling"
    assert await parcels(db, order) == [("shipped", {"EMMA": 3, "PERSUASION": 1})]
    assert (parcel.carrier, parcel.tracking_number, parcel.shipped_at) == ("DHL", "0034 12", clock.now())

    clock.advance(seconds=3600)
    parcel = await do(db, clock, fulfilment.deliver, parcel.id)

    assert await state(db, order) == "fulfilled"
    assert (parcel.state, parcel.delivered_at) == ("delivered", clock.now())
    assert await journal(db, order) == [
        "order.placed", "order.payment_succeeded", "order.shipped", "order.delivered",
    ]  # fmt: skip


async def test_an_order_of_several_parcels_is_fulfilled_when_the_last_has_arrived(db, clock):
    order = await paid(db, clock)
    emma, persuasion = line(order, "EMMA"), line(order, "PERSUASION")

    first = await do(db, clock, fulfilment.ship, order.id, {emma: 2})
    assert await left(db, order) == {"EMMA": 1, "PERSUASION": 1}
    await do(db, clock, fulfilment.deliver, first.id)
    assert await state(db, order) == "fulfilling"

    second = await do(db, clock, fulfilment.ship, order.id, {emma: 1, persuasion: 1})
    assert await state(db, order) == "fulfilling"
    await do(db, clock, fulfilment.deliver, second.id)

    assert await state(db, order) == "fulfilled"
    assert await journal(db, order) == [
        "order.placed", "order.payment_succeeded", "order.shipped", "fulfilment.delivered", "order.shipped",
        "order.delivered",
    ]  # fmt: skip


async def test_the_journal_says_what_was_in_the_parcel(db, clock):
    order = await paid(db, clock)

    parcel = await do(
        db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 2}, carrier="UPS", tracking_number="1Z9"
    )

    async with db.connection() as conn:
        event = (await orders.events(conn, order.id))[-1]
    assert event.actor == "staff:ada@example.org"
    assert event.data == {
        "fulfilment_id": str(parcel.id), "carrier": "UPS", "tracking_number": "1Z9",
        "lines": [{"line_id": str(line(order, "EMMA")), "sku": "EMMA", "quantity": 2}],
        "from": "paid", "to": "fulfilling",
    }  # fmt: skip


async def test_more_than_was_ordered_is_refused_and_changes_nothing(db, clock):
    order = await paid(db, clock)
    emma = line(order, "EMMA")
    await do(db, clock, fulfilment.pick, order.id, {emma: 2})
    told = await journal(db, order)

    with pytest.raises(TooMany) as refused:
        await do(db, clock, fulfilment.ship, order.id, {emma: 2})

    assert refused.value.extra == {"items": [{"line_id": str(emma), "requested": 2, "left": 1}]}
    assert await parcels(db, order) == [("picked", {"EMMA": 2})]
    assert await journal(db, order) == told


async def test_when_everything_is_sent_there_is_nothing_to_ship(db, clock):
    order = await paid(db, clock)
    await do(db, clock, fulfilment.ship, order.id)

    for verb in (fulfilment.ship, fulfilment.pick):
        with pytest.raises(NothingToShip):
            await do(db, clock, verb, order.id)

    assert len(await parcels(db, order)) == 1


async def test_a_parcel_needs_something_in_it_and_only_lines_of_the_order(db, clock):
    order = await paid(db, clock)

    with pytest.raises(UnknownLine):
        await do(db, clock, fulfilment.ship, order.id, {new_id(): 1})
    for nothing in ({}, {line(order, "EMMA"): 0}):
        with pytest.raises(Invalid) as refused:
            await do(db, clock, fulfilment.ship, order.id, nothing)
        assert refused.value.code == "empty_fulfilment"

    assert await parcels(db, order) == []
    assert await state(db, order) == "paid"


async def test_an_order_without_money_is_not_sent(db, clock):
    await paid(db, clock)
    pending = await place(db, clock, "EMMA")

    for verb in (fulfilment.ship, fulfilment.pick):
        with pytest.raises(orders.InvalidTransition):
            await do(db, clock, verb, pending.id)

    assert await parcels(db, pending) == []


async def test_a_picked_parcel_is_handed_over_later_with_its_number(db, clock):
    order = await paid(db, clock)
    picked = await do(db, clock, fulfilment.pick, order.id, carrier="DHL")
    assert await state(db, order) == "fulfilling"
    assert picked.shipped_at is None

    sent = await do(db, clock, fulfilment.send, picked.id, carrier="DHL", tracking_number="00341")

    assert (sent.state, sent.carrier, sent.tracking_number) == ("shipped", "DHL", "00341")
    assert (await journal(db, order))[-2:] == ["order.picked", "order.shipped"]


async def test_a_parcel_is_unpacked_before_it_leaves_and_its_units_can_be_sent_anew(db, clock):
    order = await paid(db, clock)
    picked = await do(db, clock, fulfilment.pick, order.id)
    assert await left(db, order) == {"EMMA": 0, "PERSUASION": 0}

    await do(db, clock, fulfilment.cancel, picked.id)

    assert await left(db, order) == {"EMMA": 3, "PERSUASION": 1}
    assert (await journal(db, order))[-1] == "fulfilment.canceled"
    again = await do(db, clock, fulfilment.ship, order.id)
    await do(db, clock, fulfilment.deliver, again.id)
    assert await state(db, order) == "fulfilled"
    assert [one for one, _ in await parcels(db, order)] == ["canceled", "delivered"]


async def test_what_has_left_is_not_canceled_and_what_was_unpacked_not_sent(db, clock):
    order = await paid(db, clock)
    sent = await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 1})
    unpacked = await do(db, clock, fulfilment.pick, order.id)
    await do(db, clock, fulfilment.cancel, unpacked.id)
    told = await journal(db, order)

    for verb, parcel in [
        (fulfilment.cancel, sent),
        (fulfilment.send, unpacked),
        (fulfilment.deliver, unpacked),
    ]:
        with pytest.raises(InvalidStep):
            await do(db, clock, verb, parcel.id)

    assert [one for one, _ in await parcels(db, order)] == ["shipped", "canceled"]
    assert await journal(db, order) == told


async def test_every_verb_twice_is_every_verb_once(db, clock):
    order = await paid(db, clock)
    id_, emma = new_id(), line(order, "EMMA")

    for _ in range(2):
        await do(db, clock, fulfilment.pick, order.id, {emma: 1}, fulfilment_id=id_)
    for _ in range(2):
        await do(db, clock, fulfilment.send, id_)
    for _ in range(2):
        await do(db, clock, fulfilment.deliver, id_)
    dropped = await do(db, clock, fulfilment.pick, order.id, {emma: 1})
    for _ in range(2):
        await do(db, clock, fulfilment.cancel, dropped.id)

    assert await parcels(db, order) == [("delivered", {"EMMA": 1}), ("canceled", {"EMMA": 1})]
    assert await journal(db, order) == [
        "order.placed", "order.payment_succeeded", "order.picked", "order.shipped", "fulfilment.delivered",
        "order.picked", "fulfilment.canceled",
    ]  # fmt: skip


async def test_a_parcel_of_one_order_is_not_given_back_for_another(db, clock):
    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.ship, order.id)
    other = await paid(db, clock, SANDITON=1)

    with pytest.raises(fulfilment.FulfilmentNotFound):
        await do(db, clock, fulfilment.ship, other.id, fulfilment_id=parcel.id)

    assert await parcels(db, other) == []


async def test_the_number_is_corrected_after_the_parcel_has_left(db, clock):
    order = await paid(db, clock)
    parcel = await do(db, clock, fulfilment.ship, order.id, carrier="DHL", tracking_number="1")

    for _ in range(2):
        parcel = await do(db, clock, fulfilment.track, parcel.id, carrier="dpd", tracking_number=" 05 / 2 ")

    assert parcel.tracking_url == "https://tracking.dpd.de/status/en_US/parcel/05%20%2F%202"
    assert (await journal(db, order)).count("fulfilment.tracking") == 1


async def test_a_number_that_is_no_number_is_refused(db, clock):
    order = await paid(db, clock)

    for words in ({"carrier": "x" * 101}, {"tracking_number": "1\x002"}):
        with pytest.raises(Invalid):
            await do(db, clock, fulfilment.ship, order.id, **words)

    assert await parcels(db, order) == []


def test_only_a_carrier_that_we_know_has_a_page_for_its_number():
    assert fulfilment.tracking_url("ups", "1Z9") == "https://www.ups.com/track?tracknum=1Z9"
    assert fulfilment.tracking_url("The neighbour's boy", "1Z9") is None
    assert fulfilment.tracking_url("UPS", "") is None


async def test_the_customer_is_told_once_per_parcel(db, clock):
    order = await paid(db, clock)
    id_ = new_id()
    for _ in range(2):
        await do(db, clock, fulfilment.ship, order.id, {line(order, "EMMA"): 1}, fulfilment_id=id_)
    await do(db, clock, fulfilment.pick, order.id)

    async with db.connection() as conn:
        mails = await conn.fetch("select args from jobs where name = 'send_shipping_mail'")
    assert [row["args"]["fulfilment_id"] for row in mails] == [str(id_)]
    assert mails[0]["args"]["more"] is True
    assert jobs.MAX_ATTEMPTS > 1
