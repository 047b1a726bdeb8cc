"""One execution of a query class with the work that the session's own statistics counted."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from psycopg import errors

from b2bench.arguments import Arguments
from b2bench.queries import QueryClass
from reports.refusal import refusal
from reports.step_execution import execute_steps

# what the planner asks for a row where it asks 1 for a block, see cpu_tuple_cost
_BLOCKS_PER_TUPLE = 0.01
# statistics of the own transaction, which count in nested functions, foreign-key checks and
# values stored out of line, and leave the catalogue's own tables out
_COUNTERS = """
SELECT array_agg(oid::int8) FILTER (WHERE scans > 0),
       array_agg(scans) FILTER (WHERE scans > 0),
       coalesce(sum(blocks), 0)::int8,
       coalesce(sum(tuples), 0)::int8,
       coalesce(sum(written), 0)::int8
  FROM (SELECT oid,
               pg_stat_get_xact_numscans(oid) AS scans,
               pg_stat_get_xact_blocks_fetched(oid) AS blocks,
               pg_stat_get_xact_tuples_returned(oid) AS tuples,
               CASE WHEN relkind = 'r' THEN
                   pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                   + pg_stat_get_xact_tuples_deleted(oid)
               END AS written
          FROM pg_class
         WHERE oid >= 16384
           AND relkind IN ('r', 'i', 't', 'm')) AS counted
 WHERE blocks > 0 OR scans > 0 OR written > 0
"""


class Ending(StrEnum):
    """How an execution ended."""

    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What an execution did.

    Args:
        blocks: touched in user tables and indexes, each touch counted.
        tuples: rows that table scans read and entries that index scans gave.
        written: rows inserted, updated and deleted, by functions and triggers as well.
    """

    blocks: int
    tuples: int
    ms: float
    written: int = 0

    @property
    def weighed(self) -> float:
        """Blocks and tuples as one number, a tuple a hundredth of a block as the planner has it."""
        return self.blocks + self.tuples * _BLOCKS_PER_TUPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution's work, and what was scanned.

    Args:
        work: up to the end, or to where it was stopped or failed.
        scans: number of scans by oid of table or index.
        tables: oids of all that it named, also where the planner found that it is not needed.
        said: by the server where it failed, without values.
    """

    ending: Ending
    work: Work
    scans: Mapping[int, int]
    tables: frozenset[int]
    said: str = ""


class Counting:
    """Executes classes in one transaction, and counts what each of them does.

    Args:
        connection: in a transaction, whose isolation level is the one that counts.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._counters = _counters(connection)

    def execute(
        self,
        query: QueryClass,
        arguments: Arguments,
        *,
        role: str | None,
        timeout_ms: float,
        names_tables: bool = False,
    ) -> Execution:
        """Execute every step of a class and undo it.

        Args:
            query: the class.
            arguments: what its parameters are.
            role: to execute it as; `None` for the session's own.
            timeout_ms: for each step.
            names_tables: whether `tables` is wanted.

        Raises:
            BadInput: a parameter has no value, or a step lacks a column that it promises.
        """
        before, ending, said, tables = self._counters, Ending.DONE, "", frozenset[int]()
        begin_ns, end_ns = time.perf_counter_ns(), 0
        try:
            with self._connection.transaction(force_rollback=True):
                _prepare(self._connection, role, timeout_ms)
                begin_ns = time.perf_counter_ns()
                execute_steps(self._connection, query, arguments)
                end_ns = time.perf_counter_ns()
                if names_tables:
                    tables = _locked(self._connection)
        except errors.QueryCanceled:
            ending = Ending.STOPPED
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            ending, said = Ending.FAILED, refusal(error, [step.sql for step in query.steps])
        ms = ((end_ns or time.perf_counter_ns()) - begin_ns) / 1e6
        after = self._counters = _counters(self._connection)
        return Execution(
            ending=ending,
            work=Work(
                blocks=after.blocks - before.blocks,
                tuples=after.tuples - before.tuples,
                ms=ms,
                written=after.written - before.written,
            ),
            scans=_more(before.scans, after.scans),
            tables=tables,
            said=said,
        )


def _prepare(connection: psycopg.Connection, role: str | None, timeout_ms: float) -> None:
    connection.execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('role', %s, true)",
        (f"{timeout_ms:.0f}", role or "none"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counters:
    blocks: int
    tuples: int
    written: int
    scans: Mapping[int, int]


def _counters(connection: psycopg.Connection) -> _Counters:
    row = connection.execute(_COUNTERS).fetchone()
    oids, scans, blocks, tuples, written = row or (None, None, 0, 0, 0)
    by_oid = dict(zip(oids or (), scans or (), strict=True))
    return _Counters(blocks=blocks, tuples=tuples, written=written, scans=by_oid)


def _locked(connection: psycopg.Connection) -> frozenset[int]:
    rows = connection.execute(
        "SELECT relation::int8 FROM pg_locks"
        " WHERE pid = pg_backend_pid() AND locktype = 'relation' AND relation >= 16384"
    )
    return frozenset(row[0] for row in rows)


def _more(before: Mapping[int, int], after: Mapping[int, int]) -> dict[int, int]:
    return {
        oid: count - before.get(oid, 0)
        for oid, count in after.items()
        if count > before.get(oid, 0)
    }
