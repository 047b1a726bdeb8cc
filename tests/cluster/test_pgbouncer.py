"""A PgBouncer of our own: which one, how it is reached, what it keeps to itself, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.cluster import pgbouncer
from b2bench.cluster.account import Account
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.cluster.guardian import give
from b2bench.cluster.memory import own_memory_bytes
from b2bench.cluster.pgbouncer import PgBouncer, Pooler, find_pgbouncer, pooled, version_of
from b2bench.cluster.processes import alive, wait_until
from b2bench.database import connect
from b2bench.errors import BadInput, ClusterFailed
from b2bench.target import Target
from tests.cluster.conftest import QUICK
from tests.components import require
from tests.postgres import new_database

WAIT_FOR_EVER = """
import sys, time
from pathlib import Path
from b2bench.cluster.pgbouncer import find_pgbouncer, pooled
from b2bench.target import Target

target = Target(conninfo=sys.stdin.readline().strip())
log = Path(sys.argv[1])
with pooled(find_pgbouncer(), target, pool_size=2, clients=2, log=log) as pooler:
    print(pooler.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def installed() -> PgBouncer:
    require("pgbouncer")
    return find_pgbouncer()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "pgbouncer.log"


@contextmanager
def running(
    installed: PgBouncer, target: Target, log: Path, *, pool_size: int = 2
) -> Iterator[Pooler]:
    with pooled(installed, target, pool_size=pool_size, clients=5, log=log) as pooler:
        yield pooler


def ask(target: Target, question: str) -> object:
    with connect(target) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def folder_of(pooler: Pooler) -> Path:
    words = Path(f"/proc/{pooler.pid}/cmdline").read_bytes().split(b"\0")
    return Path(words[1].decode()).parent


@pytest.mark.parametrize(
    ("said", "version", "prepares"),
    [
        ("PgBouncer 1.18.0\nlibevent 2.1.12-stable", (1, 18, 0), False),
        ("PgBouncer 1.20.1\n", (1, 20, 1), False),
        ("PgBouncer 1.21.0\n", (1, 21, 0), True),
        ("PgBouncer 1.22.1\n", (1, 22, 1), True),
        ("PgBouncer 1.9.0\n", (1, 9, 0), False),
        ("PgBouncer version 1.8.1 (debian)\n", (1, 8, 1), False),
        ("PgBouncer 2.0\n", (2, 0), True),
    ],
)
def test_prepared_statements_pass_from_1_21_on(
    said: str,
    version: tuple[int, ...],
    prepares: bool,  # noqa: FBT001 (a case)
) -> None:
    assert version_of(said) == version
    assert PgBouncer(program=Path("pgbouncer"), version=version).prepares is prepares


def test_what_is_not_there_is_told_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match=r"missing is no program: .* --pgbouncer"):
        find_pgbouncer(tmp_path / "missing")
    with pytest.raises(BadInput, match="is no PgBouncer"):
        find_pgbouncer(Path("/bin/true"))
    monkeypatch.setattr(pgbouncer, "_FOLDERS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="`apt-get install pgbouncer`"):
        find_pgbouncer()


def test_a_database_is_reached_through_it_and_it_is_gone_afterwards(
    installed: PgBouncer, server: Target, log: Path
) -> None:
    with running(installed, server, log) as pooler:
        assert pooler.target.via == "pgbouncer"
        assert ask(pooler.target, "SELECT current_database()") == server.database
        assert ask(pooler.target, "SELECT session_user") == ask(server, "SELECT session_user")
        folder = folder_of(pooler)
        assert own_memory_bytes([pooler.pid], title="pgbouncer") is not None
    assert not alive(pooler.pid)
    assert not folder.exists()
    assert f"process up: {installed.shown}" in log.read_text()


def test_passwords_are_for_one_user_s_eyes(installed: PgBouncer, server: Target, log: Path) -> None:
    password = str(conninfo_to_dict(server.conninfo).get("password") or "")
    if not password:
        pytest.skip("the server named by --dsn trusts everybody")
    with running(installed, server, log) as pooler:
        folder = folder_of(pooler)
        holders = {path.name for path in folder.iterdir() if password in path.read_text()}
        modes = {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())}
        owner = Path(f"/proc/{pooler.pid}").stat().st_uid
        command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        assert password not in pooler.target.conninfo
    assert holders == {"pgbouncer.ini"}
    assert modes == {0}
    assert owner != 0
    assert not any(password.encode() in line for line in command_lines)
    assert password not in log.read_text()


def test_nobody_comes_in_without_the_password(
    installed: PgBouncer, server: Target, log: Path
) -> None:
    with running(installed, server, log) as pooler:
        stranger = make_conninfo(pooler.target.conninfo, password="sesame")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(stranger)


def test_names_and_passwords_may_hold_anything_but_lines(
    installed: PgBouncer, server: Target, log: Path
) -> None:
    user, password = """it's "me" é""", """p'w "q" = ;#% \\ é"""
    name = 'a shop\'s "data" = 1'
    make_user = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    with connect(server) as connection:
        connection.execute(make_user.format(sql.Identifier(user), password))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            conninfo = make_conninfo(server.conninfo, dbname=name, user=user, password=password)
            with running(installed, Target(conninfo=conninfo), log) as pooler:
                assert ask(pooler.target, "SELECT session_user") == user
                assert ask(pooler.target, "SELECT current_database()") == name
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))


