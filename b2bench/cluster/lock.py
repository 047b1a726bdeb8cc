"""Who may work in the embedded server's folder: made, locked and removed without a race."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from b2bench.cluster.state import ELSEWHERE, POINTER, Home, Mark, point_to
from b2bench.errors import BadInput, ClusterFailed
from b2bench.records import to_json

_TOKEN_BYTES = 8
_ATTEMPTS = 1000
_DOOMED = ".removed-"


@contextmanager
def locked(home: Home) -> Iterator[str]:
    """Make the folder if need be and keep others from changing it; yields its token.

    Raises:
        BadInput: there is a folder of this name that b2bench did not make, or none can be.
    """
    for _ in range(_ATTEMPTS):
        try:
            made = _make(home)
            descriptor = os.open(home.marker, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            continue  # somebody is just removing it
        with _lock(home, descriptor) as valid:
            if valid:
                _mark(home, made)
                yield str(home.token())
                return
    raise BadInput(f"{home.folder} cannot be made: name another state directory")


@contextmanager
def locked_if_there(home: Home) -> Iterator[bool]:
    """Keep others from changing the folder, if there is one; make nothing."""
    while True:
        try:
            descriptor = os.open(home.marker, os.O_RDWR)
        except FileNotFoundError:
            yield False
            return
        with _lock(home, descriptor) as valid:
            if valid:
                yield True
                return


@contextmanager
def _lock(home: Home, descriptor: int) -> Iterator[bool]:
    """Lock the marker; it is not valid if the folder was removed in the meantime."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield home.ours and os.path.samestat(os.fstat(descriptor), home.marker.stat())
    finally:
        os.close(descriptor)


def _make(home: Home) -> tuple[str, ...]:
    made = _make_folders(home.state)
    if home.folder.parent != home.state:
        _make_folders(home.folder.parent)
        point_to(home)
    made += _make_folders(home.folder, 0o711 if os.geteuid() == 0 else 0o700)
    # one look, as others may be making or removing it
    names = {path.name for path in home.folder.iterdir()}
    if names and home.marker.name not in names:
        raise BadInput(
            f"{home.folder} holds files that b2bench did not make: name another state directory"
        )
    return made


def _make_folders(folder: Path, mode: int = 0o755) -> tuple[str, ...]:
    """Make a folder and those above it, and return the ones made."""
    if folder.is_dir():
        return ()
    made = _make_folders(folder.parent)
    try:
        folder.mkdir(mode)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return made
    if os.geteuid() == 0:
        folder.chmod(mode)  # the umask may have closed it to the server's user
    return (*made, str(folder))


def _mark(home: Home, made: tuple[str, ...]) -> None:
    if home.mark() is None:
        mark = Mark(token=secrets.token_hex(_TOKEN_BYTES), made=made)
        home.marker.write_bytes(to_json(mark))


def require_not_foreign(home: Home) -> None:
    """Check that there is nothing where our folder would be.

    Raises:
        ClusterFailed: b2bench did not make what is there.
    """
    if home.folder.exists() and not home.ours:
        raise ClusterFailed(
            f"{home.folder} does not carry b2bench's mark, so it is left alone: remove it by hand"
        )


def remove(home: Home) -> None:
    """Remove the locked folder and whatever was made on the way to it and is empty now."""
    mark = home.mark()
    # renamed first: whoever waits for the lock sees at once that the folder is gone
    home.folder.rename(home.folder.with_name(f"{home.folder.name}{_DOOMED}{secrets.token_hex(4)}"))
    remove_remains(home)
    for folder in (str(ELSEWHERE), *reversed(mark.made if mark else ())):
        with suppress(OSError):
            Path(folder).rmdir()


def remove_remains(home: Home) -> bool:
    """Remove what an interrupted removal left; return whether there was anything."""
    remains = [*home.folder.parent.glob(f"{home.folder.name}{_DOOMED}*")]
    pointer = home.state / POINTER
    for folder in remains:
        shutil.rmtree(folder)
    if pointer.is_file():
        pointer.unlink()
        return True
    return bool(remains)
