"""Age a data set on purpose: dead rows, grown indexes, statistics that are behind the rows."""

from decimal import Decimal

import psycopg
from psycopg import sql

from b2bench.database import columns_of, connect
from b2bench.marker import DataSet, note_run, require_data_set
from b2bench.progress import Progress, silent
from b2bench.target import Target
from schema.deferral import switch_triggers

_TOUCHED = "updated_at"


def churn(target: Target, share: Decimal, progress: Progress = silent) -> int:
    """Update a share of the rows of every table, with no VACUUM or ANALYZE after it.

    What is updated says so where the table has a column for it: its rows are then newer than
    anything the planner knows of. Which rows, follows from seed and place. Returns their number.

    Args:
        target: a database with a data set.
        share: from 0 to 1.
        progress: told of each table.

    Raises: as `connect`, and as `require_data_set`.
    """
    data_set, changed = require_data_set(target), 0
    with connect(target, application_name="b2bench (churn)") as connection:
        note_run(connection, f"churn {share:%}")
        for done, table in enumerate(sorted(data_set.rows)):
            progress(f"churn of {table}", done=done, total=len(data_set.rows))
            changed += _touch(connection, table, share, data_set)
    return changed


def _touch(connection: psycopg.Connection, table: str, share: Decimal, data_set: DataSet) -> int:
    columns = columns_of(connection, table)
    with connection.transaction():
        # what was sent or written down never changes, say the triggers; its rows age nevertheless
        connection.execute(switch_triggers(table, "DISABLE"))
        touched = connection.execute(
            sql.SQL(
                "UPDATE {table} SET {column} = {value}"
                " WHERE abs(hashtextextended(ctid::text, {seed}) % 1000000) < {most}"
            ).format(
                table=sql.Identifier(table),
                column=sql.Identifier(_TOUCHED if _TOUCHED in columns else columns[-1]),
                value=sql.Literal(data_set.as_of)
                if _TOUCHED in columns
                else sql.Identifier(columns[-1]),
                seed=sql.Literal(data_set.seed),
                most=sql.Literal(int(share * 1_000_000)),
            )
        ).rowcount
        connection.execute(switch_triggers(table, "ENABLE"))
    return touched
