"""One table: rows made in chunks, hashed, and streamed to COPY as text while the next are made."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from itertools import chain
from typing import TypeVar

import polars as pl
import polars.selectors as cs
from psycopg import Connection, sql

from loadgen.data.population import Population
from loadgen.data.tables import OF_LINES, PARTITIONED, TABLES

T = TypeVar("T")
NULL = r"\N"
# of text, so that wide rows take no more memory than narrow ones
_CHUNK_BYTES = 2_000_000
_CHUNK_MOST_ROWS = 20_000
_CHUNK_MOST_PARENTS = 2_000
_MEASURED_ROWS = 100


def load_table(
    connection: Connection,
    table: str,
    population: Population,
    rows: int,
    loaded: Callable[[int], None] = lambda _rows: None,
    *,
    appended: Sequence[pl.DataFrame] = (),
) -> str:
    """Replace a table's rows in one transaction and return the SHA-256 of its COPY text.

    The table is emptied by the same transaction, so that its rows are frozen from the start and a
    load that was undone leaves no dead ones. `loaded` is called with the rows of each chunk; what
    is `appended` comes after the rows of the population.
    """
    digest = sha256()

    def made() -> Iterator[tuple[bytes, int]]:
        for frame in chain(frames(table, population, rows), appended):
            text = copy_text(frame)
            digest.update(text)
            yield text, len(frame)

    command = _copy(table, population)
    with connection.transaction():
        # the text says no time zone, which spares the server a fifth of reading it
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for text, count in _ahead(made()):
                copy.write(text)
                loaded(count)
    return digest.hexdigest()


def frames(table: str, population: Population, rows: int) -> Iterator[pl.DataFrame]:
    """Yield a table's rows in chunks."""
    step = _chunk_rows(table, population, rows)
    for start in range(0, rows, step):
        yield TABLES[table](population, start, min(rows, start + step))


def copy_text(frame: pl.DataFrame) -> bytes:
    r"""Return rows as COPY reads them fastest: tabs between, `\N` for NULL, times without marks.

    No text of ours has a tab, a new line or a backslash in it; bytes come as hexadecimal digits.
    """
    text = BytesIO()
    # COPY takes a backslash for itself and leaves the second to the type
    hexadecimal(frame, r"\\x").write_csv(
        text,
        include_header=False,
        separator="\t",
        quote_style="never",
        null_value=NULL,
        datetime_format="%Y%m%d %H%M%S",
    )
    return text.getvalue()


def hexadecimal(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return rows with bytes as PostgreSQL reads them, after a prefix."""
    digits = cs.binary().bin.encode("hex")
    return frame.with_columns((pl.lit(prefix) + digits).name.keep())


def _chunk_rows(table: str, population: Population, rows: int) -> int:
    measured = min(rows, _MEASURED_ROWS)
    width = len(copy_text(TABLES[table](population, 0, measured))) / max(measured, 1)
    most = _CHUNK_MOST_PARENTS if table in OF_LINES else _CHUNK_MOST_ROWS
    return min(most, max(1, int(_CHUNK_BYTES / max(width, 1))))


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items, each made by another thread while the one before it is used."""
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def _copy(table: str, population: Population) -> sql.Composed:
    columns = TABLES[table](population, 0, 1).columns
    # PostgreSQL freezes no rows on their way to a partition
    form = "text" if table in PARTITIONED else "text, FREEZE"
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(form)
    )
