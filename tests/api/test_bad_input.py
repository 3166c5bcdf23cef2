"""Whatever is sent, the answer is a clear refusal, and nothing is stored."""

import copy
import json

import httpx
import pytest
from tests.api.conftest import ORDER, count

from kassa.api import auth

UUID = "00000000-0000-7000-8000-000000000000"
PRODUCT = {
    "title": "Emma",
    "variants": [{"sku": "NEW-1", "title": "Paperback", "prices": {"EUR": 1299}, "on_hand": 1}],
}
WRITES = [
    ("POST", "/carts", {"currency": "EUR"}),
    ("POST", "/carts/{cart}/lines", {"sku": "EMMA-PB", "quantity": 1}),
    ("PATCH", "/carts/{cart}/lines/EMMA-PB", {"quantity": 1}),
    ("PUT", "/carts/{cart}/lines/EMMA-PB/agreement", {"quantity": 1}),
    ("PUT", "/carts/{cart}/discount", {"code": "X"}),
    ("POST", "/orders", ORDER),
    ("POST", "/orders/{order}/payments", {"flow": "element"}),
    ("POST", "/orders/{order}/cancellation", {}),
    ("POST", f"/payments/{UUID}/sync", {}),
    ("PUT", "/admin/products/emma", PRODUCT),
    ("POST", "/admin/stock/EMMA-PB/adjustments", {"delta": 1, "reason": "found"}),
]
READS = ["/products", "/products/{bad}", "/carts/{bad}", "/orders", "/orders/{bad}", "/admin/orders",
         "/admin/orders/{bad}", "/admin/stock/{bad}"]  # fmt: skip
BAD = [
    None,
    True,
    -1,
    0.5,
    10**30,
    -(10**30),
    1e308,
    "",
    " ",
    "😀",
    "\x00",
    "x" * 5000,
    [],
    [[]],
    {},
    {"a": 1},
    ["x"],
]
TABLES = (
    "orders",
    "order_lines",
    "carts",
    "cart_lines",
    "payments",
    "idempotency_keys",
    "products",
    "movements",
)


@pytest.fixture
async def places(front):
    """A cart and an order to be addressed."""
    cart = (await front.send("POST", "/carts", {})).json()["id"]
    return {"cart": cart, "order": (await front.order())["id"], "bad": "x"}


async def _stored(db):
    return [await count(db, table) for table in TABLES]


def _spoiled(body):
    """Every body that has one member, or itself, replaced by something else."""
    for bad in BAD:
        if bad not in ({}, None):
            yield bad
    for path in _paths(body, ()):
        for bad in BAD:
            spoiled = copy.deepcopy(body)
            inner = spoiled
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = bad
            yield spoiled
    yield {**body, "price": 1}


def _paths(value, path):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{m} {p}" for m, p, _ in WRITES])
async def test_spoiled_bodies_are_refused_or_harmless_and_never_our_fault(
    method, path, body, front, boss, places, db
):
    program = boss if "/admin" in path else front
    for number, spoiled in enumerate(_spoiled(body)):
        before = await _stored(db)
        answer = await program.send(method, path.format(**places), spoiled, Idempotency_Key=f"s{number}")

        assert answer.status_code < 500, (spoiled, answer.text)
        if answer.status_code in (400, 404, 422):
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys()
            assert await _stored(db) == before, spoiled


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{m} {p}" for m, p, _ in WRITES])
async def test_bodies_that_are_no_json_are_refused(method, path, body, front, boss, places, db, client):
    program = boss if "/admin" in path else front
    before = await _stored(db)
    broken = [b"{", b"\xff\xfe", b"null", b'"x"', b'{"a":NaN}', b"[" * 20_000, b"a=b&c=d", b'{"sku": "\\ud800"}',
              json.dumps(body).encode()[:-1]]  # fmt: skip
    for number, content in enumerate(broken):
        headers = {**program.headers, "Idempotency-Key": f"b{number}", "Content-Type": "application/json"}
        answer = await client.request(
            method, f"/api/v1{path.format(**places)}", content=content, headers=headers
        )
        assert answer.status_code in (400, 422), (content[:30], answer.text)
        assert answer.json()["code"] in ("invalid_json", "validation_failed")
    huge = b'{"x": "' + b"a" * 10_000_000 + b'"}'
    headers = {**program.headers, "Idempotency-Key": "huge"}
    answer = await client.request(method, f"/api/v1{path.format(**places)}", content=huge, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert await _stored(db) == before


@pytest.mark.parametrize("path", READS)
async def test_odd_addresses_and_queries_are_refused_or_empty(path, boss, front):
    program = boss if "/admin" in path else front
    odd = ["x", "😀", "%00", "%0a", "-1", "10" * 60, UUID, "..%2f..", "%ff%fe", "'", "a" * 3000]
    for bad in odd:
        answer = await program.get(path.replace("{bad}", bad))
        assert answer.status_code in (200, 400, 404, 422), (bad, answer.text)
    for name in ("limit", "after", "sort", "currency", "q", "collection", "state", "author", "country"):
        for bad in [*odd, "", "1e9", "NaN"]:
            answer = await program.get(f"{path.replace('{bad}', 'x')}?{name}={bad}")
            assert answer.status_code in (200, 400, 404, 422), (name, bad, answer.text)


async def test_odd_headers_are_refused_or_ignored(guest, client):
    for value in ("x" * 5000, "Bearer", "Bearer ", "Bearer kassa_sk_x", "Basic Zm9v", "bearer ü"):
        answer = await client.get("/api/v1/products", headers={"Authorization": value.encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"
    for value in ("x" * 5000, "ü"):
        assert (
            await client.get("/api/v1/products", headers={"X-Order-Token": value.encode()})
        ).status_code == 200
        assert (
            await client.get("/api/v1/products", headers={"Cookie": b"kassa_session=" + value.encode()})
        ).is_success
    order = await guest.order()
    answer = await client.get(f"/api/v1/orders/{order['id']}", headers={"X-Order-Token": "ü".encode()})
    assert answer.status_code == 404


async def test_unknown_things_are_named(front, db):
    answer = await front.wish("/orders", {**ORDER, "lines": [{"sku": "NOPE", "quantity": 1}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_sku")
    assert answer.json()["errors"][0]["path"] == "lines[0].sku"
    for change, code in (
        ({"currency": "XYZ"}, "unsupported_currency"),
        ({"discount_code": "SPRING"}, "discount_unknown"),
        ({"shipping_method": "balloon"}, "unknown_shipping_method"),
        ({"email": "ada@"}, "invalid_email"),
        ({"shipping_address": {**ORDER["shipping_address"], "country": "ZZ"}}, "invalid_address"),
    ):
        answer = await front.wish("/orders", {**ORDER, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"]
    assert await count(db, "orders") == 0


async def test_a_whole_network_of_ipv6_counts_as_one_guest(app, monkeypatch):
    hits = []
    monkeypatch.setattr(auth.RateLimit, "hit", lambda self, key, *, now: hits.append(key))
    for last in ("1", "2"):
        transport = httpx.ASGITransport(app, client=(f"2001:db8::{last}", 4321))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            await client.post("/api/v1/carts", json={})

    assert hits == ["2001:db8::/64"] * 2
