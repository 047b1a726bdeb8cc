"""Connections and replication: how many slots are left, and how far standbys are behind."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    bars,
    choice,
    column,
    limit,
    line,
    lines,
    number,
    rising,
    stacked,
    table,
    variables,
)
from dashboards.model import Dashboard, Row
from dashboards.promql import DATABASE, greatest, increase, of, or_zero, rate, ratio, total
from exporters.collectors import pg_database_size as size
from exporters.collectors import pg_replication_slots as slots
from exporters.collectors import pg_settings as settings
from exporters.collectors import pg_stat_activity as activity
from exporters.collectors import pg_stat_database as database
from exporters.collectors import pg_stat_replication as replication
from exporters.collectors import pg_stat_wal as wal

_NO_STANDBY = "only with a standby"
_NO_SLOT = "only with a replication slot"
_STANDBY = "{{standby}} ({{sync_state}})"
_RESERVED = 'name=~"superuser_reserved_connections|reserved_connections"'


def _setting(name: str) -> str:
    return total(of(settings.SETTING, f'name="{name}"'))


_FREE_TO_ALL = f"{_setting('max_connections')} - {total(of(settings.SETTING, _RESERVED))}"

NOW = Row(
    title="Now",
    panels=(
        number(
            "Connections",
            "Sessions of clients in shares of what max_connections leaves to ordinary roles. At"
            " 100 % applications are refused.",
            "percentunit",
            f"{total(of(activity.SESSIONS))} / ({_FREE_TO_ALL})",
            rising(0.8, 0.9),
        ),
        number(
            "Idle in a transaction",
            "Sessions that hold a transaction open and do nothing.",
            "short",
            or_zero(total(of(activity.SESSIONS, DATABASE, 'state=~"idle in transaction.*"'))),
            rising(5, 20),
        ),
        number(
            "Oldest transaction",
            "Age of the oldest open transaction.",
            "s",
            greatest(of(activity.OLDEST_TRANSACTION, DATABASE)),
            rising(60, 600),
        ),
        number(
            "Standbys",
            "That stream from this server.",
            "short",
            total(of(replication.STANDBYS)),
        ),
        number(
            "Slots nobody uses",
            "They keep log until the disk is full. Drop them, or start their consumer.",
            "short",
            or_zero(f"count({of(slots.ACTIVE)} == 0)"),
            rising(1, 1),
        ),
        number(
            "Up for",
            "Since the server was started. A short time that nobody planned was a crash.",
            "s",
            f"time() - max({of(settings.START)})",
        ),
    ),
)
CONNECTIONS = Row(
    title="Connections",
    panels=(
        stacked(
            "Sessions by state",
            "Sessions of clients; the dashed line is max_connections. Many idle ones: a pooler"
            " serves as many clients with fewer.",
            "short",
            line(total(of(activity.SESSIONS, DATABASE), "state"), "{{state}}"),
            limit(_setting("max_connections"), "max_connections"),
        ),
        lines(
            "Sessions by database",
            "With background processes; a dashed line where a database has a limit of its own.",
            "short",
            line(total(of(database.BACKENDS, DATABASE), "datname"), "{{datname}}"),
            limit(
                total(of(database.CONNECTION_LIMIT, DATABASE), "datname"),
                "limit of {{datname}}",
            ),
        ),
        lines(
            "Sessions opened",
            "Per second. Tens of them: the application connects for every request and wants a"
            " pool.",
            "short",
            line(total(rate(database.SESSIONS, DATABASE), "datname"), "{{datname}}"),
        ),
        lines(
            "Sessions that ended badly",
            "Per second: the client went away, a fatal error, ended by an operator.",
            "short",
            line(total(rate(database.SESSIONS_ABANDONED, DATABASE)), "client went away"),
            line(total(rate(database.SESSIONS_FATAL, DATABASE)), "fatal error"),
            line(total(rate(database.SESSIONS_KILLED, DATABASE)), "ended by an operator"),
        ),
        lines(
            "How busy sessions are",
            "Share of the time connected that is spent executing. A few percent: a pooler needs a"
            " fraction of the connections.",
            "percentunit",
            line(
                ratio(
                    total(rate(database.ACTIVE_SECONDS, DATABASE)),
                    total(rate(database.SESSION_SECONDS, DATABASE)),
                ),
                "executing",
            ),
            line(
                ratio(
                    total(rate(database.IDLE_IN_TRANSACTION_SECONDS, DATABASE)),
                    total(rate(database.SESSION_SECONDS, DATABASE)),
                ),
                "idle in a transaction",
            ),
            empty_because="a server without sessions in these databases",
        ),
        lines(
            "Oldest transaction and longest idle",
            "Seconds, by database: what holds back vacuum and keeps locks.",
            "s",
            line(
                greatest(of(activity.OLDEST_TRANSACTION, DATABASE), "datname"),
                "{{datname}}: transaction",
            ),
            line(
                greatest(of(activity.OLDEST_IDLE_IN_TRANSACTION, DATABASE), "datname"),
                "{{datname}}: idle in a transaction",
            ),
        ),
    ),
)
DATABASES = Row(
    title="Databases",
    panels=(
        lines(
            "Transactions",
            "Committed per second, by database.",
            "short",
            line(total(rate(database.COMMITS, DATABASE), "datname"), "{{datname}}"),
        ),
        lines(
            "Rolled back",
            "Share of transactions that were rolled back. A rise after a release: errors.",
            "percentunit",
            line(
                ratio(
                    total(rate(database.ROLLBACKS, DATABASE), "datname"),
                    f"{total(rate(database.ROLLBACKS, DATABASE), 'datname')}"
                    f" + {total(rate(database.COMMITS, DATABASE), 'datname')}",
                ),
                "{{datname}}",
            ),
            empty_because="a server without transactions in these databases",
        ),
        lines(
            "Rows read",
            "Per second: read by scans, and of those fetched by index scans. Far apart:"
            " sequential scans, or indexes that filter too little.",
            "short",
            line(total(rate(database.ROWS_RETURNED, DATABASE)), "read by scans"),
            line(total(rate(database.ROWS_FETCHED, DATABASE)), "fetched by index scans"),
        ),
        bars(
            "Size",
            "Disk space by database.",
            "bytes",
            greatest(of(size.SIZE, DATABASE), "datname"),
            "{{datname}}",
        ),
        table(
            "Statistics since",
            "How long ago a database's statistics were reset: \u201cnever used\u201d means since"
            " then.",
            "s",
            column(
                "Age of statistics",
                f"time() - {greatest(of(database.RESET, DATABASE), 'datname')}",
            ),
            width=12,
            height=8,
            empty_because="a server whose statistics were never reset",
        ),
        table(
            "Server",
            "Version of each server that is looked at, and settings that wait for a restart.",
            "short",
            column(
                "Waiting for a restart",
                f"{of(settings.PENDING_RESTART)} * on (job, instance)"
                f" group_left (version) {of(settings.SERVER_INFO)}",
            ),
            width=12,
            height=8,
        ),
    ),
)
REPLICATION = Row(
    title="Replication",
    panels=(
        lines(
            "Log that standbys lack",
            "Bytes not sent yet, and not replayed yet. Not sent: network or standby too slow."
            " Sent and not replayed: queries on the standby hold it up.",
            "bytes",
            line(of(replication.SENT_LAG_BYTES), f"{_STANDBY}: not sent"),
            line(of(replication.REPLAY_LAG_BYTES), f"{_STANDBY}: not replayed"),
            empty_because=_NO_STANDBY,
        ),
        lines(
            "Delay of standbys",
            "Until a commit was written, flushed and replayed there. With a synchronous standby"
            " every commit waits for one of them.",
            "s",
            line(of(replication.WRITE_LAG_SECONDS), f"{_STANDBY}: written"),
            line(of(replication.FLUSH_LAG_SECONDS), f"{_STANDBY}: flushed"),
            line(of(replication.REPLAY_LAG_SECONDS), f"{_STANDBY}: replayed"),
            empty_because=_NO_STANDBY,
        ),
        lines(
            "Log that slots keep",
            "Bytes; the other line is how much more may be made before the slot is lost.",
            "bytes",
            line(of(slots.RETAINED_BYTES), "{{slot_name}} keeps"),
            line(of(slots.SAFE_BYTES), "{{slot_name}} may still"),
            empty_because=_NO_SLOT,
        ),
        table(
            "Slots",
            "1 while somebody streams from it; wal_status lost means that its consumer must be"
            " built anew.",
            "short",
            column("In use", of(slots.ACTIVE)),
            width=12,
            height=8,
            empty_because=_NO_SLOT,
        ),
        lines(
            "Standbys and slots",
            "Standbys that stream, and slots that exist; the dashed line is max_replication_slots.",
            "short",
            line(total(of(replication.STANDBYS)), "standbys"),
            line(total(of(slots.USED)), "slots"),
            limit(_setting("max_replication_slots"), "max_replication_slots"),
        ),
        lines(
            "This server as a standby",
            "1 where it is one, and the time since the last transaction that it replayed.",
            "short",
            line(greatest(of(replication.IN_RECOVERY)), "is a standby"),
            line(greatest(of(replication.OWN_LAG_SECONDS)), "behind", unit="s"),
        ),
        lines(
            "Queries cancelled by recovery",
            "Per hour on a standby: max_standby_streaming_delay or hot_standby_feedback.",
            "short",
            line(total(increase(database.CONFLICTS, "1h", DATABASE), "datname"), "{{datname}}"),
        ),
        lines(
            "Position in the log",
            "Where the log ends, in bytes from its beginning: primary and standbys on the same"
            " scale.",
            "bytes",
            line(greatest(of(wal.POSITION), "instance"), "{{instance}}"),
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-connections",
    title="b2bench: connections and replication",
    description="Sessions against their limits, databases, standbys and slots.",
    variables=variables(choice("datname", "Database", database.BACKENDS)),
    annotations=ANNOTATIONS,
    rows=(NOW, CONNECTIONS, DATABASES, REPLICATION),
)
