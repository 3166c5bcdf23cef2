"""A passkey answers one challenge, of this shop, in this session; what does not is refused and changes nothing."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.accounts.authenticator import PRESENT, Authenticator, b64
from tests.storefront.members import ADA, join, mails, rows, sign_in

from kassa import accounts
from kassa.shop import Shop


@pytest.fixture
def shop(app) -> Shop:
    made: Shop = app.state.shop
    return made


async def call(browser: Any, address: str, **body: Any) -> Any:
    """What the shop's script sends from a page of the shop."""
    headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
    return await browser.client.post(address, json=body, headers=headers)


async def options(browser: Any, address: str) -> dict[str, Any]:
    """A challenge."""
    answer = await call(browser, address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def add(browser: Any, device: Authenticator, name: str = "") -> Any:
    """Make a passkey for who is signed in."""
    made = device.make(await options(browser, "/account/passkeys/options"))
    return await call(browser, "/account/passkeys", credential=made, name=name)


async def come_in(browser: Any, device: Authenticator, **more: str) -> Any:
    """Sign in with a passkey."""
    answer = device.answer(await options(browser, "/login/passkey/options"))
    return await call(browser, "/login/passkey", credential=answer, **more)


async def is_in(browser: Any) -> bool:
    return bool((await browser.get("/account")).url.path == "/account")


async def test_a_passkey_is_made_and_lets_in_without_anything_typed(browser, stranger, shop):
    await join(browser, shop, password="")
    device = Authenticator()

    made = await add(browser, device)
    first = await come_in(stranger, device, next="/cart")

    assert made.json() == {"next": "/account/security?said=passkey#passkeys"}
    assert first.json() == {"next": "/cart"}
    assert await is_in(stranger)
    assert (await mails(shop))[-1].subject == "A passkey was added"
    assert "last used" in (await browser.get("/account/security")).text
    assert (await come_in(stranger, device)).status_code == 200


async def test_a_passkey_without_a_counter_lets_in_again_and_again(browser, stranger, shop):
    await join(browser, shop)
    device = Authenticator(counting=False)
    await add(browser, device)

    for _ in range(3):
        assert (await come_in(stranger, device)).status_code == 200


async def test_what_is_asked_names_no_account(browser, stranger, shop):
    await join(browser, shop)
    await add(browser, Authenticator())

    asked = await options(stranger, "/login/passkey/options")

    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "shop.test"


async def test_a_challenge_is_answered_once_in_its_own_session_and_in_time(browser, stranger, shop, clock):
    await join(browser, shop)
    device = Authenticator()
    await add(browser, device)

    asked = await options(stranger, "/login/passkey/options")
    answer = device.answer(asked)
    assert (await call(browser, "/login/passkey", credential=answer)).status_code == 401, "another session"
    assert (await call(stranger, "/login/passkey", credential=answer)).status_code == 200
    assert (await call(stranger, "/login/passkey", credential=answer)).status_code == 401, "again"
    await stranger.post("/logout")

    late = device.answer(await options(stranger, "/login/passkey/options"))
    clock.advance(minutes=6)
    assert (await call(stranger, "/login/passkey", credential=late)).status_code == 401
    assert not await is_in(stranger)


async def test_a_wrong_answer_uses_the_challenge_up(browser, stranger, shop):
    await join(browser, shop)
    device = Authenticator()
    await add(browser, device)
    asked = await options(stranger, "/login/passkey/options")

    assert (await call(stranger, "/login/passkey", credential={})).status_code == 401
    assert (await call(stranger, "/login/passkey", credential=device.answer(asked))).status_code == 401


@pytest.mark.parametrize(
    "fault", ["origin", "place", "challenge", "unverified", "signature", "user", "unknown"]
)
async def test_an_answer_that_does_not_fit_is_refused(browser, stranger, shop, fault):
    await join(browser, shop)
    device = Authenticator()
    await add(browser, device)
    asked = await options(stranger, "/login/passkey/options")

    if fault == "origin":
        device.origin = "http://shop.test.evil.example"
    elif fault == "place":
        asked["rpId"] = "evil.example"
    elif fault == "challenge":
        asked["challenge"] = b64(b"x" * 32)
    elif fault == "user":
        device.user = b"somebody else's."
    answer = device.answer(asked, PRESENT if fault == "unverified" else PRESENT | 0x04)
    if fault == "signature":
        answer["response"]["signature"] = Authenticator().answer(asked)["response"]["signature"]
    elif fault == "unknown":
        answer = Authenticator().answer(asked)
    refused = await call(stranger, "/login/passkey", credential=answer)

    assert refused.status_code == 401
    assert refused.json()["code"] == "passkey_refused"
    assert not await is_in(stranger)


async def test_a_copied_passkey_is_noticed_by_its_counter(browser, stranger, shop):
    await join(browser, shop)
    device = Authenticator()
    await add(browser, device)
    assert (await come_in(stranger, device)).status_code == 200
    await stranger.post("/logout")

    device.count -= 1

    assert (await come_in(stranger, device)).status_code == 401
    assert not await is_in(stranger)


async def test_nobody_makes_a_passkey_for_an_account_that_is_not_theirs(browser, stranger, shop, clock):
    await join(browser, shop)
    for address in ("/account/passkeys/options", "/account/passkeys"):
        refused = await call(stranger, address)
        assert refused.status_code == 401
        assert refused.json()["sign_in"].startswith("/login?next=")
    clock.advance(minutes=31)
    assert (await call(browser, "/account/passkeys/options")).json()["sign_in"].endswith("again=1")
    evil = {"Sec-Fetch-Site": "cross-site"}
    assert (await browser.client.post("/account/passkeys/options", json={}, headers=evil)).status_code == 403

    assert await rows(shop, "passkeys") == 0


async def test_a_passkey_belongs_to_one_account(browser, stranger, shop):
    await join(browser, shop)
    await join(stranger, shop, "bob@example.org")
    device = Authenticator()
    await add(browser, device)

    assert (await add(stranger, device)).status_code == 401
    assert await rows(shop, "passkeys") == 1
    assert (await come_in(stranger, device)).status_code == 401, "it says now that it is bob's"


async def test_several_are_kept_named_and_removed_by_their_owner_alone(browser, stranger, shop):
    await join(browser, shop)
    await join(stranger, shop, "bob@example.org")
    phone, key = Authenticator(), Authenticator()
    await add(browser, phone, "Phone")
    await add(browser, key, "Key on the keyring")
    ref = phone.id.hex()

    assert (await stranger.post("/account/passkeys/rename", passkey=ref, name="mine")).status_code == 404
    assert (await stranger.post("/account/passkeys/remove", passkey=ref)).status_code == 404
    assert (await browser.post("/account/passkeys/rename", passkey=ref, name="Old phone")).status_code == 303
    page = (await browser.get("/account/security")).text
    assert 'value="Old phone"' in page
    assert 'value="Key on the keyring"' in page
    for nonsense in ("", "zz", "00", "x" * 2_000):
        assert (await browser.post("/account/passkeys/remove", passkey=nonsense)).status_code == 404
    assert (await browser.post("/account/passkeys/rename", passkey=ref, name="")).status_code == 400

    assert (await browser.post("/account/passkeys/remove", passkey=ref)).status_code == 303
    assert (await mails(shop))[-1].subject == "A passkey was removed"
    await stranger.post("/logout")
    assert (await come_in(stranger, phone)).status_code == 401
    assert (await come_in(stranger, key)).status_code == 200


async def test_an_account_has_at_most_twenty(browser, shop):
    await join(browser, shop)
    for number in range(20):
        assert (await add(browser, Authenticator(), f"Number {number}")).status_code == 200

    refused = await add(browser, Authenticator())

    assert refused.status_code == 409
    assert refused.json()["code"] == "too_many_passkeys"
    assert await rows(shop, "passkeys") == 20


async def test_one_challenge_answered_ten_times_at_once_lets_in_once(browser, stranger, shop):
    await join(browser, shop)
    device = Authenticator(counting=False)
    await add(browser, device)
    asked = await options(stranger, "/login/passkey/options")
    answer = device.answer(asked)

    answers = await asyncio.gather(*(call(stranger, "/login/passkey", credential=answer) for _ in range(10)))

    assert sorted(one.status_code for one in answers) == [200] + [401] * 9


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PARTS = ("id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "authenticatorData", "signature",
         "userHandle", "transports", "authenticatorAttachment")  # fmt: skip


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(part=st.sampled_from(PARTS), value=JSON | st.binary(max_size=200).map(b64))
async def test_whatever_a_browser_sends_is_refused_without_a_fault_of_ours(db, clock, part, value):
    device, at = Authenticator(), accounts.place("http://shop.test", "Kassa")
    wanted = {"user": {"id": b64(b"x" * 16)}, "rp": {"id": at.id}, "challenge": b64(b"c" * 32), "rpId": at.id}
    customer = accounts.Customer(db_id := _id(), ADA, "", clock.now(), None, None, False)

    for credential in (device.make(wanted), device.answer(wanted)):
        spoilt = _spoilt(credential, part, value)
        async with db.transaction() as tx:
            with pytest.raises(accounts.PasskeyRefused):
                await accounts.by_passkey(tx, spoilt, b"c" * 32, at, now=clock.now())
            if spoilt != credential:
                try:
                    await accounts.add_passkey(tx, customer, spoilt, b"other", at, name="x", now=clock.now())
                except accounts.PasskeyRefused:
                    continue
                raise AssertionError(f"{db_id}: it was taken")


def _spoilt(credential: Mapping[str, Any], part: str, value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(credential))
    where = copy["response"] if part in copy["response"] else copy
    where[part] = value
    return copy


def _id() -> Any:
    from kassa.kernel.ids import new_id

    return new_id()


@pytest.mark.parametrize(
    ("base_url", "id_", "origin"),
    [
        ("https://books.example.org", "books.example.org", "https://books.example.org"),
        ("https://books.example.org:8443", "books.example.org", "https://books.example.org:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_the_place_of_passkeys_is_the_shops_own_name(base_url, id_, origin):
    assert accounts.place(base_url, "Kassa") == accounts.Place(id_, "Kassa", origin)


async def test_a_session_keeps_what_it_was_when_a_passkey_signs_in(browser, stranger, shop):
    await join(browser, shop)
    device = Authenticator()
    await add(browser, device)
    await stranger.add(quantity=2)
    before = stranger.client.cookies["kassa_session"]

    await come_in(stranger, device)

    assert stranger.client.cookies["kassa_session"] != before
    assert "Title of EMMA-PB" in (await browser.get("/cart")).text
    assert (await sign_in(stranger, password="wrong")).status_code == 401
