"""Which database a run is working on: the one that was named, or its copy."""

from pathlib import Path

import psycopg

from b2bench.clones import origin
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target

_STATEMENT = read_sql_file(Path(__file__).with_suffix(".sql")).parts[0].sql.encode()


def database_under_load(connection: psycopg.Connection, named: Target) -> Target:
    """Return the newest copy of a database that somebody works on, or the database itself."""
    for (datname,) in connection.execute(_STATEMENT):
        if datname != named.database and origin(datname) == named.database:
            return named.for_database(datname)
    return named
