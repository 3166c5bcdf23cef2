"""What the sandbox's tests stand on: the SDK straight into the ASGI app, and Stripe's schemas as judges."""

import asyncio
import copy
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import stripe

from stripe_sandbox import create_app, spec
from stripe_sandbox.app import SandboxApp

SECRET = "whsec_test_of_the_sandbox"
URL = "http://shop.test/webhooks"
BASE = "http://sandbox.test"
ALL_BASES = {"api": BASE, "connect": BASE, "files": BASE, "meter_events": BASE}


class World:
    """One sandbox, what its endpoint received, and ways to call it."""

    def __init__(self, *, synchronous: bool = False, **options: Any) -> None:
        self._synchronous = synchronous
        self.received: list[dict[str, Any]] = []
        self.answer_webhooks_with = 200
        self.now = float(int(time.time()))
        settings: dict[str, Any] = {
            "base_url": BASE, "webhook": (URL, SECRET), "clock": lambda: self.now, "deliver": False,
            "post": self._post,
        } | options  # fmt: skip
        self.app: SandboxApp = create_app(settings.pop("store_path", None), **settings)
        self.box = self.app.state.sandbox
        self.stripe = self.client("sk_test_secret")
        self.page = self.client("pk_test_page")

    def client(self, key: str, **options: Any) -> Any:
        """An SDK client with this key, in-process."""
        http = InProcess(self.app)
        made = stripe.StripeClient(
            key,
            base_addresses=ALL_BASES,  # type: ignore[arg-type]
            http_client=http,
            max_network_retries=2,
            **options,
        )
        return Synchronous(made, http) if self._synchronous else made

    def close(self) -> None:
        """Close the store."""
        self.box.store.close()

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """A call of the control API."""
        raw = b"" if body is None else json.dumps(body).encode()
        status, _, answer = await exchange(
            self.app, method, f"/_sandbox{path}", {"content-type": "application/json"}, raw
        )
        return status, json.loads(answer) if answer else None

    async def raw(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, Mapping[str, str], Any]:
        """A call of the Stripe API without the SDK."""
        sent = {"authorization": "Bearer sk_test_secret", "content-type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        status, answered, answer = await exchange(self.app, method, path, sent, body.encode())
        return status, answered, json.loads(answer) if answer else None

    async def pass_time(self, seconds: float) -> None:
        """Move the clock forward and deliver what then is due."""
        await self.control("POST", "/clock", {"advance_seconds": seconds})
        await self.box.deliver_due()

    async def types(self) -> list[str]:
        """The types of all events delivered so far, in order."""
        await self.box.deliver_due()
        return [event["type"] for event in self.received]

    async def paid(self, amount: int = 2000, method: str = "pm_card_visa", **params: Any) -> Any:
        """A PaymentIntent, created and confirmed in one call."""
        return await self.stripe.v1.payment_intents.create_async(
            {
                "amount": amount, "currency": "usd", "payment_method": method, "confirm": True,
                "return_url": "https://shop.test/return",
            } | params  # type: ignore[arg-type]
        )  # fmt: skip

    async def session(self, **params: Any) -> Any:
        """An open hosted Checkout Session over 2 × 15.00 USD."""
        return await self.stripe.v1.checkout.sessions.create_async(
            {
                "mode": "payment",
                "success_url": "https://shop.test/done?session={CHECKOUT_SESSION_ID}",
                "line_items": [{"price_data": price(1500, "Walden"), "quantity": 2}],
            } | params  # type: ignore[arg-type]
        )  # fmt: skip

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        check("event", json.loads(body))
        kind = event.data.object["object"]
        if kind in spec.document()["components"]["schemas"]:  # early fraud warnings are not described
            check(kind, json.loads(body)["data"]["object"])
        if self.answer_webhooks_with == 200:
            self.received.append(json.loads(body))
        return self.answer_webhooks_with


def price(amount: int, name: str) -> dict[str, Any]:
    """Inline price data."""
    return {"currency": "usd", "unit_amount": amount, "product_data": {"name": name}}


class Synchronous:
    """An SDK client whose ``…_async`` methods run their blocking twins in a thread.

    So one test says what both halves of the SDK do.
    """

    def __init__(self, service: Any, http: "InProcess") -> None:
        self._service, self._http = service, http

    def __getattr__(self, name: str) -> Any:
        if name.endswith("_async"):
            return self._call(getattr(self._service, name.removesuffix("_async")))
        found = getattr(self._service, name)
        return found if callable(found) else Synchronous(found, self._http)

    def _call(self, blocking: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **options: Any) -> Any:
            self._http.loop = asyncio.get_running_loop()
            return await asyncio.to_thread(blocking, *args, **options)

        return call


class InProcess(stripe.HTTPClient):
    """The SDK's transport, straight into an ASGI app; validates every answer."""

    name = "in-process"

    def __init__(self, app: SandboxApp) -> None:
        super().__init__()
        self._app = app
        self.loop: asyncio.AbstractEventLoop | None = None

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One exchange asked for by another thread than the loop's."""
        assert self.loop is not None
        coroutine = self.request_async(method, url, headers, post_data)
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One exchange."""
        parts = urlsplit(url)
        sent = {name.lower(): str(value) for name, value in (headers or {}).items()}
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        try:
            status, answered, answer = await exchange(self._app, method.upper(), path, sent, body)
        except ConnectionError as error:
            raise stripe.APIConnectionError(str(error), should_retry=True) from error
        check_answer(
            method.upper(), parts.path, status, json.loads(answer), restricted="pk_" in sent["authorization"]
        )
        return answer, status, answered

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0.0  # retries do not wait

    def sleep_async(self, secs: float) -> Awaitable[None]:
        """Retries do not wait."""
        return _nothing()

    async def close_async(self) -> None:
        """Nothing is open."""


async def _nothing() -> None:
    return None


async def exchange(
    app: SandboxApp, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """One HTTP exchange with an ASGI application."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("sandbox.test", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, b"".join(one.get("body", b"") for one in sent[1:])


def check_answer(method: str, path: str, status: int, body: Any, *, restricted: bool) -> None:
    """Fail unless `body` is what the API description says this call answers."""
    if status != 200:
        if not restricted:
            check("error", body)
        return
    found = spec.find(method, path)
    assert found, path
    if "payment_pages" in path or (restricted and body.get("object") in ("payment_intent", "setup_intent")):
        return
    template = "/" + "/".join(found[0].segments)
    row = spec.document()["paths"][template][method.lower()]
    _judge(json.dumps(row["responses"]["200"]["content"]["application/json"]["schema"]), body)


def check(name: str, body: Any) -> None:
    """Fail unless `body` is a valid object of the schema `name`, with all its always-present fields."""
    _judge(json.dumps({"$ref": f"#/components/schemas/{name}"}), body)


def _judge(schema: str, body: Any) -> None:
    faults = [
        f"{'/'.join(map(str, e.instance_path))}: {e.message[:300]}"
        for e in _validator(schema).iter_errors(body)
    ]
    assert not faults, faults


@cache
def _validator(schema: str) -> Any:
    return jsonschema_rs.Draft202012Validator(_strict(json.loads(schema)) | {"components": _components()})


@cache
def _components() -> dict[str, Any]:
    schemas = copy.deepcopy(spec.document()["components"]["schemas"])
    return {"schemas": {name: _strict(schema) for name, schema in schemas.items()}}


def _strict(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: nullable, always-present fields, no unknown ones."""
    if not isinstance(node, dict):
        return node
    result = {name: value for name, value in node.items() if name not in ("nullable", "format")}
    for name in ("anyOf", "oneOf"):
        if name in result:
            result[name] = [_strict(option) for option in result[name]]
    for name in ("items", "additionalProperties"):
        if name in result:
            result[name] = _strict(result[name])
    if "properties" in result:
        result["properties"] = {name: _strict(inner) for name, inner in result["properties"].items()}
        result["required"] = sorted({*node.get("required", ()), *node.get("x-always-present", ())})
        if (
            "additionalProperties" not in node
            and "x-trimmed" not in node
            and "x-trimmed-properties" not in node
        ):
            result["additionalProperties"] = False
    return {"anyOf": [result, {"type": "null"}]} if node.get("nullable") else result
