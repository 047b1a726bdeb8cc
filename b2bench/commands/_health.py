"""What `b2bench health` looks at, and how it is shown."""

from b2bench.commands._console import BAD, DOUBTFUL, say
from b2bench.commands._destinations import Destinations
from b2bench.commands._queries import argument_source, chosen_queries
from b2bench.commands._settings import Settings
from b2bench.database import reading
from b2bench.errors import B2benchError
from b2bench.findings import ExitCode
from b2bench.queryids import known_ids
from b2bench.records import to_json
from b2bench.target import Target
from reports.health.checks import State
from reports.health.health import Health, take_health
from reports.health.markdown import health_markdown
from reports.health.text import health_lines, health_text
from reports.health.thresholds import Thresholds

# whoever holds a lock for longer is what is looked for
_LOCK_TIMEOUT_S = 1
_STATEMENT_TIMEOUT_S = 15
# a name is not worth the wait, and each query class may have to
_NAMES_LOCK_TIMEOUT_S = 0.1
_STYLES = {
    State.ERROR: BAD,
    State.WARNING: DOUBTFUL,
    State.UNSEEN: DOUBTFUL,
    State.NOTE: "dim",
    State.UNJUDGED: "dim",
    State.FINE: "",
}


def look(settings: Settings, target: Target, thresholds: Thresholds, since_s: float) -> Health:
    """Return how a server and a database are.

    Raises:
        ServerUnreachable: no session could be opened.
    """
    with reading(
        target, statement_timeout_s=_STATEMENT_TIMEOUT_S, lock_timeout_s=_LOCK_TIMEOUT_S
    ) as connection:
        return take_health(
            connection,
            target=str(target),
            thresholds=thresholds,
            since_s=since_s,
            names=lambda: _names(settings, target),
        )


def _names(settings: Settings, target: Target) -> dict[int, str]:
    """Return query class and step by queryid, as far as the role may plan them."""
    try:
        queries, source = chosen_queries(settings), argument_source(settings, target)
        with reading(target, lock_timeout_s=_NAMES_LOCK_TIMEOUT_S) as connection:
            known = tuple(known_ids(connection, queries, source))
    except B2benchError:
        return {}  # a name is a comfort: the number stands beside it
    return {each.queryid: f"{each.query}/{each.step}" for each in known}


def publish_health(health: Health, destinations: Destinations) -> ExitCode:
    """Write what was asked for, and show the page unless a file is printed."""
    destinations.write("--json", lambda: to_json(health).decode())
    destinations.write("--markdown", lambda: health_markdown(health))
    destinations.write("--text", lambda: health_text(health))
    if not destinations.is_printed:
        for line in health_lines(health):
            say(line.text, style=_STYLES[line.state] if line.state else "")
    return health.exit_code
