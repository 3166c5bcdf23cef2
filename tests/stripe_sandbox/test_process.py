"""The sandbox as a process: started, killed, started again, and called by the synchronous SDK over TCP."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import stripe

SRC = Path(__file__).parents[2] / "src"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start(port: int, data: Path | None, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port)]
    if data is not None:
        command += ["--data-dir", str(data)]
    return subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(SRC), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def running(port: int, data: Path | None, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start(port, data, **environment)
    try:
        wait_for(port)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_sandbox/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the sandbox did not start")


def control(port: int, path: str, body: object) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/_sandbox{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5):
        pass


def client(port: int, http: stripe.HTTPClient | None = None, retries: int = 2) -> stripe.StripeClient:
    base = f"http://127.0.0.1:{port}"
    return stripe.StripeClient(
        "sk_test_x",
        base_addresses={"api": base, "connect": base, "files": base, "meter_events": base},
        http_client=http or stripe.UrllibClient(),
        max_network_retries=retries,
    )


PAY = {
    "amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
    "return_url": "https://shop.test",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path):
    port = free_port()
    with running(port, tmp_path) as process:
        intents = [
            client(port).v1.payment_intents.create(PAY, {"idempotency_key": f"k{i}"}) for i in range(20)
        ]
        process.send_signal(signal.SIGKILL)
        process.wait()

    with running(port, tmp_path):
        again = client(port)
        listed = again.v1.payment_intents.list({"limit": 100}).data
        assert [one.id for one in listed] == [one.id for one in reversed(intents)]
        assert {one.status for one in listed} == {"succeeded"}
        assert again.v1.payment_intents.create(PAY, {"idempotency_key": "k0"}).id == intents[0].id
        assert len(again.v1.charges.list({"limit": 100}).data) == 20
        assert len(again.v1.events.list({"type": "payment_intent.succeeded", "limit": 100}).data) == 20


def test_a_kill_under_load_loses_nothing_that_was_answered_and_doubles_nothing(tmp_path: Path):
    port, answered = free_port(), dict[str, str]()

    def buy(worker: int) -> None:
        api = client(port, retries=0)
        for number in range(10_000):
            key = f"{worker}-{number}"
            try:
                answered[key] = api.v1.payment_intents.create(PAY, {"idempotency_key": key}).id
            except (
                stripe.APIConnectionError,
                OSError,
                HTTPException,
            ):  # killed before, while, or after it answered
                return

    for _ in range(2):
        with running(port, tmp_path) as process:
            shops = [threading.Thread(target=buy, args=(len(answered) + worker,)) for worker in range(4)]
            for shop in shops:
                shop.start()
            wanted = len(answered) + 60
            while len(answered) < wanted:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            for shop in shops:
                shop.join()

    with running(port, tmp_path):
        again = client(port)
        intents = {one.id for one in again.v1.payment_intents.list({"limit": 100}).auto_paging_iter()}
        charges = [one.payment_intent for one in again.v1.charges.list({"limit": 100}).auto_paging_iter()]
        told = again.v1.events.list({"type": "payment_intent.succeeded", "limit": 100}).auto_paging_iter()
        key, id = next(iter(answered.items()))
        assert set(answered.values()) <= intents
        assert sorted(charges) == sorted(intents)  # one charge each, also of those nobody was told of
        assert {one.data.object.id for one in told} == intents
        assert again.v1.payment_intents.create(PAY, {"idempotency_key": key}).id == id


def test_a_store_of_an_older_version_is_moved_aside_and_says_so(tmp_path: Path):
    with sqlite3.connect(tmp_path / "stripe-sandbox.sqlite3") as old:
        old.execute("CREATE TABLE objects (id TEXT)")
    old.close()
    port = free_port()

    with running(port, tmp_path) as process:
        assert client(port).v1.customers.list().data == []
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)

    assert errors.count(b"\n") == 1
    assert b"is of an older version; it was moved to" in errors


def test_the_configured_endpoint_is_changed_in_place_at_the_next_start(tmp_path: Path):
    port = free_port()
    for url in ("http://127.0.0.1:1/old", "http://127.0.0.1:1/new"):
        settings = {"STRIPE_SANDBOX_WEBHOOK_URL": url, "STRIPE_SANDBOX_WEBHOOK_SECRET": "whsec_x"}
        with running(port, tmp_path, **settings):
            endpoints = client(port).v1.webhook_endpoints.list().data
            assert [one.url for one in endpoints] == [url]


async def test_a_lost_answer_closes_the_connection_and_the_sdk_finds_its_object_again():
    port = free_port()
    with running(port, None) as process:
        control(port, "/faults", {"fault": "lose_answer", "match": {"path": "/v1/payment_intents"}})
        http = stripe.AIOHTTPClient()
        intents = client(port, http).v1.payment_intents
        assert (await intents.create_async(PAY)).status == "succeeded"
        assert len(client(port).v1.charges.list().data) == 1

        control(port, "/faults", {"fault": "lose_request"})
        with pytest.raises(stripe.APIConnectionError):
            await client(port, http, retries=0).v1.payment_intents.create_async(PAY)
        await http.close_async()
        assert len(client(port).v1.charges.list().data) == 1
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert errors == b""


def test_a_port_in_use_is_one_line_and_exit_2():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(taken.getsockname()[1], None)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert errors.decode().startswith("stripe_sandbox: cannot listen on 127.0.0.1:")
    assert errors.count(b"\n") == 1


def test_a_store_that_cannot_be_used_is_one_line_and_exit_2(tmp_path: Path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "stripe-sandbox.sqlite3").write_text("not a database at all " * 100)
    (tmp_path / "file").touch()
    for data in (tmp_path / "broken", tmp_path / "file"):
        process = start(free_port(), data)
        _, errors = process.communicate(timeout=20)

        assert process.returncode == 2
        assert errors.decode().startswith("stripe_sandbox: cannot use ")
        assert errors.count(b"\n") == 1


def test_a_store_belongs_to_one_sandbox_at_a_time(tmp_path: Path):
    with running(free_port(), tmp_path):
        second = start(free_port(), tmp_path)
        _, errors = second.communicate(timeout=30)

    assert second.returncode == 2
    assert b"database is locked" in errors


@pytest.mark.parametrize(
    "environment",
    [
        {"STRIPE_SANDBOX_WEBHOOK_URL": "http://127.0.0.1:1/wh"},
        {"STRIPE_SANDBOX_WEBHOOK_RETRIES": "soon"},
    ],
)
def test_a_setting_that_makes_no_sense_is_one_line_and_exit_2(environment: dict[str, str]):
    process = start(free_port(), None, **environment)
    _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert errors.count(b"\n") == 1


class Shop(BaseHTTPRequestHandler):
    """A receiver that verifies what it is sent."""

    got: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Take one webhook."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], "whsec_x")
        self.got.append(event.type)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_shop_that_was_down_gets_its_webhooks_signed_soon_after_it_is_up(tmp_path: Path):
    port, shop_port = free_port(), free_port()
    settings = {
        "STRIPE_SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{shop_port}/wh",
        "STRIPE_SANDBOX_WEBHOOK_SECRET": "whsec_x",
        "STRIPE_SANDBOX_WEBHOOK_RETRIES": "0.3,0.3,0.3,1,1,1",
    }
    Shop.got.clear()
    with running(port, tmp_path, **settings) as process:
        client(port).v1.customers.create({})
        process.send_signal(signal.SIGKILL)  # nothing was delivered, and the sandbox dies too
        process.wait()
    with running(port, tmp_path, **settings):
        server = HTTPServer(("127.0.0.1", shop_port), Shop)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            for _ in range(200):
                if Shop.got:
                    break
                time.sleep(0.05)
        finally:
            server.shutdown()
            server.server_close()

    assert Shop.got == ["customer.created"]
