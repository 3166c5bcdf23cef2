"""`kassa up` as a process: it stops everything that it started, and leaves nothing behind when it is killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SECONDS = 60


class Up:
    """A shop with nothing in it, started in `folder`."""

    process: "subprocess.Popen[str] | None" = None

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.data = data
        self.port, self.sandbox_port = free_port(), free_port()

    def start(self, **env: str) -> "subprocess.Popen[str]":
        """Type the command; nothing is waited for."""
        words = ("up", "--port", str(self.port), "--sandbox-port", str(self.sandbox_port), "--no-demo")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kassa", *words, "--data-dir", str(self.data)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder, env={**os.environ, **env},
        )  # fmt: skip
        return self.process

    def ready(self, **env: str) -> str:
        """Start, and wait for what is printed then."""
        process, said = self.start(**env), ""
        assert process.stdout
        while line := process.stdout.readline():
            said += line
            if "Ctrl-C" in line:
                return said
        raise AssertionError(process.communicate()[1])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        assert self.process
        self.process.send_signal(number)
        self.process.communicate(timeout=SECONDS)
        return self.process.returncode

    def rests(self) -> bool:
        """Whether nobody listens any more, and PostgreSQL has put its pid file away."""
        for port in (self.port, self.sandbox_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return False
        return not (self.data / "postgres" / "postmaster.pid").exists()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data directory that every user may enter, so all of it lies here and is cleared away."""
    folder = Path(tempfile.mkdtemp(prefix="kassa-up-"))
    folder.chmod(0o711)
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def up(tmp_path: Path, data: Path) -> Iterator[Up]:
    """Not started yet; stopped at the end, whatever happened."""
    made = Up(tmp_path, data)
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_that_was_started(up, number):
    up.ready()

    assert up.stop(number) == 0
    assert up.rests()


def test_told_to_stop_while_it_sets_up_it_stops(up):
    up.start()
    while not (up.data / "postgres" / "postmaster.pid").exists():
        time.sleep(0.01)

    up.stop()

    assert up.rests()


def test_after_a_kill_the_next_start_finds_its_ports_and_its_database(up):
    up.ready()
    pid = (up.data / "postgres" / "postmaster.pid").read_text()
    up.stop(signal.SIGKILL)

    up.ready()

    assert (up.data / "postgres" / "postmaster.pid").read_text() == pid
    assert httpx.get(f"http://127.0.0.1:{up.port}/readyz").status_code == 200
    assert up.stop() == 0
    assert up.rests()


def test_what_the_file_of_settings_says_holds_for_up_too(up):
    (up.folder / ".env").write_text(
        "KASSA_BASE_URL=https://books.example.org\nSTRIPE_SECRET_KEY=sk_test_mine\n"
        f"STRIPE_API_BASE=http://127.0.0.1:{up.sandbox_port}\n"
    )

    said = up.ready()

    assert "https://books.example.org" in said
    assert "Test cards" not in said
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{up.sandbox_port}/_sandbox/healthz")
    assert up.stop() == 0


def test_two_shops_do_not_share_one_sandbox(up):
    up.ready()
    other = Up(up.folder, up.data).start()

    said = other.communicate(timeout=SECONDS)

    assert (other.returncode, said[0]) == (2, "")
    assert said[1].startswith("kassa: sandbox can't run: ")
    assert httpx.get(f"http://127.0.0.1:{up.port}/readyz").status_code == 200


@pytest.mark.parametrize("host", ["no host", "😀..x", "203.0.113.7", "x" * 300])
def test_a_host_that_is_none_is_one_line(up, host):
    process = subprocess.run(
        [sys.executable, "-m", "kassa", "up", "--host", host, "--data-dir", str(up.data)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip

    assert process.returncode == 2
    assert process.stderr.startswith("kassa: can't listen on ")
    assert len(process.stderr.splitlines()) == 1
