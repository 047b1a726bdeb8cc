"""A program that ends when this process ends, however that comes about."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import IO

from b2bench.cluster.account import Account
from b2bench.errors import ClusterFailed

_END_S = 10.0
# Waits on a pipe into which nobody writes. It breaks when whoever holds its other end is gone, by
# kill -9, too; then the program goes. Its clients are many, so its files may be many.
_SCRIPT = """
folder=$1; shift
ulimit -n "$(ulimit -Hn)"
"$@" </dev/null >/dev/null &
echo $!
read -r _
exec 2>/dev/null
kill -KILL $!
wait $!
rm -rf "$folder"
"""


@contextmanager
def private_folder(account: Account) -> Iterator[Path]:
    """Make a folder that only this user can enter, and remove it afterwards.

    Raises:
        ClusterFailed: the user does not reach the place for temporary files.
    """
    place = Path(tempfile.gettempdir())
    if not account.reaches(place):
        raise ClusterFailed(
            f"user {account.name} does not reach {place}: name another folder with TMPDIR"
        )
    folder = Path(tempfile.mkdtemp(prefix="b2bench-pooler-", dir=place))
    try:
        give(folder, account)
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def give(path: Path, account: Account) -> None:
    """Make a file or folder the user's own, where that is not us."""
    if account.switched:
        os.chown(path, account.uid, account.gid)


@contextmanager
def guarded(
    account: Account, argv: Sequence[str | Path], folder: Path, stderr: IO[bytes]
) -> Iterator[int]:
    """Run a program as long as the block lasts, and give its process id.

    Args:
        account: the user it runs as.
        argv: the program and its arguments.
        folder: removed with it, if this process is killed.
        stderr: where it writes.

    Raises:
        ClusterFailed: it cannot be started.
    """
    ours_to_watch, ours_to_hold = os.pipe()
    try:
        guardian = account.start(
            ["/bin/sh", "-c", _SCRIPT, "sh", folder, *argv], stdin=ours_to_watch, stderr=stderr
        )
    except BaseException:
        os.close(ours_to_hold)
        raise
    finally:
        os.close(ours_to_watch)
    try:
        yield _first_number(guardian)
    finally:
        os.close(ours_to_hold)
        _end(guardian)


def _first_number(guardian: "subprocess.Popen[bytes]") -> int:
    if guardian.stdout is None:
        raise AssertionError("an account's programs have a pipe for their output")
    return int(guardian.stdout.readline())


def _end(guardian: "subprocess.Popen[bytes]") -> None:
    try:
        with suppress(subprocess.TimeoutExpired):
            guardian.communicate(timeout=_END_S)
    finally:
        # it leads its own session, so whatever is left goes with it
        with suppress(ProcessLookupError):
            os.killpg(guardian.pid, signal.SIGKILL)
        guardian.wait()
