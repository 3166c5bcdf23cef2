"""How answers of Stripe arrive: in parts, too long, or broken off; never half an answer taken for a whole one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kassa.stripe import Gateway, Transport, Unreachable


def intent(size: int) -> bytes:
    """A PaymentIntent of some length, as Stripe answers it."""
    shown = {
        "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1299,
        "amount_received": 1299, "currency": "eur", "latest_charge": None, "last_payment_error": None,
        "metadata": {"note": "x" * size},
    }  # fmt: skip
    return json.dumps(shown).encode()


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
    async with answering(intent(400_000)) as gateway:
        found = await gateway.intent("pi_1")

    assert (found.id, found.status) == ("pi_1", "succeeded")


async def test_an_answer_that_breaks_off_is_no_answer(monkeypatch):
    monkeypatch.setattr(Transport, "sleep_async", lambda self, seconds: asyncio.sleep(0))
    whole = intent(4000)

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

    async with answering(intent(40_000)) as gateway:
        with pytest.raises(Unreachable):
            await gateway.intent("pi_1")
