"""One web process on a socket that somebody opened: `python -m kassa.cli.serving FD`."""

import os
import socket
import sys
from pathlib import Path

import uvicorn

from kassa.cli.logs import to_stderr
from kassa.cli.place import Refused
from kassa.config import Settings

_GRACE_SECONDS = 10
_BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        Refused: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, TypeError, ValueError) as error:  # a host's name can be no text that DNS knows
        reason = str(error)
        if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
            reason = os.strerror(error.errno)
        raise Refused(f"can't listen on {host}:{port}: {reason}") from None


def serve_on(settings: Settings, sock: socket.socket) -> None:
    """Serve the shop on an open socket until SIGINT or SIGTERM; requests under way are finished."""
    from kassa.app import create_app

    to_stderr()
    config = uvicorn.Config(
        create_app(settings), log_config=None, access_log=False, server_header=False, date_header=True,
        timeout_graceful_shutdown=_GRACE_SECONDS, lifespan="on",
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    serve_on(Settings.load(os.environ, Path(".env")), socket.socket(fileno=int(sys.argv[1])))
