"""Replace keys while the application goes on: readers accept old and new until all is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from b2bench.errors import BadInput, KeysUnusable
from b2bench.progress import Progress, silent
from schema.personal.accounts import Row, require_sealed_columns, statement, write_rows
from schema.personal.blind import blind_index
from schema.personal.keyring import Keyring, matching, require_same_master
from schema.personal.keystore import (
    INDEX,
    Store,
    change_store,
    new_key,
    next_version,
    read_store,
    rewrapped,
    with_data_keys,
)
from schema.personal.masterkey import MasterKey, MasterSource, new_master_key
from schema.personal.privatefile import locked
from schema.personal.seal import BATCH_ROWS
from schema.personal.sealing import key_version
from schema.personal.values import (
    FIELDS,
    INDEXES,
    SEALED,
    open_field,
    opened_fields,
    place_of,
    sealed_texts,
)

Change = Callable[[dict[str, Any]], Row | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What was done.

    Args:
        looked: accounts looked at.
        changed: of these, rows that were written.
        went_on: whether it finished what had been interrupted, with the keys made then.
    """

    looked: int
    changed: int
    went_on: bool


def rotate_master(path: Path, source: MasterSource) -> int:
    """Put the stores of a folder under the newest master key; return how many it were.

    With a key file a new key is made and written before the others; in the environment the user
    has written it there. The old key stays where it is: readers need it until all is done, a run
    that was stopped finds it, and stores in other folders may have it, too.

    Args:
        path: of a store; those beside it that the keys open go along.
        source: of the master keys.

    Raises:
        KeysUnusable: the environment holds no key but the store's, or none is the store's.
    """
    old = matching(source, read_store(path), path)
    if not source.text:
        with locked(source.file):
            source.write([new_master_key(), *source.read()])
    new, *others = source.read()
    stores = sorted(path.parent.glob("*.json"))
    # where this one has the new key already, a run that was stopped may have left others behind
    done = sum(_is_rewrapped(store, others, new) for store in stores)
    if new == old and not done:
        raise KeysUnusable(
            f"{source.shown} begins with the key in use: write the new one before it, with a comma"
            " between"
        )
    return done


def _is_rewrapped(path: Path, others: Sequence[MasterKey], new: MasterKey) -> bool:
    """Put a store under the new key if it has one of the others."""
    known = {key.fingerprint: key for key in others}
    if read_store(path).master not in known:
        return False
    change_store(path, lambda found: rewrapped(found, known[found.master], new))
    return True


def rotate_data_keys(
    connection: psycopg.Connection,
    keyring: Keyring,
    account: int | None,
    progress: Progress = silent,
    *,
    batch_rows: int = BATCH_ROWS,
) -> Rotation:
    """Seal one account's data, or everybody's, with new keys.

    New keys are all in the store before the first row is sealed again. If some rows still have an
    older key than their account, a rotation was interrupted: it is finished, and no key is made.
    Old versions stay in the store, for backups and audit; destruction takes all.

    Args:
        connection: in autocommit mode.
        keyring: the keys.
        account: `None` for all.
        progress: told after each batch.
        batch_rows: rows in a transaction.

    Raises:
        BadInput: there is no such account.
        KeysUnusable: its key was destroyed, or a value cannot be opened.
    """
    require_sealed_columns(connection)
    if account is not None:
        keyring.newest(account)

    def again(row: dict[str, Any]) -> Row | None:
        number = row["id"]
        if keyring.is_destroyed(number) or not _is_behind(keyring, row):
            return None
        return Row(number, sealed_texts(keyring, number, opened_fields(keyring, number, row)))

    looked, changed = _through(connection, account, again, progress, batch_rows)
    if account is not None and not looked:
        raise BadInput(f"there is no account {account} with personal data")
    if changed:
        return Rotation(looked=looked, changed=changed, went_on=True)
    _add_data_keys(keyring, account)
    looked, changed = _through(connection, account, again, progress, batch_rows)
    return Rotation(looked=looked, changed=changed, went_on=False)


