"""How a database differs from what its migrations make."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from psycopg import sql

from b2bench.catalogue import Catalogue, Difference, differences, read_catalogue
from b2bench.database import connect, maintenance, reading
from b2bench.errors import BadInput
from b2bench.marker import create_marked_database
from b2bench.progress import Progress, silent
from b2bench.target import Target
from schema import migrate

_SETTING = "setting"


def differences_from_migrations(
    target: Target, progress: Progress = silent
) -> tuple[Difference, ...]:
    """Return what the database has lost, gained or defines otherwise than its migrations.

    They are run into a scratch database on the same server, up to where the database is, so that
    both are told by one server's words.

    Raises:
        NotOurDatabase: it carries no mark.
        BadInput: no migration was applied to it.
        StatementFailed: no scratch database could be made.
    """
    applied = migrate.status(target).applied
    if not applied:
        raise BadInput(f"{target.database} has no schema: run `b2bench schema install`")
    with _scratch(target) as scratch:
        create_marked_database(scratch)
        migrate.upgrade(scratch, applied[-1][:4], progress)
        return differences(_definitions(scratch), _definitions(target))


def definitions(difference: Difference) -> Iterator[str]:
    """Yield what the migrations say and what the database says, where they say something."""
    if difference.baseline_definition:
        yield f"  migrations: {difference.baseline_definition}"
    if difference.candidate_definition:
        yield f"  database:   {difference.candidate_definition}"


def _definitions(target: Target) -> Catalogue:
    """Read the catalogue without settings, which are the server's and not the schema's."""
    with reading(target) as connection:
        found = read_catalogue(connection)
    return replace(found, objects=tuple(o for o in found.objects if o.kind != _SETTING))


@contextmanager
def _scratch(target: Target) -> Iterator[Target]:
    """Name a database that is dropped afterwards."""
    name = f"b2bench_scratch_{secrets.token_hex(4)}"
    try:
        yield target.for_database(name)
    finally:
        with connect(maintenance(target)) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
