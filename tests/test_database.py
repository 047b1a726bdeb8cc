import signal
import socket

import pytest

from b2bench.database import capabilities, connect, reading, require_version
from b2bench.errors import (
    BadInput,
    ExtensionMissing,
    ServerTooOld,
    ServerUnreachable,
    StatementFailed,
)
from b2bench.provenance import provenance
from b2bench.target import Target


def test_a_reading_session_cannot_write(empty_database: Target) -> None:
    with (
        pytest.raises(StatementFailed, match="read-only"),
        reading(empty_database) as connection,
    ):
        connection.execute("CREATE TABLE t (x int)")


def test_a_reading_session_gives_up_in_time(server: Target) -> None:
    with (
        pytest.raises(StatementFailed, match="statement timeout"),
        reading(server, statement_timeout_s=0.05) as connection,
    ):
        connection.execute("SELECT pg_sleep(10)")


def test_nobody_listening_is_one_line_with_the_mend() -> None:
    away = Target.parse("postgresql://me:secret@127.0.0.1:1/shop")
    with pytest.raises(ServerUnreachable) as refused, connect(away):
        pass
    assert "\n" not in str(refused.value)
    assert "b2bench server start" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_database_that_is_not_there_names_the_command(server: Target) -> None:
    with (
        pytest.raises(ServerUnreachable, match="schema install"),
        connect(server.for_database("nowhere")),
    ):
        pass


def test_postgresql_14_is_too_old() -> None:
    with pytest.raises(ServerTooOld, match="PostgreSQL 14: b2bench needs 15"):
        require_version(140_011)
    require_version(150_000)


def test_a_missing_extension_says_how_to_get_it(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        found = capabilities(connection)
    with pytest.raises(ExtensionMissing, match="CREATE EXTENSION pg_trgm"):
        found.require_extension("pg_trgm")


def test_a_target_never_shows_its_password() -> None:
    target = Target.parse("postgresql://me:secret@db.example/shop?sslpassword=hidden")
    assert "secret" not in repr(target) + str(target)
    assert str(target) == "host=db.example dbname=shop user=me"


def test_a_connection_string_that_cannot_be_read_is_bad_input() -> None:
    with pytest.raises(BadInput, match="postgresql://user@host"):
        Target.parse("host=x nonsense")


def test_provenance_names_machine_and_server(server: Target) -> None:
    with connect(server) as connection:
        found = provenance(connection)
    assert found.server.startswith("PostgreSQL ")
    assert found.processors >= 1
    assert "pg_stat_statements" in found.settings["shared_preload_libraries"]


def test_ctrl_c_while_connecting_leaves_no_session_half_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = Target.parse(f"host=127.0.0.1 port={listener.getsockname()[1]}")
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            with connect(target):
                pytest.fail("a server that says nothing opens no session")
        except KeyboardInterrupt:
            # here, where a copy of a database would be dropped, the server has to know
            with listener.accept()[0] as session:
                session.settimeout(5)
                while session.recv(1024):
                    pass
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
