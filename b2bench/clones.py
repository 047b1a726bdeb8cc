"""Copies of a marked database that live for one piece of work and are dropped afterwards."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import errors, sql

from b2bench.database import connect, maintenance, wait_for
from b2bench.errors import BadInput, ServerUnreachable
from b2bench.marker import require_marked
from b2bench.target import Target

_LONGEST_NAME = 63
_COMMENT = "b2bench: a copy of {} for one piece of work"
_COMING_BACK_S = 15
_SETTINGS = """
SELECT CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END,
       split_part(setting, '=', 1),
       substr(setting, strpos(setting, '=') + 1),
       split_part(setting, '=', 1) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries',
                                       'session_preload_libraries')
  FROM pg_db_role_setting s
  JOIN pg_database d ON d.oid = s.setdatabase,
       unnest(s.setconfig) AS setting
 WHERE d.datname = %s
"""
_CLONE = re.compile(r"(?P<origin>.+)_[a-z]+_[0-9a-f]{6}")


@contextmanager
def clone(target: Target, purpose: str, *, of_scratch: bool = False) -> Iterator[Target]:
    """Copy a marked database, yield the copy, drop it whatever happens.

    Copies that a killed command left behind are dropped on the way: a living one is locked by
    the session that made it.

    Args:
        target: the database to copy; nobody else may be connected to it.
        purpose: one word of the copy's name, e.g. `run`.
        of_scratch: whether the user named the database as one to experiment with, so that it
            need not be marked; it is copied and not changed all the same.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: somebody is connected to it.
    """
    if not of_scratch:
        with connect(target) as connection:
            require_marked(connection, target)
    prefix = f"{target.database[: _LONGEST_NAME - len(purpose) - 8]}_{purpose}_"
    name = prefix + secrets.token_hex(3)
    with connect(maintenance(target), application_name="b2bench (clones)") as connection:
        # a stranger's database may have a name like that of a copy
        _sweep(connection, prefix if not of_scratch else None, copy_of=target.database)
        _try_lock(connection, name)
        _create(connection, name, target.database)
        try:
            _say_what_it_is(connection, name, target.database)
            _copy_settings(connection, name, target.database)
            yield target.for_database(name)
        finally:
            _drop_surely(connection, target, name)


@contextmanager
def scratch(target: Target, purpose: str) -> Iterator[Target]:
    """Make an empty database on the target's server, yield it, drop it whatever happens.

    Those that a killed command left behind are dropped on the way.

    Args:
        target: any database of the server; nothing in it is touched.
        purpose: one word of the new one's name, e.g. `selftest`.

    Raises:
        StatementFailed: the target's user may not create databases.
    """
    prefix = f"b2bench_{purpose}_"
    name = prefix + secrets.token_hex(3)
    with connect(maintenance(target), application_name="b2bench (scratch)") as connection:
        _sweep(connection, prefix)
        _try_lock(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        try:
            yield target.for_database(name)
        finally:
            _drop(connection, name)


def origin(database: str) -> str:
    """Return the database that this one is a copy of, or itself.

    >>> origin("b2bench_run_0a1b2c"), origin("b2bench")
    ('b2bench', 'b2bench')
    """
    match = _CLONE.fullmatch(database)
    return match["origin"] if match else database


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    except errors.ObjectInUse:
        raise BadInput(
            f"{template} cannot be copied while somebody is connected to it: "
            f"{_sessions(connection, template)}: close them and try again"
        ) from None


def _copy_settings(connection: psycopg.Connection, name: str, template: str) -> None:
    """Give the copy what ALTER DATABASE set, which CREATE DATABASE does not copy.

    What the user may not set is left out; so is what a role's own settings in the database say
    where the user may not speak for the role.
    """
    found = connection.execute(_SETTINGS, (template,)).fetchall()
    for role, setting, value, is_list in found:
        holder = (
            sql.SQL("ROLE {} IN DATABASE {}").format(sql.Identifier(role), sql.Identifier(name))
            if role
            else sql.SQL("DATABASE {}").format(sql.Identifier(name))
        )
        with suppress(errors.InsufficientPrivilege):
            connection.execute(
                sql.SQL("ALTER {} SET {} TO {}").format(
                    holder,
                    sql.SQL(".").join(map(sql.Identifier, setting.split("."))),
                    # a list is kept with its own quotes
                    sql.SQL(value) if is_list else sql.Literal(value),
                )
            )


def _sessions(connection: psycopg.Connection, database: str) -> str:
    rows = connection.execute(
        "SELECT format('%%s (%%s)', pid, application_name) FROM pg_stat_activity"
        " WHERE datname = %s",
        (database,),
    )
    return ", ".join(row[0] for row in rows) or "a session that has just gone"


def _say_what_it_is(connection: psycopg.Connection, name: str, template: str) -> None:
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal(_COMMENT.format(template))
        )
    )


def _sweep(connection: psycopg.Connection, prefix: str | None, *, copy_of: str = "") -> None:
    """Drop what killed commands left: by the beginning of the name, or by what is said of it."""
    rows = connection.execute(
        "SELECT datname FROM pg_database"
        " WHERE (starts_with(datname, %s) AND substr(datname, length(%s) + 1) ~ '^[0-9a-f]{6}$')"
        "    OR shobj_description(oid, 'pg_database') = %s",
        (prefix, prefix, _COMMENT.format(copy_of)),
    ).fetchall()
    for (name,) in rows:
        if _try_lock(connection, name):
            _drop(connection, name)
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))


def _try_lock(connection: psycopg.Connection, name: str) -> bool:
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,)
    ).fetchone()
    return bool(row and row[0])


def _drop_surely(connection: psycopg.Connection, target: Target, name: str) -> None:
    """Drop the copy, though the server may have been restarted meanwhile.

    A server that does not come back keeps it, for the next command to sweep.
    """
    try:
        _drop(connection, name)
    except psycopg.OperationalError:
        if not connection.closed:
            raise
        with suppress(ServerUnreachable):
            wait_for(maintenance(target), _COMING_BACK_S)
            with connect(maintenance(target)) as anew:
                _drop(anew, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )
