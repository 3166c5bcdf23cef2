"""Running the sandbox as a process of its own."""

import os
import socket
import sys
from pathlib import Path

import uvicorn

from stripe_sandbox.app import create_app
from stripe_sandbox.deliveries import RETRY_SECONDS


class PortInUse(OSError):
    """Nothing can listen on the address that was asked for."""


async def serve(host: str, port: int, data_dir: Path | None) -> None:
    """Serve a sandbox on `host`:`port` until cancelled or told to stop by SIGINT or SIGTERM; prints nothing.

    State is kept in `data_dir` (None: in memory). `STRIPE_SANDBOX_WEBHOOK_URL` with
    `STRIPE_SANDBOX_WEBHOOK_SECRET` defines a webhook endpoint, `STRIPE_SANDBOX_BASE_URL` the address its
    pages are reached at, and `STRIPE_SANDBOX_WEBHOOK_RETRIES` the seconds between delivery attempts
    (``1,5,30``).

    Raises:
        PortInUse: the address is taken or not ours.
        ValueError: a setting makes no sense; the message says which.
    """
    sock = _listen(host, port)
    with sock:
        bound = sock.getsockname()[1]
        app = create_app(
            None if data_dir is None else data_dir / "stripe-sandbox.sqlite3",
            base_url=os.environ.get("STRIPE_SANDBOX_BASE_URL", f"http://127.0.0.1:{bound}").rstrip("/"),
            webhook=_webhook(),
            retries=_retries(),
        )
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
        )
        await uvicorn.Server(config).serve(sockets=[sock])


def exit_with(message: str) -> None:
    """End the process with one clear line and status 2."""
    sys.stderr.write(f"stripe_sandbox: {message}\n")
    raise SystemExit(2)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise PortInUse(f"cannot listen on {host}:{port}: a port is a number from 0 to 65535")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Named as TCP, because asyncio sends small answers without delay only on sockets that say so.
        sock = socket.socket(family, kind, socket.IPPROTO_TCP)
    except OSError as error:
        raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        sock.close()
        raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    return sock


def _webhook() -> tuple[str, str] | None:
    url, secret = (
        os.environ.get("STRIPE_SANDBOX_WEBHOOK_URL"),
        os.environ.get("STRIPE_SANDBOX_WEBHOOK_SECRET"),
    )
    if not url and not secret:
        return None
    if not url or not secret:
        raise ValueError(
            "STRIPE_SANDBOX_WEBHOOK_URL and STRIPE_SANDBOX_WEBHOOK_SECRET belong together; one is missing"
        )
    return url, secret


def _retries() -> tuple[float, ...]:
    text = os.environ.get("STRIPE_SANDBOX_WEBHOOK_RETRIES")
    if text is None:
        return RETRY_SECONDS
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            "STRIPE_SANDBOX_WEBHOOK_RETRIES must be seconds separated by commas, such as 1,5,30"
        ) from None
