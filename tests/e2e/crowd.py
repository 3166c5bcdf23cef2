"""Buyers who press the button at the same moment, each over a connection of their own."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from typing import Any
from uuid import uuid4

import aiohttp
from tests.e2e.shop import Shop

ADDRESS = {"name": "Ada", "line1": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}
PATIENCE_SECONDS = 120
PUBLISHABLE = {"Authorization": "Bearer pk_test_kassa"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer was told of their order, and after how many seconds; `paid`: their card was charged."""

    status: int
    body: dict[str, Any]
    seconds: float
    paid: bool = False


def rush(shop: Shop, skus: Sequence[str], *, key: str | None = None, pay: bool = False) -> list[Answer]:
    """Order one copy of each of these, all at once; with `pay`, whoever gets one pays by card.

    An answer that does not come fails. With a `key`, all send the same one.
    """
    keys = repeat(key) if key else iter(lambda: uuid4().hex, None)
    # In a thread of its own: in this one, the browser may have a loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_rush(shop, skus, keys, pay))).result()


async def _rush(shop: Shop, skus: Sequence[str], keys: Iterator[str], pay: bool) -> list[Answer]:
    connector = aiohttp.TCPConnector(limit=0)
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=patience, trust_env=False) as http:
        buyers = (_buy(http, shop, sku, key, pay) for sku, key in zip(skus, keys, strict=False))
        return await asyncio.gather(*buyers)


async def _buy(http: aiohttp.ClientSession, shop: Shop, sku: str, key: str, pay: bool) -> Answer:
    wish = {"lines": [{"sku": sku, "quantity": 1}], "email": "ada@example.org", "shipping_address": ADDRESS}
    began = time.monotonic()
    async with http.post(f"{shop.base}/api/v1/orders", json=wish, headers={"Idempotency-Key": key}) as answer:
        status, body = answer.status, await answer.json()
    seconds = time.monotonic() - began
    return Answer(status, body, seconds, paid=pay and status == 201 and await _pay(http, shop, body))


async def _pay(http: aiohttp.ClientSession, shop: Shop, order: dict[str, Any]) -> bool:
    headers = {"Idempotency-Key": uuid4().hex, "X-Order-Token": order["token"]}
    address = f"{shop.base}/api/v1/orders/{order['id']}/payments"
    async with http.post(address, json={"flow": "element"}, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        payment = await answer.json()
    form = {
        "client_secret": payment["client_secret"],
        "payment_method": "pm_card_visa",
        "use_stripe_sdk": "true",
    }
    confirm = f"{shop.stripe}/v1/payment_intents/{payment['provider_ref']}/confirm"
    async with http.post(confirm, data=form, headers=PUBLISHABLE) as answer:
        assert answer.status == 200, await answer.text()
    return True
