"""WAL, checkpoints and I/O: what the disk must keep up with, and who makes it."""

from dashboards.boards._panels import (
    ANNOTATIONS,
    choice,
    falling,
    limit,
    line,
    lines,
    number,
    rising,
    stacked,
    variables,
)
from dashboards.model import Dashboard, Query, Row
from dashboards.promql import DATABASE, greatest, increase, of, or_zero, rate, ratio, share, total
from exporters.collectors import pg_settings as settings
from exporters.collectors import pg_stat_checkpointer as checkpoints
from exporters.collectors import pg_stat_database as database
from exporters.collectors import pg_stat_io as io
from exporters.collectors import pg_stat_wal as wal
from exporters.metric import Metric

_CHECKPOINT_EVERY_S = greatest(of(settings.SETTING, 'name="checkpoint_timeout"'))
_OLD = "PostgreSQL 15, which has no pg_stat_io"


def _by_process(metric: Metric) -> Query:
    return line(total(rate(metric), "backend_type"), "{{backend_type}}")


def _sum(metric: Metric, legend: str) -> Query:
    return line(total(rate(metric)), legend)


NOW = Row(
    title="Now",
    panels=(
        number(
            "Write-ahead log",
            "Bytes made per second.",
            "Bps",
            total(rate(wal.BYTES)),
        ),
        number(
            "Requested checkpoints in the last hour",
            "Begun because max_wal_size was reached, or by command. Several an hour: raise"
            " max_wal_size.",
            "short",
            total(increase(checkpoints.REQUESTED, "1h")),
            rising(2, 6),
        ),
        number(
            "Written by sessions",
            "Share of buffers that sessions had to write themselves instead of checkpoints and"
            " the background writer: the rest of the server made them wait.",
            "percentunit",
            or_zero(
                ratio(
                    total(rate(checkpoints.BACKEND_BUFFERS)),
                    f"{total(rate(checkpoints.BACKEND_BUFFERS))}"
                    f" + {total(rate(checkpoints.CHECKPOINT_BUFFERS))}"
                    f" + {total(rate(checkpoints.BACKGROUND_BUFFERS))}",
                )
            ),
            rising(0.3, 0.6),
        ),
        number(
            "Found in shared buffers",
            "Share of all blocks that needed no read.",
            "percentunit",
            share(
                total(rate(database.BLOCKS_HIT, DATABASE)),
                total(rate(database.BLOCKS_READ, DATABASE)),
            ),
            falling(0.9, 0.99),
            empty_because="a server on which nobody read a block just now",
        ),
        number(
            "Log's buffers full",
            "Times per second that a session had to write the log because wal_buffers were full.",
            "short",
            total(rate(wal.BUFFERS_FULL)),
            rising(1, 100),
        ),
        number(
            "Damaged pages",
            "Pages whose checksum was wrong, since statistics began. Anything but 0: stop, and"
            " look at the disk.",
            "short",
            total(of(database.CHECKSUM_FAILURES)),
            rising(1, 1),
            empty_because="only with data checksums",
        ),
    ),
)
WAL = Row(
    title="Write-ahead log",
    panels=(
        lines(
            "Log made",
            "Bytes per second; the second line is what the position moved, which standbys must"
            " receive.",
            "Bps",
            _sum(wal.BYTES, "made"),
            line(f"sum(deriv({of(wal.POSITION)}[$__rate_interval]))", "position moved"),
        ),
        lines(
            "Records and whole pages",
            "Per second. Whole pages jump after each checkpoint: rarer checkpoints make less log.",
            "short",
            _sum(wal.RECORDS, "records"),
            _sum(wal.FULL_PAGES, "whole pages"),
        ),
        lines(
            "Writes and synchronisations",
            "Per second. With synchronous_commit a commit waits for one; group commit lets"
            " several share it.",
            "short",
            _sum(wal.WRITES, "writes"),
            _sum(wal.SYNCS, "synchronisations"),
            _sum(wal.BUFFERS_FULL, "writes because buffers were full"),
        ),
        lines(
            "Time of a write and of a synchronisation",
            "Mean, with track_wal_io_timing. Synchronisation is the floor of every commit.",
            "s",
            line(ratio(total(rate(wal.WRITE_SECONDS)), total(rate(wal.WRITES))), "write"),
            line(
                ratio(total(rate(wal.SYNC_SECONDS)), total(rate(wal.SYNCS))),
                "synchronisation",
            ),
            empty_because="a server that writes no log now",
        ),
    ),
)
CHECKPOINTS = Row(
    title="Checkpoints and the background writer",
    panels=(
        lines(
            "Checkpoints",
            "Per hour. Timed ones are as configured; requested ones mean that max_wal_size is"
            " small for this load.",
            "short",
            line(f"3600 * {total(rate(checkpoints.TIMED))}", "timed", color="green"),
            line(f"3600 * {total(rate(checkpoints.REQUESTED))}", "requested", color="red"),
            line(
                f"3600 * {total(rate(checkpoints.RESTARTPOINTS))}",
                "restartpoints of a standby",
            ),
        ),
        lines(
            "Time of checkpoints",
            "Seconds per second. Writing is spread on purpose; synchronising is when others wait.",
            "s",
            _sum(checkpoints.WRITE_SECONDS, "writing"),
            _sum(checkpoints.SYNC_SECONDS, "synchronising"),
        ),
        stacked(
            "Buffers written, by whom",
            "Per second. Sessions should write little: the background writer is for that.",
            "short",
            _sum(checkpoints.CHECKPOINT_BUFFERS, "checkpoints"),
            _sum(checkpoints.BACKGROUND_BUFFERS, "background writer"),
            line(total(rate(checkpoints.BACKEND_BUFFERS)), "sessions", color="red"),
        ),
        lines(
            "Background writer",
            "Buffers allocated per second, and times that it stopped at bgwriter_lru_maxpages:"
            " raise that when it stops often.",
            "short",
            _sum(checkpoints.BUFFERS_ALLOCATED, "buffers allocated"),
            _sum(checkpoints.BACKGROUND_STOPS, "stops"),
        ),
        lines(
            "What the log may grow to",
            "max_wal_size and min_wal_size, as set.",
            "bytes",
            line(
                greatest(of(settings.SETTING, 'name=~"max_wal_size|min_wal_size"'), "name"),
                "{{name}}",
            ),
        ),
        lines(
            "Log made in checkpoint_timeout",
            "At the present rate, against max_wal_size: above it, checkpoints come by size and"
            " not by time.",
            "bytes",
            line(
                f"{total(rate(wal.BYTES))} * {_CHECKPOINT_EVERY_S}",
                "log per checkpoint_timeout",
            ),
            limit(greatest(of(settings.SETTING, 'name="max_wal_size"')), "max_wal_size"),
        ),
    ),
)
IO = Row(
    title="I/O by kind of process",
    panels=(
        stacked(
            "Bytes read",
            "Per second, from outside shared buffers; the system's cache may have had them.",
            "Bps",
            _by_process(io.READ_BYTES),
            empty_because=_OLD,
        ),
        stacked(
            "Bytes written",
            "Per second, the log among them since PostgreSQL 18.",
            "Bps",
            _by_process(io.WRITE_BYTES),
            empty_because=_OLD,
        ),
        stacked(
            "Time spent reading",
            "Seconds per second, with track_io_timing: sessions that wait for reads on average.",
            "s",
            _by_process(io.READ_SECONDS),
            empty_because=_OLD,
        ),
        stacked(
            "Time spent writing and synchronising",
            "Seconds per second, with track_io_timing.",
            "s",
            line(total(rate(io.WRITE_SECONDS), "backend_type"), "{{backend_type}} writes"),
            line(total(rate(io.SYNC_SECONDS), "backend_type"), "{{backend_type}} synchronises"),
            empty_because=_OLD,
        ),
        lines(
            "Mean time of a read and of a write",
            "With track_io_timing. Below 0.1 ms the system's cache answers; above some ms the"
            " disk is busy.",
            "s",
            line(ratio(total(rate(io.READ_SECONDS)), total(rate(io.READS))), "read"),
            line(ratio(total(rate(io.WRITE_SECONDS)), total(rate(io.WRITES))), "write"),
            empty_because="a server that reads and writes nothing now, or PostgreSQL 15",
        ),
        lines(
            "Synchronisations",
            "Per second, by kind of process and of object. Sessions that synchronise relations"
            " wait.",
            "short",
            line(
                total(rate(io.SYNCS), "backend_type", "object"),
                "{{backend_type}}: {{object}}",
            ),
            empty_because=_OLD,
        ),
        lines(
            "Blocks found, by context",
            "Per second. normal goes through shared buffers, the others through a small ring.",
            "short",
            line(total(rate(io.HITS), "context"), "{{context}}"),
            empty_because=_OLD,
        ),
        lines(
            "Evictions and reuses",
            "Per second. Evictions in normal context: shared buffers are full. Reuses: large"
            " scans and loads turn in their ring, as they should.",
            "short",
            line(total(rate(io.EVICTIONS), "context"), "evicted, {{context}}"),
            line(total(rate(io.REUSES), "context"), "used again, {{context}}"),
            empty_because=_OLD,
        ),
        lines(
            "Files made longer",
            "Operations per second, by kind of process: inserts and loads.",
            "short",
            _by_process(io.EXTENDS),
            empty_because=_OLD,
        ),
        lines(
            "Time of blocks, by database",
            "Seconds per second that sessions spent reading and writing blocks, with"
            " track_io_timing.",
            "s",
            line(
                total(rate(database.READ_SECONDS, DATABASE), "datname"),
                "{{datname}} reads",
            ),
            line(
                total(rate(database.WRITE_SECONDS, DATABASE), "datname"),
                "{{datname}} writes",
            ),
        ),
        lines(
            "Blocks read, by database",
            "Per second from outside shared buffers.",
            "short",
            line(total(rate(database.BLOCKS_READ, DATABASE), "datname"), "{{datname}}"),
        ),
        lines(
            "Temporary files",
            "Made per second, by database: sorts and hashes beyond work_mem.",
            "short",
            line(total(rate(database.TEMP_FILES, DATABASE), "datname"), "{{datname}}"),
        ),
    ),
)
BOARD = Dashboard(
    uid="b2bench-wal",
    title="b2bench: WAL, checkpoints and I/O",
    description="Write-ahead log, checkpoints, the background writer, and I/O by kind of process.",
    variables=variables(choice("datname", "Database", database.BACKENDS)),
    annotations=ANNOTATIONS,
    rows=(NOW, WAL, CHECKPOINTS, IO),
)
