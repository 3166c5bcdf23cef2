"""A till with stock, and what Stripe was asked."""

from dataclasses import dataclass

import pytest
from tests.factories import make_variant
from tests.money import Till


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of the shop's to Stripe: the path without its query, the key that came along, the body."""

    method: str
    path: str
    key: str | None
    body: bytes


def asked(till: Till, method: str = "POST") -> list[Asked]:
    """The calls of the shop's own (not of the customer's browser), oldest first."""
    log = till.stripe.box.requests
    calls = [log.find(shown["id"]) for shown in log.page(limit=500)]
    return [
        Asked(call["method"], call["path"].partition("?")[0], call["idempotency_key"], call["sent"])
        for call in reversed(calls)
        if call["method"] == method and not call["caller"].startswith("pk_")
    ]


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    yield made
    made.stripe.close()
