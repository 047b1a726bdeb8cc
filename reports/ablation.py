"""Index evidence: each index is dropped on a clone, and it is measured who misses it."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from b2bench.arguments import Drawn
from b2bench.database import connect
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.ablation_findings import judge
from reports.index_catalogue import (
    ForeignKey,
    IndexEntry,
    read_foreign_keys,
    read_indexes,
    redundant,
    serves,
    unserved,
)
from reports.index_cost import WriteCost, write_costs
from reports.index_evidence import Ablation, IndexEvidence, Phase
from reports.index_use import Cell, Matrix, Outcome, read_with_all
from reports.spare_indexes import spare_indexes

_SETTINGS = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # a session would otherwise change to generic plans in the middle
    "plan_cache_mode": "force_custom_plan",
    "track_counts": "on",
    "lock_timeout": "5000",
    "client_min_messages": "warning",
    # what others would do beside every execution
    "track_functions": "none",
    "track_io_timing": "off",
    "pg_stat_statements.track": "none",
    "log_min_duration_statement": "-1",
}


def ablate(
    target: Target,
    queries: Sequence[QueryClass],
    arguments: Drawn,
    *,
    roles: Mapping[str, str] | None = None,
    progress: Progress,
) -> Ablation:
    """Drop each index in a transaction that is rolled back, and execute what may miss it.

    Nothing is changed for good. Rolled-back changes leave dead rows behind and tables are locked
    meanwhile, so the database is a clone.

    Args:
        target: the clone, as its owner; as a superuser where the cost of writing is wanted.
        queries: the classes.
        arguments: one set of arguments for each case, by name of class; a class that is not in it
            is left out.
        roles: database role by the role that a query file names; others run as the target's.
        progress: told of each class and index.

    Raises:
        ServerUnreachable: no session could be opened.
        StatementFailed: an index cannot be dropped.
    """
    clock = _Clock()
    executed = [query for query in queries if query.name in arguments]
    with connect(replace(target, role=None), application_name="b2bench (ablation)") as connection:
        _set_up(connection)
        indexes, foreign_keys = read_indexes(connection), read_foreign_keys(connection)
        with clock.phase("with all indexes"):
            acting = {query.name: (roles or {}).get(query.role, target.role) for query in executed}
            readings, unread = read_with_all(connection, executed, arguments, acting, progress)
        matrix = Matrix(connection, indexes)
        with clock.phase("without each index, reading"):
            matrix.measure([each for each in readings if not each.writes], progress)
        with clock.phase("without each index, writing"):
            matrix.measure([each for each in readings if each.writes], progress)
        stand_ins = {index.oid: other for index, other in redundant(indexes)}
        with clock.phase("without all that are spare"):
            spare = spare_indexes(matrix, indexes, foreign_keys, stand_ins, readings)
        with clock.phase("inserting rows"):
            costs = write_costs(connection, indexes, progress)
    ablation = Ablation(
        indexes=tuple(_evidence(indexes, foreign_keys, costs, stand_ins, spare)),
        queries=tuple(sorted({reading.query.name for reading in readings})),
        cases=len(readings),
        cells=tuple(cell for cell in matrix.cells if _says_something(cell)),
        unread=tuple(unread),
        findings=(),
        executions=matrix.executions,
        phases=tuple(clock.phases),
    )
    missing = list(unserved(foreign_keys, indexes))
    return replace(ablation, findings=tuple(judge(ablation, indexes, missing)))


class _Clock:
    """Notes how long parts of the work take."""

    def __init__(self) -> None:
        self.phases = list[Phase]()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self.phases.append(Phase(name=name, seconds=time.perf_counter() - begin))


def _set_up(connection: psycopg.Connection) -> None:
    # a prepared statement's plan would be that of another execution
    connection.prepare_threshold = None
    for name, value in _SETTINGS.items():
        connection.execute(
            "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s"
            " AND (context = 'user' OR has_parameter_privilege(name, 'SET'))",
            (value, name),
        )


def _says_something(cell: Cell) -> bool:
    return cell.scans > 0 or cell.outcome is not Outcome.SAME


def _evidence(
    indexes: Sequence[IndexEntry],
    foreign_keys: Sequence[ForeignKey],
    costs: Mapping[str, WriteCost],
    stand_ins: Mapping[int, IndexEntry],
    spare: frozenset[int],
) -> Iterator[IndexEvidence]:
    servants = defaultdict[str, list[int]](list)
    for foreign_key in foreign_keys:
        servants[foreign_key.shown] += [i.oid for i in indexes if serves(i, foreign_key)]
    for index in indexes:
        served = [name for name, oids in servants.items() if index.oid in oids]
        yield IndexEvidence(
            name=index.name,
            table=index.table_name,
            table_rows=index.rows_estimated,
            definition=index.definition,
            method=index.method,
            kind=index.kind,
            constraint=index.constraint_name,
            is_valid=index.is_valid,
            size_bytes=index.size_bytes,
            foreign_keys=tuple(served),
            alone_for=tuple(name for name in served if servants[name] == [index.oid]),
            leaning=tuple(index.leaning),
            redundant_to=stand_ins[index.oid].name if index.oid in stand_ins else "",
            is_spare=index.oid in spare,
            cost=costs[index.name],
        )
