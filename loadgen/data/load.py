"""One table: rows made in chunks and streamed to COPY as CSV, hashed on the way."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO

import polars as pl
from psycopg import Connection, sql

from loadgen.data.population import Population
from loadgen.data.tables import TABLES

_CHUNK_ROWS = 50_000
NULL = r"\N"


def load_table(
    connection: Connection,
    table: str,
    population: Population,
    rows: int,
    loaded: Callable[[int], None] = lambda _rows: None,
) -> str:
    """Replace a table's rows in one transaction and return the SHA-256 of its CSV.

    The table is emptied by the same transaction, so that its rows are frozen from the start and a
    load that was undone leaves no dead ones. `loaded` is called with the rows of each chunk.
    """
    digest, done = sha256(), 0
    command = _copy(table, population)
    with connection.transaction():
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for chunk in csv_chunks(table, population, rows):
                digest.update(chunk)
                copy.write(chunk)
                loaded(min(_CHUNK_ROWS, rows - done))
                done += _CHUNK_ROWS
    return digest.hexdigest()


def csv_chunks(table: str, population: Population, rows: int) -> Iterator[bytes]:
    r"""Yield a table's rows as CSV without a header, `\N` for NULL."""
    for frame in frames(table, population, rows):
        text = BytesIO()
        frame.write_csv(
            text,
            include_header=False,
            null_value=NULL,
            datetime_format="%Y-%m-%d %H:%M:%S+00",
        )
        yield text.getvalue()


def frames(table: str, population: Population, rows: int) -> Iterator[pl.DataFrame]:
    """Yield a table's rows in chunks."""
    for start in range(0, rows, _CHUNK_ROWS):
        yield TABLES[table](population, start, min(rows, start + _CHUNK_ROWS))


def _copy(table: str, population: Population) -> sql.Composed:
    columns = TABLES[table](population, 0, 1).columns
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE, NULL {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Literal(NULL)
    )
