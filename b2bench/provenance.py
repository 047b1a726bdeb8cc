"""Where a figure comes from: machine, versions, server settings, moment."""

import os
import platform
import resource
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from b2bench import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a reader must know before comparing two figures.

    Args:
        settings: server settings that differ from their built-in defaults, without paths.
        memory_bytes: of the machine that made the figure.
    """

    b2bench: str
    at: datetime
    python: str
    machine: str
    processors: int
    memory_bytes: int
    server: str
    server_version: int
    settings: dict[str, str]


def provenance(connection: psycopg.Connection) -> Provenance:
    """Describe this machine and the session's server."""
    server = connection.execute("SELECT version()").fetchone()
    return Provenance(
        b2bench=__version__,
        at=datetime.now(UTC),
        python=platform.python_version(),
        machine=_processor() or platform.machine(),
        processors=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PHYS_PAGES") * resource.getpagesize(),
        server=server[0].split(" on ")[0] if server else "",
        server_version=connection.info.server_version,
        settings=_settings(connection),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), ""
    )


def _settings(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT name, current_setting(name) FROM pg_settings"
        " WHERE source NOT IN ('default', 'override', 'client', 'session')"
        "   AND category !~ '^(File Locations|Connections and Authentication)'"
        "   AND name !~ '^(log_|lc_|.*_(directory|file|command)$)'"
        " ORDER BY name"
    )
    return dict(rows.fetchall())
