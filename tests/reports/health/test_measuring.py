"""What the server measures, and the settings that keep its data safe."""

import pytest

from b2bench.database import reading
from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import State
from reports.health.measuring import Statements, judge_statements, settings, statements
from reports.health.sight import Sight
from tests.postgres import change
from tests.reports.health.looking import DEFAULT, codes, found, look, named


@pytest.mark.parametrize(
    ("setting", "value", "severity"),
    [
        ("track_io_timing", "off", Severity.NOTE),
        ("compute_query_id", "off", Severity.WARNING),
        ("log_min_duration_statement", "-1", Severity.NOTE),
        ("track_counts", "off", Severity.ERROR),
    ],
)
def test_a_setting_that_leaves_one_blind_is_told(
    empty_database: Target, setting: str, value: str, severity: Severity
) -> None:
    code = f"setting-{setting.replace('_', '-')}"
    with reading(empty_database) as connection:
        assert code not in codes(list(settings(Sight(connection), DEFAULT)))
        connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        seen = list(settings(Sight(connection), DEFAULT))
    assert found(seen, code).severity is severity
    assert any(f"{setting} {value}" in each.figure for each in seen)


def test_the_servers_of_the_suite_are_told_to_be_unsafe(empty_database: Target) -> None:
    safe = named(look(empty_database, settings), "safe settings")
    off = {f"setting-{name.replace('_', '-')}" for name in ("fsync", "full_page_writes")}
    assert {each for each in off if f"{each[8:].replace('-', '_')} off" in safe.figure} == (
        codes([safe]) & off
    )


def test_statements_are_counted_where_the_extension_is(empty_database: Target) -> None:
    assert found(look(empty_database, statements), "statements-not-counted").mend == (
        "CREATE EXTENSION pg_stat_statements"
    )
    change(empty_database, "CREATE SCHEMA ext", "CREATE EXTENSION pg_stat_statements SCHEMA ext")
    (seen,) = look(empty_database, statements)
    assert seen.state is State.FINE
    assert " of 10,000 entries, forgot 0 times in " in seen.figure


def test_every_role_sees_how_full_it_is(plain: Target, empty_database: Target) -> None:
    change(empty_database, "CREATE EXTENSION pg_stat_statements")
    (seen,) = look(plain, statements)
    assert " entries, forgot " in seen.figure


def test_statements_that_are_forgotten_every_hour_are_told() -> None:
    row = Statements(entries=5_000, most=5_000, evictions=48, counted_s=2 * 86_400)
    assert found([judge_statements(row, DEFAULT)], "statements-forgotten").mend.startswith("raise")
    longer = Statements(entries=5_000, most=5_000, evictions=48, counted_s=3 * 86_400)
    assert judge_statements(longer, DEFAULT).state is State.FINE
