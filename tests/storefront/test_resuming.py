"""Going on elsewhere: the link that pays or cancels one order, and nothing else."""

from uuid import UUID

import pytest
from tests import factories
from tests.storefront.conftest import SETTINGS
from tests.storefront.members import join

from kassa import checkout, jobs, notifications, orders, payments
from kassa.app import build_worker
from kassa.kernel.ids import new_id


@pytest.fixture
async def order_id(browser) -> UUID:
    """An order over one book that waits to be paid."""
    await browser.add()
    return await browser.order()


async def sent(app, order_id):
    """The links that were mailed about an order, oldest first, after all that is due was done."""
    shop = app.state.shop
    await jobs.drain(build_worker(shop, proving=False))
    async with shop.db.connection() as conn:
        found = [one for one in await notifications.of_order(conn, order_id) if one.kind.startswith("resume")]
        return [await notifications.mail(conn, one.id) for one in found]


def address(mail):
    """The link in a mail."""
    return next(word for word in mail.text_body.split() if "/resume/" in word)


async def attempt_of(db, order_id):
    async with db.connection() as conn:
        return (await payments.of_order(conn, order_id))[-1]


async def test_nobody_is_mailed_a_link_who_did_not_ask(browser, app, order_id, clock):
    for _ in range(4):
        clock.advance(seconds=301)
        assert await sent(app, order_id) == []


async def test_an_order_whose_bank_is_asking_just_now_has_no_link(browser, app, db, till, order_id, clock):
    await browser.get(f"/orders/{order_id}/pay")
    await till.confirm(await attempt_of(db, order_id), "pm_card_authenticationRequired")
    await browser.get(f"/orders/{order_id}/return")
    await browser.post(f"/orders/{order_id}/link")

    assert await sent(app, order_id) == []


async def test_the_link_can_be_asked_for_three_times(browser, app, order_id, clock):
    for _ in range(5):
        answer = await browser.post(f"/orders/{order_id}/link")
        assert answer.headers["location"] == f"/orders/{order_id}/pay?sent=1"
        await sent(app, order_id)
    clock.advance(seconds=301)

    assert [mail.kind for mail in await sent(app, order_id)] == [f"resume:asked:{n}" for n in (1, 2, 3)]
    assert "on its way to ada@example.org" in (await browser.get(f"/orders/{order_id}/pay?sent=1")).text


async def test_one_address_gets_six_such_mails_an_hour_however_many_orders_carry_it(app, db, clock):
    await factories.make_variant(db, clock, "LOT", on_hand=20)
    placed = [await factories.place(db, clock, "LOT", email="Eve@example.org") for _ in range(8)]
    for order in placed:
        async with db.transaction() as tx:
            await checkout.send_link(tx, order.id, now=clock.now())

    mailed = [await sent(app, order.id) for order in placed]
    clock.advance(seconds=3601)
    other = await factories.place(db, clock, "LOT", email="eve@example.org")
    async with db.transaction() as tx:
        await checkout.send_link(tx, other.id, now=clock.now())

    assert sum(map(len, mailed)) == 6
    assert len(await sent(app, other.id)) == 1


async def test_the_link_opens_the_payment_on_another_device(browser, stranger, app, db, till, order_id):
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)

    page = await stranger.get(address(mail))

    assert str(page.url).endswith(f"/orders/{order_id}/pay")
    assert "Pay €16.89" in page.text
    await till.confirm(await attempt_of(db, order_id))
    done = await stranger.get(f"/orders/{order_id}/return")
    assert "The order is paid." in done.text
    assert await till.charged() == [1689]
    assert "Thank you." in (await browser.get(f"/orders/{order_id}")).text


async def test_it_shows_neither_address_nor_order_nor_saved_cards(browser, stranger, app, db, till):
    await join(browser, app.state.shop)
    await browser.add()
    order_id = await browser.order()
    assert "data-customer=" in (await browser.get(f"/orders/{order_id}/pay")).text
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)

    page = await stranger.get(address(mail))
    asked = await stranger.get(f"/orders/{order_id}/pay?sent=1")

    assert "data-customer=" not in page.text
    assert "Rosenthaler" not in page.text
    assert "ada@example.org" not in page.text + asked.text
    assert "Ada Lovelace" not in page.text
    assert (await stranger.get(f"/orders/{order_id}")).status_code == 404
    for path in ("again", "retry", "link"):
        assert (await stranger.post(f"/orders/{order_id}/{path}")).status_code == 404


