"""What an address claims, and what is true."""

from uuid import UUID

import pytest

from kassa import orders, payments


async def attempt(db, order_id):
    async with db.connection() as conn:
        return (await payments.of_order(conn, order_id))[-1]


async def state(db, order_id):
    async with db.connection() as conn:
        return (await orders.get(conn, order_id)).state


@pytest.fixture
async def paid(stranger, db, till) -> UUID:
    """Somebody else's order, which is paid."""
    await stranger.add()
    order_id = await stranger.order()
    await stranger.get(f"/orders/{order_id}/pay")
    await till.confirm(await attempt(db, order_id))
    await stranger.get(f"/orders/{order_id}/return")
    assert await state(db, order_id) is orders.State.PAID
    return order_id


async def test_an_address_that_says_paid_pays_nothing(browser, db, till, paid):
    theirs = await attempt(db, paid)
    await browser.add()
    order_id = await browser.order()
    await browser.get(f"/orders/{order_id}/pay")

    for claim in (
        "redirect_status=succeeded",
        f"payment_intent={theirs.intent_ref}&payment_intent_client_secret={theirs.client_secret}"
        "&redirect_status=succeeded",
        f"session_id={theirs.session_ref}",
    ):
        answer = await browser.get(f"/orders/{order_id}/return?{claim}")
        assert str(answer.url).endswith(f"/orders/{order_id}/pay")

    assert await state(db, order_id) is orders.State.PENDING
    assert await till.stock() == (4, 1)


async def test_filling_a_bag_keeps_nothing_from_others(browser, stranger, till):
    await browser.add(quantity=5)

    await stranger.add(quantity=5)
    await stranger.order()

    assert await till.stock() == (5, 5)


async def test_a_receipt_is_of_the_order_in_the_address_and_not_of_an_older_one(browser, db, till):
    await browser.add()
    first = await browser.order()
    await browser.get(f"/orders/{first}/pay")
    await till.confirm(await attempt(db, first))
    await browser.get(f"/orders/{first}/return")
    await browser.add(quantity=2)
    second = await browser.order()
    await browser.get(f"/orders/{second}/pay")

    assert str((await browser.get(f"/orders/{second}/return")).url).endswith(f"/orders/{second}/pay")
    assert await state(db, second) is orders.State.PENDING
    await till.confirm(await attempt(db, second))
    receipt = (await browser.get(f"/orders/{second}/return")).text

    assert (await attempt(db, second)).intent_ref in receipt
    assert (await attempt(db, first)).intent_ref not in receipt
