"""The database that a command works on: the named one, else the embedded server's."""

from dataclasses import replace

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.commands._settings import Settings
from b2bench.database import connect, reading
from b2bench.marker import is_marked
from b2bench.progress import Progress
from b2bench.target import Target


def embedded_server(settings: Settings) -> EmbeddedServer:
    """Return the embedded server of the state directory."""
    return EmbeddedServer(settings.state, pg_bin=settings.pg_bin)


def find_target(settings: Settings, progress: Progress) -> Target:
    """Return the database to work on; the embedded server is started if need be.

    Raises:
        ServerUnreachable: the named server cannot be reached, or has no such database.
        ClusterFailed: the embedded server cannot be started.
    """
    if settings.dsn is None:
        return embedded_server(settings).start(progress).for_database(settings.database)
    target = Target.parse(settings.dsn)
    return target if target.database else _completed(target)


def _completed(target: Target) -> Target:
    """Return the target with the name of the database that libpq chooses."""
    with connect(target) as connection:
        return replace(target.for_database(connection.info.dbname), role=target.role)


def is_ours(target: Target) -> bool:
    """Return whether b2bench made the database."""
    with reading(target) as connection:
        return is_marked(connection)
