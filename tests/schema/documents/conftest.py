"""A small schema that has one of everything, read from a real catalogue."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema.documents.catalogue import SchemaCatalogue, Table, read_schema
from tests.postgres import new_database

_SCHEMA = Path(__file__).with_name("odd_schema.sql")


@pytest.fixture(scope="session")
def odd_schema(server: Target) -> SchemaCatalogue:
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute(_SCHEMA.read_bytes())
        return read_schema(target)


@pytest.fixture(scope="session")
def odd_tables(odd_schema: SchemaCatalogue) -> Mapping[str, Table]:
    return {table.name: table for table in odd_schema.tables}
