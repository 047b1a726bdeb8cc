"""`b2bench settings`: every setting, and where its value came from."""

from b2bench.commands._options import with_settings
from b2bench.commands._settings import KEYS, Key, Settings
from b2bench.errors import BadInput
from b2bench.findings import ExitCode

_EVERY_OPTION = tuple(key.name for key in KEYS if not key.is_argument and not key.secret)


@with_settings(*_EVERY_OPTION)
def show_settings(settings: Settings) -> ExitCode:
    """Show every setting and where its value came from.

    An option wins over the environment, that over b2bench.toml in the working directory, that
    over the default. The name in b2bench.toml is the one shown; the environment variable is
    B2BENCH_ and the name in capitals, e.g. B2BENCH_WARM_UP. DATABASE_URL serves as dsn, too.
    libpq's own variables (PGPASSWORD, PGSSLMODE, …) are left to libpq. Secrets are not shown.

    Example:
        B2BENCH_USERS=20 b2bench settings
    """
    from b2bench.commands._console import show, table  # noqa: PLC0415 (--help stays fast)

    rows = ((key.said, _shown(key, settings), settings.origins[key.name]) for key in KEYS)
    show(table("setting", "value", "from", rows=rows))
    return ExitCode.FINE


def _shown(key: Key, settings: Settings) -> str:
    value = getattr(settings, key.name)
    if value is None:
        return "–"
    if key.secret:
        return "(not shown)"
    if key.name == "dsn":
        return _redacted(value)
    if key.metavar == "PERCENT":
        return f"{100 * value:g}%"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _redacted(dsn: str) -> str:
    from b2bench.target import Target  # noqa: PLC0415 (--help stays fast)

    try:
        return Target.parse(dsn).shown
    except BadInput:
        return "(cannot be read)"
