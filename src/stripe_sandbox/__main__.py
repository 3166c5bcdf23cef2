"""`python -m stripe_sandbox`: a Stripe on this machine."""

import argparse
import asyncio
import sys
from pathlib import Path

from stripe_sandbox.server import exit_with, serve

try:
    import uvloop
except ImportError:  # Windows has none; the standard loop does as well, only slower
    uvloop = None  # type: ignore[assignment]


def main() -> None:
    """Parse the options and serve until stopped. A port in use is one line and exit status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m stripe_sandbox", description="A local, stateful Stripe for tests."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=12111, help="port to listen on (12111)")
    parser.add_argument(
        "--data-dir", type=Path, default=None, help="keep state in this directory (default: in memory)"
    )
    options = parser.parse_args()
    sys.stdout.write(f"Stripe sandbox on http://{options.host}:{options.port} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop if uvloop else None) as runner:
            runner.run(serve(options.host, options.port, options.data_dir))
    except KeyboardInterrupt:
        return
    except (OSError, ValueError) as error:
        exit_with(str(error))


if __name__ == "__main__":
    main()
