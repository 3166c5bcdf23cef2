"""Looking after processes: what dies is started again, what can't run says so, what lingers is not waited for."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kassa.cli import supervisor
from kassa.cli.place import Refused
from kassa.cli.supervisor import Part, supervise

LINGERS = "trap 'echo asked' TERM; echo here; while :; do sleep 0.05; done"
OBEYS = "trap 'echo $NAME ends >>ends; exit 0' TERM; echo here; while :; do sleep 0.05; done"
SECONDS = 30


def part(name: str, script: str, folder: Path) -> Part:
    """A process that is a few lines of shell."""
    return Part(name, ("sh", "-c", f"cd {folder}; {script}"), {"PATH": os.environ["PATH"], "NAME": name})


def meanwhile(*steps: Callable[[], object]) -> threading.Thread:
    """Do this beside the supervisor, which needs the main thread for its signals."""

    def go() -> None:
        for step in steps:
            step()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def said(logs: Path, name: str, text: str, times: int = 1) -> Callable[[], None]:
    """Wait until a part has said this so often."""

    def wait() -> None:
        end = time.monotonic() + SECONDS
        log = logs / f"{name}.log"
        while time.monotonic() < end and not (log.exists() and log.read_text().count(text) >= times):
            time.sleep(0.01)

    return wait


def tell(number: int) -> Callable[[], None]:
    """Send ourselves a signal."""
    return lambda: os.kill(os.getpid(), number)


def test_what_dies_is_started_again(tmp_path):
    logs = tmp_path / "logs"
    thread = meanwhile(said(logs, "frail", "here", times=3), tell(signal.SIGTERM))

    supervise([part("frail", "echo here; exit 1", tmp_path)], logs, ready=lambda: None)

    thread.join()
    assert (logs / "frail.log").read_text().count("here") >= 3


def test_parts_stop_in_their_order(tmp_path):
    logs = tmp_path / "logs"
    names = ["web", "worker", "sandbox"]
    thread = meanwhile(*(said(logs, name, "here") for name in names), tell(signal.SIGTERM))

    supervise([part(name, OBEYS, tmp_path) for name in names], logs, ready=lambda: None)

    thread.join()
    assert (tmp_path / "ends").read_text().split() == ["web", "ends", "worker", "ends", "sandbox", "ends"]


def test_told_twice_it_waits_for_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "_STOP_SECONDS", 3600)  # whoever waits, waits for ever
    logs = tmp_path / "logs"
    thread = meanwhile(
        said(logs, "slow", "here"), tell(signal.SIGINT), said(logs, "slow", "asked"), tell(signal.SIGTERM)
    )

    supervise([part("slow", LINGERS, tmp_path)], logs, ready=lambda: None)

    thread.join()


def test_told_once_it_waits_only_so_long(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "_STOP_SECONDS", 0.2)
    logs = tmp_path / "logs"
    thread = meanwhile(said(logs, "slow", "here"), tell(signal.SIGHUP))

    supervise([part("slow", LINGERS, tmp_path)], logs, ready=lambda: None)

    thread.join()
    assert "asked" in (logs / "slow.log").read_text()


def test_a_part_that_can_not_run_as_it_is_set_up_ends_the_start(tmp_path):
    opened: list[bool] = []
    parts = [
        Part("web", ("sleep", "60"), dict(os.environ), ready="http://127.0.0.1:9/readyz"),
        part("sandbox", "echo one thing; echo its store is taken; exit 2", tmp_path),
    ]

    with pytest.raises(Refused, match="sandbox can't run: its store is taken"):
        supervise(parts, tmp_path / "logs", ready=lambda: opened.append(True))

    assert opened == []


def test_what_a_part_says_later_ends_nothing(tmp_path):
    logs = tmp_path / "logs"
    thread = meanwhile(said(logs, "worker", "here", times=2), tell(signal.SIGTERM))

    supervise([part("worker", "sleep 0.3; echo here; exit 2", tmp_path)], logs, ready=lambda: None)

    thread.join()


def test_nobody_else_reads_the_logs(tmp_path):
    logs = tmp_path / "logs"
    thread = meanwhile(said(logs, "web", "here"), tell(signal.SIGTERM))

    supervise([part("web", f"touch made; {OBEYS}", tmp_path)], logs, ready=lambda: None)

    thread.join()
    assert logs.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600
