import os
import subprocess
import time
from pathlib import Path

import pytest

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.cluster.processes import alive
from b2bench.database import capabilities, connect
from b2bench.errors import BadInput, ClusterFailed, ServerUnreachable
from tests.cluster.conftest import MakeServer, ask, pid_of, start_elsewhere


def test_a_server_starts_and_stops_and_keeps_its_data(embedded: EmbeddedServer) -> None:
    target = embedded.start()
    with connect(target) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert embedded.stop() is True
    assert embedded.stop() is False
    assert ask(embedded.start(), "SELECT answer FROM kept") == 42


def test_the_status_of_a_server_that_was_never_made_makes_nothing(
    embedded: EmbeddedServer, place: Path
) -> None:
    status = embedded.status()
    assert (status.running, status.port, status.pid) == (False, None, None)
    assert int(status.version.split(".")[0]) >= 15
    assert embedded.stop() is False
    assert embedded.destroy() is False
    assert list(place.iterdir()) == []


def test_the_status_says_what_runs_and_where(shared: EmbeddedServer) -> None:
    status = shared.status()
    target = shared.target()
    assert status.running
    assert ask(target, "SHOW port") == str(status.port)
    assert ask(target, "SHOW data_directory") == str(status.data_directory)
    assert str(ask(target, "SHOW server_version")).split()[0] == status.version
    assert status.log_file.read_text(encoding="utf-8").startswith("{")
    assert Path(f"/proc/{status.pid}").exists()


def test_a_second_start_is_quick_and_changes_nothing(shared: EmbeddedServer) -> None:
    before = shared.status()
    started_s = time.monotonic()
    shared.start()
    assert time.monotonic() - started_s < 1
    assert shared.status() == before


def test_another_start_may_not_ask_for_other_settings(
    embedded: EmbeddedServer, make_server: MakeServer, place: Path
) -> None:
    embedded.start()
    with pytest.raises(ClusterFailed, match=r"`b2bench server stop`$"):
        make_server(place / ".b2bench", work_mem="1MB").start()
    assert embedded.status().running


def test_statements_can_be_watched_at_once(shared: EmbeddedServer) -> None:
    with connect(shared.target()) as connection:
        found = capabilities(connection)
    assert found.require_extension("pg_stat_statements")
    assert {"pg_stat_statements", "auto_explain"} <= found.preloaded


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("effective_cache_size", "4GB"),
        ("shared_buffers", "512MB"),
        ("work_mem", "16MB"),
        ("random_page_cost", "1.1"),
        ("jit", "off"),
        ("max_connections", "700"),
        ("track_io_timing", "on"),
        ("track_functions", "all"),
        ("compute_query_id", "on"),
        ("log_destination", "jsonlog"),
        ("pg_stat_statements.max", "10000"),
        ("auto_explain.log_min_duration", "-1"),
        ("TimeZone", "UTC"),
        ("lc_messages", "C"),
        ("server_encoding", "UTF8"),
        ("default_text_search_config", "pg_catalog.english"),
        # an override
        ("log_min_duration_statement", "0"),
    ],
)
def test_the_settings_are_ours(shared: EmbeddedServer, setting: str, value: str) -> None:
    assert ask(shared.target(), f"SHOW {setting}") == value


def test_words_are_sorted_by_code_point_and_folded_as_unicode(shared: EmbeddedServer) -> None:
    assert ask(shared.target(), "SELECT 'Z' < 'a' AND lower('Ä') = 'ä'") is True


def test_a_setting_that_postgresql_refuses_is_explained(
    make_server: MakeServer, place: Path
) -> None:
    server = make_server(place / "state", work_mem="a lot")
    with pytest.raises(ClusterFailed, match=r'"work_mem": "a lot".*`b2bench server destroy`$') as e:
        server.start()
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("name", ["work_mem = 1 #", "a\nb", ""])
def test_an_override_that_is_no_setting_is_refused(
    make_server: MakeServer, place: Path, name: str
) -> None:
    with pytest.raises(BadInput, match=r"is no setting"):
        make_server(place / "state", **{name: "1"}).start()


def test_a_target_needs_a_running_server(embedded: EmbeddedServer) -> None:
    for ask_for in (embedded.target, lambda: embedded.psql_command("postgres")):
        with pytest.raises(ServerUnreachable, match=r"`b2bench server start`$"):
            ask_for()


def test_a_target_is_of_the_database_asked_for(shared: EmbeddedServer) -> None:
    assert shared.target("shop").database == "shop"
    assert shared.target().database == "postgres"


def test_psql_runs_without_a_password_in_its_command_line(
    shared: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(shared.target()) as connection:
        connection.execute('CREATE DATABASE "it\'s a = b"')
    monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    argv, environment = shared.psql_command("it's a = b")
    assert not {"PGOPTIONS", "LD_LIBRARY_PATH"} & environment.keys()
    assert environment["PGPASSWORD"] not in " ".join(argv)
    command = [*argv, "--no-psqlrc", "-Atc", "SELECT current_database()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "it's a = b\n"


def test_the_server_outlives_the_command_and_holds_nothing_of_it(
    embedded: EmbeddedServer, place: Path, pg_bin: Path | None
) -> None:
    # communicate returns only if nobody else holds stdout and stderr
    environment = os.environ | {"PGPORT": "1", "PGDATA": "/nowhere", "A_SECRET": "yes"}
    starter = start_elsewhere(place / ".b2bench", pg_bin, env=environment)
    out, err = starter.communicate(timeout=60)
    assert (starter.returncode, err) == (0, "")
    pid = pid_of(embedded)
    assert out.split() == ["begin", str(pid)]
    assert os.getsid(pid) != os.getsid(0)
    known = Path(f"/proc/{pid}/environ").read_bytes()
    assert not any(part in known for part in (b"PGPORT", b"PGDATA", b"A_SECRET"))


def test_two_starts_at_once_get_the_same_server(place: Path, pg_bin: Path | None) -> None:
    starters = [start_elsewhere(place / ".b2bench", pg_bin) for _ in range(2)]
    said = [starter.communicate(timeout=60) for starter in starters]
    server = EmbeddedServer(place / ".b2bench")
    try:
        assert said == [(f"begin\n{pid_of(server)}\n", "")] * 2
    finally:
        server.destroy()


@pytest.mark.parametrize("name", ["a folder with spaces, 'quotes' and ünïcode", "x" * 220])
def test_the_state_directory_may_have_any_name(
    make_server: MakeServer, place: Path, name: str
) -> None:
    server = make_server(place / name / "$HOME" / ".b2bench")
    assert ask(server.start(), "SELECT 1") == 1
    assert server.destroy()
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("state", ["file", "file/below", "file/far/below"])
def test_a_state_directory_below_a_file_is_refused(
    make_server: MakeServer, place: Path, state: str
) -> None:
    (place / "file").touch()
    server = make_server(place / state)
    with pytest.raises(BadInput, match=r"file.*name another state directory$"):
        server.start()
    assert server.status().running is False
    assert server.destroy() is False


def test_a_state_directory_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(BadInput, match=r"name another state directory$"):
        EmbeddedServer(Path("/proc/nowhere")).start()


def test_a_data_directory_of_another_major_version_is_refused(embedded: EmbeddedServer) -> None:
    embedded.start()
    embedded.stop()
    (embedded.status().data_directory / "PG_VERSION").write_text("14\n", encoding="ascii")
    with pytest.raises(ClusterFailed, match=r"PostgreSQL 14 .*`b2bench server destroy`$"):
        embedded.start()
    assert embedded.destroy()


def test_destroying_removes_all_that_was_made_and_nothing_else(
    make_server: MakeServer, place: Path
) -> None:
    state = place / "mine"
    state.mkdir()
    (state / "notes").touch()
    server = make_server(state)
    server.start()
    pid = pid_of(server)
    assert server.destroy() is True
    assert server.destroy() is False
    assert [path.name for path in state.iterdir()] == ["notes"]
    assert not alive(pid)


def test_a_folder_that_is_not_ours_is_neither_used_nor_removed(
    make_server: MakeServer, place: Path
) -> None:
    foreign = place / "state" / "server"
    foreign.mkdir(parents=True)
    (foreign / "thesis").touch()
    server = make_server(place / "state")
    with pytest.raises(BadInput, match=r"did not make"):
        server.start()
    with pytest.raises(ClusterFailed, match=r"left alone"):
        server.destroy()
    assert [path.name for path in foreign.iterdir()] == ["thesis"]
