"""Which database the exporter watches, and which statements it knows by name."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256

import psycopg

from b2bench.arguments import ArgumentSource, RememberingSource
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.database import capabilities, maintenance, reading
from b2bench.errors import BadInput, NotOurDatabase, ServerUnreachable, StatementFailed
from b2bench.marker import is_marked
from b2bench.queries import QueryClass
from b2bench.queryids import PlannedStatement, planned_statements
from b2bench.target import Target
from exporters.collectors.bench_plans import StepPlan
from exporters.exporter import Exporter, Watch
from reports.plans import plan_shape

Look = Callable[[], Iterator[tuple[QueryClass, PlannedStatement]]]

_EXTENSION = "pg_stat_statements"
_FINGERPRINT_DIGITS = 12


def make_exporter(settings: Settings, target: Target, queries: Sequence[QueryClass]) -> Exporter:
    """Return an exporter that knows the query classes which the database can plan.

    Raises:
        ExtensionMissing: pg_stat_statements is not there.
    """
    watched = _watched(target)
    look = _look(settings, target, queries)
    return Exporter(
        Watch(
            server=watched,
            database=target,
            statements=[planned for _, planned in look()] if look else (),
            runs=settings.runs,
            plans=partial(_plans, look) if look else None,
        )
    )


def _watched(target: Target) -> Target:
    """Return a database to stay connected to: one with the extension, not one to be copied.

    pg_stat_statements shows the whole server, and a database with a session cannot be copied.
    """
    with reading(target) as connection:
        if not is_marked(connection):
            capabilities(connection).require_extension(_EXTENSION)
            return target
    try:
        with reading(maintenance(target)) as connection:
            if _EXTENSION in capabilities(connection).extensions:
                return maintenance(target)
    except ServerUnreachable:
        pass  # the role may connect to its own database only
    with reading(target) as connection:
        capabilities(connection).require_extension(_EXTENSION)
    return target


def _look(settings: Settings, target: Target, queries: Sequence[QueryClass]) -> Look | None:
    """Return what plans every statement; without the shop's data there is nothing to plan with.

    Any other database is watched all the same, and so is a shop that the role may not read.
    """
    try:
        source = RememberingSource(argument_source(settings, target))
    except (BadInput, NotOurDatabase, StatementFailed):
        return None
    return partial(_planned, target, queries, source)


def _planned(
    target: Target, queries: Sequence[QueryClass], source: ArgumentSource
) -> Iterator[tuple[QueryClass, PlannedStatement]]:
    """Yield every statement that the server can plan; a session for each class is soon gone."""
    for query in queries:
        try:
            with reading(target) as connection:
                planned = planned_statements(connection, query, source)
        except (BadInput, StatementFailed, psycopg.Error):
            # a statement without a name is still counted
            continue
        yield from ((query, each) for each in planned)


def _plans(look: Look) -> Iterator[StepPlan]:
    for query, planned in look():
        shape = "\n".join(plan_shape(planned.explained))
        digest = sha256(shape.encode()).hexdigest()[:_FINGERPRINT_DIGITS]
        yield StepPlan(request=query.name, step=planned.step, plan=digest)
