"""One table: rows made in chunks and streamed to COPY as CSV, hashed on the way."""

from collections.abc import Iterator
from hashlib import sha256

from psycopg import Connection, sql

from loadgen.data.population import Population
from loadgen.data.tables import TABLES

_CHUNK_ROWS = 50_000
_NULL = r"\N"


def load_table(connection: Connection, table: str, population: Population, rows: int) -> str:
    """Fill an empty table in one transaction and return the SHA-256 of its CSV."""
    digest = sha256()
    command = _copy(table, population)
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(command) as copy:
        for chunk in csv_chunks(table, population, rows):
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def csv_chunks(table: str, population: Population, rows: int) -> Iterator[bytes]:
    r"""Yield a table's rows as CSV without a header, `\N` for NULL."""
    for start in range(0, rows, _CHUNK_ROWS):
        frame = TABLES[table](population, start, min(rows, start + _CHUNK_ROWS))
        text = frame.write_csv(
            include_header=False, null_value=_NULL, datetime_format="%Y-%m-%d %H:%M:%S+00"
        )
        yield text.encode()


def _copy(table: str, population: Population) -> sql.Composed:
    columns = TABLES[table](population, 0, 1).columns
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Literal(_NULL)
    )
