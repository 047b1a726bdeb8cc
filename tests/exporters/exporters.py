"""Exporters on a test's database, and what they show."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from psycopg import sql
from psycopg.conninfo import make_conninfo

from b2bench.database import connect
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target
from exporters import exporter as module
from exporters.exporter import Exporter, Watch

ROLE = "b2bench_monitor"
_PASSWORD = "looking"
_ROLE_FILE = Path(module.__file__).with_name("role.sql")


def watching(target: Target, runs: Path, *, server: Target | None = None) -> Exporter:
    """Return an exporter that knows no query classes; it has not begun to sample."""
    return Exporter(Watch(server=server or target, database=target, statements=[], runs=runs))


@contextmanager
def monitoring_role(server: Target) -> Iterator[str]:
    """Make the role that the documentation names, and drop it afterwards; give its name."""
    with connect(server) as connection:
        connection.execute(read_sql_file(_ROLE_FILE).parts[0].sql.encode())
        try:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(ROLE), sql.Literal(_PASSWORD)
                )
            )
            yield ROLE
        finally:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s",
                (ROLE,),
            )
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


def as_monitor(target: Target) -> Target:
    """Return the same database for the monitoring role."""
    return Target(conninfo=make_conninfo(target.conninfo, user=ROLE, password=_PASSWORD))


def shown(exporter: Exporter) -> dict[str, float]:
    """Scrape, and return the value of each series by its name and labels as they are written."""
    text, _ = exporter.render()
    return read_text(text)


def read_text(text: bytes) -> dict[str, float]:
    """Return the value of each series of a scrape by its name and labels as they are written."""
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    return {series: float(number) for series, _, number in (s.rpartition(" ") for s in lines)}


def scraped(url: str) -> dict[str, float]:
    """Scrape an address of this machine."""
    with urlopen(url) as response:  # noqa: S310 (loopback)
        return read_text(response.read())


def names(series: dict[str, float]) -> set[str]:
    """Return the names of series without their labels."""
    return {re.sub(r"\{.*", "", each) for each in series}


def collectors(series: dict[str, float]) -> dict[str, float]:
    """Return whether each collector is up."""
    found = {each: re.search(r'_collector_up\{collector="(\w+)"', each) for each in series}
    return {match[1]: series[each] for each, match in found.items() if match}
