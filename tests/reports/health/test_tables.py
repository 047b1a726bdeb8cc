"""Dead rows and estimates of bloat, on tables that were made so."""

import pytest

from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import State
from reports.health.tables import Filled, dead_rows, index_bloat, table_bloat
from reports.health.thresholds import Limit, Thresholds
from tests.postgres import change
from tests.reports.health.looking import codes, found, look, named

SMALL = Thresholds(dead_rows_least=1_000, bloat_bytes_least=100_000)
MADE = (
    "CREATE TABLE notes (id int PRIMARY KEY, body text, at timestamptz, seen bool)"
    " WITH (autovacuum_enabled = false)",
    "INSERT INTO notes SELECT n, repeat('x', n % 60), CASE WHEN n % 2 = 0 THEN now() END, true"
    " FROM generate_series(1, 20000) n",
)
DELETED = "DELETE FROM notes WHERE id % 10 > 0"
COUNTED = "SELECT pg_stat_force_next_flush()"


def test_dead_rows_beyond_what_autovacuum_comes_at_are_told(empty_database: Target) -> None:
    # ANALYZE counts anew, so what was counted before must be there before
    change(empty_database, *MADE, COUNTED, "ANALYZE notes", DELETED, COUNTED)
    finding = found(look(empty_database, dead_rows, SMALL), "dead-rows")
    assert finding.subject == "table public.notes"
    assert finding.message == (
        "18,000 dead rows beside 2,000 live ones, 4.44 times what autovacuum comes at, "
        "and it is switched off here"
    )
    assert finding.mend.startswith("VACUUM public.notes")
    worse = Thresholds(dead_rows_least=1_000, dead_rows_of_threshold=Limit(warning=1, error=4))
    assert found(look(empty_database, dead_rows, worse), "dead-rows").severity is Severity.ERROR

    change(empty_database, "VACUUM notes")
    seen = look(empty_database, dead_rows, SMALL)
    assert (codes(seen), named(seen, "dead rows").state) == (set(), State.FINE)


def test_a_tables_own_threshold_counts(empty_database: Target) -> None:
    change(
        empty_database,
        *MADE,
        "ALTER TABLE notes SET (autovacuum_vacuum_scale_factor = 0.9)",
        COUNTED,
        "ANALYZE notes",
        DELETED,
        COUNTED,
    )
    assert codes(look(empty_database, dead_rows, SMALL)) == set()


def test_a_bloated_table_and_its_index_are_estimated(empty_database: Target) -> None:
    # every tenth row stays, so that no page can be given back, and then none next to another
    change(empty_database, *MADE, DELETED, "VACUUM ANALYZE notes")
    table = found(look(empty_database, table_bloat, SMALL), "table-bloat")
    index = found(look(empty_database, index_bloat, SMALL), "index-bloat")
    assert (table.subject, index.subject) == (
        "table public.notes",
        "index public.notes_pkey",
    )
    assert table.message.startswith("about 9") or table.message.startswith("about 8")
    assert "estimate" in table.message
    assert index.mend == "REINDEX INDEX CONCURRENTLY public.notes_pkey"

    change(empty_database, "VACUUM FULL notes", "VACUUM ANALYZE notes")
    for look_at in (table_bloat, index_bloat):
        assert codes(look(empty_database, look_at, SMALL)) == set()


@pytest.mark.parametrize(
    "columns",
    [
        "n AS a",
        "n AS a, n::bigint AS b, n::numeric AS c",
        "n AS a, repeat('x', n % 200) AS b, CASE WHEN n % 3 = 0 THEN now() END AS c",
        "md5(n::text) AS a, n % 2 = 0 AS b, ARRAY[n, n] AS c",
    ],
)
def test_a_table_that_was_just_written_is_not_bloated(empty_database: Target, columns: str) -> None:
    change(
        empty_database,
        f"CREATE TABLE fresh AS SELECT {columns} FROM generate_series(1, 20000) n",  # noqa: S608
        "CREATE INDEX fresh_a ON fresh (a)",
        "VACUUM ANALYZE fresh",
    )
    for look_at, name in ((table_bloat, "fresh"), (index_bloat, "fresh_a")):
        strict = Thresholds(bloat_bytes_least=0, bloat_share=Limit(warning=0.15))
        assert codes(look(empty_database, look_at, strict), name) == set()


def test_a_table_without_statistics_is_named_and_not_judged(empty_database: Target) -> None:
    change(empty_database, *MADE, "VACUUM notes")
    (seen,) = look(empty_database, table_bloat, SMALL)
    assert seen.figure.endswith("; without statistics: public.notes")


def test_what_a_monitoring_role_is_not_shown_is_said(
    monitor: Target, empty_database: Target
) -> None:
    change(empty_database, *MADE, DELETED, "VACUUM ANALYZE notes")
    (table,), (index,) = look(monitor, table_bloat, SMALL), look(monitor, index_bloat, SMALL)
    assert table.state is index.state is State.UNSEEN
    assert table.figure.startswith("the statistics of 1 are not shown to this role: ")
    assert "GRANT pg_read_all_data TO health_" in table.figure
    change(empty_database, "GRANT SELECT ON notes TO PUBLIC")
    assert found(look(monitor, table_bloat, SMALL), "table-bloat").subject == "table public.notes"
    assert found(look(monitor, index_bloat, SMALL), "index-bloat")


def test_fewer_pages_than_expected_are_no_bloat() -> None:
    small = Filled(name="t", bytes=8192, expected_bytes=16384, is_readable=True, is_empty=False)
    assert small.spare_bytes == 0
