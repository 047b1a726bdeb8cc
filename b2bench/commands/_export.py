"""Which database the exporter watches, and which statements it knows by name."""

from collections.abc import Sequence

from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.database import capabilities, maintenance, reading
from b2bench.errors import BadInput, ServerUnreachable
from b2bench.queries import QueryClass
from b2bench.queryids import StatementId, known_ids
from b2bench.target import Target
from exporters.server import Exporter

_EXTENSION = "pg_stat_statements"


def make_exporter(settings: Settings, target: Target, queries: Sequence[QueryClass]) -> Exporter:
    """Return an exporter that knows the query classes which the database can plan.

    Raises:
        ExtensionMissing: pg_stat_statements is not there.
    """
    return Exporter(_watched(target), _statements(settings, target, queries), settings.runs)


def _watched(target: Target) -> Target:
    """Return a database to stay connected to: one with the extension, not the one to be copied.

    pg_stat_statements shows the whole server, and a database with a session cannot be copied.
    """
    try:
        with reading(maintenance(target)) as connection:
            if _EXTENSION in capabilities(connection).extensions:
                return maintenance(target)
    except ServerUnreachable:
        pass  # the role may connect to its own database only
    with reading(target) as connection:
        capabilities(connection).require_extension(_EXTENSION)
    return target


def _statements(
    settings: Settings, target: Target, queries: Sequence[QueryClass]
) -> tuple[StatementId, ...]:
    """Return the statements' numbers; without the shop's data there are none to be joined."""
    try:
        source = argument_source(settings, target)
    except BadInput:
        return ()
    with reading(target) as connection:
        return tuple(known_ids(connection, queries, source))
