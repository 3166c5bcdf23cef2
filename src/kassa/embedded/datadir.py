"""The data directory: the embedded database, the sandbox's state, generated secrets and logs."""

import contextlib
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs


class DataDirFault(Exception):
    """The data directory can't be used; the message is one line for the person who chose it."""


def default_data_dir() -> Path:
    """`/var/lib/kassa` for root, else the platform's state folder of the user."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/kassa")
    return Path(platformdirs.user_state_dir("kassa", appauthor=False))


def prepare(path: Path) -> Path:
    """Make the directory if need be and see that it can be written; its absolute path.

    Raises:
        DataDirFault: it can't be made, or not be written.
    """
    try:
        path = path.expanduser().absolute()
        make_way(path)
        probe = path / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataDirFault(f"the data directory {path} can't be used: {reason}") from None
    return path


def make_way(path: Path) -> None:
    """Make `path`, and what is missing above it, so that others may pass through but not look around.

    The server's user must get through whatever the umask says. What exists already stays as it is.
    """
    for step in (*reversed(path.parents), path):
        with contextlib.suppress(FileExistsError):  # another process may be first
            if not step.exists():
                step.mkdir(mode=0o711)
                step.chmod(0o711)


def secret_file(path: Path, prefix: str = "") -> str:
    """The secret kept in `path` (mode 0600), made on first use: `prefix` and 256 random bits.

    Whoever comes second reads what the first one wrote, and never half of it.

    Raises:
        DataDirFault: the file can't be read or written.
    """
    try:
        with _alone_in(path.parent):
            if not path.exists():
                handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
                with os.fdopen(handle, "w") as file:
                    file.write(prefix + secrets.token_urlsafe(32) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(partial, path)
            return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise DataDirFault(f"the secret in {path} can't be read: {reason}") from None


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
