"""Seal what stands in clear, batch by batch, so that it can be stopped and gone on with."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from b2bench.errors import BadInput
from b2bench.progress import Progress, silent
from schema.personal.accounts import (
    Row,
    State,
    require_sealed_columns,
    statement,
    write_rows,
)
from schema.personal.keyring import Keyring
from schema.personal.values import Personal, opened_fields, sealed_columns

BATCH_ROWS = 1000


def seal_all(
    connection: psycopg.Connection,
    keyring: Keyring,
    progress: Progress = silent,
    *,
    batch_rows: int = BATCH_ROWS,
) -> int:
    """Seal every account's data and take them out of the plain columns; return how many there were.

    Each batch is a transaction that locks its rows against writers, not readers. What stands in
    clear wins over what is sealed: an older release wrote it later.

    Args:
        connection: in autocommit mode.
        keyring: accounts without a key get one.
        progress: told after each batch.
        batch_rows: rows in a transaction.

    Raises:
        BadInput: the schema has no sealed columns yet, or a value cannot be sealed.
        KeysUnusable: a key was destroyed, or the store cannot be written.
    """
    if require_sealed_columns(connection) is State.SEALED:
        return 0
    counted = connection.execute(statement("plain_count")).fetchone()
    total, done, after = counted[0] if counted else 0, 0, 0
    while rows := _sealed_batch(connection, keyring, after, batch_rows):
        done, after = done + len(rows), rows[-1]
        progress("accounts sealed", done=done, total=max(total, done))
    return done


def _sealed_batch(
    connection: psycopg.Connection, keyring: Keyring, after: int, batch_rows: int
) -> list[int]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement("plain_rows"), {"after": after, "rows": batch_rows})
        found = cursor.fetchall()
        accounts = [row["id"] for row in found]
        keyring.require_keys(accounts)
        write_rows(connection, list(_sealed(keyring, found)))
        connection.execute(statement("clear_plain"), {"id": accounts})
    return accounts


def _sealed(keyring: Keyring, rows: list[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        account = row["id"]
        before = opened_fields(keyring, account, row)
        name, email = (row[field] or before[field] for field in ("contact_name", "email"))
        if not name or not email:
            raise BadInput(f"account {account} has an empty contact name or e-mail: fill it in")
        personal = Personal(
            contact_name=name,
            email=email,
            phone=row["phone"] or before["phone"],
            address=before["address"],
        )
        yield Row(account, sealed_columns(keyring, account, personal))