def rotate_index_key(
    connection: psycopg.Connection,
    keyring: Keyring,
    progress: Progress = silent,
    *,
    batch_rows: int = BATCH_ROWS,
) -> Rotation:
    """Give every blind index a new key; the old one leaves the store once no row needs it.

    Raises:
        KeysUnusable: a value cannot be opened.
    """
    require_sealed_columns(connection)
    went_on = len(keyring.index_keys()) > 1
    if not went_on:
        _add_index_key(keyring)
    newest = max(keyring.index_keys())

    def again(row: dict[str, Any]) -> Row | None:
        indexes = [row[column] for column in INDEXES.values() if row[column] is not None]
        if all(int.from_bytes(index[:2]) == newest for index in indexes):
            return None
        if keyring.is_destroyed(row["id"]):
            # a destruction that was interrupted: without the key there is no new index
            return Row(row["id"], row | dict.fromkeys(INDEXES.values()))
        return Row(row["id"], row | _indexes(keyring, newest, row))

    looked, changed = _through(connection, None, again, progress, batch_rows)
    # whoever wrote with the old key while this ran is brought along, too
    while _through(connection, None, again, progress, batch_rows)[1]:
        pass
    change_store(
        keyring.path,
        lambda found: replace(found, index_keys={newest: found.index_keys[newest]}),
    )
    return Rotation(looked=looked, changed=changed, went_on=went_on)


def _indexes(keyring: Keyring, version: int, row: dict[str, Any]) -> dict[str, bytes | None]:
    """Return the indexes of a row anew; one whose value is gone goes, too."""
    key, account = keyring.index_keys()[version], row["id"]
    return {
        column: None
        if (sealed := row[SEALED[field]]) is None
        else blind_index(key, version, field, open_field(keyring, field, account, sealed))
        for field, column in INDEXES.items()
        if row[column] is not None
    }


def _is_behind(keyring: Keyring, row: dict[str, Any]) -> bool:
    newest, _ = keyring.newest(row["id"])
    return any(
        key_version(sealed, place_of(field, row["id"])) < newest
        for field in FIELDS
        if (sealed := row[SEALED[field]]) is not None
    )


def _through(
    connection: psycopg.Connection,
    only: int | None,
    change: Change,
    progress: Progress,
    batch_rows: int,
) -> tuple[int, int]:
    """Go through the accounts in batches, each a transaction; return rows looked at and written."""
    counted = connection.execute(statement("sealed_count"), {"only": only}).fetchone()
    total, looked, changed, after = counted[0] if counted else 0, 0, 0, 0
    while True:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                statement("sealed_rows"), {"after": after, "only": only, "rows": batch_rows}
            )
            found = cursor.fetchall()
            rows = [row for row in map(change, found) if row is not None]
            if rows:
                write_rows(connection, rows)
        if not found:
            return looked, changed
        looked, changed, after = looked + len(found), changed + len(rows), found[-1]["id"]
        progress("accounts looked at", done=looked, total=max(total, looked))


def _add_data_keys(keyring: Keyring, account: int | None) -> None:
    before, wrapper = keyring.store, keyring.wrapper

    def added(found: Store) -> Store:
        require_same_master(found, before, keyring.path)
        # none for an account whose keys were destroyed in the meantime
        accounts = [each for each in found.data_keys if account in (None, each)]
        return with_data_keys(found, wrapper, ((each, new_key()) for each in accounts))

    change_store(keyring.path, added)


def _add_index_key(keyring: Keyring) -> None:
    before, wrapper = keyring.store, keyring.wrapper

    def added(found: Store) -> Store:
        require_same_master(found, before, keyring.path)
        version = next_version(found.index_keys, INDEX)
        wrapped = wrapper.wrap(new_key(), INDEX, version)
        return replace(found, index_keys=found.index_keys | {version: wrapped})

    change_store(keyring.path, added)
