"""The roles that query files name, on a server that has some of them."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from b2bench.arguments import ExampleSource
from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.queries import QueryClass, load_queries
from b2bench.queryids import planned_statements
from b2bench.roles import find_roles, roles_of
from b2bench.target import Target
from tests.postgres import change
from tests.reports.guarded import new_role

SOURCE = ExampleSource(datetime(2025, 6, 1, tzinfo=UTC))


@pytest.fixture
def role(server: Target) -> Iterator[str]:
    with new_role(server) as name:
        yield name


@pytest.fixture
def someone(server: Target) -> Iterator[tuple[str, Target]]:
    """Give a user without any rights, and the maintenance database as that user."""
    password = secrets.token_hex(8)
    with new_role(server, f"LOGIN PASSWORD '{password}'") as name:
        address = psycopg.conninfo.make_conninfo(server.conninfo, user=name, password=password)
        yield name, Target(conninfo=address)


def queries(folder: Path, *roles: str) -> tuple[QueryClass, ...]:
    for number, role in enumerate(roles):
        header = f"-- role: {role}\n" if role else ""
        (folder / f"q{number}.sql").write_text(f"{header}SELECT current_user AS me;\n")
    return load_queries(folder)


def test_roles_that_the_server_has_are_taken_by_their_own_name(
    server: Target, role: str, tmp_path: Path
) -> None:
    files = queries(tmp_path, role, "nobody_has_this", "", role)
    with connect(server) as connection:
        found = find_roles(connection, files)
        assert roles_of(connection, files) == {role: role}
    assert (found.refused, found.missing) == ((), ("nobody_has_this",))
    assert found.findings == ()


def test_a_strangers_folder_that_names_no_known_role_is_no_finding(
    server: Target, tmp_path: Path
) -> None:
    with connect(server) as connection:
        found = find_roles(connection, queries(tmp_path, "nobody_has_this"))
    assert (found.taken, found.findings) == ({}, ())


def test_a_role_that_may_not_be_taken_on_is_said_once(
    role: str, someone: tuple[str, Target], tmp_path: Path
) -> None:
    name, target = someone
    with connect(target) as connection:
        found = find_roles(connection, queries(tmp_path, role, role, name))
    assert (found.taken, found.refused) == ({name: name}, (role,))
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("role-refused", Severity.WARNING)
    assert role in finding.line
    assert "GRANT" in finding.mend


def test_a_member_takes_its_role(
    server: Target, role: str, someone: tuple[str, Target], tmp_path: Path
) -> None:
    name, target = someone
    change(server, f"GRANT {role} TO {name}")
    with connect(target) as connection:
        assert roles_of(connection, queries(tmp_path, role)) == {role: role}


@pytest.mark.pg(">= 16")
def test_a_member_that_may_not_set_the_role_does_not_take_it(
    server: Target, role: str, someone: tuple[str, Target], tmp_path: Path
) -> None:
    name, target = someone
    change(server, f"GRANT {role} TO {name} WITH SET FALSE")
    with connect(target) as connection:
        assert find_roles(connection, queries(tmp_path, role)).refused == (role,)


def test_what_the_session_took_on_meanwhile_does_not_matter(
    server: Target, role: str, tmp_path: Path
) -> None:
    with new_role(server) as other, connect(server) as connection:
        connection.execute(f"SET ROLE {role}".encode())
        assert roles_of(connection, queries(tmp_path, other)) == {other: other}


def test_statements_are_planned_under_the_role_and_the_session_is_as_before(
    server: Target, role: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.sql").write_text(f"-- role: {role}\nSELECT rolpassword FROM pg_authid;\n")
    (query,) = load_queries(tmp_path)
    with connect(server) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            planned_statements(connection, query, SOURCE)
        assert connection.execute("SELECT current_setting('role')").fetchone() == ("none",)
