"""Recovery of expired Checkout Sessions."""

import pytest
import stripe
from tests.stripe_sandbox.at_the_page import pay
from tests.stripe_sandbox.harness import BASE, World, exchange, price

RECOVERY = {"recovery": {"enabled": True}}


async def open_recovery(world: World, url: str) -> tuple[int, str]:
    """Follow a recovery address: status and where it leads."""
    status, headers, _ = await exchange(world.app, "GET", url.removeprefix(BASE), {}, b"")
    return status, headers.get("location", "")


async def expired(world: World, **params):
    session = await world.session(after_expiration=RECOVERY, **params)
    return await world.stripe.v1.checkout.sessions.expire_async(session.id)


async def test_an_open_session_has_no_recovery_address_yet(world: World):
    session = await world.session(after_expiration=RECOVERY)

    recovery = session.after_expiration.recovery

    assert (recovery.enabled, recovery.url, recovery.expires_at) == (True, None, None)


async def test_an_expired_session_can_be_recovered_for_30_days(world: World):
    session = await expired(world)

    recovery = session.after_expiration.recovery

    assert recovery.url.startswith(BASE)
    assert recovery.expires_at - int(world.now) == 30 * 86400
    event = world.received[-1] if await world.types() else None
    assert event["data"]["object"]["after_expiration"]["recovery"]["url"] == recovery.url


async def test_the_recovery_address_opens_a_new_session_like_the_old_one(world: World):
    session = await expired(world, client_reference_id="order-7", metadata={"a": "b"})

    status, _ = await open_recovery(world, session.after_expiration.recovery.url)

    found = (await world.stripe.v1.checkout.sessions.list_async({"status": "open"})).data
    assert status in (302, 303)
    assert [one.recovered_from for one in found] == [session.id]
    assert (found[0].amount_total, found[0].client_reference_id) == (3000, "order-7")
    assert found[0].metadata.to_dict() == {"a": "b"}
    assert (await pay(world, found[0].id))[1]["payment_status"] == "paid"


async def test_the_address_opened_twice_leads_to_one_session(world: World):
    session = await expired(world)
    url = session.after_expiration.recovery.url

    first, second = await open_recovery(world, url), await open_recovery(world, url)

    assert first == second
    assert len((await world.stripe.v1.checkout.sessions.list_async({"status": "open"})).data) == 1


@pytest.mark.parametrize("allow", [True, False])
async def test_the_shop_decides_on_promotion_codes_in_recovered_sessions(world: World, allow):
    recovery = {"recovery": {"enabled": True, "allow_promotion_codes": allow}}
    session = await world.session(after_expiration=recovery)
    ended = await world.stripe.v1.checkout.sessions.expire_async(session.id)

    await open_recovery(world, ended.after_expiration.recovery.url)

    found = (await world.stripe.v1.checkout.sessions.list_async({"status": "open"})).data[0]
    assert bool(found.allow_promotion_codes) is allow


async def test_after_30_days_nothing_is_recovered(world: World):
    session = await expired(world)
    await world.pass_time(30 * 86400 + 1)

    status, _ = await open_recovery(world, session.after_expiration.recovery.url)

    assert status >= 400
    assert (await world.stripe.v1.checkout.sessions.list_async({"status": "open"})).data == []


async def test_without_recovery_there_is_no_address(world: World):
    session = await world.session(after_expiration={"recovery": {"enabled": False}})

    ended = await world.stripe.v1.checkout.sessions.expire_async(session.id)

    assert ended.after_expiration.recovery.url is None


async def test_sessions_of_elements_are_not_recovered(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "ui_mode": "elements",
                "return_url": "https://shop.test",
                "line_items": [{"price_data": price(900, "A"), "quantity": 1}],
                "after_expiration": RECOVERY,
            }
        )  # fmt: skip

    assert refused.value.param == "after_expiration"
    assert (await world.stripe.v1.checkout.sessions.list_async()).data == []
