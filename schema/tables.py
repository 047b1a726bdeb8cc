"""The business tables of a database, reflected from its catalogue."""

import psycopg
from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.pool import NullPool

from b2bench.target import Target


def tables_in_order(target: Target) -> tuple[Table, ...]:
    """Return the tables of the schema, each after those that it references."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(target.conninfo),
        poolclass=NullPool,
    )
    metadata = MetaData()
    metadata.reflect(engine, schema="public")
    engine.dispose()
    return tuple(metadata.sorted_tables)
