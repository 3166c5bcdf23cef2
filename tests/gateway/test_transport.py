"""How answers of Stripe arrive: in parts, too long, or broken off; never half an answer taken for a whole one."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from kassa.stripe import Gateway, Transport, Unreachable, Window

ALL = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def intent(number: int) -> dict[str, object]:
    """A PaymentIntent of some length."""
    return {
        "id": f"pi_{number}", "object": "payment_intent", "status": "succeeded", "amount": 1299,
        "amount_received": 1299, "currency": "eur", "latest_charge": None, "last_payment_error": None,
        "metadata": {"note": "x" * 4000},
    }  # fmt: skip


def page(items: Sequence[object]) -> bytes:
    """A list as Stripe answers it."""
    return json.dumps(
        {"object": "list", "data": items, "has_more": False, "url": "/v1/payment_intents"}
    ).encode()


@asynccontextmanager
async def answering(body: bytes, *, length: int | None = None) -> AsyncIterator[Gateway]:
    """A gateway whose Stripe answers 200 with these bytes, a little at a time, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length or len(body)}\r\n\r\n"
        writer.write(head.encode())
        try:
            for start in range(0, len(body), 1000):
                writer.write(body[start : start + 1000])
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gateway = Gateway(
        "sk_test_x",
        api_base=f"http://127.0.0.1:{port}",
        transport=Transport(),
        return_base="http://shop.test",
    )
    try:
        yield gateway
    finally:
        await gateway.close()
        server.close()
        await server.wait_closed()


async def test_an_answer_that_arrives_in_many_parts_is_read_to_its_end():
    async with answering(page([intent(number) for number in range(100)])) as gateway:
        (found,) = [each async for each in gateway.books.intents(ALL)]

    assert [one.id for one in found.items] == [f"pi_{number}" for number in range(100)]


async def test_an_answer_that_breaks_off_is_no_answer(monkeypatch):
    monkeypatch.setattr(Transport, "sleep_async", lambda self, seconds: asyncio.sleep(0))
    whole = page([intent(1)])

    async with answering(whole[:2000], length=len(whole)) as gateway:
        with pytest.raises(Unreachable):
            await gateway.intent("pi_1")


async def test_an_answer_that_can_not_be_read_leaves_unknown_what_was_done():
    async with answering(b'{"id": "pi_1", "obj') as gateway:
        with pytest.raises(Unreachable):
            await gateway.cancel_intent("pi_1")


async def test_an_answer_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(Transport, "sleep_async", lambda self, seconds: asyncio.sleep(0))
    monkeypatch.setattr("kassa.stripe.transport._BODY_LIMIT", 5000)

    async with answering(page([intent(number) for number in range(10)])) as gateway:
        with pytest.raises(Unreachable):
            await gateway.intent("pi_1")
