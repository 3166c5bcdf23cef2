"""The sandbox in this process, and the official SDK talking to it; every answer and event is validated.

`harness.py` holds the pieces; the fixtures put them together.
"""

from collections.abc import Iterator

import pytest
from tests.stripe_sandbox.harness import World


@pytest.fixture(params=["async", "sync"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh in-memory sandbox with one webhook endpoint, and clients for it: every test with both halves
    of the SDK.
    """
    made = World(synchronous=request.param == "sync")
    yield made
    made.close()
