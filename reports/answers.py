"""The rows that a statement gave, as a client gets them: counted, weighed and told apart."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg.pq.abc import PGresult

from b2bench.errors import BadInput

_CHECKSUM_DIGITS = 16
_NULL = b"\x00null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Args:
        first: the named columns of the first row as texts; empty without a row.
        bytes_returned: of all values, as text.
        checksum: of the rows in any order; empty where there is none.
    """

    first: dict[str, str | None]
    rows: int
    bytes_returned: int
    checksum: str


def execute(
    connection: psycopg.Connection,
    statement: str,
    texts: Sequence[str | None],
    outputs: Sequence[str] = (),
) -> Answer:
    """Execute a statement with texts for `$1`, `$2`, …; the server chooses their types.

    Args:
        connection: in or outside a transaction.
        statement: one statement.
        texts: in PostgreSQL's text format, `None` for NULL.
        outputs: columns of the first row that are wanted.

    Raises:
        BadInput: an output is no column of the answer.
        psycopg.Error: the server refuses it.
    """
    cursor = psycopg.RawCursor(connection)
    cursor.execute(statement, texts)
    result = cursor.pgresult
    if result is None or not result.nfields:
        return Answer(first={}, rows=max(cursor.rowcount, 0), bytes_returned=0, checksum="")
    rows = list(_rows(result))
    return Answer(
        first=_first(cursor, result, outputs) if rows else {},
        rows=len(rows),
        bytes_returned=sum(len(value) for row in rows for value in row if value is not None),
        checksum=_checksum(rows),
    )


def _rows(result: PGresult) -> Iterator[tuple[bytes | None, ...]]:
    for row in range(result.ntuples):
        yield tuple(result.get_value(row, column) for column in range(result.nfields))


def _first(
    cursor: psycopg.Cursor, result: PGresult, outputs: Sequence[str]
) -> dict[str, str | None]:
    columns = [column.name for column in cursor.description or ()]
    if missing := [name for name in outputs if name not in columns]:
        raise BadInput(f"the step gives no column {', '.join(missing)}, which it promises with ->")
    return {name: _text(result.get_value(0, columns.index(name))) for name in outputs}


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _checksum(rows: Sequence[tuple[bytes | None, ...]]) -> str:
    lines = sorted(b"\x1f".join(_NULL if v is None else v for v in row) for row in rows)
    return hashlib.sha256(b"\x1e".join(lines)).hexdigest()[:_CHECKSUM_DIGITS]
