"""One browser and two servers per file; a fresh browser profile per test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page
from tests.stripe_sandbox.pages.stage import Stage, new_context
from tests.stripe_sandbox.pages.stage import stage as running

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """A sandbox, a shop on another origin, and a browser."""
    async with running() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(stage: Stage) -> AsyncIterator[OpenPage]:
    """Opens tabs; what a script or the Content-Security-Policy complains about fails the test."""
    stage.world.box.faults.clear()
    complaints: list[str] = []
    contexts = []

    async def open_(**options: Any) -> Page:
        context = await new_context(stage, **options)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None
        )
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert not complaints


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one file share a browser, so one worker runs them."""
    for item in items:
        if item.path.parent.name == "pages" and "stripe_sandbox" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group(f"pages-{item.path.stem}"))
