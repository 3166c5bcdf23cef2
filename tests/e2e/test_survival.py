"""`kill -9` of anything at any moment, then start again: every order ends right without a hand."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from tests.e2e.conftest import free_port, new_home, start
from tests.e2e.shop import Book, Shop, eventually

HOLD_SECONDS = 10
BUYERS = 8
ORDERS_EACH = 4
ADDRESS = {"name": "Ada", "line1": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}


class Mortal:
    """A shop of this file's own, whose processes can be killed."""

    def __init__(self) -> None:
        self.data = new_home("kassa-survival-")
        self.ports = free_port(), free_port()
        self.up()
        made = subprocess.run(
            [sys.executable, "-m", "kassa", "keys", "create", "x", "--scope", "admin", "--data-dir", str(self.data)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        base, stripe = (f"http://127.0.0.1:{port}" for port in self.ports)
        self.shop = Shop(base, stripe, made.stdout.strip(), "", self.data)

    def up(self) -> None:
        """Start it, or start it again."""
        self.process = start(
            self.data, *self.ports, "--workers", "2", "--no-demo", KASSA_HOLD_SECONDS=str(HOLD_SECONDS)
        )

    def children(self) -> dict[int, str]:
        """Its processes, by what they are."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, parent = int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid:
                    found[pid] = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def kill(self, what: str) -> None:
        """`kill -9` one process of this kind."""
        pids = [pid for pid, command in self.children().items() if what in command]
        if pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[0], signal.SIGKILL)

    def down(self) -> int:
        """Stop it as its user would; the exit status."""
        self.process.terminate()
        status = self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()
        return status


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    made = Mortal()
    yield made
    if made.process.poll() is None:
        made.down()
    shutil.rmtree(made.data, ignore_errors=True)


def until_it_works(
    url: str, *, key: str, body: object = None, form: object = None, **headers: str
) -> httpx.Response:
    """POST with one idempotency key until somebody answers for good, as a good client does."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.post(
                url, json=body, data=form, headers={"Idempotency-Key": key, **headers}, timeout=25
            )  # type: ignore[arg-type]
            in_flight = answer.status_code == 409 and answer.json().get("code") == "idempotency_in_flight"
            if answer.status_code < 500 and not in_flight:
                return answer
        time.sleep(0.2)
    raise AssertionError(f"nobody answers at {url}")


def buy(shop: Shop, book: Book, orders: list[str], *, pay: bool) -> None:
    """A whole purchase, or one that is given up before paying."""
    wish = {
        "lines": [{"sku": book.sku, "quantity": 1}],
        "email": "ada@example.org",
        "shipping_address": ADDRESS,
    }
    order = until_it_works(f"{shop.base}/api/v1/orders", key=uuid4().hex, body=wish).json()
    orders.append(order["id"])
    address = f"{shop.base}/api/v1/orders/{order['id']}/payments"
    token = {"X-Order-Token": order["token"]}
    payment = until_it_works(address, key=uuid4().hex, body={"flow": "element"}, **token)
    if not pay or payment.status_code not in (200, 201):
        return
    intent = payment.json()
    form = {
        "client_secret": intent["client_secret"],
        "payment_method": "pm_card_visa",
        "use_stripe_sdk": "true",
    }
    confirm = f"{shop.stripe}/v1/payment_intents/{intent['provider_ref']}/confirm"
    until_it_works(confirm, key=uuid4().hex, form=form, Authorization="Bearer pk_test_kassa")


def crowd(shop: Shop, book: Book, orders: list[str]) -> list[threading.Thread]:
    """Buyers at work; every fourth purchase is given up."""

    def buyer(number: int) -> None:
        for n in range(ORDERS_EACH):
            buy(shop, book, orders, pay=(number + n) % 4 != 0)

    threads = [threading.Thread(target=buyer, args=(number,)) for number in range(BUYERS)]
    for thread in threads:
        thread.start()
    return threads


def everything_ends_right(shop: Shop, book: Book, orders: list[str], stock: int) -> None:
    """Every order is over, money and stock agree, and Stripe says the same."""
    over = {"paid", "canceled", "failed"}
    end = time.monotonic() + 4 * HOLD_SECONDS
    states: dict[str, str] = {}
    while time.monotonic() < end and not (len(states) == len(orders) and set(states.values()) <= over):
        states = {order_id: shop.order(order_id)["state"] for order_id in orders}
        time.sleep(0.5)
    assert set(states.values()) <= over
    paid = [order_id for order_id, state in states.items() if state == "paid"]
    charges = {order_id: shop.charges(order_id) for order_id in orders}
    for order_id in orders:
        total = shop.order(order_id)["total"]["amount"]
        assert charges[order_id] == ([total] if order_id in paid else []), states[order_id]
    assert shop.stock(book) == (stock - len(paid), 0)
    shop.prove()


@pytest.mark.parametrize("victim", ["kassa.cli.serving", "kassa worker", "stripe_sandbox"])
def test_a_process_killed_while_people_buy(mortal: Mortal, victim: str):
    book = mortal.shop.book(on_hand=500)
    orders: list[str] = []
    buyers = crowd(mortal.shop, book, orders)
    for _ in range(3):
        time.sleep(random.uniform(0.1, 0.8))
        mortal.kill(victim)
    for thread in buyers:
        thread.join()

    everything_ends_right(mortal.shop, book, orders, 500)


def test_everything_killed_at_once_and_started_again(mortal: Mortal):
    book = mortal.shop.book(on_hand=500)
    orders: list[str] = []
    buyers = crowd(mortal.shop, book, orders)
    time.sleep(random.uniform(0.5, 1.5))
    mortal.process.kill()
    mortal.process.wait()
    if mortal.process.stdout:
        mortal.process.stdout.close()
    mortal.up()
    for thread in buyers:
        thread.join()

    everything_ends_right(mortal.shop, book, orders, 500)
    assert mortal.down() == 0
    eventually(lambda: not mortal.children())
