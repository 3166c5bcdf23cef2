"""The control routes: who may call them, time, forgetting, and ids that come again."""

import pytest
from tests.stripe_sandbox.harness import World, exchange


async def post(world: World, path: str, body: bytes = b"", **headers: str) -> int:
    """The status of a POST with these headers only."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        sent["content-length"] = str(len(body))
    return (await exchange(world.app, "POST", f"/_sandbox{path}", sent, body))[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test", "host": "127.0.0.1:12111"},
        {"origin": "null", "host": "127.0.0.1:12111"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/reset", "/tools/reset", "/do/cancel_payment"])
async def test_a_page_of_another_site_is_refused(world: World, headers: dict[str, str], path: str):
    await world.stripe.v1.customers.create_async({})

    assert await post(world, path, **headers) == 403
    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_a_program_and_a_page_of_ours_are_let_in(world: World):
    ours = {"origin": "http://127.0.0.1:12111", "host": "127.0.0.1:12111", "sec_fetch_site": "same-origin"}

    assert await post(world, "/reset") == 200
    assert await post(world, "/reset", **ours) == 200


async def test_a_body_must_say_that_it_is_json(world: World):
    body = b'{"fault": "delay"}'

    assert await post(world, "/faults", body, content_type="text/plain") == 400
    assert await post(world, "/faults", body) == 400
    assert world.box.faults.all() == []
    assert await post(world, "/faults", body, content_type="application/json; charset=utf-8") == 201


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"seed": "x"}', b'{"planet": 1}'])
async def test_a_reset_that_makes_no_sense_forgets_nothing(world: World, body: bytes):
    await world.stripe.v1.customers.create_async({})

    assert await post(world, "/reset", body, content_type="application/json") == 400
    assert len((await world.stripe.v1.customers.list_async()).data) == 1


async def test_a_seed_makes_the_same_ids_again(world: World):
    async def story() -> list[str]:
        intent = await world.paid(expand=["latest_charge"])
        events = await world.stripe.v1.events.list_async()
        return [
            intent.id,
            intent.client_secret,
            intent.latest_charge.id,
            *(event.id for event in events.data),
        ]

    await world.control("POST", "/reset", {"seed": 42})
    first = await story()
    await world.control("POST", "/reset", {"seed": 42})
    second = await story()
    await world.control("POST", "/reset")
    third = await story()

    assert first == second
    assert not set(first) & set(third)


async def test_seeded_ids_do_not_come_again_after_a_restart(tmp_path):
    first = World(store_path=tmp_path / "store.sqlite3")
    await first.control("POST", "/reset", {"seed": 1})
    made = [(await first.raw("POST", "/v1/customers"))[2]["id"] for _ in range(3)]
    first.close()

    second = World(store_path=tmp_path / "store.sqlite3")
    made += [(await second.raw("POST", "/v1/customers"))[2]["id"] for _ in range(3)]

    assert len(set(made)) == 6
    assert len((await second.raw("GET", "/v1/customers"))[2]["data"]) == 6
    second.close()


async def test_the_clock_moves_forward_only(world: World):
    before = (await world.control("GET", "/clock"))[1]["now"]

    status, _ = await world.control("POST", "/clock", {"advance_seconds": -1})
    moved = (await world.control("POST", "/clock", {"advance_seconds": 90}))[1]["now"]

    assert status == 400
    assert moved == before + 90
    assert (await world.control("POST", "/clock", {"advance_seconds": 4e9}))[0] == 400


async def test_a_reset_forgets_everything_but_the_configured_endpoint(world: World):
    await world.paid()
    await world.control("POST", "/clock", {"advance_seconds": 1000})
    await world.control("POST", "/faults", {"fault": "delay"})

    await world.control("POST", "/reset")

    assert (await world.control("GET", "/clock"))[1]["now"] == world.now
    assert world.box.faults.all() == []
    assert (await world.stripe.v1.payment_intents.list_async()).data == []
    assert (await world.stripe.v1.events.list_async()).data == []
    assert len((await world.stripe.v1.webhook_endpoints.list_async()).data) == 1
