"""VACUUM and ANALYZE on a copy, with statistics as thorough as those that its data came with."""

from collections.abc import Sequence

import psycopg

from b2bench.marker import read_data_set, statistics_target


def keep_up(connection: psycopg.Connection, table: str, statements: Sequence[str]) -> None:
    """Execute what gathers statistics of a table, or sets its pages in order.

    The generator lets ANALYZE read every row. With the server's own target the statistics of a
    large table would be others each time, and so might be plans.

    Args:
        connection: outside a transaction.
        table: with its schema and quotes.
        statements: its VACUUM and ANALYZE.

    Raises:
        psycopg.Error: the server refuses one.
    """
    data_set = read_data_set(connection)
    rows = data_set.rows.get(table.removeprefix("public."), 0) if data_set else 0
    before = connection.execute("SELECT current_setting('default_statistics_target')").fetchone()
    if rows:
        _aim(connection, str(statistics_target(rows)))
    for statement in statements:
        connection.execute(statement.encode())
    if before and rows:
        _aim(connection, before[0])


def _aim(connection: psycopg.Connection, target: str) -> None:
    connection.execute("SELECT set_config('default_statistics_target', %s, false)", (target,))
