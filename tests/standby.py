"""A standby that streams from an embedded server, for one test."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

from b2bench.cluster.account import Account
from b2bench.cluster.binaries import Binaries, find_binaries, usable_binaries
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.cluster.launch import stop_process
from b2bench.cluster.processes import cluster_name
from b2bench.database import wait_for
from b2bench.target import Target
from tests.components import free_port

_READY_S = 30


@contextmanager
def standby_of(server: EmbeddedServer, folder: Path, pg_bin: Path | None) -> Iterator[Target]:
    """Copy the server, start the copy behind it, and give its maintenance database."""
    account = Account.choose(server.status().data_directory)
    binaries = usable_binaries(find_binaries(pg_bin), account, folder / "copies")
    data = _data(folder, account)
    port, token = free_port(), secrets.token_hex(8)
    _copy(server.target(), data, account, binaries)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"port = {port}\n")
    pid = _start(data, token, account, binaries)
    try:
        primary = server.target()
        target = replace(primary, conninfo=make_conninfo(primary.conninfo, port=port))
        wait_for(target, _READY_S)
        yield target
    finally:
        stop_process(pid, token)


def _data(folder: Path, account: Account) -> Path:
    data = folder / "standby"
    data.mkdir(mode=0o700)
    if account.switched:
        os.chown(data, account.uid, account.gid)
    return data


def _copy(primary: Target, data: Path, account: Account, binaries: Binaries) -> None:
    program = binaries.program("pg_basebackup")
    options = ["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"]
    code, _, said = account.run([program, "-d", primary.conninfo, "-D", data, *options])
    assert code == 0, said


def _start(data: Path, token: str, account: Account, binaries: Binaries) -> int:
    name = f"cluster_name={cluster_name(token)}"
    command = [binaries.program("postgres"), "-D", data, "-c", name]
    process = account.start(
        ["/bin/sh", "-c", '"$@" </dev/null >/dev/null & echo $!', "sh", *command],
        stderr=subprocess.DEVNULL,
    )
    out, _ = process.communicate()
    return int(out)