def test_settings_in_the_connection_string_hold_for_every_session(
    installed: PgBouncer, server: Target, log: Path
) -> None:
    target = server.with_setting("geqo", "off").with_setting("search_path", r"it's,\ public")
    with running(installed, target, log) as pooler:
        assert ask(pooler.target, "SHOW geqo") == "off"
        assert ask(pooler.target, "SHOW search_path") == "it's, public"
    odd = Target(conninfo=make_conninfo(server.conninfo, options="-c geqo=off -e"))
    with pytest.raises(BadInput, match="'-e' does not pass"), running(installed, odd, log):
        pass


def test_variables_of_libpq_change_nothing(
    installed: PgBouncer, server: Target, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(installed, server, log) as pooler:
        monkeypatch.setenv("PGSSLMODE", "require")
        monkeypatch.setenv("PGOPTIONS", "-c geqo=off")
        assert ask(pooler.target, "SELECT 1") == 1


def test_what_is_set_for_a_transaction_does_not_reach_the_next_client(
    installed: PgBouncer, empty_database: Target, log: Path
) -> None:
    read = "SELECT nullif(current_setting('shop.account_id', true), '')"
    with (
        running(installed, empty_database, log, pool_size=1) as pooler,
        connect(pooler.target) as first,
        connect(pooler.target) as second,
    ):
        with first.transaction():
            first.execute("SELECT set_config('shop.account_id', '42', true)")
            assert first.execute(read).fetchone() == ("42",)
        assert second.execute(read).fetchone() == (None,)
        # which is why a role is refused: what is set for a session does reach it
        first.execute("SELECT set_config('shop.account_id', '42', false)")
        assert second.execute(read).fetchone() == ("42",)


def test_a_role_is_refused(installed: PgBouncer, server: Target, log: Path) -> None:
    target = Target(conninfo=server.conninfo, role="buyer")
    with (
        pytest.raises(BadInput, match="buyer cannot be taken on through PgBouncer"),
        running(installed, target, log),
    ):
        pass


def test_a_port_that_somebody_took_is_replaced(
    installed: PgBouncer, server: Target, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], pgbouncer.free_port()])
        monkeypatch.setattr(pgbouncer, "free_port", lambda: next(ports))
        with running(installed, server, log) as pooler:
            assert ask(pooler.target, "SELECT 1") == 1


def test_a_pooler_that_does_not_start_is_quoted(
    server: Target, open_folder: Path, log: Path
) -> None:
    program = open_folder / "pgbouncer"
    program.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && echo "PgBouncer 1.18.0" && exit\n'
        'echo "2025-06-01 12:00:00.000 UTC [7] FATAL it is out of order" >&2\n'
    )
    program.chmod(0o755)
    with (
        pytest.raises(ClusterFailed, match="did not start: it is out of order"),
        running(find_pgbouncer(program), server, log),
    ):
        pass


def test_a_server_that_is_not_reached_is_told_in_one_line(
    installed: PgBouncer, server: Target, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = pgbouncer.find_entrance

    with new_database(server) as gone:
        entrance = found(gone)
    monkeypatch.setattr(pgbouncer, "find_entrance", lambda _: entrance)
    with pytest.raises(ClusterFailed) as caught, running(installed, gone, log):
        pass
    assert re.search(r"does not reach the server: .*does not exist", str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_whoever_started_it(
    installed: PgBouncer, server: Target, log: Path, number: signal.Signals
) -> None:
    assert installed.version
    starter = subprocess.Popen(
        [sys.executable, "-c", WAIT_FOR_EVER, str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert starter.stdin is not None
        assert starter.stdout is not None
        starter.stdin.write(f"{server.conninfo}\n")
        starter.stdin.flush()
        pid = int(starter.stdout.readline())
        folder = Path(os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1])).parent
        assert folder.exists()
    finally:
        starter.send_signal(number)
        starter.communicate(timeout=30)
    assert wait_until(lambda: not alive(pid) and not folder.exists(), 10)


@pytest.fixture
def tls_server(open_folder: Path) -> Iterator[Target]:
    """Give a server that speaks TLS, Debian's, and how to verify that it is that one."""
    account = Account.choose()
    certificate, key = open_folder / "root.crt", open_folder / "server.key"
    subprocess.run(
        [
            *(require("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    give(key, account)
    server = EmbeddedServer(
        open_folder / "state",
        pg_bin=require("initdb").resolve().parent,
        overrides=QUICK
        | {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)},
    )
    try:
        yield Target(
            conninfo=make_conninfo(
                server.start().conninfo,
                host="localhost",
                hostaddr="127.0.0.1",
                sslmode="verify-full",
                sslrootcert=str(certificate),
            )
        )
    finally:
        server.destroy()


def test_a_server_that_is_reached_by_tls_is_reached_by_tls_through_it(
    installed: PgBouncer, tls_server: Target, log: Path
) -> None:
    encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    with running(installed, tls_server, log) as pooler:
        assert ask(pooler.target, encrypted) is True
    plain = Target(conninfo=make_conninfo(tls_server.conninfo, sslmode="disable"))
    with running(installed, plain, log) as pooler:
        assert ask(pooler.target, encrypted) is False
