"""Tables and indexes: who is read how, what vacuum must do, what nobody uses, what grows."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    bars,
    choice,
    column,
    falling,
    limit,
    line,
    lines,
    number,
    rising,
    stacked,
    table,
    variables,
)
from dashboards.model import Dashboard, Query, Row
from dashboards.promql import (
    DATABASE,
    TABLE,
    greatest,
    of,
    rate,
    ratio,
    share,
    top,
    total,
)
from exporters.collectors import pg_settings as settings
from exporters.collectors import pg_stat_database as database
from exporters.collectors import pg_stat_progress_vacuum as vacuum
from exporters.collectors import pg_stat_user_indexes as indexes
from exporters.collectors import pg_stat_user_tables as tables
from exporters.metric import Metric

# collectors of relations have their turn every thirty seconds
_TURNS = "2m"
_NAME = ("schemaname", "relname")
_LEGEND = "{{schemaname}}.{{relname}}"
_INDEX = ("schemaname", "relname", "indexrelname")
_INDEX_LEGEND = "{{relname}}: {{indexrelname}}"


def _grown(metric: Metric) -> str:
    return rate(metric, DATABASE, TABLE, window=_TURNS)


def _rate(metric: Metric) -> str:
    return total(_grown(metric), *_NAME)


def _now(metric: Metric) -> str:
    return greatest(of(metric, DATABASE, TABLE), *_NAME)


def _index(metric: Metric) -> str:
    return greatest(of(metric, DATABASE, TABLE), *_INDEX)


def _index_rate(metric: Metric) -> str:
    return total(_grown(metric), *_INDEX)


def _top(metric: Metric) -> Query:
    return line(top(10, _rate(metric)), _LEGEND)


def _sum(metric: Metric, legend: str) -> Query:
    return line(total(_grown(metric)), legend)


def _since(metric: Metric) -> str:
    return top(15, f"time() - {_now(metric)}")


_DEAD_SHARE = ratio(_now(tables.DEAD_ROWS), _now(tables.DEAD_LIMIT))
_MOST_WORKERS = total(of(settings.SETTING, 'name="autovacuum_max_workers"'))
_FREEZE_AGE = of(settings.SETTING, 'name="autovacuum_freeze_max_age"')

VERDICT = Row(
    title="Now",
    panels=(
        number(
            "Dead rows against autovacuum's limit",
            "Of the table that is nearest to it. Above 100 % a vacuum is due; far above,"
            " autovacuum does not keep up or somebody holds it back.",
            "percentunit",
            greatest(_DEAD_SHARE),
            rising(1, 3),
        ),
        number(
            "Tables found in shared buffers",
            "Share of the blocks of tables that needed no read.",
            "percentunit",
            share(
                total(_grown(tables.HEAP_HIT)),
                total(_grown(tables.HEAP_READ)),
            ),
            falling(0.9, 0.99),
            empty_because="a server on which nobody reads these tables now",
        ),
        number(
            "Unused indexes",
            "Disk space of indexes that were never scanned since statistics began and that no"
            " constraint needs. Every write pays for them.",
            "bytes",
            total(of(indexes.UNUSED_SIZE, DATABASE, TABLE)),
        ),
        number(
            "Invalid indexes",
            "Left by CREATE INDEX CONCURRENTLY that failed: they cost writes and help nobody."
            " Drop and build again.",
            "short",
            total(of(indexes.INVALID, DATABASE, TABLE)),
            rising(1, 1),
        ),
        number(
            "Oldest transaction id",
            "Age in shares of autovacuum_freeze_max_age. At 100 % the server vacuums whatever is"
            " on; far above, it is on the way to refuse writes.",
            "percentunit",
            f"max({of(tables.TRANSACTION_AGE, DATABASE, TABLE)}) / max({_FREEZE_AGE})",
            rising(1, 2),
        ),
        number(
            "Workers of autovacuum",
            "At work now, in shares of autovacuum_max_workers. All at work for long: tables wait"
            " for their turn.",
            "percentunit",
            f"{total(of(vacuum.WORKERS))} / {_MOST_WORKERS}",
            rising(0.67, 1),
        ),
    ),
)
READS = Row(
    title="How tables are read",
    panels=(
        lines(
            "Rows read by sequential scans",
            "Per second, the ten tables most read from end to end. A large table here wants an"
            " index.",
            "short",
            _top(tables.SEQ_ROWS),
        ),
        lines(
            "Rows fetched by index scans",
            "Per second, the ten tables most fetched from.",
            "short",
            _top(tables.INDEX_ROWS),
        ),
        lines(
            "Sequential scans",
            "Per second, by table. Many on a small table are fine.",
            "short",
            _top(tables.SEQ_SCANS),
        ),
        lines(
            "Index scans",
            "Per second, by table.",
            "short",
            _top(tables.INDEX_SCANS),
        ),
        lines(
            "Blocks read, by table",
            "Blocks per second from outside shared buffers: tables and their indexes.",
            "short",
            _top(tables.HEAP_READ),
            line(top(10, _rate(tables.INDEX_READ)), f"{_LEGEND}, indexes"),
        ),
        lines(
            "Found in shared buffers",
            "Share of the blocks of tables and of indexes that needed no read. Indexes should be"
            " near 100 %.",
            "percentunit",
            line(
                share(
                    total(_grown(tables.HEAP_HIT)),
                    total(_grown(tables.HEAP_READ)),
                ),
                "tables",
            ),
            line(
                share(
                    total(_grown(tables.INDEX_HIT)),
                    total(_grown(tables.INDEX_READ)),
                ),
                "indexes",
            ),
            empty_because="a server on which nobody reads these tables now",
        ),
    ),
)
WRITES = Row(
    title="How tables change",
    panels=(
        stacked(
            "Rows changed",
            "Rows inserted, updated and deleted per second, in the chosen tables together.",
            "short",
            _sum(tables.INSERTED, "inserted"),
            _sum(tables.UPDATED, "updated"),
            _sum(tables.DELETED, "deleted"),
        ),
        lines(
            "Updates that touch no index",
            "Share of updates that stay in their block (HOT). Low: an indexed column changes"
            " often, or blocks are full (fillfactor).",
            "percentunit",
            line(ratio(_rate(tables.HOT_UPDATED), _rate(tables.UPDATED)), _LEGEND),
            empty_because="a server on which nobody updates these tables now",
        ),
    ),
)
VACUUM = Row(
    title="Vacuum and analyze",
    panels=(
        lines(
            "Dead rows against autovacuum's limit",
            "Dead rows in shares of the number at which autovacuum begins, the ten nearest"
            " tables. Lines should fall soon after they crossed the dashed one.",
            "percentunit",
            line(top(10, _DEAD_SHARE), _LEGEND),
            limit("vector(1)", "autovacuum begins"),
        ),
        lines(
            "Dead rows",
            "Rows that are dead and not vacuumed, the ten tables with most.",
            "short",
            line(top(10, _now(tables.DEAD_ROWS)), _LEGEND),
        ),
        lines(
            "Vacuums and analyzes",
            "Per hour, in the chosen tables together.",
            "short",
            *(
                line(f"3600 * {total(_grown(metric))}", legend)
                for metric, legend in (
                    (tables.AUTOVACUUMS, "vacuums by autovacuum"),
                    (tables.VACUUMS, "vacuums by command"),
                    (tables.AUTOANALYZES, "analyzes by autovacuum"),
                    (tables.ANALYZES, "analyzes by command"),
                )
            ),
        ),
        lines(
            "Autovacuum at work",
            "Workers, and vacuums under way, those by command among them; the dashed line is"
            " autovacuum_max_workers.",
            "short",
            line(total(of(vacuum.WORKERS)), "workers of autovacuum"),
            line(total(of(vacuum.RUNNING)), "vacuums under way"),
            limit(
                _MOST_WORKERS,
                "autovacuum_max_workers",
            ),
        ),
        lines(
            "Progress of vacuums",
            "Share of a table's blocks that its vacuum has scanned, and how often it went through"
            " the indexes: more than once means maintenance_work_mem is small.",
            "percentunit",
            line(of(vacuum.SCANNED, DATABASE), "{{relname}} ({{phase}})"),
            line(
                of(vacuum.INDEX_ROUNDS, DATABASE),
                "{{relname}}: rounds through indexes",
                unit="short",
            ),
            empty_because="only while a table is vacuumed",
        ),
        lines(
            "Changed since the last analyze",
            "Rows, the ten tables with most. Autovacuum analyzes at a tenth of a table; far above"
            " that estimates are off, and plans suffer.",
            "short",
            line(top(10, _now(tables.CHANGED_ROWS)), _LEGEND),
        ),
        bars(
            "Not vacuumed for",
            "Time since the last vacuum, by whomever, the fifteen longest.",
            "s",
            _since(tables.LAST_VACUUM),
            _LEGEND,
            empty_because="only once a table has been vacuumed",
        ),
        bars(
            "Not analyzed for",
            "Time since the last analyze, by whomever, the fifteen longest.",
            "s",
            _since(tables.LAST_ANALYZE),
            _LEGEND,
            empty_because="only once a table has been analyzed",
        ),
        lines(
            "Transaction id age",
            "Of the ten oldest tables; the dashed line is autovacuum_freeze_max_age.",
            "short",
            line(top(10, _now(tables.TRANSACTION_AGE)), _LEGEND),
            limit(greatest(_FREEZE_AGE), "autovacuum_freeze_max_age"),
        ),
        lines(
            "Transaction and multixact id age of databases",
            "Of all databases, the forgotten ones among them: at two thousand millions the server"
            " refuses writes.",
            "short",
            line(greatest(of(database.TRANSACTION_AGE), "datname"), "{{datname}}: transactions"),
            line(greatest(of(database.MULTIXACT_AGE), "datname"), "{{datname}}: multixacts"),
            limit(greatest(_FREEZE_AGE), "autovacuum_freeze_max_age"),
        ),
    ),
)
SIZE = Row(
    title="Size",
    panels=(
        bars(
            "Largest tables",
            "With what is stored out of line, without indexes.",
            "bytes",
            top(15, _now(tables.SIZE)),
            _LEGEND,
            width=8,
        ),
        bars(
            "Largest index sets",
            "All indexes of a table together. Larger than the table: look whether all are used.",
            "bytes",
            top(15, _now(tables.INDEXES_SIZE)),
            _LEGEND,
            width=8,
        ),
        bars(
            "Estimated bloat of tables",
            "Share of a table that is more than its rows need, from statistics: an estimate."
            " Above half, look closer.",
            "percentunit",
            top(15, _now(tables.BLOAT)),
            _LEGEND,
            thresholds=rising(0.3, 0.5),
            width=8,
            empty_because="only where the role may read statistics of tables, and after an analyze",
        ),
        lines(
            "Growth of tables",
            "Disk space of the ten largest, with indexes.",
            "bytes",
            line(top(10, f"{_now(tables.SIZE)} + {_now(tables.INDEXES_SIZE)}"), _LEGEND),
        ),
        lines(
            "Rows",
            "Live rows as the server estimates, the ten largest tables.",
            "short",
            line(top(10, _now(tables.LIVE_ROWS)), _LEGEND),
        ),
    ),
)
INDEXES = Row(
    title="Indexes",
    panels=(
        table(
            "Unused indexes",
            "Never scanned since statistics began, and needed by no constraint. Look at standbys"
            " and at the month's end before dropping one.",
            "bytes",
            column("Size", f"sort_desc({_index(indexes.UNUSED_SIZE)} > 0)"),
            width=12,
            empty_because="a database whose indexes are all used",
        ),
        table(
            "Invalid indexes",
            "The planner may not use them, and every write pays for them.",
            "short",
            column("Invalid", f"{_index(indexes.INVALID)} > 0"),
            width=12,
            empty_because="a database whose indexes are all valid",
        ),
        lines(
            "Index scans",
            "Per second, the ten most used indexes.",
            "short",
            line(top(10, _index_rate(indexes.SCANS)), _INDEX_LEGEND),
        ),
        lines(
            "Entries read per scan",
            "The ten highest. Thousands: the index filters too little for the query.",
            "short",
            line(
                top(
                    10,
                    ratio(_index_rate(indexes.ENTRIES_READ), _index_rate(indexes.SCANS)),
                ),
                _INDEX_LEGEND,
            ),
            empty_because="a server on which nobody scans these indexes now",
        ),
        lines(
            "Rows fetched from the table per scan",
            "The ten highest. 0 where the index alone was enough.",
            "short",
            line(
                top(
                    10,
                    ratio(_index_rate(indexes.ROWS_FETCHED), _index_rate(indexes.SCANS)),
                ),
                _INDEX_LEGEND,
            ),
            empty_because="a server on which nobody scans these indexes now",
        ),
        lines(
            "Blocks of indexes read and found",
            "Blocks per second in all chosen indexes.",
            "short",
            _sum(indexes.BLOCKS_HIT, "found in shared buffers"),
            _sum(indexes.BLOCKS_READ, "read"),
        ),
        bars(
            "Largest indexes",
            "The fifteen largest.",
            "bytes",
            top(15, _index(indexes.SIZE)),
            _INDEX_LEGEND,
        ),
        bars(
            "Estimated bloat of indexes",
            "Share of a B-tree that is more than its entries need, from statistics: an estimate."
            " REINDEX CONCURRENTLY mends it.",
            "percentunit",
            top(15, _index(indexes.BLOAT)),
            _INDEX_LEGEND,
            thresholds=rising(0.5, 0.7),
            empty_because="only where the role may read statistics of tables, and after an analyze",
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-tables",
    title="b2bench: tables and indexes",
    description="How tables are read and change, what vacuum must do, size, bloat, unused indexes.",
    variables=variables(
        choice("datname", "Database", tables.LIVE_ROWS),
        choice("relname", "Table", tables.LIVE_ROWS, DATABASE),
    ),
    annotations=ANNOTATIONS,
    rows=(VERDICT, READS, WRITES, VACUUM, SIZE, INDEXES),
)
