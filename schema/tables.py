"""The business tables of a database, reflected from its catalogue."""

from sqlalchemy import MetaData, Table, create_engine
from sqlalchemy.pool import StaticPool

from b2bench.database import reading
from b2bench.target import Target


def tables_in_order(target: Target) -> tuple[Table, ...]:
    """Return the tables of the schema, each after those that it references.

    Raises: as `connect`.
    """
    metadata = MetaData()
    with reading(target) as connection:
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
        )
        metadata.reflect(engine, schema="public")
    return tuple(metadata.sorted_tables)
