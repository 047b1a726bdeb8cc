"""The same shop at several scales, one after the other, each explained and dropped again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from psycopg import sql

from b2bench.catalogue import Catalogue, differences
from b2bench.clones import clone, scratch
from b2bench.commands._capture import Selection
from b2bench.commands._queries import argument_source
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import connect, reading
from b2bench.errors import BadInput
from b2bench.findings import Finding, Severity
from b2bench.marker import DataSet, require_data_set
from b2bench.progress import Progress, prefixed
from b2bench.roles import roles_of
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import Profile, load_profile
from reports.capture import Capture, capture
from reports.growth import Growth, growth
from schema import migrate

_PURPOSE = "growth"
_FACTORS_LEAST = 2


def factors_of(text: str) -> tuple[Decimal, ...]:
    """Return the factors that a person wrote, e.g. `0.25,0.5,1`, in rising order.

    Raises:
        BadInput: one is no number above 0, or there are not two different ones.
    """
    try:
        factors = {Decimal(part.strip()) for part in text.split(",")}
    except InvalidOperation:
        raise BadInput(f"--scale {text!r}: write factors with commas, e.g. 1,2,4") from None
    if not all(factor.is_finite() and factor > 0 for factor in factors):
        raise BadInput(f"--scale {text!r}: write factors above 0, e.g. 1,2,4")
    if len(factors) < _FACTORS_LEAST:
        raise BadInput(f"--scale {text!r}: an exponent needs two different factors, e.g. 1,2,4")
    return tuple(sorted(factors))


def take_growth(
    settings: Settings,
    target: Target,
    selection: Selection,
    factors: Sequence[Decimal],
    progress: Progress,
) -> Growth:
    """Explain the selected classes on the target's data set at each factor of its scale.

    The data set as it is stands in a clone of the target; the others are generated on the same
    server with the same seed. Each is dropped before the next is made.

    Args:
        settings: the seed of the arguments, and where they come from.
        target: a marked database with a complete data set.
        selection: the classes.
        factors: at least two different ones, as from `factors_of`.
        progress: told of each factor.

    Raises:
        BadInput: b2bench did not make the database, or a factor leaves too few products.
    """
    data_set, profiles = require_growing(target, factors)
    captures = list[tuple[Decimal, Capture]]()
    for factor, profile in profiles.items():
        told = prefixed(progress, f"scale {factor:f}")
        with _at_scale(target, data_set, profile, told) as subject:
            captures.append((factor, _capture(settings, subject, selection, told)))
    found = growth(captures)
    return replace(found, findings=(*found.findings, *_other_schemas(captures)))


def require_growing(
    target: Target, factors: Sequence[Decimal]
) -> tuple[DataSet, dict[Decimal, Profile]]:
    """Return the data set and its profile at each factor, before any time is spent on one.

    Raises: as `take_growth`.
    """
    if not is_ours(target):
        raise BadInput(
            f"b2bench did not make {target.database}, so it cannot make the same data larger: "
            "use --scale on a database of `b2bench data generate`"
        )
    data_set = require_data_set(target)
    return data_set, {factor: _profile(data_set, factor) for factor in factors}


def _profile(data_set: DataSet, factor: Decimal) -> Profile:
    return load_profile(data_set.profile).scaled(data_set.scale * factor)


@contextmanager
def _at_scale(
    target: Target, data_set: DataSet, profile: Profile, progress: Progress
) -> Iterator[Target]:
    """Yield a database with the profile's data that may be changed."""
    # what a run changed is not the data set any more
    if profile.scale == data_set.scale and data_set.last_run is None:
        progress("copying the database")
        with clone(target, _PURPOSE) as copy:
            yield copy
        return
    with scratch(target, _PURPOSE) as empty:
        migrate.install(empty, progress)
        generate(empty, profile, seed=data_set.seed, progress=progress)
        _forget_statements(empty)
        yield empty


def _forget_statements(target: Target) -> None:
    """Remove what made the data from the server's list of statements, where that is allowed.

    A capture reads this database's part of the list before and after each execution: a thousand
    lines of DDL in it would double its time.
    """
    with connect(target) as connection:
        schemas = connection.execute(
            "SELECT n.nspname"
            "  FROM pg_extension e"
            "  JOIN pg_namespace n ON n.oid = e.extnamespace"
            "  JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'pg_stat_statements_reset'"
            " WHERE e.extname = 'pg_stat_statements'"
            "   AND current_setting('pg_stat_statements.max', true) IS NOT NULL"
            "   AND has_function_privilege(p.oid, 'EXECUTE')"
        ).fetchall()
        for (schema,) in schemas:
            connection.execute(
                sql.SQL(
                    "SELECT {}(dbid => oid) FROM pg_database WHERE datname = current_database()"
                ).format(sql.Identifier(schema, "pg_stat_statements_reset"))
            )


def _capture(
    settings: Settings, subject: Target, selection: Selection, progress: Progress
) -> Capture:
    source = argument_source(settings, subject, examples=selection.examples, csv=selection.csv)
    with reading(subject) as connection:
        roles = roles_of(connection, selection.queries)
    return capture(
        subject,
        selection.queries,
        source,
        seed=settings.seed,
        progress=progress,
        clone=True,
        roles=roles,
    )


def _other_schemas(captures: Sequence[tuple[Decimal, Capture]]) -> Iterator[Finding]:
    """Find what the clone has and the generated databases have not, or the other way round."""
    (_, first), *others = captures
    changed = [
        difference
        for _, other in others
        for difference in differences(_without_settings(first), _without_settings(other))
    ]
    if changed:
        yield Finding(
            code="schemas-differ",
            severity=Severity.WARNING,
            subject=changed[0].identity,
            message="the database's schema is not the one that b2bench makes, so the scales have "
            f"different ones, e.g. {changed[0].shown}",
            mend="run `b2bench schema diff`, and leave factor 1 out until both are the same",
        )


def _without_settings(captured: Capture) -> Catalogue:
    kept = [each for each in captured.catalogue.objects if each.kind != "setting"]
    return Catalogue(objects=tuple(kept))
