"""Everything that two loads of one data set must have in common, down to the order on disk."""

from psycopg import Connection, sql

from b2bench.database import connect
from b2bench.marker import DataSet, read_data_set
from b2bench.target import Target


def fingerprint(target: Target) -> dict[str, object]:
    """Return the rows of each table in their order on disk, what is on it, and what is said."""
    with connect(target) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
        rows = {name: _one(connection, _ROWS.format(sql.Identifier(name))) for (name,) in tables}
        about = {name: _one(connection, text) for name, text in _CATALOGUE.items()}
        return {**rows, **about, "data set": state(connection)}


def state(connection: Connection) -> DataSet:
    """Return what is said to be loaded."""
    data_set = read_data_set(connection)
    assert data_set is not None
    return data_set


def _one(connection: Connection, query: sql.Composed | sql.SQL) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


# a table in partitions is read partition by partition
_ROWS = sql.SQL(
    "SELECT md5(string_agg(ctid::text || t::text, ' ' ORDER BY tableoid::regclass::text, ctid))"
    "  FROM {} t"
)
_CATALOGUE = {
    "constraints": sql.SQL(
        "SELECT array_agg(conrelid::regclass || ' ' || conname || pg_get_constraintdef(oid)"
        " || convalidated ORDER BY conrelid::regclass::text, conname) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    ),
    # before 18, a GiST index is built row by row, and ties of where to put one fall by chance
    "indexes": sql.SQL(
        "SELECT array_agg(pg_get_indexdef(indexrelid) || indisvalid"
        " || CASE WHEN amname = 'gist' AND current_setting('server_version_num')::int < 180000"
        "         THEN '' ELSE relpages::text END"
        " ORDER BY relname) FROM pg_index"
        " JOIN pg_class ON pg_class.oid = indexrelid"
        " JOIN pg_am ON pg_am.oid = relam"
        " WHERE relnamespace = 'public'::regnamespace"
    ),
    "triggers": sql.SQL(
        "SELECT array_agg(tgrelid::regclass || ' ' || tgname || tgenabled::text"
        " ORDER BY tgrelid::regclass::text, tgname) FROM pg_trigger WHERE NOT tgisinternal"
    ),
    "sequences": sql.SQL(
        "SELECT array_agg(sequencename || ' ' || last_value ORDER BY sequencename)"
        " FROM pg_sequences WHERE schemaname = 'public'"
    ),
    "deferred": sql.SQL("SELECT count(*) FROM b2bench_meta.deferred_ddl"),
    "visible": sql.SQL(
        "SELECT array_agg(relname ORDER BY relname) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace IN ('public'::regnamespace, 'b2bench_audit'::regnamespace)"
        " AND relname NOT IN ('beginnings', 'seals') AND relallvisible < relpages"
    ),
    "statistics": sql.SQL(
        "SELECT md5(string_agg(s::text, ' ' ORDER BY tablename, attname)) FROM pg_stats s"
        " WHERE schemaname = 'public'"
    ),
}
