"""Personal data in the database: read, written and found through the application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from b2bench.errors import BadInput
from b2bench.sqlfile import read_sql_file
from schema.personal.keyring import Keyring
from schema.personal.values import (
    COLUMNS,
    Columns,
    Personal,
    indexes_of,
    opened_fields,
    sealed_columns,
)

_FOLDER = Path(__file__).parent / "sql"


class State(Enum):
    """How a database keeps personal data."""

    PLAIN = "in clear"
    BOTH = "in clear or sealed"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of one account."""

    account: int
    columns: Columns


@cache
def statement(name: str) -> bytes:
    """Return the SQL of a file beside this one."""
    return read_sql_file(_FOLDER / f"{name}.sql").parts[0].sql.encode()


def state_of(connection: psycopg.Connection) -> State:
    """Return how the database keeps personal data.

    Raises:
        BadInput: there is no table of accounts.
    """
    row = connection.execute(statement("column_states")).fetchone()
    plain, sealed = row or (False, False)
    if not plain and not sealed:
        raise BadInput(
            f"{connection.info.dbname} has no accounts: run `b2bench schema install` first"
        )
    return State.BOTH if plain and sealed else State.SEALED if sealed else State.PLAIN


def require_sealed_columns(connection: psycopg.Connection) -> State:
    """Return how the database keeps personal data, if it can keep them sealed.

    Raises:
        BadInput: the schema is older than that.
    """
    state = state_of(connection)
    if state is State.PLAIN:
        raise BadInput(
            f"{connection.info.dbname} keeps personal data in clear: run "
            "`b2bench schema upgrade --expand-only` first"
        )
    return state


def read(connection: psycopg.Connection, keyring: Keyring, account: int) -> Personal:
    """Return an account's personal data.

    Raises:
        BadInput: there is no such account, or the schema cannot keep sealed data.
        KeysUnusable: the data cannot be opened; the message says why.
    """
    require_sealed_columns(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement("read"), {"account": account}).fetchone()
    if row is None:
        raise BadInput(f"there is no account {account}")
    plain = {name: row[name] for name in ("contact_name", "email", "phone")}
    texts = opened_fields(keyring, account, row)
    newest = {name: plain.get(name) or text for name, text in texts.items()}
    return Personal(
        contact_name=newest["contact_name"] or "",
        email=newest["email"] or "",
        phone=newest["phone"],
        address=newest["address"],
    )


def write(connection: psycopg.Connection, keyring: Keyring, data: Mapping[int, Personal]) -> None:
    """Replace the personal data of accounts, by account number.

    The statements carry sealed values only, so neither the log nor an error can show the text.

    Raises:
        BadInput: an account is not there, or a value is empty or too long.
        KeysUnusable: the key of one was destroyed.
    """
    state = require_sealed_columns(connection)
    keyring.require_keys(data)
    rows = [Row(account, sealed_columns(keyring, account, each)) for account, each in data.items()]
    with connection.transaction():
        if write_rows(connection, rows) != len(rows):
            raise BadInput("not every account is there: insert it before its personal data")
        if state is State.BOTH:
            connection.execute(statement("clear_plain"), {"id": list(data)})


def write_rows(connection: psycopg.Connection, rows: Sequence[Row]) -> int:
    """Write columns as they are and return how many accounts there were."""
    values: dict[str, Any] = {"id": [row.account for row in rows]}
    values |= {column: [row.columns[column] for row in rows] for column in COLUMNS}
    return connection.execute(statement("write"), values).rowcount


def find(connection: psycopg.Connection, keyring: Keyring, field: str, text: str) -> list[int]:
    """Return the numbers of the accounts that have this e-mail or telephone number.

    Args:
        connection: a session.
        keyring: the keys.
        field: `email` or `phone`.
        text: as somebody writes it.
    """
    require_sealed_columns(connection)
    indexes = indexes_of(keyring, field, text)
    rows = connection.execute(statement(f"find_{field}"), {"indexes": indexes})
    return [row[0] for row in rows]
