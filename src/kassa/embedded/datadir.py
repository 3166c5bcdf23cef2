"""The data directory: the embedded database, the sandbox's state, generated secrets and logs."""

import os
import secrets
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
    """Make the directory if need be and see that it can be written; its absolute path."""
    path = path.expanduser().absolute()
    try:
        if not path.exists():
            path.mkdir(parents=True, mode=0o711, exist_ok=True)  # another process may be first
        probe = path / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DataDirFault(f"the data directory {path} can't be used: {error.strerror}") from None
    return path


def secret_file(path: Path, prefix: str = "") -> str:
    """The secret kept in `path` (mode 0600), made on first use: `prefix` and 256 random bits."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        value = prefix + secrets.token_urlsafe(32)
        file.write(value + "\n")
    return value
