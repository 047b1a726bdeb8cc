"""Indexes that are invalid, there twice, or unused, and those that only look so."""

import contextlib
from dataclasses import replace

import pytest

from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.findings import Severity
from b2bench.target import Target
from reports.health.checks import Check, State
from reports.health.indexes import Index, indexes, judge_indexes, judge_unused
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds
from tests.postgres import change
from tests.reports.health.looking import DEFAULT, codes, found, look, named

DAYS_S = 2 * 86_400
SMALL = Thresholds(unused_index_reads_least=1, unused_index_bytes_least=0)
TABLES = (
    "CREATE TABLE parents (id int PRIMARY KEY, code text UNIQUE, note text)",
    "CREATE TABLE children (id int, parent_id int REFERENCES parents, note text)",
    "INSERT INTO parents SELECT n, n, n FROM generate_series(1, 500) n",
)


def seen_after(target: Target, counted_s: float) -> list[Check]:
    """Return the checks as if use had been counted for so long."""
    with connect(target) as connection:
        found_ = Sight(connection).rows("indexes", Index)
    return list(judge_indexes(found_, counted_s, SMALL))


def test_an_invalid_index_is_an_error(empty_database: Target) -> None:
    change(empty_database, *TABLES, "INSERT INTO children VALUES (1), (1)")
    assert named(look(empty_database, indexes), "invalid indexes").state is State.FINE
    with contextlib.suppress(StatementFailed):
        change(empty_database, "CREATE UNIQUE INDEX CONCURRENTLY broken ON children (id)")
    finding = found(look(empty_database, indexes), "invalid-index")
    assert (finding.severity, finding.subject) == (Severity.ERROR, "index public.broken")
    assert "DROP INDEX CONCURRENTLY public.broken" in finding.mend


def test_the_same_index_twice_names_the_one_that_can_go(empty_database: Target) -> None:
    change(
        empty_database,
        *TABLES,
        "CREATE INDEX parents_again ON parents (id)",
        "CREATE INDEX lower_a ON parents (lower(note)) WHERE note > 'a'",
        "CREATE INDEX lower_b ON parents ( lower( note ) )   WHERE  (note > 'a')",
        # others, for all that they share
        "CREATE INDEX down ON parents (id DESC)",
        "CREATE INDEX more ON parents (id) INCLUDE (note)",
        "CREATE INDEX part ON parents (id) WHERE id > 7",
        "CREATE INDEX hashed ON parents USING hash (id)",
    )
    seen = look(empty_database, indexes)
    again = found(seen, "duplicate-index", "parents_again")
    assert again.message.startswith("is public.parents_pkey once more")
    assert again.mend == "DROP INDEX CONCURRENTLY public.parents_again"
    assert found(seen, "duplicate-index", "lower_b").message.startswith("is public.lower_a once")
    assert named(seen, "duplicate indexes").figure.startswith("2 of ")


def test_an_unused_index_is_told_once_use_was_counted_for_long(empty_database: Target) -> None:
    change(
        empty_database,
        *TABLES,
        "CREATE INDEX unused ON parents (note)",
        "CREATE INDEX of_foreign_key ON children (parent_id)",
        "CREATE INDEX used ON parents (note, id)",
        "ANALYZE parents",
    )
    with connect(empty_database) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SELECT id FROM parents WHERE note = '7' AND id = 7")
        connection.execute("SELECT count(*) FROM children")
        connection.execute("SELECT pg_stat_force_next_flush()")
    seen = seen_after(empty_database, DAYS_S)
    unused = found(seen, "unused-index")
    assert unused.subject == "index public.unused"
    assert "within 2 d" in unused.message
    assert "standby" in unused.mend

    early = seen_after(empty_database, 3_600)
    assert "unused-index" not in codes(early)
    assert named(early, "unused indexes").state is State.UNJUDGED
    assert named(look(empty_database, indexes), "unused indexes").figure.startswith("too early")


def test_parts_of_a_partitioned_index_are_judged_together(empty_database: Target) -> None:
    change(
        empty_database,
        "CREATE TABLE events (id int, at int) PARTITION BY RANGE (at)",
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)",
        "CREATE INDEX events_id ON events (id)",
        "CREATE INDEX events_at ON events (at)",
        "INSERT INTO events SELECT n, n % 20 FROM generate_series(1, 1000) n",
        "ANALYZE",
    )
    with connect(empty_database) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SELECT * FROM events WHERE id = 7 AND at = 7")
        connection.execute("SELECT * FROM events WHERE id = 7 AND id > 6")
        connection.execute("SELECT pg_stat_force_next_flush()")
    finding = found(seen_after(empty_database, DAYS_S), "unused-index")
    assert (finding.subject, finding.mend.rpartition(", then ")[2]) == (
        "index public.events_at",
        "DROP INDEX public.events_at",
    )


UNUSED = Index(
    name="public.i",
    table_name="public.t",
    bytes=1 << 30,
    scans=0,
    table_reads=1_000_000,
    is_valid=True,
    is_partitioned=False,
    is_unique=False,
    is_needed=False,
    constraint_name="",
    is_being_built=False,
    supports_foreign_key=False,
    form="a",
)


@pytest.mark.parametrize(
    "spared",
    [
        replace(UNUSED, scans=1),
        replace(UNUSED, table_reads=999),
        replace(UNUSED, bytes=8192),
        replace(UNUSED, is_unique=True),
        replace(UNUSED, is_needed=True),
        replace(UNUSED, supports_foreign_key=True),
        replace(UNUSED, is_valid=False),
    ],
)
def test_an_index_is_spared_for_any_good_reason(spared: Index) -> None:
    assert codes([judge_unused([UNUSED], DAYS_S, DEFAULT)]) == {"unused-index"}
    assert judge_unused([spared], DAYS_S, DEFAULT).state is State.FINE


def test_an_index_that_is_being_built_is_not_invalid() -> None:
    building = replace(UNUSED, is_valid=False, is_being_built=True)
    checks = list(judge_indexes([building], DAYS_S, DEFAULT))
    assert named(checks, "invalid indexes").state is State.FINE
