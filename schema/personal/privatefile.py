"""Files that hold secrets: their owner's alone, replaced whole, one writer at a time."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from b2bench.errors import KeysUnusable

MODE = 0o600
_FOLDER_MODE = 0o700


def read_private(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        FileNotFoundError: there is none.
        KeysUnusable: others may read it, or we may not.
    """
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeysUnusable(f"others may read {path}: run `chmod 600 {path}`")
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeysUnusable(
            f"{path} cannot be read ({error.strerror}): name another with the setting, or mend it"
        ) from error


def write_private(path: Path, data: bytes) -> None:
    """Replace a file in one step, on disk before this returns; make its folder if need be.

    Raises:
        KeysUnusable: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        # its mode is 0600 from the first byte on
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync_folder(path.parent)
    except OSError as error:
        raise KeysUnusable(
            f"{path} cannot be written ({error.strerror}): choose another place"
        ) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other writers from a file; readers see the old one or the new one, never a half."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, MODE)
    except OSError as error:
        raise KeysUnusable(
            f"{path} cannot be written ({error.strerror}): choose another place"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