async def test_it_leads_to_a_page_of_stripes_that_does_not_know_the_customer(
    browser, stranger, app, db, till
):
    await join(browser, app.state.shop)
    await browser.add()
    order_id = await browser.order()
    hers = (await browser.post(f"/orders/{order_id}/pay/hosted")).headers["location"]
    assert (await attempt_of(db, order_id)).customer_ref
    await browser.post(f"/orders/{order_id}/link")
    await stranger.get(address((await sent(app, order_id))[0]))

    off = (await stranger.post(f"/orders/{order_id}/pay/hosted")).headers["location"]

    assert off != hers
    assert off == (await attempt_of(db, order_id)).url
    assert (await attempt_of(db, order_id)).customer_ref is None


async def test_who_orders_with_a_customers_address_is_not_led_to_that_ones_cards(browser, stranger, app, db):
    await stranger.add()
    order_id = await stranger.order()
    await join(browser, app.state.shop)  # it is hers from now on

    assert (await stranger.post(f"/orders/{order_id}/pay/hosted")).status_code == 303

    assert (await attempt_of(db, order_id)).customer_ref is None


async def test_it_opens_no_other_order(browser, stranger, app, order_id):
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)
    await browser.add()
    other = await browser.order(note="other")

    await stranger.get(address(mail))
    moved = address(mail).replace(str(order_id), str(other))

    assert (await stranger.get(f"/orders/{other}/pay")).status_code == 404
    assert (await stranger.get(moved)).status_code == 404
    assert (await stranger.get(f"/orders/{other}/pay")).status_code == 404


async def test_it_cancels_the_order_and_says_so(browser, stranger, app, db, till, order_id):
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)
    await stranger.add()
    await stranger.get(address(mail))

    done = await stranger.post(f"/orders/{order_id}/cancel")

    assert "This order is canceled." in (await stranger.get(done.headers["location"])).text
    async with db.connection() as conn:
        assert (await orders.get(conn, order_id)).state is orders.State.CANCELED


async def test_it_leads_to_stripes_page_and_back(browser, stranger, app, db, till, order_id):
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)
    await stranger.add(quantity=2)
    await stranger.get(address(mail))

    off = await stranger.post(f"/orders/{order_id}/pay/hosted")

    hosted = await attempt_of(db, order_id)
    assert off.headers["location"] == hosted.url
    assert await till.hosted(hosted) == 200
    assert "The order is paid." in (await stranger.get(f"/orders/{order_id}/return")).text


async def test_when_the_time_is_over_it_says_so_and_orders_nothing(browser, stranger, app, order_id, clock):
    await browser.post(f"/orders/{order_id}/link")
    [mail] = await sent(app, order_id)
    factories.after_the_hold(clock)

    page = await stranger.get(address(mail))

    assert "The time to pay is over." in page.text
    assert "/retry" not in page.text


@pytest.mark.parametrize("spoil", ["old", "forged", "later", "cut"])
async def test_a_link_that_ran_out_or_was_altered_opens_nothing(stranger, clock, order_id, spoil):
    link = notifications.resume_link(SETTINGS, order_id, now=clock.now())
    page, _, token = link.rpartition("/")
    ends, _, key = token.partition("-")
    if spoil == "old":
        clock.advance(seconds=24 * 3600 + 1)
    other = {
        "old": link, "forged": f"{page}/{ends}-{'A' * len(key)}", "later": f"{page}/{int(ends) + 9}-{key}",
        "cut": f"{page}/{ends}",
    }[spoil]  # fmt: skip

    answer = await stranger.get(other)

    assert answer.status_code == 404
    assert "has run out" in answer.text
    assert (await stranger.get(f"/orders/{order_id}/pay")).status_code == 404


async def test_a_cookie_runs_out_with_its_link(stranger, clock, order_id):
    await stranger.get(notifications.resume_link(SETTINGS, order_id, now=clock.now()))
    clock.advance(seconds=24 * 3600 + 1)

    assert (await stranger.get(f"/orders/{order_id}/pay")).status_code == 404


async def test_an_order_that_is_not_there_has_no_link(stranger, clock):
    link = notifications.resume_link(SETTINGS, new_id(), now=clock.now())

    assert (await stranger.get(link)).status_code == 404


async def test_the_link_opens_the_payment_in_the_customers_language(stranger, db, clock, order_id):
    link = notifications.resume_link(SETTINGS, order_id, now=clock.now(), language="de-AT")
    assert f"/de/orders/{order_id}/resume/" in link

    page = await stranger.get(link)

    assert page.status_code == 200
    assert str(page.url).endswith(f"/de/orders/{order_id}/pay")
    assert '<html lang="de"' in page.text
