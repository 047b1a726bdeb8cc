"""Fill a marked database with a profile's data set, the same bytes for any number of jobs."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from threading import Lock

import psycopg
from psycopg import sql

from b2bench.database import columns_of, connect
from b2bench.errors import BadInput, StatementFailed
from b2bench.marker import (
    DataSet,
    note_table,
    read_data_set,
    require_marked,
    statistics_target,
    write_data_set,
)
from b2bench.progress import Progress, silent
from b2bench.sessions import alone, end_sessions, side_by_side
from b2bench.target import Target
from loadgen.data.load import load_table
from loadgen.data.population import AS_OF, Population
from loadgen.data.profiles import Profile
from loadgen.data.tables import COUNTS, TABLES, trade
from schema import deferral
from schema.audit.months import AHEAD, extend
from schema.personal.location import new_store_id, set_store_id
from schema.tables import tables_in_order

GENERATOR_VERSION = 5
# no event of a data set is older
OLDEST_EVENT = (AS_OF - timedelta(days=trade.OLDEST_REQUEST_DAYS + 1)).date()
_VACUUM_ATTEMPTS = 10
_VACUUM_PAUSE_S = 0.5
_GENERATE, _LOAD, _STATISTICS = (f"b2bench ({what})" for what in ("generate", "load", "statistics"))


def generate(
    target: Target,
    profile: Profile,
    *,
    seed: int = 1,
    jobs: int | None = None,
    progress: Progress = silent,
) -> DataSet:
    """Replace everything in the business tables by a profile's rows and return what was loaded.

    A load that is killed leaves its state as `loading`; the next one of the same data set goes on
    where it stopped, table by table, and one of another data set starts again.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: the schema is not installed, or another process is filling the database.
        StatementFailed: the server refused, e.g. for want of space.
    """
    population = Population(profile.rows, seed)
    volumes = with_load_events(row_counts(population))
    loading = DataSet(
        profile=profile.name,
        scale=profile.scale,
        seed=seed,
        generator_version=GENERATOR_VERSION,
        as_of=AS_OF,
        recipe=dict(profile.rows),
        rows=volumes,
        sha256="",
        state="loading",
    )
    workers = jobs or len(os.sched_getaffinity(0))
    with _server_errors(), alone(target, _GENERATE) as connection:
        require_marked(connection, target)
        require_schema(target)
        end_sessions(connection, _LOAD, deferral.SESSION, _STATISTICS)
        found = read_data_set(connection)
        if found is None or replace(found, table_sha256={}) != loading:
            _empty(connection, loading)
        _load(target, population, volumes, workers, progress)
        deferral.restore(target, workers, progress)
        _set_sequences(target, volumes)
        # the schema may be older than the months that it was installed with
        extend(target, AHEAD)
        gather_statistics(target, volumes, workers, progress)
        return _complete(connection)


def row_counts(population: Population) -> dict[str, int]:
    """Return the row count of every table that is filled."""
    return population.rows | {table: count(population) for table, count in COUNTS.items()}


def with_load_events(volumes: Mapping[str, int]) -> dict[str, int]:
    """Return row counts with the events that loading leaves in the audit, one for each table."""
    return {**volumes, trade.AUDIT: volumes[trade.AUDIT] + len(volumes) - 1}


def require_schema(target: Target) -> None:
    """Check that every table that is filled is there.

    Raises:
        BadInput: one is not.
    """
    existing = {table.name for table in tables_in_order(target)}
    if not existing >= TABLES.keys():
        raise BadInput(f"{target.database} has no complete schema: run `b2bench schema install`")


@contextmanager
def _server_errors() -> Iterator[None]:
    """Add the mend to what the server refuses, e.g. for want of space."""
    try:
        yield
    except StatementFailed as error:
        raise StatementFailed(
            f"the load was refused: {error}: mend it and run `b2bench data generate` again"
        ) from error


def _empty(connection: psycopg.Connection, loading: DataSet) -> None:
    """Give up what there is and say what comes, in one transaction."""
    with connection.transaction():
        write_data_set(connection, loading)
        # its keys follow from the seed, but what is destroyed here is not destroyed elsewhere
        set_store_id(connection, new_store_id(loading.profile))
        connection.execute(
            "SELECT make_audit_months(%s, %s)",
            (OLDEST_EVENT, loading.as_of.date()),
        )
        deferral.defer(connection)
        names = sql.SQL(", ").join(map(sql.Identifier, TABLES))
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
        # seals are about events that have just gone
        connection.execute("TRUNCATE b2bench_audit.seals")


def _load(
    target: Target,
    population: Population,
    volumes: dict[str, int],
    workers: int,
    progress: Progress,
) -> None:
    """Load the tables that are not loaded yet, side by side, the largest first.

    The audit comes last, with what the loads of all others left in it.
    """
    with connect(target) as connection:
        before = read_data_set(connection)
    behind = before.table_sha256 if before else {}
    done, total, adding = sum(volumes[table] for table in behind), sum(volumes.values()), Lock()

    def loaded(rows: int) -> None:
        nonlocal done
        with adding:
            done += rows
            progress("rows", done=done, total=total)

    def one(connection: psycopg.Connection, table: str) -> None:
        with connection.transaction():
            checksum = load_table(connection, table, population, volumes[table], loaded)
            note_table(connection, table, checksum)

    rest = sorted(
        volumes.keys() - behind.keys() - {trade.AUDIT}, key=lambda table: (-volumes[table], table)
    )
    for _ in side_by_side(target, _LOAD, workers, one, rest):
        pass
    if trade.AUDIT not in behind:
        _load_audit(target, population, volumes, loaded)


def _load_audit(
    target: Target,
    population: Population,
    volumes: Mapping[str, int],
    loaded: Callable[[int], None],
) -> None:
    rows = population.rows[trade.AUDIT]
    with connect(target, application_name=_LOAD) as connection, connection.transaction():
        sums = _data_set(connection).table_sha256
        events = trade.load_events(volumes, sums, rows + 1)
        checksum = load_table(connection, trade.AUDIT, population, rows, loaded, appended=[events])
        note_table(connection, trade.AUDIT, checksum)


def _set_sequences(target: Target, volumes: Mapping[str, int]) -> None:
    """Set sequences behind the last key."""
    with connect(target) as connection:
        for table, last in volumes.items():
            if "id" in columns_of(connection, table):
                connection.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last)
                )
        connection.execute(
            "SELECT setval('rfq_numbers', %s)", (trade.FIRST_NUMBER + volumes["rfq_requests"] - 1,)
        )


def gather_statistics(
    target: Target, volumes: Mapping[str, int], workers: int, progress: Progress = silent
) -> None:
    """Let VACUUM and ANALYZE read every row of each table, several tables at a time.

    Args:
        target: the database.
        volumes: row count by table.
        workers: number of sessions.
        progress: told of each table.
    """
    by_size = sorted(volumes, key=lambda table: (-volumes[table], table))
    analyzed = side_by_side(target, _STATISTICS, workers, partial(_analyze, volumes), by_size)
    for done, _ in enumerate(analyzed, start=1):
        progress("statistics", done=done, total=len(volumes))


def _complete(connection: psycopg.Connection) -> DataSet:
    """Say that everything is there, with the checksum of it all."""
    loaded = _data_set(connection)
    done = replace(loaded, sha256=_checksum(loaded.table_sha256), state="complete")
    with connection.transaction():
        write_data_set(connection, done)
        # until now, changes left no events
        connection.execute(
            "UPDATE b2bench_audit.beginnings"
            "   SET began_at = clock_timestamp(),"
            "       transaction_id = pg_current_xact_id()::text::bigint"
        )
    return done


def _data_set(connection: psycopg.Connection) -> DataSet:
    found = read_data_set(connection)
    if found is None:
        raise BadInput("the record of the data set was removed while it was loaded: load it again")
    return found


def _analyze(volumes: Mapping[str, int], connection: psycopg.Connection, table: str) -> None:
    statistics = statistics_target(volumes[table])
    connection.execute(
        "SELECT set_config('default_statistics_target', %s, false)", (str(statistics),)
    )
    connection.execute(
        sql.SQL("VACUUM (FREEZE, ANALYZE, PARALLEL 0) {}").format(sql.Identifier(table))
    )
    for _ in range(_VACUUM_ATTEMPTS):
        if _is_all_visible(connection, table):
            return
        # an autovacuum worker's snapshot, or a commit not yet on disk, can hold it back
        time.sleep(_VACUUM_PAUSE_S)
        connection.execute(sql.SQL("VACUUM (FREEZE) {}").format(sql.Identifier(table)))


def _is_all_visible(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute(
        "SELECT bool_and(relallvisible >= relpages) FROM pg_class"
        " WHERE oid = %(table)s::regclass"
        "    OR oid IN (SELECT relid FROM pg_partition_tree(%(table)s) WHERE isleaf)",
        {"table": table},
    ).fetchone()
    return bool(row and row[0])


def _checksum(sums: dict[str, str]) -> str:
    lines = "".join(f"{sums[table]}  {table}\n" for table in sorted(sums))
    return sha256(lines.encode()).hexdigest()
