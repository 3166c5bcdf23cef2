"""What every answer and every failure looks like, whoever it is for."""

import httpx
import pytest
import structlog
from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath

from kassa import web
from kassa.kernel.clock import FrozenClock
from kassa.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KassaError,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)

FAILURES = {
    "invalid": (Invalid("No."), 400),
    "fields": (Invalid("No.", errors=[("a", "is wrong")]), 422),
    "unauthenticated": (Unauthenticated("No."), 401),
    "forbidden": (Forbidden("No."), 403),
    "not-found": (NotFound("No."), 404),
    "conflict": (Conflict("No.", extra={"items": [1]}), 409),
    "too-many": (TooMany("No.", retry_after=7), 429),
    "unavailable": (Unavailable("No.", retry_after=9), 503),
    "provider": (KassaError("A secret of ours."), 502),
    "crash": (RuntimeError("A secret of ours."), 500),
}


@get("/api/fail/{name:str}")
async def fail(name: FromPath[str]) -> None:
    raise FAILURES[name][0]


@get("/page/{name:str}", media_type=MediaType.HTML)
async def page(name: FromPath[str]) -> str:
    raise FAILURES[name][0]


@post("/api/echo")
async def echo(request: Request) -> Response[bytes]:
    return Response(await request.body())


def _drawn(request, status, problem):
    if problem["code"] == "conflict":
        raise RuntimeError("the page itself is broken")
    return Response(f"<h1>{status} {problem['detail']}</h1>", status_code=status, media_type=MediaType.HTML)


@pytest.fixture
async def client():
    app = web.build([fail, page, echo], production=True, render_error=_drawn)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as made:
        yield made


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_is_a_problem_with_the_status_of_its_kind(client, name):
    error, status = FAILURES[name]

    answer = await client.get(f"/api/fail/{name}", headers={"X-Request-Id": "my-request-1"})

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"] == "my-request-1"
    assert problem["type"] == f"urn:kassa:problem:{problem['code']}"
    assert problem["title"]
    if status in (500, 502):
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    if isinstance(error, TooMany | Unavailable):
        assert answer.headers["retry-after"] == str(error.retry_after)
    if name == "fields":
        assert problem["errors"] == [{"path": "a", "message": "is wrong"}]
    if name == "conflict":
        assert problem["items"] == [1]


async def test_people_get_a_page_and_programs_a_problem(client):
    answer = await client.get("/page/not-found", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.text) == (404, "<h1>404 No.</h1>")
    answer = await client.get("/page/not-found", headers={"Accept": "application/json"})
    assert answer.json()["code"] == "not_found"
    answer = await client.get("/nowhere", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.text) == (404, "<h1>404 There is nothing at this address.</h1>")
    answer = await client.get("/page/too-many", headers={"Accept": "text/html"})
    assert answer.headers["retry-after"] == "7"


async def test_a_broken_error_page_is_still_an_answer(client):
    answer = await client.get("/page/conflict", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_the_journal_of_a_crash_does_not_hold_the_end_of_an_address_which_may_be_a_token(client):
    with structlog.testing.capture_logs() as said:
        await client.get("/page/crash")

    assert [entry["path"] for entry in said] == ["/page/{name}"]


async def test_the_frameworks_own_refusals_are_problems_too(client):
    for method, path, status, code in (
        ("GET", "/api/nowhere", 404, "not_found"),
        ("DELETE", "/api/echo", 405, "method_not_allowed"),
        ("GET", "/api/fail/a%00b", 400, "invalid_address_character"),
        ("GET", "/api/fail/x?q=%00", 400, "invalid_address_character"),
    ):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "POST" in (await client.delete("/api/echo")).headers["allow"]


async def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not(client):
    assert len((await client.post("/api/echo", content=b"x" * web.BODY_LIMIT)).content) == web.BODY_LIMIT
    answer = await client.post("/api/echo", content=b"x" * (web.BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    async def endless():
        for _ in range(40):
            yield b"x" * 65_536

    answer = await client.post("/api/echo", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_every_answer_says_what_a_browser_may_do_with_it(client):
    for path in ("/api/fail/invalid", "/nowhere", "/page/crash"):
        headers = (await client.get(path)).headers
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"]
        assert headers["x-request-id"]
    assert (await client.get("/api/fail/invalid")).headers["cache-control"] == "no-store"


async def test_a_request_id_that_is_no_id_is_replaced(client):
    for given in ("short", "x" * 65, "a b c d e f g h", "<script>"):
        answer = await client.get("/api/fail/invalid", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] != given


def test_a_pay_page_names_the_origins_it_needs_and_no_others():
    stripe = web.origin("https://js.stripe.com/endive/stripe.js")
    policy = web.content_security_policy(
        scripts=[stripe], frames=[stripe], connects=["https://api.stripe.com"]
    )
    assert "script-src 'self' https://js.stripe.com;" in policy
    assert "frame-src https://js.stripe.com;" in policy
    assert "connect-src 'self' https://api.stripe.com;" in policy
    assert "unsafe-inline" not in policy


def test_a_form_without_its_sessions_token_is_refused():
    web.check_csrf("right", "right")
    for given in (None, "", "wrong", "ü", "right" * 100):
        with pytest.raises(web.BadCsrf):
            web.check_csrf(given, "right")


def test_too_often_is_refused_until_the_minute_is_over():
    clock = FrozenClock()
    limit = web.RateLimit(2)
    limit.hit("ada", now=clock.now())
    limit.hit("ada", now=clock.now())
    with pytest.raises(TooMany) as refused:
        limit.hit("ada", now=clock.now())
    assert refused.value.retry_after == 60
    limit.hit("bob", now=clock.now())

    clock.advance(minutes=1)
    limit.hit("ada", now=clock.now())
