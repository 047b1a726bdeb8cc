"""Make a database's schema again in another, without a row, by PostgreSQL's own programs."""

import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.cluster.account import client_environment
from b2bench.cluster.binaries import Binaries
from b2bench.cluster.serverlog import last_words
from b2bench.database import connect, reading
from b2bench.errors import StatementFailed
from b2bench.target import Target

_MEND = "see that its user may read the whole schema and make it again"


def copy_schema(source: Target, copy: Target, binaries: Binaries) -> None:
    """Make in an empty database of the same server all that another holds, but no rows.

    Args:
        source: is only read.
        copy: the empty one.
        binaries: of the server's major version, or newer.

    Raises:
        StatementFailed: a program refuses it.
    """
    dump = ["--schema-only", "--no-publications", "--no-subscriptions"]
    schema = _run(binaries.program("pg_dump"), dump, source)
    load = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(binaries.program("psql"), [*load, "--output=/dev/null"], copy, given=schema)
    with connect(copy, application_name="b2bench (schema)") as connection:
        _order_indexes(connection, _index_order(source))


def _run(program: Path, options: list[str], target: Target, *, given: bytes = b"") -> bytes:
    address = conninfo_to_dict(target.conninfo)
    password = str(address.pop("password", None) or "")
    # other users see a command line, but not its environment
    secret = {"PGPASSWORD": password} if password else {}
    done = subprocess.run(
        [program, *options, f"--dbname={make_conninfo('', **address)}"],
        input=given,
        capture_output=True,
        env=client_environment() | secret,
        check=False,
    )
    if done.returncode != 0:
        said = "; ".join(last_words(done.stderr.decode(errors="replace")))
        raise StatementFailed(
            f"the schema of {target.database} cannot be copied: {said or program.name}: {_MEND}"
        )
    return done.stdout


def _index_order(target: Target) -> dict[tuple[str, str], list[str]]:
    """Return the indexes of each table, the oldest first."""
    statement = files("b2bench.cluster").joinpath("index_order.sql").read_bytes()
    with reading(target) as connection:
        rows = connection.execute(statement).fetchall()
    return {(schema, relation): indexes for schema, relation, indexes in rows}


def _order_indexes(
    connection: psycopg.Connection, wanted: Mapping[tuple[str, str], Sequence[str]]
) -> None:
    """Let indexes follow each other as where they come from; pg_dump makes them by name."""
    statement = files("b2bench.cluster").joinpath("index_order.sql").read_bytes()
    for schema, relation, indexes in connection.execute(statement).fetchall():
        order = wanted.get((schema, relation), indexes)
        for index in order if order != indexes else ():
            # a build beside the old one leaves the younger
            connection.execute(
                sql.SQL("REINDEX INDEX CONCURRENTLY {}").format(sql.Identifier(schema, index))
            )
