"""The whole page: as whoever looks, whatever is locked, and in every format."""

from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect, reading
from b2bench.errors import StatementFailed
from b2bench.findings import ExitCode, Finding, Severity
from b2bench.records import from_json, to_json
from b2bench.target import Target
from reports.health.checks import check, unjudged, unseen
from reports.health.health import Area, Health, verdict
from reports.health.markdown import health_markdown
from reports.health.sight import Role, Sight
from reports.health.text import health_text
from tests.postgres import change
from tests.reports.conftest import Golden
from tests.reports.health.looking import whole


def unseen_names(health: Health) -> set[str]:
    return {each.name for area in health.areas for each in area.checks if each.state == "not seen"}


def test_a_superuser_sees_everything(empty_database: Target) -> None:
    change(empty_database, "CREATE TABLE t (id serial PRIMARY KEY)", "ANALYZE t")
    page = whole(empty_database)
    assert unseen_names(page) == set()
    assert [area.name for area in page.areas] == [
        *("server", "sessions", "tables and indexes", "replication", "statements"),
    ]


def test_a_monitoring_role_sees_all_but_what_the_data_says(
    monitor: Target, empty_database: Target
) -> None:
    change(
        empty_database,
        "CREATE TABLE t (id serial PRIMARY KEY)",
        "INSERT INTO t SELECT FROM generate_series(1, 9)",
        "VACUUM ANALYZE t",
    )
    assert unseen_names(whole(monitor)) == {
        *("bloat of tables", "bloat of indexes", "sequences", "slow log"),
    }


def test_a_role_without_rights_has_a_page_too(plain: Target) -> None:
    page = whole(plain)
    assert unseen_names(page) == {"open transactions", "standbys", "slow log"}
    assert page.verdict.endswith(" checks not seen")


def test_a_table_that_somebody_locks_is_no_obstacle(empty_database: Target) -> None:
    change(
        empty_database,
        "CREATE TABLE t (id serial PRIMARY KEY, note text)",
        "CREATE INDEX lower_note ON t (lower(note)) WHERE note > ''",
        "INSERT INTO t (note) SELECT n FROM generate_series(1, 9) n",
        "VACUUM ANALYZE t",
    )
    with connect(empty_database) as session:
        session.execute("BEGIN")
        session.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        page = whole(empty_database)
        session.execute("COMMIT")
    assert unseen_names(page) == set()


def test_what_a_server_does_not_know_is_said_and_the_rest_is_seen(empty_database: Target) -> None:
    # as on a relative of PostgreSQL without this view
    change(
        empty_database,
        "CREATE SCHEMA ext",
        "CREATE VIEW ext.pg_prepared_xacts AS SELECT 1 AS other",
    )
    narrow = empty_database.with_setting("search_path", "ext,pg_catalog")
    page = whole(narrow)
    assert unseen_names(page) == {"prepared transactions"}


def test_a_session_that_is_ended_is_no_page(empty_database: Target) -> None:
    with pytest.raises(StatementFailed):
        _end_in_the_middle(empty_database)


def _end_in_the_middle(target: Target) -> None:
    with reading(target) as connection:
        sight = Sight(connection)
        with pytest.raises(psycopg.OperationalError):
            sight.answers(sql.SQL("SELECT pg_terminate_backend(pg_backend_pid())"), Role)
        sight.rows("sight", Role)


def finding(severity: Severity, subject: str, mend: str = "mend it") -> Finding:
    return Finding(
        code="some", severity=severity, subject=subject, message="is not well", mend=mend
    )


def sample() -> Health:
    """Return a page with everything that a page can hold."""
    areas = (
        Area(name="server", checks=(check("connections", "7 of 100"), unjudged("cache", "few"))),
        Area(
            name="indexes",
            checks=(
                check("sequences", "none"),
                check(
                    "invalid indexes",
                    "1 of 9",
                    [
                        finding(Severity.NOTE, "index n", ""),
                        finding(Severity.WARNING, "index w_1"),
                        None,
                        *(finding(Severity.ERROR, f"index e{n}") for n in range(5)),
                    ],
                ),
            ),
        ),
        Area(name="replication", checks=(unseen("standbys", "GRANT pg_monitor TO me"),)),
        Area(
            name="log",
            checks=(
                check("slow log", "none", [finding(Severity.NOTE, "slow log")]),
                check("waits", "2", [finding(Severity.WARNING, "pid | 7")]),
            ),
        ),
    )
    return Health(
        target="host=h dbname=d",
        database="d",
        role="me",
        at=datetime(2026, 11, 26, 21, 36, 33, tzinfo=UTC),
        areas=areas,
        verdict=verdict(areas),
    )


def test_the_page_as_text(golden: Golden) -> None:
    golden.check("health.txt", health_text(sample()))


def test_the_page_as_markdown(golden: Golden) -> None:
    golden.check("health.md", health_markdown(sample()))


def test_the_page_as_json_can_be_read_again() -> None:
    assert from_json(to_json(sample()), Health, source="sample") == sample()


@pytest.mark.parametrize(
    ("severities", "said", "code"),
    [
        ([], "nothing is wrong", ExitCode.FINE),
        ([Severity.NOTE], "nothing is wrong", ExitCode.FINE),
        ([Severity.WARNING] * 2, "nothing is wrong, 2 warnings", ExitCode.FINE),
        (
            [Severity.ERROR, Severity.WARNING],
            "something is wrong, 1 error, 1 warning",
            ExitCode.VERDICT_NO,
        ),
    ],
)
def test_only_errors_are_wrong(severities: list[Severity], said: str, code: ExitCode) -> None:
    found = [finding(each, "it") for each in severities]
    areas = (Area(name="a", checks=(check("c", "1", found),)),)
    assert verdict(areas) == said
    page = Health(target="", database="", role="", at=sample().at, areas=areas, verdict=said)
    assert page.exit_code is code
