"""How large a data set would become: samples of its rows, measured in temporary tables."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from b2bench.database import connect
from b2bench.marker import require_marked
from b2bench.progress import Progress, silent
from b2bench.target import Target
from loadgen.data.generate import require_schema, row_counts
from loadgen.data.load import load_table
from loadgen.data.population import Population
from loadgen.data.profiles import Profile

_SAMPLE_ROWS = 10_000
# pages with rows: COPY takes more at a time, which VACUUM gives back
_MEASURE = sql.SQL(
    "SELECT (SELECT (max(ctid)::text::point)[0]::bigint + 1 FROM {table})"
    "       * current_setting('block_size')::bigint"
    "       + coalesce(pg_relation_size(nullif(reltoastrelid, 0)), 0),"
    "       pg_indexes_size(oid)"
    "  FROM pg_class WHERE oid = to_regclass({name})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """One table as it would be: rows, and bytes with and without its indexes."""

    table: str
    rows: int
    data_bytes: int
    index_bytes: int


def estimate(
    target: Target, profile: Profile, *, seed: int = 1, progress: Progress = silent
) -> list[TableSize]:
    """Return what `generate` would load, by table; nothing in the database changes.

    Up to 10,000 rows of each table are measured on the server itself; above that, bytes grow
    with the rows.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: the schema is not installed.
        StatementFailed: the server refused, e.g. for want of space.
    """
    population = Population(profile.rows, seed)
    volumes = row_counts(population)
    sizes = list[TableSize]()
    with connect(target, application_name="b2bench (estimate)") as connection:
        require_marked(connection, target)
        require_schema(target)
        for table, rows in volumes.items():
            sizes.append(_estimated(connection, table, population, rows))
            progress("samples", done=len(sizes), total=len(volumes))
    return sizes


def _estimated(
    connection: psycopg.Connection, table: str, population: Population, rows: int
) -> TableSize:
    sample = min(rows, _SAMPLE_ROWS)
    with connection.transaction():
        # found first by its name, and gone with the transaction
        connection.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS"
                " INCLUDING GENERATED INCLUDING STORAGE INCLUDING INDEXES) ON COMMIT DROP"
            ).format(table=sql.Identifier(table))
        )
        load_table(connection, table, population, sample)
        # as dense as indexes are that were built after the load
        connection.execute(sql.SQL("REINDEX TABLE {}").format(sql.Identifier(table)))
        measured = connection.execute(
            _MEASURE.format(table=sql.Identifier(table), name=sql.Literal(table))
        ).fetchone()
    data, indexes = measured or (0, 0)
    grown = rows / sample if sample else 0
    return TableSize(
        table=table,
        rows=rows,
        data_bytes=round(data * grown),
        index_bytes=round(indexes * grown),
    )
