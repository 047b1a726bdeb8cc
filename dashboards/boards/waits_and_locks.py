"""Waits and locks: what active sessions wait for, who blocks whom, and for how long."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    bars,
    choice,
    limit,
    line,
    lines,
    number,
    rising,
    stacked,
    variables,
)
from dashboards.model import Dashboard, Query, Row
from dashboards.promql import DATABASE, greatest, increase, of, or_zero, rate, share, top, total
from exporters.collectors import pg_locks as locks
from exporters.collectors import pg_settings as settings
from exporters.collectors import pg_stat_activity as activity
from exporters.collectors import pg_stat_database as database

_ACTIVE = 'state="active"'
_CPU = 'wait_event_type=""'
_WAITING = 'wait_event_type!=""'
_SHARED = 'datname=~"$datname|shared"'


def _sessions(*matchers: str) -> str:
    return rate(activity.WAIT_SECONDS, DATABASE, *matchers)


_ON_CPU = line(total(_sessions(_ACTIVE, _CPU)), "CPU", color="green")


def _waiting_by(*labels: str) -> Query:
    legend = ": ".join(f"{{{{{label}}}}}" for label in labels)
    return line(top(12, total(_sessions(_ACTIVE, _WAITING), *labels)), legend)


NOW = Row(
    title="Now",
    panels=(
        number(
            "Average active sessions",
            "Sessions that work or wait, on average, sampled ten times a second. More than the"
            " server has processors means a queue.",
            "short",
            or_zero(total(_sessions(_ACTIVE))),
        ),
        number(
            "On a processor",
            "Share of active time that waits for nothing. Far below half: look which wait leads.",
            "percentunit",
            share(
                or_zero(total(_sessions(_ACTIVE, _CPU))),
                or_zero(total(_sessions(_ACTIVE, _WAITING))),
            ),
            empty_because="a server on which no session is active",
        ),
        number(
            "Blocked sessions",
            "Sessions that wait for a lock that another session holds.",
            "short",
            total(of(locks.BLOCKED, DATABASE)),
            rising(1, 5),
        ),
        number(
            "Longest wait for a lock",
            "How long the session that has waited longest has waited.",
            "s",
            greatest(of(locks.LONGEST_WAIT, DATABASE)),
            rising(1, 10),
        ),
        number(
            "Oldest transaction",
            "Age of the oldest open transaction. It keeps vacuum from removing dead rows.",
            "s",
            greatest(of(activity.OLDEST_TRANSACTION, DATABASE)),
            rising(60, 600),
        ),
        number(
            "Deadlocks in the last hour",
            "Transactions that the server ended because they waited for each other.",
            "short",
            total(increase(database.DEADLOCKS, "1h", DATABASE)),
            rising(1, 10),
        ),
    ),
)
WAITS = Row(
    title="Active sessions by what they wait for",
    panels=(
        stacked(
            "By kind of wait",
            "Average active sessions. Green works on a processor; Lock waits for other"
            " transactions, IO for the disk, LWLock for the server's own structures, Client for"
            " the network.",
            "short",
            _ON_CPU,
            _waiting_by("wait_event_type"),
            width=24,
        ),
        stacked(
            "By event",
            "The twelve events that cost most. PostgreSQL's manual explains each under \u201cwait"
            " events\u201d.",
            "short",
            _ON_CPU,
            _waiting_by("wait_event_type", "wait_event"),
        ),
        stacked(
            "By database",
            "Whose sessions are active.",
            "short",
            line(total(_sessions(_ACTIVE), "datname"), "{{datname}}"),
        ),
        stacked(
            "By kind of process",
            "Parallel workers count as sessions of their own: one statement may be several.",
            "short",
            line(total(_sessions(_ACTIVE), "backend_type"), "{{backend_type}}"),
        ),
        lines(
            "Sessions idle in a transaction",
            "Sessions on average that hold a transaction open and do nothing: they keep locks and"
            " dead rows. The application's fault, nearly always.",
            "short",
            line(
                total(rate(database.IDLE_IN_TRANSACTION_SECONDS, DATABASE), "datname"),
                "{{datname}}",
            ),
        ),
    ),
)
LOCKS = Row(
    title="Locks",
    panels=(
        lines(
            "Blocked and blocking sessions",
            "Sessions that wait for a lock, and those at the root of the chains: end one of"
            " these, and the chain moves.",
            "short",
            line(total(of(locks.BLOCKED, DATABASE)), "blocked", color="red"),
            line(total(of(locks.BLOCKERS, DATABASE)), "blocking"),
            line(greatest(of(locks.CHAIN_DEPTH, DATABASE)), "longest chain", color="yellow"),
        ),
        lines(
            "Longest wait for a lock",
            "Seconds. After deadlock_timeout the server looks for a deadlock; without"
            " lock_timeout a wait has no end.",
            "s",
            line(greatest(of(locks.LONGEST_WAIT, DATABASE), "datname"), "{{datname}}"),
            limit(greatest(of(settings.SETTING, 'name="deadlock_timeout"')), "deadlock_timeout"),
        ),
        stacked(
            "Locks held, by mode",
            "Locks that are granted. AccessExclusiveLock stops everybody, readers too.",
            "short",
            line(total(of(locks.LOCKS, _SHARED, 'granted="yes"'), "mode"), "{{mode}}"),
            empty_because="a server on which no session holds a lock",
        ),
        stacked(
            "Locks waited for, by mode",
            "Locks that are not granted: each is a session that waits.",
            "short",
            line(total(of(locks.LOCKS, _SHARED, 'granted="no"'), "mode"), "{{mode}}"),
            empty_because="a server on which nobody waits for a lock",
        ),
        lines(
            "Deadlocks",
            "Per second, by database. Lock rows in the same order everywhere.",
            "short",
            line(total(rate(database.DEADLOCKS, DATABASE), "datname"), "{{datname}}"),
        ),
        bars(
            "Sessions by state",
            "Sessions of clients now.",
            "short",
            total(of(activity.SESSIONS, DATABASE), "datname", "state"),
            "{{datname}}: {{state}}",
        ),
    ),
)
AGES = Row(
    title="What takes long",
    panels=(
        lines(
            "Oldest transaction",
            "Age of the oldest open transaction, by database.",
            "s",
            line(greatest(of(activity.OLDEST_TRANSACTION, DATABASE), "datname"), "{{datname}}"),
            width=8,
        ),
        lines(
            "Longest idle in a transaction",
            "Ends at idle_in_transaction_session_timeout, where that is set.",
            "s",
            line(
                greatest(of(activity.OLDEST_IDLE_IN_TRANSACTION, DATABASE), "datname"),
                "{{datname}}",
            ),
            width=8,
        ),
        lines(
            "Longest running statement",
            "Ends at statement_timeout, where that is set.",
            "s",
            line(greatest(of(activity.OLDEST_QUERY, DATABASE), "datname"), "{{datname}}"),
            width=8,
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-waits",
    title="b2bench: waits and locks",
    description="What active sessions wait for, who blocks whom, and what takes long.",
    variables=variables(choice("datname", "Database", database.BACKENDS)),
    annotations=ANNOTATIONS,
    rows=(NOW, WAITS, LOCKS, AGES),
)
