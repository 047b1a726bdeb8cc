import json
import stat
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.commands._connect_info import (
    ConnectInfo,
    _of_embedded,
    lines,
    pg_service,
    pgpass_line,
    write_files,
)
from b2bench.errors import BadInput
from b2bench.target import Target
from tests.commands.calling import call

# what pgAdmin 4 documents for its import, of which these say where a server is
PGADMIN_KEYS = [
    "Name", "Group", "Host", "Port", "MaintenanceDB", "Username", "ConnectionParameters",
]  # fmt: skip


def of_somebody(**changed: str) -> ConnectInfo:
    told = {"database": "shop", "user": "buyer", "host": "db.example", "password": "", **changed}
    return ConnectInfo(port=5432, maintenance="postgres", security={}, is_embedded=False, **told)


def written(target: Target, folder: Path) -> str:
    done = call("server", "connect-info", "--output", "connect", folder=folder, target=target)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def password(empty_database: Target) -> str:
    """Give the password of the suite's server."""
    found = conninfo_to_dict(empty_database.conninfo).get("password")
    if not found:
        pytest.skip("the server named by --dsn trusts everybody")
    return str(found)


def test_no_password_is_shown_or_written(
    empty_database: Target, password: str, tmp_path: Path
) -> None:
    shown = written(empty_database, tmp_path)
    files = list((tmp_path / "connect").iterdir())
    assert {path.name for path in files} == {"servers.json", "pg_service.conf"}
    assert not [text for text in (shown, *(path.read_text() for path in files)) if password in text]
    assert all(str(path.relative_to(tmp_path)) in shown for path in files)
    assert f"database     {empty_database.database}\n" in shown


@pytest.mark.parametrize("service", ["b2bench", "b2bench-maintenance"])
def test_libpq_connects_by_the_service_and_the_password_file(
    service: str,
    empty_database: Target,
    password: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(empty_database, tmp_path)
    line = call("server", "connect-info", "--pgpass", folder=tmp_path, target=empty_database)
    assert password in line.stdout
    (tmp_path / "pgpass").write_text(line.stdout)
    (tmp_path / "pgpass").chmod(stat.S_IRUSR | stat.S_IWUSR)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "connect" / "pg_service.conf"))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with psycopg.connect(f"service={service}") as connection:
        expected = {"b2bench": empty_database.database, "b2bench-maintenance": "postgres"}
        assert connection.info.dbname == expected[service]


def test_pgadmin_gets_the_keys_that_it_knows(empty_database: Target, tmp_path: Path) -> None:
    written(empty_database, tmp_path)
    servers = json.loads((tmp_path / "connect" / "servers.json").read_text())
    assert list(servers) == ["Servers"]
    (server,) = servers["Servers"].values()
    parts = conninfo_to_dict(empty_database.conninfo)
    assert list(servers["Servers"]) == ["1"]
    assert list(server) == PGADMIN_KEYS
    assert (server["Host"], str(server["Port"])) == (parts["host"], str(parts["port"]))
    assert (server["Username"], server["MaintenanceDB"]) == (parts["user"], "postgres")
    assert server["ConnectionParameters"]["sslmode"] in ("disable", "prefer")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pg_service.conf", "[theirs]\n"),
        ("servers.json", '{"Servers": {"1": {"Group": "x"}}}'),
        ("servers.json", "[]"),
    ],
)
def test_what_we_wrote_is_replaced_and_what_others_wrote_is_left_alone(
    name: str, content: str, tmp_path: Path
) -> None:
    for _ in range(2):
        write_files(tmp_path, of_somebody())
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=f"{name} is not ours"):
        write_files(tmp_path, of_somebody())
    assert (tmp_path / name).read_text() == content


def test_a_server_without_a_database_postgres_for_us_is_opened_at_our_own(
    empty_database: Target, tmp_path: Path
) -> None:
    role = f"guest_{empty_database.database}"
    name = empty_database.database
    with psycopg.connect(empty_database.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x' CONNECTION LIMIT 1".encode())
        try:
            connection.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
            guest = Target(conninfo=make_conninfo(empty_database.conninfo, user=role, password="x"))
            assert f"maintenance  {name}\n" in written(guest, tmp_path)
        finally:
            connection.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
            connection.execute(f"DROP ROLE {role}".encode())


def test_the_embedded_server_is_told_before_its_database_is_there(server: Target) -> None:
    info = _of_embedded(server.for_database("nowhere"))
    parts = conninfo_to_dict(server.conninfo)
    assert (info.database, info.maintenance) == ("nowhere", "postgres")
    assert (info.host, str(info.port), info.user) == (parts["host"], parts["port"], parts["user"])
    assert info.password not in "".join(lines(info))
    assert "`b2bench server dsn`" in "".join(lines(info))


def test_a_line_for_the_password_file_keeps_colons_and_backslashes_apart() -> None:
    line = pgpass_line(of_somebody(host="::1", password=r"a:b\c"))
    assert line == r"\:\:1:5432:*:buyer:a\:b\\c"
    assert pgpass_line(of_somebody(host="/run/pg", password="x")) == "*:5432:*:buyer:x"
    with pytest.raises(BadInput, match="no password was used"):
        pgpass_line(of_somebody())


@pytest.mark.parametrize("name", [" shop", "shop\nhost=evil.example"])
def test_a_name_that_a_service_file_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"dbname .* cannot stand in pg_service\.conf"):
        pg_service(of_somebody(database=name))
