"""The server's processes, known by the cluster's token in their command line and by no number."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.02
_QUIT_S = 5.0
_KILL_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """What `postmaster.pid` says of a server that is alive."""

    pid: int
    port: int
    ready: bool


def cluster_name(token: str) -> str:
    """Return the setting that puts the token into the title of every process."""
    return f"b2bench-{token}"


def find_postmaster(data: Path, token: str) -> Postmaster | None:
    """Return the running server of a data directory, `None` if the file lies or is missing."""
    claimed = _claimed(data)
    return claimed if claimed and is_ours(claimed.pid, token) else None


def drop_stale_pid_file(data: Path) -> None:
    """Remove `postmaster.pid` if its number is now another's, which PostgreSQL does not see."""
    claimed = _claimed(data)
    # a server that somebody started by hand is PostgreSQL's to complain of
    if claimed and not _is_postgres(claimed.pid, os.fsencode(data)):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _claimed(data: Path) -> Postmaster | None:
    """Return what the file says, true or not."""
    try:
        text = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    # shorter while the server is starting
    lines = [line.strip() for line in text.split("\n")] + [""] * 8
    pid, _, _, port, _, _, _, state = lines[:8]
    return Postmaster(pid=_number(pid), port=_number(port), ready=state == "ready")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def is_ours(pid: int, token: str) -> bool:
    """Return whether a living process belongs to the cluster."""
    return _is_postgres(pid, cluster_name(token).encode())


def _is_postgres(pid: int, sign: bytes) -> bool:
    """Return whether it is a PostgreSQL with this sign in its command line.

    That is readable where /proc/<pid>/cwd is not (root in a container), and empty for a zombie.
    """
    try:
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"postgres" in command_line.split(b"\0")[0] and sign in command_line


def alive(pid: int) -> bool:
    """Return whether there is a process of this number, and no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def all_of(token: str) -> list[int]:
    """Return every living process of the cluster, also those whose parent was killed."""
    numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return [pid for pid in numbers if is_ours(pid, token)]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end_all(token: str) -> bool:
    """End whatever is left of the cluster, gently first; return whether all are gone."""
    for number, patience_s in ((signal.SIGQUIT, _QUIT_S), (signal.SIGKILL, _KILL_S)):
        for pid in all_of(token):
            send(pid, number)
        if wait_until(lambda: not all_of(token), patience_s):
            return True
    return False


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Return whether the condition came true in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
