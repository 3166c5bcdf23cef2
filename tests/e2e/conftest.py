"""A whole shop, started as its user starts it, and a browser to buy in."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.e2e.shop import Shop

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
expect.set_options(timeout=15_000)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_home(prefix: str) -> Path:
    """A data directory to throw away, open enough for the server's own user, so that all of it is in there."""
    made = Path(tempfile.mkdtemp(prefix=prefix))
    made.chmod(0o711)
    return made


def start(data: Path, port: int, sandbox_port: int, *options: str, **env: str) -> "subprocess.Popen[str]":
    """`kassa up`, ready."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "kassa", "up", "--port", str(port), "--sandbox-port", str(sandbox_port),
            "--data-dir", str(data), *options,
        ],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **env},
    )  # fmt: skip
    assert process.stdout
    for line in process.stdout:
        if "Ctrl-C" in line:
            return process
    raise AssertionError(f"the shop did not start: exit status {process.wait()}")


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A running shop with the demo catalogue, its sandbox and its worker."""
    with running() as found:
        yield found


@contextmanager
def running(**env: str) -> Iterator[Shop]:
    """Such a shop, with these settings."""
    data = new_home("kassa-e2e-")
    port, sandbox_port = free_port(), free_port()
    process = start(data, port, sandbox_port, **env)
    key = subprocess.run(
        [sys.executable, "-m", "kassa", "keys", "create", "e2e", "--scope", "admin", "--data-dir", str(data)],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    password = (data / "demo-staff.password").read_text().strip()
    yield Shop(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", key, password, data)
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert process.stdout
    process.stdout.close()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "the browser tests need Chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile on a phone."""
    made = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; whatever a script complains about fails the test."""
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on(
        "console",
        lambda message: (
            complaints.append(message.text) if re.search("Content Security|Refused", message.text) else None
        ),
    )
    yield tab
    assert not complaints


@pytest.fixture(autouse=True)
def proof(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test, orders, money and stock agree, with the provider's books too."""
    yield
    if "shop" in request.fixturenames:
        request.getfixturevalue("shop").prove()
