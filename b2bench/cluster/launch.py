"""Bring the server up on a free port, and down again."""

import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from b2bench.cluster.account import Account
from b2bench.cluster.binaries import Binaries
from b2bench.cluster.configuration import configuration
from b2bench.cluster.processes import (
    Postmaster,
    alive,
    all_of,
    cluster_name,
    drop_stale_pid_file,
    end_all,
    find_postmaster,
    send,
    wait_until,
)
from b2bench.cluster.serverlog import ServerLog
from b2bench.cluster.state import Home
from b2bench.errors import BadInput, ClusterFailed

HOST = "127.0.0.1"
_START_S = 300.0  # recovery after a crash reads up to max_wal_size
# asked twice: a server that has just been launched may not listen yet
_STOP = ((signal.SIGINT, 0.5), (signal.SIGINT, 120.0), (signal.SIGQUIT, 10.0))
_LAST_WORDS_S = 5.0
_PORT_ATTEMPTS = 5
_PORT_TAKEN = "Address already in use"
# leaves the server to init, prints its number, and lets go of stdout
_LAUNCHER = '"$@" </dev/null >&2 & echo $!'


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """All that is needed to start the server of a data directory."""

    home: Home
    token: str
    binaries: Binaries
    account: Account
    overrides: Mapping[str, str]

    def start(self) -> Postmaster:
        """Start the server and wait until it takes connections.

        Raises:
            ClusterFailed: it ended, with its last words, or was not ready in time.
        """
        clear_remains(self.home, self.token)
        log = ServerLog(data=self.home.data, stderr=self.home.stderr)
        said = ""
        for port in self._ports():
            sizes = log.sizes()
            self._configure(port)
            if postmaster := self._attempt():
                return postmaster
            # its logger outlives it, and writes its last words
            wait_until(lambda: not all_of(self.token), _LAST_WORDS_S)
            said = log.complaints(sizes)
            if _PORT_TAKEN not in said:
                break
        raise ClusterFailed(
            f"PostgreSQL did not start: {said or 'it said nothing'} (log: {log.current}): mend "
            "that, or begin anew with `b2bench server destroy`"
        )

    def _ports(self) -> Iterator[int]:
        if wanted := self.overrides.get("port"):
            yield _number(wanted)
            return
        memory = self.home.memory()
        if memory and is_free(memory.port):
            yield memory.port
        for _ in range(_PORT_ATTEMPTS):
            yield free_port()

    def _configure(self, port: int) -> None:
        text = configuration(port, self.overrides)
        (self.home.data / "postgresql.conf").write_text(text, encoding="utf-8")

    def _attempt(self) -> Postmaster | None:
        pid = self._spawn()
        try:
            return await_ready(self.home.data, self.token, pid)
        except BaseException:
            # nobody waits for it any more
            stop_process(pid, self.token)
            raise

    def _spawn(self) -> int:
        with self.home.stderr.open("wb") as stderr:
            process = self.account.start(
                [
                    *("/bin/sh", "-c", _LAUNCHER, "sh"),
                    *(self.binaries.program("postgres"), "-D", self.home.data),
                    *("-c", f"cluster_name={cluster_name(self.token)}"),
                ],
                stderr=stderr,
            )
            out, _ = process.communicate()
        return int(out)


def _number(port: str) -> int:
    if not port.isdecimal():
        raise BadInput(f"port = {port!r} is no port: write a number")
    return int(port)


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port of the loopback address."""
    with socket.socket() as probe:
        # as PostgreSQL does: sessions that have just ended do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port of the loopback address that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def await_ready(data: Path, token: str, pid: int) -> Postmaster | None:
    """Wait until the server takes connections; `None` if it ended before.

    Raises:
        ClusterFailed: it was not ready in time.
    """

    def decided() -> bool:
        postmaster = find_postmaster(data, token)
        return not alive(pid) or (postmaster is not None and postmaster.ready)

    if not wait_until(decided, _START_S):
        raise ClusterFailed(
            f"PostgreSQL was not ready after {_START_S:.0f} s: look into {data / 'log'}, or begin "
            "anew with `b2bench server destroy`"
        )
    return find_postmaster(data, token) if alive(pid) else None


def stop_server(data: Path, token: str) -> bool:
    """Stop the server; return whether one was running.

    Raises:
        ClusterFailed: some of its processes do not end.
    """
    postmaster = find_postmaster(data, token)
    if postmaster is not None:
        stop_process(postmaster.pid, token)
    _require_ended(token)
    return postmaster is not None


def stop_process(pid: int, token: str) -> None:
    """Ask the server to end its sessions and itself, then insist."""
    for number, patience_s in _STOP:
        send(pid, number)
        if wait_until(lambda: not alive(pid), patience_s):
            return
    end_all(token)


def clear_remains(home: Home, token: str) -> None:
    """End the children of a killed server and drop its pid file.

    Raises:
        ClusterFailed: some of them do not end.
    """
    _require_ended(token)
    drop_stale_pid_file(home.data)


def _require_ended(token: str) -> None:
    if not end_all(token):
        raise ClusterFailed(
            f"processes of the embedded server do not end: {all_of(token)}: wait for the disk, or "
            "restart the machine"
        )
