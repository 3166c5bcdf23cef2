"""A run wants a database of its own, and several runs are one test."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import asyncpg
import pytest
import structlog
from tests.conftest import TEMPLATE

from kassa.kernel.ids import new_id


@pytest.fixture
async def fresh(cluster_dsn: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Calling it gives the address of another empty, migrated database."""
    admin = await asyncpg.connect(cluster_dsn)
    names: list[str] = []

    async def make() -> str:
        names.append(f"t_{new_id().hex}")
        await admin.execute(f'create database "{names[-1]}" template {TEMPLATE}')
        return f"{cluster_dsn.rpartition('/')[0]}/{names[-1]}"

    try:
        yield make
        for name in names:
            await admin.execute(f'drop database "{name}" with (force)')
    finally:
        await admin.close()


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """What a shop under a storm has to say is of no use to anybody."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()
